/* What follows from a report's runs: figures, comparisons, scaling, warnings, advice. */
#ifndef ERGODE_BENCH_DERIVE_H
#define ERGODE_BENCH_DERIVE_H

#include "bench/bench.h"
#include "bench/statistic.h"

#define BENCH_VARIATION 0.1     /* of the time per gradient; above it a warning */
#define BENCH_STAGE_SHARE 0.3   /* of a cached run's time; above it advice */
#define BENCH_BUSY 0.8          /* of a device, or of the cores that threads can fill; below */
#define BENCH_IMBALANCE 1.25    /* most gradients of a chain over the mean; above it advice */

/* Of runs of milliseconds opening files and what else the machine does is the most part:
 * advice on where the time goes, and warnings of its noise, only from here on (ADR 0064). */
#define BENCH_ADVISED_S 1.0     /* a whole cached run */
#define BENCH_NOISE_S 0.1       /* its warm-up and sampling */

/* Fills figures, pairs, scaling, warnings and advice from rows[].runs; once a report. */
void bench_derive(bench_report *r);
/* Rows' advice; needs their figures and the report's pairs. Part of bench_derive. */
void bench_advise(bench_report *r);

/* A figure of one run; NaN where it isn't known. `of` the row that `f` is a run of. */
double bench_figure_of(const bench_report *r, const bench_row *of, const bench_once *f,
                       bench_figure figure);
/* Of those that follow from the run alone: no shares of peaks. */
double bench_figure_of_run(const bench_once *f, bench_figure figure);
/* Whether less of it is better. */
bool bench_figure_is_time(bench_figure figure);
/* The ratio a / b with the verdict on a. */
statistic_verdict bench_judge_ratio(bench_figure figure, const statistic *ratio);
/* Seconds of warm-up and sampling, median of the cached runs. */
double bench_work_seconds(const bench_row *row);

void bench_warn(bench_row *row, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
