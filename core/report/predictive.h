/* Posterior predictive checks: an outcome's data against data drawn from the model, one set
 * a draw (Gelman et al., Bayesian Data Analysis, 3rd ed., section 6.3). */
#ifndef ERGODE_REPORT_PREDICTIVE_H
#define ERGODE_REPORT_PREDICTIVE_H

#include "output/read_draws.h"
#include "plot/plot.h"

enum { REPORT_SETS = 64, REPORT_MOST_SHOWN = 20000 };

typedef enum { REPORT_MEAN, REPORT_SD, REPORT_STATISTICS } report_statistic;

typedef struct {
  char *name;
  bool whole;             /* counts: bars in place of densities */
  int64_t n;              /* elements */
  int64_t shown;          /* of them in the figure, every so many */
  double *observed;       /* [shown] */
  int sets;               /* drawn data sets in the figure, spread over all draws */
  double *drawn;          /* [sets][shown] */
  int64_t draws;          /* of all chains */
  double statistic[REPORT_STATISTICS]; /* of the data; NaN where there is none */
  double *drawn_statistic[REPORT_STATISTICS]; /* [draws] */
} report_predictive;

/* Reads variable `drawn` (posterior_predictive) and `observed` (observed_data), which have
 * the same elements, a window of elements at a time. False with a problem. */
bool report_predictive_read(out_draws *d, int drawn, int observed, report_predictive *r,
                            erg_problems *p);
void report_predictive_free(report_predictive *r);

/* Densities, or bars for counts, of the data and of drawn sets. */
plot *report_predictive_plot(const report_predictive *r);
/* A statistic of the drawn sets against that of the data. */
plot *report_predictive_statistic(const report_predictive *r, report_statistic which);
/* The share of drawn sets whose statistic is at least that of the data; NaN: there is none. */
double report_predictive_p(const report_predictive *r, report_statistic which);

#endif
