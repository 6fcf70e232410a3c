/* A comparison as JSON; docs/schema/bench_compare.schema.json lists the keys. */
#include <stdio.h>

#include "bench/compare.h"

static void write_source(erg_json *j, const char *key, const compare_source *s) {
  erg_json_object(j, key);
  erg_json_string(j, "name", s->name);
  erg_json_string(j, "path", s->path);
  erg_json_string(j, "time", *s->time ? s->time : NULL);
  erg_json_string(j, "ergode_version", *s->version ? s->version : NULL);
  erg_json_string(j, "commit", *s->commit ? s->commit : NULL);
  erg_json_end(j);
}

static void write_figure(erg_json *j, const compare_figure *f) {
  erg_json_object(j, NULL);
  erg_json_string(j, "figure", bench_figure_name(f->figure));
  erg_json_real(j, "a", f->a);
  erg_json_real(j, "b", f->b);
  erg_json_real(j, "ratio", f->ratio.median);
  erg_json_real(j, "low", f->ratio.low);
  erg_json_real(j, "high", f->ratio.high);
  erg_json_int(j, "pairs", f->ratio.n);
  erg_json_string(j, "verdict", f->judged ? statistic_verdict_text(f->verdict) : NULL);
  erg_json_string(j, "reason", f->reason);
  erg_json_end(j);
}

static void write_row(erg_json *j, const compare_row *row) {
  erg_json_object(j, NULL);
  erg_json_string(j, "id", row->id);
  erg_json_string(j, "verdict", statistic_verdict_text(row->verdict));
  erg_json_string(j, "reason", row->reason);
  erg_json_int(j, "pairs", row->pairs);
  erg_json_string(j, "work", compare_work_text(row->work));
  erg_json_array(j, "figures");
  for (int i = 0; i < row->n_figures; i++) write_figure(j, &row->figures[i]);
  erg_json_end(j);
  erg_json_strings(j, "notes", (const char *const *)row->notes, (size_t)row->n_notes);
  erg_json_end(j);
}

static void write_alone(erg_json *j, const bench_comparison *c, const char *key, bool in_b) {
  erg_json_array(j, key);
  for (int i = 0; i < c->n_alone; i++) {
    if (c->alone[i].in_b != in_b) continue;
    erg_json_object(j, NULL);
    erg_json_string(j, "id", c->alone[i].id);
    erg_json_string(j, "text", c->alone[i].text);
    erg_json_end(j);
  }
  erg_json_end(j);
}

void bench_compare_write(const bench_comparison *c, erg_json *j) {
  erg_json_int(j, "bench_compare_version", BENCH_COMPARE_VERSION);
  write_source(j, "a", &c->a);
  write_source(j, "b", &c->b);
  erg_json_object(j, "counts");
  for (int v = STATISTIC_FASTER; v <= STATISTIC_INVALID; v++)
    erg_json_int(j, statistic_verdict_text((statistic_verdict)v),
                 bench_compare_count(c, (statistic_verdict)v));
  erg_json_end(j);
  erg_json_array(j, "drift");
  for (int i = 0; i < c->n_drift; i++) {
    erg_json_object(j, NULL);
    erg_json_string(j, "what", c->drift[i].what);
    erg_json_string(j, "a", c->drift[i].a);
    erg_json_string(j, "b", c->drift[i].b);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_array(j, "rows");
  for (int i = 0; i < c->n_rows; i++) write_row(j, &c->rows[i]);
  erg_json_end(j);
  write_alone(j, c, "only_a", false);
  write_alone(j, c, "only_b", true);
}
