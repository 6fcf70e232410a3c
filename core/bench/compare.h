/* Two benchmarks against each other: `ergode bench compare`, and `--baseline`.
 *
 * Made from two documents alone, so that one of another day, build or machine serves. Rows
 * are matched by id, their cached runs by repeat and seed. Of each figure the ratio of the
 * pairs, b / a, is judged as in bench/statistic.h, and the verdict is about b. A row isn't
 * judged (INVALID) where it isn't valid in one of them, or they didn't do the same: other
 * data, draws, warm-up, chains, threads or target acceptance. What else differs is named.
 */
#ifndef ERGODE_BENCH_COMPARE_H
#define ERGODE_BENCH_COMPARE_H

#include "bench/bench.h"
#include "bench/statistic.h"
#include "bench/stored.h"

#define BENCH_COMPARE_VERSION 1
#define COMPARE_LOAD 0.5  /* load averages that differ by more are named */
#define COMPARE_PEAK 0.1  /* measured peaks, by their ratio */
#define COMPARE_SHORT_S 0.1 /* of warm-up and sampling; shorter runs are named */
enum { COMPARE_FIGURES = 4 }; /* ess_s, gradients_s, cached_s, cold_s */

/* Of the paired runs. */
typedef enum {
  COMPARE_UNKNOWN,
  COMPARE_SAME_DRAWS,   /* by the digests of all draws */
  COMPARE_SAME_COUNTS,  /* no digests; as many gradients in each pair */
  COMPARE_OTHER
} compare_work;
const char *compare_work_text(compare_work w); /* "same_draws", ...; key in the JSON */

typedef struct {
  bench_figure figure;
  double a, b;              /* medians of the paired runs */
  statistic ratio;          /* b / a */
  bool judged;              /* cold_s isn't, with too few cold runs */
  statistic_verdict verdict;
  char reason[BENCH_TEXT];
} compare_figure;

typedef struct {
  char id[3 * BENCH_NAME];
  statistic_verdict verdict; /* of the first figure, or INVALID */
  char reason[BENCH_TEXT];
  int pairs;                /* of cached runs */
  compare_work work;
  int64_t gradients[2];     /* of the first pair that isn't the same */
  compare_figure figures[COMPARE_FIGURES];
  int n_figures;            /* 0 where INVALID */
  char **notes; int n_notes;
} compare_row;

/* A row that only one has; `text`: what is known of it, or "". */
typedef struct {
  char id[3 * BENCH_NAME];
  bool in_b;
  char text[BENCH_TEXT];
} compare_alone;

typedef struct {
  char what[BENCH_NAME + 64]; /* "governor", "driver of pocl:0" */
  char a[BENCH_TEXT], b[BENCH_TEXT];
} compare_drift;

typedef struct {
  char *name, *path;
  char time[32], version[BENCH_NAME], commit[64]; /* "": not known */
} compare_source;

typedef struct bench_comparison {
  compare_source a, b;
  compare_drift *drift; int n_drift;
  compare_row *rows;    int n_rows;
  compare_alone *alone; int n_alone;
} bench_comparison;

bench_comparison *bench_compare(const bench_stored *a, const bench_stored *b);
/* The same with what has just been run; NULL with a problem. */
bench_comparison *bench_compare_report(const bench_stored *a, const bench_report *b,
                                       erg_problems *p);
void bench_comparison_free(bench_comparison *c);

int bench_compare_count(const bench_comparison *c, statistic_verdict v); /* rows */
/* "3 rows in both: 2 FASTER, 1 INVALID (each by its first figure)"; to be freed. */
char *bench_compare_counts(const bench_comparison *c);
const char *bench_compare_title(bench_figure f); /* "min ESS/s" */
extern const char bench_compare_apart[];         /* what every comparison is to be read with */
/* For --strict: a row is INVALID, a figure SLOWER or AMBIGUOUS, or no row is in both. */
bool bench_compare_is_bad(const bench_comparison *c);

void bench_compare_print(const bench_comparison *c, FILE *out, const bench_look *look);
void bench_compare_markdown(const bench_comparison *c, FILE *out); /* a section, from ## on */
void bench_compare_write(const bench_comparison *c, erg_json *j); /* members of an open object */
/* What that wrote, of jansson (json_t); NULL where it is none. */
bench_comparison *bench_compare_read(const void *json);

#endif
