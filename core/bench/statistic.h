/* What repeated runs say: medians with intervals, paired ratios, verdicts.
 *
 * Intervals are of 95 %. From STATISTIC_LEAST_BOOTSTRAP values on they are percentile
 * bootstraps (Efron & Tibshirani 1993, ch. 13) of the median: STATISTIC_RESAMPLES resamples
 * drawn by Philox under a fixed key, so that the same figures always have the same interval.
 * Fewer values can't be resampled to 95 % (the range of three covers the median in 75 of 100
 * cases): theirs is Student's of the mean of logarithms, or of the values themselves where
 * one isn't positive. Quantiles interpolate linearly between order
 * statistics (Hyndman & Fan 1996, type 7). Values that aren't finite are left out.
 */
#ifndef ERGODE_BENCH_STATISTIC_H
#define ERGODE_BENCH_STATISTIC_H

enum {
  STATISTIC_RESAMPLES = 10000,
  STATISTIC_LEAST = 3,          /* values for an interval, pairs for a verdict */
  STATISTIC_LEAST_BOOTSTRAP = 6, /* of a bootstrapped one: 2 / 2^6 of samples lie on one side */
  STATISTIC_LEAST_OUTLIERS = 5  /* values before one can be called an outlier */
};
#define STATISTIC_CHANGE 1.02   /* a ratio beyond this is a difference */
#define STATISTIC_EQUAL 1.05    /* an interval within this is none */
#define STATISTIC_OUTLIER 3.5

/* NaN where there is no value; low and high NaN with fewer than STATISTIC_LEAST values. */
typedef struct {
  double median, low, high;
  int n, outliers;
} statistic;

typedef enum {
  STATISTIC_FASTER, STATISTIC_SLOWER, STATISTIC_SAME, STATISTIC_AMBIGUOUS, STATISTIC_INVALID
} statistic_verdict;
/* "FASTER", "SLOWER", ... */
const char *statistic_verdict_text(statistic_verdict v);

/* The values stay as they are. */
double statistic_median(const double *values, int n);
statistic statistic_of(const double *values, int n);

/* Modified z-score (Iglewicz & Hoaglin 1993): 0.6745 |x - median| / MAD above
 * STATISTIC_OUTLIER; where more than half of the values are equal (MAD 0), by the mean
 * absolute deviation, |x - median| / (1.253314 mean). Marks outlier[i] where not NULL;
 * returns how many. */
int statistic_outliers(const double *values, int n, unsigned char *outlier);

/* Standard deviation (n - 1) over mean; NaN with fewer than two values. */
double statistic_variation(const double *values, int n);

/* Of a[i] / b[i]; pairs where one isn't finite and positive are left out. */
statistic statistic_ratio(const double *a, const double *b, int n);

/* Of a ratio where more is better: FASTER where low > 1.02, SLOWER where high < 1 / 1.02,
 * SAME where both lie within [1 / 1.05, 1.05], else, and with too few pairs, AMBIGUOUS.
 * A small difference that is certain is FASTER or SLOWER, not SAME. */
statistic_verdict statistic_judge(const statistic *ratio);

#endif
