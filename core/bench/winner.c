#include "bench/winner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show.h"
#include "run/text.h"

/* The pair's ratio with the best row on top, whichever way the pair has it. */
static void take_pair(const bench_report *r, const bench_pair *p, bench_contest *c) {
  c->pair = (int)(p - r->pairs);
  c->turned = p->a != c->best;
  c->ratio = c->turned ? 1 / p->ratio : p->ratio;
  c->low = c->turned ? 1 / p->high : p->low;
  c->high = c->turned ? 1 / p->low : p->high;
  bool faster = !strcmp(p->verdict, c->turned ? "SLOWER" : "FASTER");
  c->outcome = faster                       ? WINNER_CLEAR
               : !strcmp(p->verdict, "SAME") ? WINNER_ALIKE
                                             : WINNER_UNDECIDED;
}

bench_contest bench_contest_of(const bench_report *r, int workload, int64_t chains) {
  bench_contest c = {.workload = workload, .outcome = WINNER_NONE, .best = -1, .second = -1,
                     .pair = -1, .ratio = NAN, .low = NAN, .high = NAN};
  int *rows = run_alloc((size_t)(r->n_rows + 1) * sizeof *rows);
  int n = show_order(r, workload, rows);
  for (int i = 0; i < n && c.second < 0; i++) {
    const bench_row *row = &r->rows[rows[i]];
    if (row->verdict != BENCH_VALID || (chains && row->chains != chains)) continue;
    if (c.best < 0) {
      c.best = rows[i];
      c.outcome = WINNER_ALONE;
      continue;
    }
    const bench_row *best = &r->rows[c.best];
    c.outcome = WINNER_UNMATCHED;
    if (row->chains != best->chains || row->threads != best->threads) continue;
    const bench_pair *p = show_pair(r, c.best, rows[i], BENCH_ESS_S);
    if (!p || isnan(p->ratio)) continue;
    c.second = rows[i];
    take_pair(r, p, &c);
  }
  free(rows);
  return c;
}
