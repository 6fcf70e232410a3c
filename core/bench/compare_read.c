/* A comparison read back from JSON: what compare_json.c writes. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench/compare_parts.h"
#include "bench/restore.h"
#include "run/text.h"

static compare_source read_source(const json_t *o) {
  compare_source s = {.name = run_text("%s", stored_text(o, "name")),
                      .path = run_text("%s", stored_text(o, "path"))};
  restore_text(o, "time", s.time, sizeof s.time);
  restore_text(o, "ergode_version", s.version, sizeof s.version);
  restore_text(o, "commit", s.commit, sizeof s.commit);
  return s;
}

static statistic_verdict verdict_of(const json_t *o) {
  int v = STATISTIC_INVALID;
  while (v > STATISTIC_FASTER &&
         strcmp(statistic_verdict_text((statistic_verdict)v), stored_text(o, "verdict")) != 0)
    v--;
  return (statistic_verdict)v;
}

static void read_figure(const json_t *o, compare_figure *f) {
  *f = (compare_figure){.a = restore_real(o, "a"),
                        .b = restore_real(o, "b"),
                        .ratio = {restore_real(o, "ratio"), restore_real(o, "low"),
                                  restore_real(o, "high"), (int)restore_int(o, "pairs"), 0},
                        .judged = json_is_string(json_object_get(o, "verdict")),
                        .verdict = verdict_of(o)};
  while (f->figure < BENCH_COLD_S &&
         strcmp(bench_figure_name(f->figure), stored_text(o, "figure")) != 0)
    f->figure++;
  restore_text(o, "reason", f->reason, sizeof f->reason);
}

static void read_row(const json_t *o, compare_row *row) {
  *row = (compare_row){.verdict = verdict_of(o), .pairs = (int)restore_int(o, "pairs")};
  restore_text(o, "id", row->id, sizeof row->id);
  restore_text(o, "reason", row->reason, sizeof row->reason);
  for (compare_work w = COMPARE_UNKNOWN; w <= COMPARE_OTHER; w++)
    if (!strcmp(compare_work_text(w), stored_text(o, "work"))) row->work = w;
  const json_t *figures = json_object_get(o, "figures"), *notes = json_object_get(o, "notes");
  for (size_t i = 0; i < json_array_size(figures) && row->n_figures < COMPARE_FIGURES; i++)
    read_figure(json_array_get(figures, i), &row->figures[row->n_figures++]);
  row->notes = run_alloc((json_array_size(notes) + 1) * sizeof *row->notes);
  for (size_t i = 0; i < json_array_size(notes); i++) {
    const char *text = json_string_value(json_array_get(notes, i));
    row->notes[row->n_notes++] = run_text("%s", text ? text : "");
  }
}

static void read_alone(const json_t *list, bool in_b, bench_comparison *c) {
  c->alone = run_grow(c->alone, ((size_t)c->n_alone + json_array_size(list) + 1) *
                                    sizeof *c->alone);
  for (size_t i = 0; i < json_array_size(list); i++) {
    compare_alone *one = &c->alone[c->n_alone++];
    *one = (compare_alone){.in_b = in_b};
    restore_text(json_array_get(list, i), "id", one->id, sizeof one->id);
    restore_text(json_array_get(list, i), "text", one->text, sizeof one->text);
  }
}

bench_comparison *bench_compare_read(const void *json) {
  const json_t *o = json;
  const json_t *rows = json_object_get(o, "rows"), *drift = json_object_get(o, "drift");
  if (restore_int(o, "bench_compare_version") != BENCH_COMPARE_VERSION) return NULL;
  bench_comparison *c = run_alloc(sizeof *c);
  c->a = read_source(json_object_get(o, "a"));
  c->b = read_source(json_object_get(o, "b"));
  c->drift = run_alloc((json_array_size(drift) + 1) * sizeof *c->drift);
  for (size_t i = 0; i < json_array_size(drift); i++) {
    compare_drift *d = &c->drift[c->n_drift++];
    restore_text(json_array_get(drift, i), "what", d->what, sizeof d->what);
    restore_text(json_array_get(drift, i), "a", d->a, sizeof d->a);
    restore_text(json_array_get(drift, i), "b", d->b, sizeof d->b);
  }
  c->rows = run_alloc((json_array_size(rows) + 1) * sizeof *c->rows);
  for (size_t i = 0; i < json_array_size(rows); i++)
    read_row(json_array_get(rows, i), &c->rows[c->n_rows++]);
  read_alone(json_object_get(o, "only_a"), false, c);
  read_alone(json_object_get(o, "only_b"), true, c);
  return c;
}
