/* The report of a sampling run: which figures, then one HTML page or a file each. */
#ifndef ERGODE_REPORT_RUN_REPORT_H
#define ERGODE_REPORT_RUN_REPORT_H

#include "output/summary.h"
#include "plot/plot.h"

typedef struct {
  char *name;      /* of its file, without format: "03-trace-mu" */
  const char *section, *caption; /* static */
  bool wide;
  plot *figure;
} report_figure;

typedef struct {
  report_figure *list;
  int n;
} report_figures;

enum { REPORT_WORST = 4, REPORT_MOST_PARAMETERS = 24, REPORT_MOST_ROWS = 500 };

/* Figures of the parameters `params` ("mu,theta[2]": variables with all their elements, or
 * elements, by number or label), or of the REPORT_WORST with the worst R-hat and ESS where
 * params is NULL. `s` is of the same draws, read back or as they were in memory. False with a
 * problem: an unknown name, unreadable draws. */
bool report_run_figures(out_draws *draws, const out_summary *s, const char *params,
                        report_figures *figures, erg_problems *p);
void report_figures_free(report_figures *figures);
/* One more, which the list then owns. "trace" and "theta[1,2]" make "07-trace-theta-1-2". */
void report_figures_add(report_figures *figures, const char *kind, const char *of,
                        const char *section, const char *caption, bool wide, plot *figure);

/* One page by itself. */
bool report_run_html(const out_summary *s, const report_figures *figures, const char *path,
                     erg_problems *p);
/* FOLDER/NAME.FORMAT for each; the folder is made. */
bool report_run_save(const report_figures *figures, const char *folder, const char *format,
                     erg_problems *p);

#endif
