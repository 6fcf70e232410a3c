/* From the graph of a log density to a program: its value and gradient as one
 * simplified graph, ready to be turned into loops.
 *
 * Passes, in order: simplification with hoisting, collapse to sufficient statistics
 * and functions of gathered values computed once a group (algebra.h); reverse-mode
 * differentiation on the graph itself; functions of centred elements' precision once a
 * level; logarithms summed by products. Data-only nodes
 * remain as they are; whoever binds data computes them once (by the interpreter).
 */
#ifndef ERGODE_IR_PASSES_H
#define ERGODE_IR_PASSES_H

#include "ir/ir.h"

/* What a pass left: nodes that hang on unknowns, and the numbers that they are, elements
 * of arrays counted one by one. */
typedef struct {
  const char *name, *about;
  int nodes;
  int64_t numbers;
} ir_pass_record;

typedef struct {
  ir_graph *graph;   /* owned; numbers of data, params, dims as in the source graph */
  ir_id lp;          /* scalar: density that the sampler targets */
  ir_id lp_reported; /* scalar: without the centring terms */
  ir_id *gradient;   /* [n_params]: d lp / d input, broadcast to the input's shape */
  /* [n_params], IR_NONE unless automatically centred: */
  ir_id *base;   /* centred value */
  ir_id *outer;  /* d (lp without own prior and centring term) / d base */
  ir_id *weight; /* prior curvature times scale^2, or IR_NONE where 1 */
  ir_pass_record passes[5]; /* the first: the graph as it came */
  int n_passes;
} ir_program;

typedef struct {
  bool no_collapse; /* leave likelihoods as loops over observations (benchmarks) */
} ir_pass_options;

/* options may be NULL. The graph needs dimension sizes, not data values. Returns NULL
 * with a static reason where an operation has no gradient form yet (the interpreter
 * then serves). */
ir_program *ir_program_build(const ir_graph *g, const ir_pass_options *options,
                             const char **reason);
void ir_program_free(ir_program *p);
void ir_program_print(const ir_program *p, FILE *out);
/* The passes and what each left. */
void ir_program_print_passes(const ir_program *p, FILE *out);

/* Reachability: marks[node] = 1 for all nodes below the roots (those of value >= 0). */
void ir_mark(const ir_graph *g, const ir_id *roots, int n, uint8_t *marks);

/* Rewrites every node below the roots by `visit`, bottom up, data-only ones excepted: of
 * the old node and its new arguments and parts, the new node. Returns map[old] = new (or
 * IR_NONE), which the caller frees. */
typedef ir_id (*ir_visitor)(ir_graph *g, ir_id old, const ir_id *args, const ir_id *parts,
                            void *context);
ir_id *ir_rewrite(ir_graph *g, ir_id *roots, int n, ir_visitor visit, void *context);

/* What hangs on nothing of an element but its likelihood precision, by level (levels.c).
 * Changes nothing where nothing is centred. */
void ir_use_levels(ir_graph *g, ir_id *roots, int n);

/* Adjoints of `wrt` for the scalar root. Contributions from nodes marked in `late`
 * (may be NULL) are added last, so that sums without them are shared. False with a
 * reason if an operation has no adjoint. */
bool ir_adjoints(ir_graph *g, ir_id root, const uint8_t *late, int n_late, const ir_id *wrt,
                 int n, ir_id *adjoints, const char **reason);

#endif
