#include "report/bench_view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"

const char *const view_titles[VIEW_SECTIONS] = {"Effective draws a second",
                                                "Against the baseline",
                                                "Where the time goes",
                                                "Scaling",
                                                "While it ran",
                                                "Agreement with the reference",
                                                "Limits of the machine",
                                                "Time to convergence"};
const char *const view_stage_names[VIEW_STAGES] = {"load",        "compile",  "upload",
                                                   "warm-up",     "sampling", "download",
                                                   "diagnostics", "output",   "rest"};
const char *const view_stage_keys[VIEW_STAGES] = {"load_s",        "compile_s",  "upload_s",
                                                  "warmup_s",      "sampling_s", "download_s",
                                                  "diagnostics_s", "output_s",   "rest_s"};

/* --- Texts -------------------------------------------------------------------------- */

static void with_commas(double whole, char *text, size_t size) {
  char digits[40];
  snprintf(digits, sizeof digits, "%.0f", fabs(whole));
  size_t n = strlen(digits), to = 0;
  if (whole < 0) text[to++] = '-';
  for (size_t i = 0; i < n && to + 2 < size; i++) {
    if (i && (n - i) % 3 == 0) text[to++] = ',';
    text[to++] = digits[i];
  }
  text[to] = 0;
}

const char *view_number(double v, char text[static 40]) {
  double a = fabs(v);
  if (!isfinite(v))
    snprintf(text, 40, "-");
  else if (a >= 1e7)
    snprintf(text, 40, "%.3e", v);
  else if (a >= 9999.5)
    with_commas(v, text, 40);
  else
    snprintf(text, 40, a >= 1 ? "%.4g" : "%.3g", v);
  return text;
}

const char *view_percent(double share, char text[static 40]) {
  if (!isfinite(share))
    snprintf(text, 40, "-");
  else if (share > 0 && share < 0.001)
    snprintf(text, 40, "%.4f %%", 100 * share);
  else
    snprintf(text, 40, share < 0.1 ? "%.2f %%" : "%.1f %%", 100 * share);
  return text;
}

const char *view_bytes(double bytes, char text[static 40]) {
  if (!isfinite(bytes))
    snprintf(text, 40, "-");
  else if (bytes >= 1e9)
    snprintf(text, 40, "%.2f G", bytes / 1e9);
  else if (bytes >= 1e6)
    snprintf(text, 40, "%.1f M", bytes / 1e6);
  else
    snprintf(text, 40, "%.1f k", bytes / 1e3);
  return text;
}

void view_label(const bench_report *r, int row, char text[static VIEW_LABEL]) {
  show_row_in_full(r, &r->rows[row], text);
}

void view_cut(char *text, double width) {
  size_t n = strlen(text), before = n;
  if (plot_text_width(text, 11) <= width) return;
  while (n && (n + 3 > before || plot_text_width(text, 11) > width - 9)) {
    do n--;
    while (n && ((unsigned char)text[n] & 0xc0) == 0x80); /* whole characters of UTF-8 */
    text[n] = 0;
  }
  while (n && text[n - 1] == ' ') text[--n] = 0;
  if (n + 3 <= before) memcpy(text + n, "…", sizeof "…");
}

void view_put_text(FILE *out, const char *text, const char *place, ...) {
  char path[200];
  va_list list;
  va_start(list, place);
  vsnprintf(path, sizeof path, place, list);
  va_end(list);
  page_value(out, path, text);
}

void view_put(FILE *out, double v, const char *place, ...) {
  char path[200], text[40];
  va_list list;
  va_start(list, place);
  vsnprintf(path, sizeof path, place, list);
  va_end(list);
  page_value(out, path, view_number(v, text));
}

void view_cell(FILE *out, double v, const char *place, ...) {
  char path[200], text[40];
  va_list list;
  va_start(list, place);
  vsnprintf(path, sizeof path, place, list);
  va_end(list);
  page_cell_begin(out, PAGE_NONE);
  page_value(out, path, view_number(v, text));
  page_cell_end(out);
}

void view_cell_text(FILE *out, page_tone tone, const char *text, const char *place, ...) {
  char path[200];
  va_list list;
  va_start(list, place);
  vsnprintf(path, sizeof path, place, list);
  va_end(list);
  page_cell_begin(out, tone);
  page_value(out, path, text);
  page_cell_end(out);
}

/* Where there is no estimate, the document has null in its place. */
void view_interval(FILE *out, double middle_value, double low, double high, const char *middle,
                   const char *place, ...) {
  char path[200], whole[240];
  va_list list;
  va_start(list, place);
  vsnprintf(path, sizeof path, place, list);
  va_end(list);
  bool known = isfinite(middle_value);
  snprintf(whole, sizeof whole, known || strcmp(middle, "median") ? "%s/%s" : "%s", path,
           middle);
  view_put(out, middle_value, "%s", whole);
  if (!known || isnan(low) || isnan(high)) return;
  fputs(" <span class=\"range\">[", out);
  view_put(out, low, "%s/low", path);
  fputs(", ", out);
  view_put(out, high, "%s/high", path);
  fputs("]</span>", out);
}

