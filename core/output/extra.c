#include "output/extra.h"

#include <math.h>
#include <stdlib.h>

#include "output/table.h"
#include "read/interrupt.h"
#include "read/memory.h"

const char *out_extra_name(const out_extra *e, int value) {
  const char *name = e->names[value];
  return name && *name ? name : e->diagnostic->id;
}

/* The window holds one quantity, [chain][draw]. */
static erg_status compute_one(const erg_host *host, const out_summary *s, int64_t i,
                              const double *window, out_extra *e) {
  char name[300];
  out_element_name(s->schema, s->variable[i], s->element[i], true, name, sizeof name);
  erg_draws draws = {.size = sizeof draws,
                     .chains = s->chains,
                     .draws = s->draws,
                     .values = window,
                     .chain_stride = s->draws,
                     .draw_stride = 1,
                     .name = name};
  int n = e->diagnostic->n_values;
  erg_value *values = e->values + i * n;
  for (int k = 0; k < n; k++) values[k] = (erg_value){.size = sizeof *values, .value = NAN};
  erg_status status = e->diagnostic->compute(host, &draws, values);
  for (int k = 0; k < n; k++) {
    erg_value *v = &values[k];
    if (status == ERG_OK && !e->names[k]) e->names[k] = v->name;
    if (status != ERG_OK) v->value = NAN;
    if (status != ERG_OK || v->verdict < ERG_VERDICT_NONE || v->verdict > ERG_VERDICT_BAD)
      v->verdict = ERG_VERDICT_NONE;
  }
  return status;
}

static void count(out_extra *e, int64_t i) {
  int32_t verdict = ERG_VERDICT_NONE;
  for (int k = 0; k < e->diagnostic->n_values; k++) {
    int32_t one = e->values[i * e->diagnostic->n_values + k].verdict;
    if (one > verdict) verdict = one;
  }
  if (verdict > e->verdict) {
    e->verdict = verdict;
    e->n_worst = 0;
    e->worst = i;
  }
  e->n_worst += verdict == e->verdict;
}

static void add_finding(const out_extra *e, out_summary *s) {
  diag_verdict *v = &s->verdict;
  if (e->verdict == ERG_VERDICT_NONE || v->n == DIAG_MAX_FINDINGS) return;
  char name[300];
  out_element_name(s->schema, s->variable[e->worst], s->element[e->worst], true, name,
                   sizeof name);
  diag_finding f = {.verdict = e->verdict,
                    .id = e->diagnostic->id,
                    .value = e->values[e->worst * e->diagnostic->n_values].value,
                    .limit = NAN};
  snprintf(f.text, sizeof f.text, "%s: %s for %lld of %lld quantities (%.100s%s)",
           e->diagnostic->id, diag_verdict_text(e->verdict), (long long)e->n_worst,
           (long long)s->n, name, e->n_worst > 1 ? ", ..." : "");
  if (e->verdict > ERG_VERDICT_GOOD)
    snprintf(f.next, sizeof f.next,
             "look at %.100s first; all its values stand below, or in --json", name);
  int at = 0; /* the bad first */
  while (at < v->n && v->findings[at].verdict >= f.verdict) at++;
  for (int i = v->n++; i > at; i--) v->findings[i] = v->findings[i - 1];
  v->findings[at] = f;
  if (f.verdict > v->verdict) v->verdict = f.verdict;
}

bool out_extra_compute(out_draws *draws, out_summary *s, const erg_diagnostic *d,
                       const erg_host *host,
                       const char *(*reason)(const erg_host *, erg_status), out_extra *e,
                       erg_problems *p) {
  *e = (out_extra){.diagnostic = d};
  e->values = erg_alloc((size_t)(s->n * d->n_values + 1) * sizeof *e->values);
  e->names = erg_alloc((size_t)d->n_values * sizeof *e->names);
  double *window = malloc((size_t)(s->chains * s->draws) * sizeof *window + 1);
  if (!window)
    return erg_error(p, (erg_place){0}, "free memory, or thin the draws",
                     "out of memory for the diagnostics");
  bool good = true;
  erg_status status = ERG_OK, last = ERG_OK;
  for (int64_t i = 0; i < s->n && good; i++) {
    if (erg_interrupted()) good = false;
    good = good && out_draws_read(draws, s->variable[i], s->element[i], 1, window, p);
    if (!good) break;
    status = compute_one(host, s, i, window, e);
    if (status != ERG_OK) {
      e->failed++;
      last = status;
    }
    count(e, i);
  }
  free(window);
  if (!good) return false;
  if (e->failed) {
    const char *why = reason(host, last);
    if (e->failed == s->n)
      return erg_error(p, (erg_place){0}, NULL, "the diagnostic '%s' gives nothing here: %s",
                       d->id, why);
    erg_warn(p, (erg_place){0}, NULL,
             "the diagnostic '%s' gives nothing for %lld of %lld "
             "quantities: %s",
             d->id, (long long)e->failed, (long long)s->n, why);
  }
  add_finding(e, s);
  return true;
}

void out_extra_free(out_extra *e) {
  free(e->values);
  free(e->names);
  *e = (out_extra){0};
}

void out_extra_print(const out_extra *e, const out_summary *s, int64_t max_rows, FILE *out,
                     bool colour) {
  static const out_colour colours[] = {OUT_PLAIN, OUT_PLAIN, OUT_YELLOW, OUT_RED};
  int n = e->diagnostic->n_values;
  int64_t rows = max_rows && s->n > max_rows ? max_rows : s->n;
  out_table *t = out_table_new();
  out_table_column(t, "", OUT_LEFT, 0);
  for (int k = 0; k < n; k++) out_table_column(t, out_extra_name(e, k), OUT_DECIMAL, 0);
  for (int64_t i = 0; i < rows; i++) {
    char name[300];
    out_element_name(s->schema, s->variable[i], s->element[i], true, name, sizeof name);
    out_table_cell(t, OUT_PLAIN, "%s", name);
    for (int k = 0; k < n; k++) {
      const erg_value *v = &e->values[i * n + k];
      out_table_number(t, colours[v->verdict], v->value, NAN);
    }
  }
  fprintf(out, "\n%s: %s\n", e->diagnostic->id, e->diagnostic->summary);
  out_table_print(t, out, out_terminal_width(out), colour);
  if (rows < s->n)
    fprintf(out, "%lld of %lld quantities shown; --json has all\n", (long long)rows,
            (long long)s->n);
  out_table_free(t);
}
