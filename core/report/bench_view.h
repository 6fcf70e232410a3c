/* What the parts of a benchmark's report share: labels, numbers, who is compared. */
#ifndef ERGODE_REPORT_BENCH_VIEW_H
#define ERGODE_REPORT_BENCH_VIEW_H

#include "bench/read_document.h"
#include "bench/show.h"
#include "bench/winner.h"
#include "report/page.h"
#include "report/run_report.h"

enum { VIEW_LABEL = SHOW_NAME, VIEW_STAGES = 9 };

/* --- Texts (bench_view.c) ----------------------------------------------------------- */

/* Four significant digits or whole numbers: "24,895", "0.0123"; NaN "-". */
const char *view_number(double v, char text[static 40]);
const char *view_percent(double share, char text[static 40]);
/* "84.2 M", for columns that say bytes. */
const char *view_bytes(double bytes, char text[static 40]);
void view_label(const bench_report *r, int row, char text[static VIEW_LABEL]);
/* Cut to a width in pixels of a figure's small text. */
void view_cut(char *text, double width);

/* A number with its place, which the format gives; NaN: "-". */
void view_put(FILE *out, double v, const char *place, ...) __attribute__((format(printf, 3, 4)));
void view_put_text(FILE *out, const char *text, const char *place, ...)
    __attribute__((format(printf, 3, 4)));
/* A cell of its own. */
void view_cell(FILE *out, double v, const char *place, ...) __attribute__((format(printf, 3, 4)));
void view_cell_text(FILE *out, page_tone tone, const char *text, const char *place, ...)
    __attribute__((format(printf, 4, 5)));
/* "24,895 [24,100, 25,300]"; place of the estimate or ratio without /median and so on:
 * `middle` is the median's key. */
void view_interval(FILE *out, double middle_value, double low, double high, const char *middle,
                   const char *place, ...) __attribute__((format(printf, 6, 7)));

/* --- Rows --------------------------------------------------------------------------- */

bool view_is_peer(const bench_row *row);
/* Number of the row's backend, by first appearance; the same everywhere in the report. */
int view_series(const bench_report *r, int row);
/* A row's figure where it is valid, else NaN. */
double view_figure(const bench_row *row, bench_figure f);
/* Rows of a workload, by chains and threads, then from the best to the worst ESS a second,
 * then those that aren't valid; to be freed. */
int *view_rows(const bench_report *r, int workload, bool lesser_forms, int *n);
/* The valid row of a workload and backend (NULL: any) with most ESS a second; -1: none. */
int view_best(const bench_report *r, int workload, const char *backend);
/* Seconds of the stages, of the cold run or medians of the cached ones; false where there
 * is no such run. The last is the rest; NaN where it isn't known. */
bool view_stages(const bench_row *row, bool cached, double seconds[static VIEW_STAGES],
                 double *total);
extern const char *const view_stage_names[VIEW_STAGES], *const view_stage_keys[VIEW_STAGES];

/* --- Who wins ----------------------------------------------------------------------- */

/* Of each workload and number of chains with a valid row; to be freed. */
bench_contest *view_contests(const bench_report *r, int *n);

/* --- Figures (bench_figures.c, bench_agreement.c, bench_baseline.c, bench_curves.c) ---------------------------------------- */

typedef enum {
  VIEW_ESS, VIEW_BASELINE, VIEW_STAGE, VIEW_SCALING, VIEW_TELEMETRY, VIEW_AGREEMENT, VIEW_ROOFLINE,
  VIEW_CONVERGENCE, VIEW_SECTIONS
} view_section;
extern const char *const view_titles[VIEW_SECTIONS];
void view_ess_figures(const bench_report *r, report_figures *f);
void view_baseline_figures(const bench_report *r, report_figures *f);
void view_stage_figures(const bench_report *r, report_figures *f);
void view_agreement_figures(const bench_report *r, report_figures *f);
void view_convergence_figures(const bench_report *r, report_figures *f);
void view_scaling_figures(const bench_report *r, report_figures *f);
void view_telemetry_figures(const bench_report *r, report_figures *f);
void view_roofline_figures(const bench_report *r, report_figures *f);
/* The run whose samples are shown; NULL: there is none. *number: in the row's runs. */
const bench_once *view_watched(const bench_row *row, int *number);

/* --- Tables (bench_tables.c) ---------------------------------------------------------- */

/* Of numbers; titles end with NULL, as everywhere below. */
void view_table_begin(FILE *out, const char *const *titles);
int view_n_titles(const char *const *titles);
/* A line over all columns with the workload's name. */
void view_group(FILE *out, const bench_report *r, int workload, const char *const *titles);
/* A line, up to its label. */
void view_row_begin(FILE *out, const bench_report *r, int row);
void view_ess_table(FILE *out, const bench_report *r);
void view_rates_table(FILE *out, const bench_report *r);
void view_stage_table(FILE *out, const bench_report *r);
void view_scaling_table(FILE *out, const bench_report *r);
void view_telemetry_table(FILE *out, const bench_report *r);
void view_checks_table(FILE *out, const bench_report *r);
void view_agreement_table(FILE *out, const bench_report *r); /* bench_agreement.c */
void view_roofline_table(FILE *out, const bench_report *r);
void view_convergence_table(FILE *out, const bench_report *r);
void view_pairs_table(FILE *out, const bench_report *r); /* bench_runs.c */
void view_runs_table(FILE *out, const bench_report *r);  /* bench_runs.c */

/* --- Against a baseline (bench_baseline.c) ------------------------------------------------ */

/* Lines of the box: rows by verdict, then those that are SLOWER or INVALID. */
void view_baseline_verdict(FILE *out, const bench_report *r);
void view_baseline_tables(FILE *out, const bench_report *r);

/* --- Machine, and what is needed to repeat it (bench_setup.c) ----------------------------- */

void view_machine(FILE *out, const bench_document *d);
void view_settings(FILE *out, const bench_document *d);

/* --- Draws that were kept (bench_draws.c) ------------------------------------------------ */

/* Figures of the best row of each workload whose draws are in the folder. False: none. */
bool view_draws(FILE *out, const bench_report *r, const char *folder, bool figures);

#endif
