/* Numbers, names and the order of rows as people read them. */
#include "bench/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/derive.h"
#include "run/text.h"

/* --- numbers ---------------------------------------------------------------------------- */

const char *show_count(int64_t v, char text[static SHOW_NUMBER]) {
  char plain[32];
  int n = snprintf(plain, sizeof plain, "%" PRId64, v < 0 ? -v : v), k = 0;
  if (v < 0) text[k++] = '-';
  for (int i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0) text[k++] = ',';
    text[k++] = plain[i];
  }
  text[k] = 0;
  return text;
}

const char *show_number(double v, char text[static SHOW_NUMBER]) {
  double a = fabs(v);
  if (!isfinite(v)) {
    snprintf(text, SHOW_NUMBER, "-");
  } else if (a >= 999500) {
    int e = (int)floor(log10(a));
    if (a / pow(10, e) >= 9.995) e++;
    snprintf(text, SHOW_NUMBER, "%.2fe%d", v / pow(10, e), e);
  } else if (a >= 999.5) {
    double unit = pow(10, floor(log10(a)) - 2);
    show_count((int64_t)(round(v / unit) * unit), text);
  } else {
    snprintf(text, SHOW_NUMBER, "%.3g", v);
  }
  return text;
}

const char *show_range(double low, double high, char text[static SHOW_NUMBER]) {
  char a[SHOW_NUMBER], b[SHOW_NUMBER];
  if (isnan(low) || isnan(high))
    snprintf(text, SHOW_NUMBER, "-");
  else
    snprintf(text, SHOW_NUMBER, "%.24s–%.24s", show_number(low, a), show_number(high, b));
  return text;
}

/* --- names ------------------------------------------------------------------------------ */

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...) {
  size_t n = strlen(text);
  va_list list;
  va_start(list, format);
  vsnprintf(text + n, size - n, format, list);
  va_end(list);
}

const char *show_row(const bench_row *row, char text[static SHOW_NAME]) {
  snprintf(text, SHOW_NAME, "%s", row->backend);
  bool alone = row->n_devices == 1 && !strcmp(row->devices[0].id, row->backend);
  for (int i = 0; i < row->n_devices && !alone; i++)
    add(text, SHOW_NAME, "%s%s", i ? "+" : " ", row->devices[i].id);
  if (*row->form) add(text, SHOW_NAME, " %s", row->form);
  return text;
}

bool show_chains_differ(const bench_report *r, int workload) {
  const bench_row *first = NULL;
  for (int i = 0; i < r->n_rows; i++) {
    if (r->rows[i].workload != workload) continue;
    if (!first) first = &r->rows[i];
    if (r->rows[i].chains != first->chains) return true;
  }
  return false;
}

bool show_threads_differ(const bench_report *r, int workload) {
  const bench_row *first = NULL;
  for (int i = 0; i < r->n_rows; i++) {
    if (r->rows[i].workload != workload) continue;
    if (!first) first = &r->rows[i];
    if (r->rows[i].threads != first->threads) return true;
  }
  return false;
}

const char *show_row_in_full(const bench_report *r, const bench_row *row,
                             char text[static SHOW_NAME]) {
  show_row(row, text);
  if (show_chains_differ(r, row->workload))
    add(text, SHOW_NAME, ", %" PRId64 " chain%s", row->chains, row->chains == 1 ? "" : "s");
  if (show_threads_differ(r, row->workload))
    add(text, SHOW_NAME, ", %d thread%s", row->threads, row->threads == 1 ? "" : "s");
  return text;
}

void show_reason(const bench_row *row, char *text, size_t size) {
  static const char *const kinds[] = {"", "wrong numbers: ", "failed: ", "not converged: ", ""};
  snprintf(text, size, "%s%s", kinds[row->verdict], row->reason);
}

/* --- rows ------------------------------------------------------------------------------- */

static double ess_of(const bench_row *row) {
  double ess = row->verdict == BENCH_VALID ? row->figures[BENCH_ESS_S].median : -1;
  return isnan(ess) ? 0 : ess;
}

int show_order(const bench_report *r, int workload, int *rows) {
  int n = 0;
  for (int i = 0; i < r->n_rows; i++) {
    if (r->rows[i].workload != workload || bench_is_lesser_form(r, i)) continue;
    int k = n++;
    for (; k > 0 && ess_of(&r->rows[rows[k - 1]]) < ess_of(&r->rows[i]); k--)
      rows[k] = rows[k - 1];
    rows[k] = i;
  }
  return n;
}

int show_best_like(const bench_report *r, int number) {
  const bench_row *like = &r->rows[number];
  int best = -1;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (row->verdict != BENCH_VALID || row->workload != like->workload ||
        row->chains != like->chains || row->threads != like->threads)
      continue;
    if (best < 0 || ess_of(row) > ess_of(&r->rows[best])) best = i;
  }
  return best;
}

const bench_pair *show_pair(const bench_report *r, int row, int other, bench_figure figure) {
  for (int i = 0; i < r->n_pairs; i++) {
    const bench_pair *p = &r->pairs[i];
    if (p->figure == figure &&
        ((p->a == row && p->b == other) || (p->a == other && p->b == row)))
      return p;
  }
  return NULL;
}

double show_stages(const bench_row *row, bench_stages *out) {
  enum { STAGES = sizeof(bench_stages) / sizeof(double) };
  double whole = 0;
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(n + 1) * sizeof *v);
  for (int k = 0; k < STAGES; k++) {
    for (int i = 0; i < n; i++) v[i] = ((const double *)&bench_cached(row, i)->stages)[k];
    ((double *)out)[k] = statistic_median(v, n);
    if (k < STAGES - 1 && isfinite(((double *)out)[k])) whole += ((double *)out)[k];
  }
  free(v);
  return whole;
}

bool show_long_enough(const bench_row *row) {
  return row->figures[BENCH_CACHED_S].median >= BENCH_ADVISED_S;
}
