#include "bench/compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare_parts.h"
#include "bench/derive.h"
#include "bench/restore.h"
#include "run/text.h"

const char *compare_work_text(compare_work w) {
  static const char *const texts[] = {"unknown", "same_draws", "same_counts", "other"};
  return texts[w];
}

const char *stored_text(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

const json_t *stored_workload(const bench_stored *d, const json_t *row) {
  return json_array_get(json_object_get(d->json, "workloads"),
                        (size_t)restore_int(row, "workload"));
}

static const json_t *row_of(const bench_stored *d, const char *id) {
  for (size_t i = 0; i < stored_rows(d); i++)
    if (!strcmp(stored_text(stored_row(d, i), "id"), id)) return stored_row(d, i);
  return NULL;
}

/* --- pairs of runs -------------------------------------------------------------------- */

typedef struct {
  bench_once *a, *b;        /* all runs of the two rows */
  int n_a, n_b;
} runs;

/* To be freed. */
static bench_once *restore_runs(const json_t *row, int *n) {
  const json_t *list = json_object_get(row, "runs");
  *n = (int)json_array_size(list);
  bench_once *out = run_alloc((size_t)(*n + 1) * sizeof *out);
  for (int i = 0; i < *n; i++) restore_once(json_array_get(list, (size_t)i), &out[i]);
  return out;
}

typedef struct {
  const bench_once *a, *b;
} pair;

/* To be freed. */
static pair *pairs_of(const runs *r, bench_kind kind, int *n) {
  pair *out = run_alloc((size_t)(r->n_a + 1) * sizeof *out);
  *n = 0;
  for (int i = 0; i < r->n_a; i++)
    for (int k = 0; k < r->n_b; k++) {
      const bench_once *a = &r->a[i], *b = &r->b[k];
      if (a->kind != kind || b->kind != kind || a->repeat != b->repeat || a->seed != b->seed)
        continue;
      out[(*n)++] = (pair){a, b};
      break;
    }
  return out;
}

/* --- figures -------------------------------------------------------------------------- */

static void explain(compare_figure *f) {
  bool times = bench_figure_is_time(f->figure);
  const statistic *r = &f->ratio;
  char between[64] = "";
  if (r->n >= STATISTIC_LEAST) snprintf(between, sizeof between, "%.3f to %.3f", r->low, r->high);
  if (!f->judged)
    snprintf(f->reason, BENCH_TEXT, "not judged: %d cold run%s in both, %d are needed", r->n,
             r->n == 1 ? "" : "s", STATISTIC_LEAST);
  else if (r->n < STATISTIC_LEAST)
    snprintf(f->reason, BENCH_TEXT, "%d pair%s of runs, %d are needed: --repeat %d", r->n,
             r->n == 1 ? "" : "s", STATISTIC_LEAST, STATISTIC_LEAST);
  else if (f->verdict == STATISTIC_FASTER)
    snprintf(f->reason, BENCH_TEXT, "%s times as %s: more than 2 %% better", between,
             times ? "long" : "much");
  else if (f->verdict == STATISTIC_SLOWER)
    snprintf(f->reason, BENCH_TEXT, "%s times as %s: more than 2 %% worse", between,
             times ? "long" : "much");
  else if (f->verdict == STATISTIC_SAME)
    snprintf(f->reason, BENCH_TEXT, "%s times as %s: within 5 %%", between,
             times ? "long" : "much");
  else
    snprintf(f->reason, BENCH_TEXT, "%s times as %s, too wide for a verdict: more repeats, or a "
             "quieter machine", between, times ? "long" : "much");
}

static void add_figure(compare_row *row, bench_figure figure, const pair *pairs, int n) {
  double *a = run_alloc((size_t)(2 * n + 1) * sizeof *a), *b = a + n;
  int known = 0;
  for (int i = 0; i < n; i++) {
    double x = bench_figure_of_run(pairs[i].a, figure), y = bench_figure_of_run(pairs[i].b, figure);
    if (!(isfinite(x) && isfinite(y) && x > 0 && y > 0)) continue;
    a[known] = x;
    b[known++] = y;
  }
  if (known) {
    compare_figure *f = &row->figures[row->n_figures++];
    *f = (compare_figure){.figure = figure,
                          .a = statistic_median(a, known),
                          .b = statistic_median(b, known),
                          .ratio = statistic_ratio(b, a, known)};
    f->judged = figure != BENCH_COLD_S || known >= STATISTIC_LEAST;
    f->verdict = bench_judge_ratio(figure, &f->ratio);
    explain(f);
  }
  free(a);
}

/* --- the same work -------------------------------------------------------------------- */

static compare_work work_of_pair(const pair *p) {
  if (*p->a->draws_sha256 && *p->b->draws_sha256)
    return strcmp(p->a->draws_sha256, p->b->draws_sha256) ? COMPARE_OTHER : COMPARE_SAME_DRAWS;
  if (p->a->gradients <= 0 || p->b->gradients <= 0) return COMPARE_UNKNOWN;
  bool same = p->a->gradients == p->b->gradients &&
              p->a->warmup_gradients == p->b->warmup_gradients;
  return same ? COMPARE_SAME_COUNTS : COMPARE_OTHER;
}

/* One pair that differs makes it OTHER; else the pair of which least is known decides. */
static void judge_work(compare_row *row, const pair *pairs, int n) {
  row->work = n ? COMPARE_SAME_DRAWS : COMPARE_UNKNOWN;
  for (int i = 0; i < n; i++) {
    compare_work w = work_of_pair(&pairs[i]);
    if (w == COMPARE_OTHER) {
      row->work = w;
      row->gradients[0] = pairs[i].a->gradients;
      row->gradients[1] = pairs[i].b->gradients;
      return;
    }
    if (w == COMPARE_UNKNOWN || (w == COMPARE_SAME_COUNTS && row->work == COMPARE_SAME_DRAWS))
      row->work = w;
  }
}

/* --- rows ----------------------------------------------------------------------------- */

static void refuse(compare_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The first reason stays. */
static void refuse(compare_row *row, const char *format, ...) {
  if (row->verdict == STATISTIC_INVALID) return;
  row->verdict = STATISTIC_INVALID;
  va_list list;
  va_start(list, format);
  vsnprintf(row->reason, sizeof row->reason, format, list);
  va_end(list);
}

static void check_valid(compare_row *row, const json_t *const both[2]) {
  static const char *const names[2] = {"A", "B"};
  for (int i = 0; i < 2; i++) {
    const char *verdict = stored_text(both[i], "verdict");
    if (strcmp(verdict, bench_verdict_text(BENCH_VALID)) != 0)
      refuse(row, "%s is %s: %s", names[i], verdict, stored_text(both[i], "reason"));
  }
}

static void check_whole(compare_row *row, const char *what, const json_t *a, const json_t *b,
                        const char *key) {
  int64_t x = restore_int(a, key), y = restore_int(b, key);
  if (x != y) refuse(row, "not the same work: %s %lld in A, %lld in B", what, (long long)x,
                     (long long)y);
}

/* Whether runs of the two do the same. */
static void check_same(compare_row *row, const bench_stored *const documents[2],
                       const json_t *const both[2]) {
  const char *x = stored_text(both[0], "data_sha256"), *y = stored_text(both[1], "data_sha256");
  if (strcmp(x, y) != 0) refuse(row, "other data: SHA-256 %.12s in A, %.12s in B", x, y);
  const json_t *a = json_object_get(documents[0]->json, "settings"),
               *b = json_object_get(documents[1]->json, "settings");
  check_whole(row, "draws", a, b, "draws");
  check_whole(row, "warm-up", a, b, "warmup");
  check_whole(row, "chains", both[0], both[1], "chains");
  check_whole(row, "threads", both[0], both[1], "threads");
  double p = restore_real(a, "target_accept"), q = restore_real(b, "target_accept");
  if (p != q && !(isnan(p) && isnan(q)))
    refuse(row, "not the same work: target acceptance %g in A, %g in B", p, q);
}

static void add_note(compare_row *row, const char *name, const char *text) {
  row->notes = run_grow(row->notes, (size_t)(row->n_notes + 1) * sizeof *row->notes);
  row->notes[row->n_notes++] = run_text("%s%s%s", name, *name ? ": " : "", text);
}

/* Where both are short, what else the machine does is a good part of them. */
static void note_short(compare_row *row, const pair *pairs, int n) {
  double *a = run_alloc((size_t)(2 * n + 1) * sizeof *a), *b = a + n;
  for (int i = 0; i < n; i++) {
    a[i] = pairs[i].a->stages.warmup + pairs[i].a->stages.sampling;
    b[i] = pairs[i].b->stages.warmup + pairs[i].b->stages.sampling;
  }
  double x = statistic_median(a, n), y = statistic_median(b, n);
  free(a);
  if (!(x < COMPARE_SHORT_S && y < COMPARE_SHORT_S)) return;
  char text[BENCH_TEXT];
  snprintf(text, sizeof text, "warm-up and sampling take %.3g ms in A, %.3g ms in B: what else the "
           "machine does moves so short a time; more draws (--draws), or a larger preset",
           1000 * x, 1000 * y);
  add_note(row, "", text);
}

static void add_notes(compare_row *row, const char *name, const json_t *from) {
  const json_t *list = json_object_get(from, "warnings");
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *kind = stored_text(json_array_get(list, i), "kind");
    if (strcmp(kind, "throttled") != 0 && strcmp(kind, "variance") != 0) continue;
    add_note(row, name, stored_text(json_array_get(list, i), "text"));
  }
}

static void no_pairs(compare_row *row, const runs *r) {
  int64_t seeds[2] = {-1, -1};
  for (int i = r->n_a; i-- > 0;)
    if (r->a[i].kind == BENCH_CACHED) seeds[0] = r->a[i].seed;
  for (int i = r->n_b; i-- > 0;)
    if (r->b[i].kind == BENCH_CACHED) seeds[1] = r->b[i].seed;
  if (seeds[0] >= 0 && seeds[1] >= 0)
    snprintf(row->reason, BENCH_TEXT, "no cached run of A has repeat and seed of one of B: their "
             "first seeds are %lld and %lld", (long long)seeds[0], (long long)seeds[1]);
  else
    snprintf(row->reason, BENCH_TEXT, "no cached runs in %s", seeds[0] < 0 ? "A" : "B");
}

static void judge_row(compare_row *row, const runs *r) {
  static const bench_figure of_cached[] = {BENCH_ESS_S, BENCH_GRADIENTS_S, BENCH_CACHED_S};
  int n_cold;
  pair *cached = pairs_of(r, BENCH_CACHED, &row->pairs), *cold = pairs_of(r, BENCH_COLD, &n_cold);
  judge_work(row, cached, row->pairs);
  note_short(row, cached, row->pairs);
  for (size_t i = 0; i < sizeof of_cached / sizeof *of_cached; i++)
    add_figure(row, of_cached[i], cached, row->pairs);
  row->verdict = STATISTIC_AMBIGUOUS;
  if (!row->pairs) {
    no_pairs(row, r);
  } else if (!row->n_figures) {
    snprintf(row->reason, BENCH_TEXT, "no figure is known in both");
  } else {
    row->verdict = row->figures[0].verdict;
    snprintf(row->reason, BENCH_TEXT, "%s", row->figures[0].reason);
  }
  add_figure(row, BENCH_COLD_S, cold, n_cold);
  free(cached);
  free(cold);
}

static void compare_rows(const bench_stored *const documents[2], const json_t *const both[2],
                         compare_row *row) {
  *row = (compare_row){.verdict = STATISTIC_SAME};
  restore_text(both[0], "id", row->id, sizeof row->id);
  check_valid(row, both);
  check_same(row, documents, both);
  if (row->verdict != STATISTIC_INVALID) {
    runs r = {0};
    r.a = restore_runs(both[0], &r.n_a);
    r.b = restore_runs(both[1], &r.n_b);
    judge_row(row, &r);
    free(r.a);
    free(r.b);
  }
  add_notes(row, "A", both[0]);
  add_notes(row, "B", both[1]);
}

/* --- rows that one has ---------------------------------------------------------------- */

/* The same workload on the same devices; other chains or threads, the ids being others. */
static bool is_sibling(const bench_stored *d, const json_t *row, const bench_stored *e,
                       const json_t *other) {
  const json_t *x = json_object_get(row, "devices"), *y = json_object_get(other, "devices");
  bool same = !strcmp(stored_text(stored_workload(d, row), "name"),
                      stored_text(stored_workload(e, other), "name")) &&
              !strcmp(stored_text(row, "backend"), stored_text(other, "backend")) &&
              !strcmp(stored_text(row, "form"), stored_text(other, "form")) &&
              json_array_size(x) == json_array_size(y);
  for (size_t i = 0; i < json_array_size(x) && same; i++)
    same = !strcmp(stored_text(json_array_get(x, i), "id"),
                   stored_text(json_array_get(y, i), "id"));
  return same;
}

static void find_alone(bench_comparison *c, const bench_stored *d, const bench_stored *e,
                       bool in_b) {
  const char *there = in_b ? "A" : "B";
  for (size_t i = 0; i < stored_rows(d); i++) {
    const json_t *row = stored_row(d, i), *sibling = NULL;
    if (row_of(e, stored_text(row, "id"))) continue;
    c->alone = run_grow(c->alone, (size_t)(c->n_alone + 1) * sizeof *c->alone);
    compare_alone *one = &c->alone[c->n_alone++];
    *one = (compare_alone){.in_b = in_b};
    restore_text(row, "id", one->id, sizeof one->id);
    const json_t *skipped = json_object_get(e->json, "skipped");
    for (size_t k = 0; k < json_array_size(skipped); k++) {
      const json_t *s = json_array_get(skipped, k);
      if (!strcmp(stored_text(s, "backend"), stored_text(row, "backend")))
        snprintf(one->text, BENCH_TEXT, "%s skipped it: %s", there, stored_text(s, "reason"));
    }
    for (size_t k = 0; k < stored_rows(e) && !sibling; k++) {
      const json_t *other = stored_row(e, k);
      if (!row_of(d, stored_text(other, "id")) && is_sibling(d, row, e, other)) sibling = other;
    }
    if (sibling)
      snprintf(one->text, BENCH_TEXT, "%s has it with chains=%lld, threads=%lld", there,
               (long long)restore_int(sibling, "chains"),
               (long long)restore_int(sibling, "threads"));
  }
}

/* --- all ------------------------------------------------------------------------------ */

static compare_source source_of(const bench_stored *d) {
  const json_t *e = json_object_get(d->json, "environment");
  compare_source s = {.name = run_text("%s", d->name), .path = run_text("%s", d->path)};
  restore_text(e, "time", s.time, sizeof s.time);
  restore_text(e, "ergode_version", s.version, sizeof s.version);
  restore_text(e, "commit", s.commit, sizeof s.commit);
  return s;
}

bench_comparison *bench_compare(const bench_stored *a, const bench_stored *b) {
  bench_comparison *c = run_alloc(sizeof *c);
  const bench_stored *const documents[2] = {a, b};
  c->a = source_of(a);
  c->b = source_of(b);
  compare_environment(c, a, b);
  c->rows = run_alloc((stored_rows(a) + 1) * sizeof *c->rows);
  for (size_t i = 0; i < stored_rows(a); i++) {
    const json_t *x = stored_row(a, i), *y = row_of(b, stored_text(x, "id"));
    if (!y) continue;
    const json_t *const both[2] = {x, y};
    compare_rows(documents, both, &c->rows[c->n_rows++]);
    compare_row_environment(c, x, y);
  }
  find_alone(c, a, b, false);
  find_alone(c, b, a, true);
  return c;
}

bench_comparison *bench_compare_report(const bench_stored *a, const bench_report *b,
                                       erg_problems *p) {
  char *text = NULL, *path = run_text("%s/bench.json", b->options->out ? b->options->out : ".");
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  bench_comparison *c = NULL;
  if (f) {
    erg_json *j = erg_json_to(f);
    erg_json_compact(j);
    erg_json_object(j, NULL);
    bench_write_json(b, j);
    erg_json_close(j);
    fclose(f);
    bench_stored *d = bench_stored_from_text("this run", path, text, size, p);
    if (d) c = bench_compare(a, d);
    bench_stored_free(d);
  }
  free(text);
  free(path);
  return c;
}

void bench_comparison_free(bench_comparison *c) {
  if (!c) return;
  compare_source *const sources[2] = {&c->a, &c->b};
  for (int i = 0; i < 2; i++) {
    free(sources[i]->name);
    free(sources[i]->path);
  }
  for (int i = 0; i < c->n_rows; i++) {
    for (int k = 0; k < c->rows[i].n_notes; k++) free(c->rows[i].notes[k]);
    free(c->rows[i].notes);
  }
  free(c->rows);
  free(c->drift);
  free(c->alone);
  free(c);
}

int bench_compare_count(const bench_comparison *c, statistic_verdict v) {
  int n = 0;
  for (int i = 0; i < c->n_rows; i++) n += c->rows[i].verdict == v;
  return n;
}

bool bench_compare_is_bad(const bench_comparison *c) {
  if (!c->n_rows) return true;
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    if (row->verdict == STATISTIC_INVALID || row->verdict == STATISTIC_AMBIGUOUS) return true;
    for (int k = 0; k < row->n_figures; k++) {
      const compare_figure *f = &row->figures[k];
      if (f->judged && (f->verdict == STATISTIC_SLOWER || f->verdict == STATISTIC_AMBIGUOUS))
        return true;
    }
  }
  return false;
}
