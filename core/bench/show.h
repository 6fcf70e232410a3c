/* What the views of a report share: numbers and names as they are read, the order of rows,
 * the verdict in words, tables for terminal and Markdown. Views show what bench.json holds;
 * the only thing that is worked out here are medians of stages over the cached runs. */
#ifndef ERGODE_BENCH_SHOW_H
#define ERGODE_BENCH_SHOW_H

#include "bench/bench.h"
#include "output/table.h"

enum { SHOW_NUMBER = 64, SHOW_NAME = 512 };

/* Three significant digits: "12,300", "1.23", "0.0123"; from 1e6 on "1.23e6"; NaN "-". */
const char *show_number(double v, char text[static SHOW_NUMBER]);
/* "11,900–12,800"; "-" where there is none. */
const char *show_range(double low, double high, char text[static SHOW_NUMBER]);
const char *show_count(int64_t v, char text[static SHOW_NUMBER]); /* all digits: "12,345" */

/* "cpu", "opencl pocl:0", "peer:nutpie centred". */
const char *show_row(const bench_row *row, char text[static SHOW_NAME]);
/* With chains and threads, where they tell rows of the workload apart. */
const char *show_row_in_full(const bench_report *r, const bench_row *row,
                             char text[static SHOW_NAME]);
bool show_chains_differ(const bench_report *r, int workload);
bool show_threads_differ(const bench_report *r, int workload);

/* "INVALID: why", with the kind of failure where the reason doesn't say it. */
void show_reason(const bench_row *row, char *text, size_t size);

/* Rows of a workload, lesser forms left out: the valid ones first, most ESS a second first.
 * Writes indices of rows to `rows` (room for all); returns how many. */
int show_order(const bench_report *r, int workload, int *rows);
/* The row with most ESS a second among the valid ones with the same workload, chains and
 * threads; -1. */
int show_best_like(const bench_report *r, int row);
/* Of these two rows, in either order; NULL. */
const bench_pair *show_pair(const bench_report *r, int row, int other, bench_figure figure);

/* Medians of the cached runs. Returns the sum of all but the total, which the shares are of: the
 * median of the totals is another number. */
double show_stages(const bench_row *row, bench_stages *out);
/* Whether a valid row's cached run is long enough for shares of its time to mean anything. */
bool show_long_enough(const bench_row *row);

/* Who wins and whether it is valid, in a sentence; then the hardware, and, where there are
 * several, a sentence a workload. A line each, unwrapped, with `bullet` before those of the
 * workloads. */
void show_head(const bench_report *r, FILE *out, const char *bullet);
/* Each other form, each skipped backend, what no row could measure, warning and advice in a
 * line; at most `most` of warnings and of advice each, 0: all. Returns how many were left out. */
int show_notes(const bench_report *r, int most, void (*line)(void *data, const char *mark,
               out_colour colour, const char *text), void *data);
char *show_settings(const bench_report *r); /* a line; to be freed */
extern const char show_legend[]; /* what the tables' figures mean */
/* What the valid rows went through; "" where there is none. To be freed. */
char *show_checked(const bench_report *r);

/* Tables, to be freed; NULL where there would be no row. `rows` as show_order has them. */
out_table *show_figures(const bench_report *r, const int *rows, int n);
/* Seconds, and the stages of a cached run with at least 5 % of it. */
out_table *show_times(const bench_report *r, const int *rows, int n);
/* Ratios of valid rows; those that the best row of its chains and threads takes part in, or
 * all. */
out_table *show_pairs(const bench_report *r, int workload, bool all);
out_table *show_stage_table(const bench_report *r, const int *rows, int n); /* ms, all */
out_table *show_checks(const bench_report *r, const int *rows, int n);
out_table *show_limits(const bench_report *r, const int *rows, int n); /* roofline */
out_table *show_curve(const bench_report *r, const bench_scaling *curve);
char *show_curve_title(const bench_report *r, const bench_scaling *curve); /* to be freed */
char *show_workload_title(const bench_report *r, int workload);            /* to be freed */

#endif
