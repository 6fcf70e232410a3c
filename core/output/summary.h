/* The summary of a run: computed once, then printed, written as JSON and as Markdown. */
#ifndef ERGODE_OUTPUT_SUMMARY_H
#define ERGODE_OUTPUT_SUMMARY_H

#include "diagnostics/diagnostics.h"
#include "output/read_draws.h"
#include "output/store.h"

typedef struct {
  const out_schema *schema;  /* not owned */
  int chains;
  int64_t draws;
  /* one entry a scalar of group posterior (or prior), in the schema's order */
  int64_t n;
  int *variable;
  int64_t *element;
  diag_summary *rows;
  /* of the sampler, [chains]; NULL where the statistic is missing */
  int64_t *divergent, *saturated, *n_steps;
  double *bfmi, *acceptance, *step_size, *mean_depth;
  diag_run run;
  diag_limits limits;
  diag_verdict verdict;
  bool interrupted;
} out_summary;

/* From memory (a sink of out_memory with posterior and sample_stats), or from disk. NULL
 * with a problem. */
out_summary *out_summary_from_memory(const out_schema *schema, const out_sink *memory,
                                     const diag_limits *limits, int threads, bool interrupted,
                                     erg_problems *p);
/* Bytes that the diagnostics take beyond the draws, a scalar a thread at a time; `disk`: with
 * the window that draws are read back through. */
uint64_t out_summary_bytes(const out_schema *s, int64_t draws, int threads, bool disk);
out_summary *out_summary_from_draws(out_draws *draws, const diag_limits *limits, int threads,
                                    erg_problems *p);
void out_summary_free(out_summary *s);

/* What is printed and written besides. */
typedef struct {
  const out_info *info;
  double compile_s, total_s;                /* NaN: unknown */
  const double *warmup_s, *sampling_s;      /* [chains], or NULL */
  int64_t gradients;                        /* 0: unknown */
  int64_t max_rows;                         /* in the terminal's table; 0: all */
  bool only_worst;                          /* of them, those with the worst ESS */
  const struct out_extra *extra;            /* [n_extra] diagnostics of plug-ins, for JSON */
  int n_extra;
} out_report;

/* Terminal: table, then verdict lines. */
void out_print_summary(const out_summary *s, const out_report *r, FILE *out, bool colour);
void out_print_verdict(const diag_verdict *v, FILE *out, bool colour);
/* Files; false with a problem. docs/outputs.md lists the keys. */
bool out_write_json(const out_summary *s, const out_report *r, const char *path,
                    erg_problems *p);
bool out_write_markdown(const out_summary *s, const out_report *r, const char *path,
                        erg_problems *p);
/* The same JSON as text, malloc'd, for `--json` on standard output. */
char *out_json_text(const out_summary *s, const out_report *r);

#endif