/* --- Rows --------------------------------------------------------------------------- */

bool view_is_peer(const bench_row *row) { return !strncmp(row->backend, "peer:", 5); }

int view_series(const bench_report *r, int row) {
  int number = 0;
  for (int i = 0; i < r->n_rows; i++) {
    bool first = true;
    for (int k = 0; k < i && first; k++)
      first = strcmp(r->rows[k].backend, r->rows[i].backend) != 0;
    if (first && !strcmp(r->rows[i].backend, r->rows[row].backend)) return number;
    number += first;
  }
  return number;
}

double view_figure(const bench_row *row, bench_figure f) {
  return row->verdict == BENCH_VALID ? row->figures[f].median : NAN;
}

static bool before(const bench_row *a, const bench_row *b) {
  if (a->chains != b->chains) return a->chains < b->chains;
  if (a->threads != b->threads) return a->threads < b->threads;
  double x = view_figure(a, BENCH_ESS_S), y = view_figure(b, BENCH_ESS_S);
  return x > y || (!isnan(x) && isnan(y));
}

int *view_rows(const bench_report *r, int workload, bool lesser_forms, int *n) {
  int *list = erg_alloc((size_t)r->n_rows * sizeof *list + 1);
  *n = 0;
  for (int i = 0; i < r->n_rows; i++) {
    if (r->rows[i].workload != workload || (!lesser_forms && bench_is_lesser_form(r, i)))
      continue;
    int at = (*n)++;
    for (; at && before(&r->rows[i], &r->rows[list[at - 1]]); at--) list[at] = list[at - 1];
    list[at] = i;
  }
  return list;
}

int view_best(const bench_report *r, int workload, const char *backend) {
  int best = -1;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    double v = view_figure(row, BENCH_ESS_S);
    if (row->workload != workload || isnan(v) || (backend && strcmp(row->backend, backend)))
      continue;
    if (best < 0 || v > view_figure(&r->rows[best], BENCH_ESS_S)) best = i;
  }
  return best;
}

bool view_stages(const bench_row *row, bool cached, double seconds[static VIEW_STAGES],
                 double *total) {
  bench_stages s;
  if (cached ? !bench_n_cached(row) : !bench_cold(row)) return false;
  if (cached)
    show_stages(row, &s);
  else
    s = bench_cold(row)->stages;
  const double all[VIEW_STAGES] = {s.load,     s.compile,     s.upload, s.warmup, s.sampling,
                                   s.download, s.diagnostics, s.output, s.rest};
  memcpy(seconds, all, sizeof all);
  *total = s.total;
  return true;
}

const bench_once *view_watched(const bench_row *row, int *number) {
  for (int i = 0; i < row->n_runs; i++) {
    const bench_once *f = &row->runs[i];
    *number = i;
    if (f->kind == BENCH_CACHED && f->has_telemetry && f->telemetry.n_samples) return f;
  }
  return NULL;
}

/* --- Who wins ----------------------------------------------------------------------- */

bench_contest *view_contests(const bench_report *r, int *n) {
  bench_contest *list = erg_alloc((size_t)(r->n_rows + 1) * sizeof *list);
  *n = 0;
  for (int w = 0; w < r->n_subjects; w++) {
    int rows = 0, *of = view_rows(r, w, true, &rows);
    int64_t chains = 0; /* the rows come by chains */
    for (int i = 0; i < rows; i++) {
      if (r->rows[of[i]].chains == chains) continue;
      chains = r->rows[of[i]].chains;
      list[*n] = bench_contest_of(r, w, chains);
      *n += list[*n].best >= 0;
    }
    free(of);
  }
  return list;
}

/* --- Parts of tables ------------------------------------------------------------------ */

int view_n_titles(const char *const *titles) {
  int n = 0;
  while (titles[n]) n++;
  return n;
}

void view_table_begin(FILE *out, const char *const *titles) {
  page_table_begin(out, titles, view_n_titles(titles), true);
}

void view_group(FILE *out, const bench_report *r, int workload, const char *const *titles) {
  char place[60];
  snprintf(place, sizeof place, "workloads/%d/name", workload);
  page_group(out, place, r->subjects[workload].name, view_n_titles(titles));
}

void view_row_begin(FILE *out, const bench_report *r, int row) {
  char label[VIEW_LABEL];
  view_label(r, row, label);
  page_row_begin(out);
  page_row_head(out, NULL, label);
}
