/* Figures of a finished run that its summary hasn't; not timed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cell.h"
#include "run/text.h"

/* Elements read at once: each reading goes through the whole file. */
#define WINDOW_BYTES (256 << 20)

cell_draws cell_draws_of(const run_job *j, erg_problems *p) {
  cell_draws d = {.job = j, .schema = j->memory ? j->schema : out_draws_schema(j->disk),
                  .problems = p};
  if (!j->memory) {
    d.draws = out_draws_count(j->disk);
    int64_t one = out_draws_chains(j->disk) * d.draws, room = one ? WINDOW_BYTES / 8 / one : 1;
    d.room = room > 1 ? room : 1;
    d.variable = -1;
    d.window = run_alloc((size_t)(d.room * one + 1) * sizeof *d.window);
  }
  return d;
}

bool cell_draws_get(cell_draws *d, int variable, int64_t element, erg_draws *out) {
  if (d->job->memory) return out_memory_draws(d->job->memory, variable, element, out);
  int64_t chains = out_draws_chains(d->job->disk), at = element - d->first;
  if (variable != d->variable || at < 0 || at >= d->count) {
    int64_t left = d->schema->variables[variable].n - element;
    d->variable = -1;
    d->first = element;
    d->count = left < d->room ? left : d->room;
    at = 0;
    if (!out_draws_read(d->job->disk, variable, element, d->count, d->window, d->problems))
      return false;
    d->variable = variable;
  }
  *out = (erg_draws){.size = sizeof *out, .values = d->window + at * chains * d->draws,
                     .chains = (int)chains, .draws = d->draws,
                     .chain_stride = d->draws, .draw_stride = 1};
  return true;
}

void cell_draws_free(cell_draws *d) { free(d->window); }

/* --- time to convergence -------------------------------------------------------------- */

static bool converged(diag_work *w, cell_draws *all, const out_summary *s, int64_t scalar,
                      int64_t draws) {
  erg_draws d;
  if (s->rows[scalar].constant) return true;
  if (!cell_draws_get(all, s->variable[scalar], s->element[scalar], &d)) return false;
  d.draws = draws;
  return diag_r_hat(w, &d) < BENCH_CONVERGED_R_HAT &&
         diag_ess_bulk(w, &d) >= BENCH_CONVERGED_ESS &&
         diag_ess_tail(w, &d) >= BENCH_CONVERGED_ESS;
}

/* Draws of the first prefix that has converged; 0: none. What failed last is tried first:
 * most prefixes cost one quantity. */
static int64_t converged_draws(diag_work *w, cell_draws *all, const out_summary *s) {
  int64_t worst = 0;
  for (int k = 1; k <= BENCH_PREFIXES; k++) {
    int64_t draws = s->draws * k / BENCH_PREFIXES, i = 0;
    if (draws < 4 || !s->n || !converged(w, all, s, worst, draws)) continue;
    while (i < s->n && converged(w, all, s, i, draws)) i++;
    if (i == s->n) return draws;
    worst = i;
  }
  return 0;
}

/* --- truth ---------------------------------------------------------------------------- */

static void collect_truth(const run_job *j, cell_result *out) {
  const erg_dataset *truth = j->model.simulation.truth;
  const out_summary *s = j->summary;
  for (int64_t i = 0; truth && i < s->n; i++) {
    const erg_array *a = erg_dataset_get(truth, s->schema->variables[s->variable[i]].name);
    const diag_summary *row = &s->rows[i];
    if (!a || s->element[i] >= a->n || row->constant) continue;
    double value = a->values[s->element[i]];
    bool inside = value >= row->low89 && value <= row->high89;
    out->truth_of++;
    out->truth_inside += inside;
    if (!inside && !out->truth_name[0])
      out_element_name(s->schema, s->variable[i], s->element[i], true, out->truth_name,
                       BENCH_NAME);
  }
}

/* --- squares -------------------------------------------------------------------------- */

static void collect_squares(diag_work *w, cell_draws *all, const out_summary *s, cell *out) {
  double *squares = NULL;
  for (int64_t i = 0; i < out->result->n_moments; i++) {
    erg_draws d;
    if (!cell_draws_get(all, s->variable[i], s->element[i], &d)) continue;
    double sum = 0;
    if (!squares) squares = run_alloc((size_t)(d.chains * d.draws + 1) * sizeof *squares);
    for (int c = 0; c < d.chains; c++)
      for (int64_t k = 0; k < d.draws; k++) {
        double x = d.values[c * d.chain_stride + k * d.draw_stride];
        sum += squares[c * d.draws + k] = x * x;
      }
    d.values = squares;
    d.chain_stride = d.draws;
    d.draw_stride = 1;
    out->moments[i].square = sum / (double)(d.chains * d.draws);
    out->moments[i].mcse_square = diag_mcse_mean(w, &d);
  }
  free(squares);
}

/* --- all ------------------------------------------------------------------------------ */

void cell_collect(const run_job *j, cell *out, erg_problems *p) {
  const out_summary *s = j->summary;
  bench_once *f = &out->result->figures;
  if (!s) return;
  diag_work *w = diag_work_new();
  if (!w) return;
  cell_draws all = cell_draws_of(j, p);
  for (int64_t i = 0; i < s->n; i++)
    if (!s->rows[i].constant && !(f->ess_square <= s->rows[i].ess_sd))
      f->ess_square = s->rows[i].ess_sd;
  int lp = out_find(all.schema, OUT_SAMPLE_STATS, "lp");
  erg_draws d;
  if (lp >= 0 && cell_draws_get(&all, lp, 0, &d)) f->ess_lp = diag_ess_bulk(w, &d);
  int64_t draws = converged_draws(w, &all, s);
  if (draws)
    f->converged_s =
        f->stages.warmup + f->stages.sampling * (double)draws / (double)s->draws;
  for (int c = 0; s->n_steps && s->chains <= BENCH_CHAINS_KEPT && c < s->chains; c++)
    f->chain_gradients[f->n_chain_gradients++] = s->n_steps[c];
  collect_truth(j, out->result);
  collect_squares(w, &all, s, out);
  cell_draws_free(&all);
  diag_work_free(w);
}
