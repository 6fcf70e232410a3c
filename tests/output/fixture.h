/* A schema with everything in it, and draws that a script can compute again. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "output/store.h"

enum { FIX_CHAINS = 4, FIX_WARMUP = 30, FIX_DRAWS = 100 };

/* Uniform on (0, 1) from chain, draw and place in the row. */
static inline double fix_uniform(int64_t chain, int64_t draw, int64_t offset) {
  uint32_t x = (uint32_t)(chain * 7919 + draw * 104729 + offset * 1299709 + 12345);
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return (x + 0.5) / 4294967296.0;
}

static inline out_schema *fix_schema(int64_t draws, bool save_warmup, erg_problems *p) {
  static const char *const schools[] = {"Choate", "Deerfield", "Phillips", "Ährenfeld"};
  const double y[] = {28, 8, -3, NAN}, n[] = {1, 2, 3, 4};
  out_schema *s = out_schema_new(FIX_CHAINS);
  int school = out_add_dim(s, "school", 4, schools), three = out_add_dim(s, "#3", 3, NULL);
  int coordinate = out_add_dim(s, "unconstrained", 6, NULL), mu = out_add_dim(s, "mu", 2, NULL);
  int matrix[2] = {school, three};
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "mu", 0, NULL, NULL, "population mean");
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "theta", 1, &school, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "Beta", 2, matrix, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR, OUT_I64, "count", 1, &mu, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, "lp", 0, NULL, NULL, "log density");
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, "acceptance_rate", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, "step_size", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, "energy", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_I64, "tree_depth", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_I64, "n_steps", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_BOOL, "diverging", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_BOOL, "reached_max_treedepth", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_LOG_LIKELIHOOD, OUT_F64, "y", 1, &school, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR_PREDICTIVE, OUT_F64, "y", 1, &school, NULL, NULL);
  out_add_variable(s, OUT_UNCONSTRAINED, OUT_F64, "q", 1, &coordinate, NULL, NULL);
  out_add_variable(s, OUT_OBSERVED_DATA, OUT_F64, "y", 1, &school, y, NULL);
  out_add_variable(s, OUT_CONSTANT_DATA, OUT_I64, "n", 1, &school, n, NULL);
  s->n_unconstrained = 6;
  out_set(&s->info.model, "eight_schools");
  out_set(&s->info.backend, "cpu");
  out_set(&s->info.algorithm, "nuts");
  out_set(&s->info.version, "0.1.0");
  s->info.seed = 18446744073709551615u;
  s->info.n_warmup = FIX_WARMUP;
  s->info.n_draws = draws;
  s->info.save_warmup = save_warmup;
  s->info.max_depth = 10;
  s->info.target_accept = 0.8;
  out_add_attribute(s, "note", "of a test");
  out_add_number(s, "lanes", 8, true);
  return out_schema_finish(s, p) ? s : NULL;
}

/* Row of a draw; draw counts on from the warm-up's first. */
static inline void fix_row(const out_schema *s, int chain, int64_t draw, double *row) {
  for (int v = 0; v < s->n_variables; v++) {
    const out_variable *x = &s->variables[v];
    for (int64_t i = 0; x->offset >= 0 && i < x->n; i++) {
      double u = fix_uniform(chain, draw, x->offset + i);
      row[x->offset + i] = x->type == OUT_F64   ? u
                           : x->type == OUT_I64 ? floor(1 + 9 * u)
                                                : u < 0.05;
    }
  }
}

/* Appends draws [from, to) of every chain, less `lag * chain` at the end. */
static inline bool fix_append(out_sink *k, const out_schema *s, bool warmup, int64_t from,
                              int64_t to, int64_t lag, erg_problems *p) {
  int64_t filled[FIX_CHAINS], capacity = to - from + 2;
  double *rows = calloc((size_t)(FIX_CHAINS * capacity * s->row), sizeof *rows);
  for (int c = 0; c < FIX_CHAINS; c++) {
    filled[c] = to - from > lag * c ? to - from - lag * c : 0;
    for (int64_t d = 0; d < filled[c]; d++) {
      fix_row(s, c, from + d + (warmup ? 0 : FIX_WARMUP), rows + (c * capacity + d) * s->row);
    }
  }
  const out_block b = {.warmup = warmup, .capacity = capacity, .filled = filled, .rows = rows};
  bool good = k->ops->append(k, &b, p);
  free(rows);
  return good;
}

static inline bool fix_adapted(out_sink *k, erg_problems *p) {
  double metric[6];
  for (int c = 0; c < FIX_CHAINS; c++) {
    for (int i = 0; i < 6; i++) metric[i] = 1 + c + 0.1 * i;
    if (!k->ops->adapted(k, c, 0.25 + c, metric, p)) return false;
  }
  return true;
}

/* A whole run: warm-up, draws in three blocks, the last ragged by `lag` a chain. */
static inline bool fix_run(out_sink *k, const out_schema *s, int64_t lag, bool interrupted,
                           erg_problems *p) {
  const double warmup_s[FIX_CHAINS] = {0.5, 0.5, 0.5, 0.5},
               sampling_s[FIX_CHAINS] = {1, 2, 3, 4};
  out_end end = {.interrupted = interrupted,
                 .warmup_s = warmup_s,
                 .sampling_s = sampling_s,
                 .total_s = 4.5,
                 .reason = interrupted ? "asked to stop" : NULL};
  int64_t n = s->info.n_draws;
  return k->ops->open(k, s, p) && fix_append(k, s, true, 0, FIX_WARMUP, 0, p) &&
         fix_adapted(k, p) && fix_append(k, s, false, 0, n / 3, 0, p) &&
         fix_append(k, s, false, n / 3, 2 * n / 3, 0, p) &&
         fix_append(k, s, false, 2 * n / 3, n, lag, p) && k->ops->close(k, &end, p);
}

#endif
