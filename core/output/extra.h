/* Diagnostics of plug-ins over a run that is on disk: one scalar at a time. */
#ifndef ERGODE_OUTPUT_EXTRA_H
#define ERGODE_OUTPUT_EXTRA_H

#include "output/summary.h"

typedef struct out_extra {
  const erg_diagnostic *diagnostic;
  erg_value *values;  /* [quantities of the summary][n_values] */
  const char **names; /* [n_values] what the values are called, or NULL where it doesn't say */
  int64_t failed;     /* quantities that it gave nothing for: NaN */
  int64_t n_worst;    /* quantities with the worst verdict, and the first of them */
  int64_t worst;
  int32_t verdict; /* erg_verdict, the worst */
} out_extra;

/* Of every quantity of the summary; adds what it finds to the summary's verdict. False with a
 * problem where draws can't be read, or the diagnostic fails for all. `reason`: the text of
 * the last host->fail, or NULL. */
bool out_extra_compute(out_draws *draws, out_summary *s, const erg_diagnostic *d,
                       const erg_host *host,
                       const char *(*reason)(const erg_host *, erg_status), out_extra *out,
                       erg_problems *p);
void out_extra_free(out_extra *e);
/* Terminal: a table of at most max_rows quantities. */
void out_extra_print(const out_extra *e, const out_summary *s, int64_t max_rows, FILE *out,
                     bool colour);
/* What a value is called: its own name, or the diagnostic's id. */
const char *out_extra_name(const out_extra *e, int value);

#endif
