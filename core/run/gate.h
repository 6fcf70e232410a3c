/* The gate: log densities and gradients against the oracle, at points that cover what a
 * warm-up meets. `bench` prints no number of a backend, and `verify` passes no device,
 * that fails it.
 *
 * The oracle is the long double interpreter of the graph as the language made it
 * (compile/interpret.h). Half of the points are evaluated in the non-centred form, half
 * under a random centring of the whole range.
 *
 * Errors are relative to what was added up, since that is what rounding scales with:
 *   log density  |lp - oracle| / max(1, sum over the model's terms of |term|)
 *   gradient     |g_i - oracle_i| / max(1, |oracle_i|, 1e-3 max_j |oracle_j|)
 */
#ifndef ERGODE_RUN_GATE_H
#define ERGODE_RUN_GATE_H

#include <ergode/sampler.h>
#include "ir/ir.h"

enum { RUN_GATE_POINTS = 20 };
#define RUN_GATE_LIMIT 1e-10

/* Points and the oracle's answers. */
typedef struct {
  int32_t dim, n;           /* n: found with a finite log density */
  int32_t n_plain;          /* the first n_plain are non-centred, the others under: */
  double *centring;         /* NULL where the model has no centring */
  double *q;                /* [n][dim + ERG_PADDING] */
  long double *lp;          /* [n][2]: as erg_model.logp */
  double *scale;            /* [n]: sum of |term| */
  long double *gradient;    /* [n][dim] */
} run_points;

/* Up to n points; fewer where finite log densities are rare (20 tries a point). */
run_points *run_points_new(const ir_graph *g, int32_t n, uint64_t seed);
void run_points_free(run_points *p);

typedef struct {
  int32_t done;             /* 1: there was a way to evaluate, and it was used */
  int32_t passed;
  int32_t points;
  double lp_error, gradient_error; /* largest, as defined above */
  int32_t point, coordinate;       /* where the gradient's is; -1: the log density */
  char reason[400];         /* why it didn't pass */
} run_gate;

/* The host's form of the model, through erg_model.logp. */
void run_gate_model(const run_points *p, const erg_model *model, run_gate *out);
/* The sampler's devices, through its extension erg.gradient/1; not `done` where it has
 * none. `job` names model, devices, threads and settings; the rest is set here. */
void run_gate_sampler(const run_points *p, const erg_host *host, const erg_sampler *sampler,
                        const erg_job *job, const char *(*reason)(void *data, erg_status code),
                        void *data, run_gate *out);

#endif
