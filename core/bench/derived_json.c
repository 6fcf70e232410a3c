/* Comparisons and curves as JSON. */
#include <math.h>

#include "bench/derive.h"

void bench_write_pairs(const bench_report *r, erg_json *j) {
  erg_json_array(j, "pairs");
  for (int i = 0; i < r->n_pairs; i++) {
    const bench_pair *p = &r->pairs[i];
    erg_json_object(j, NULL);
    erg_json_int(j, "workload", p->workload);
    erg_json_string(j, "a", r->rows[p->a].id);
    erg_json_string(j, "b", r->rows[p->b].id);
    erg_json_string(j, "figure", bench_figure_name(p->figure));
    erg_json_real(j, "ratio", p->ratio);
    erg_json_real(j, "low", p->low);
    erg_json_real(j, "high", p->high);
    erg_json_string(j, "verdict", p->verdict);
    erg_json_real(j, "break_even_draws", p->break_even_draws);
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void write_point(const bench_report *r, erg_json *j, const bench_point *p) {
  erg_json_object(j, NULL);
  erg_json_int(j, "n", p->n);
  erg_json_string(j, "row", p->row < 0 ? NULL : r->rows[p->row].id);
  erg_json_real(j, "seconds", p->seconds);
  erg_json_real(j, "speedup", p->speedup);
  erg_json_real(j, "efficiency", p->efficiency);
  erg_json_real(j, "imbalance", p->imbalance);
  if (isnan(p->straggler))
    erg_json_null(j, "straggler");
  else
    erg_json_int(j, "straggler", (int64_t)p->straggler);
  if (isnan(p->band[0]))
    erg_json_null(j, "band");
  else
    erg_json_reals(j, "band", p->band, 2);
  erg_json_string(j, "verdict", p->verdict);
  erg_json_string(j, "reason", p->reason);
  erg_json_end(j);
}

void bench_write_scaling(const bench_report *r, erg_json *j) {
  erg_json_array(j, "scaling");
  for (int i = 0; i < r->n_scaling; i++) {
    const bench_scaling *c = &r->scaling[i];
    erg_json_object(j, NULL);
    erg_json_int(j, "workload", c->workload);
    erg_json_string(j, "backend", c->backend);
    erg_json_string(j, "axis", c->axis);
    erg_json_string(j, "kind", c->kind);
    erg_json_array(j, "points");
    for (int k = 0; k < c->n_points; k++) write_point(r, j, &c->points[k]);
    erg_json_end(j);
    erg_json_end(j);
  }
  erg_json_end(j);
}
