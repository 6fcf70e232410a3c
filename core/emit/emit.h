/* From a program (ir/passes.h) to source in the portable dialect, and the arrays of
 * data that the source reads.
 *
 * The source depends on the model and the passes only, never on sizes or values: one
 * compilation serves every data set of a model. Sizes, offsets and index maps are read
 * from the integer blob I, data-only values from the real blob D (model.h,
 * erg_model_source).
 *
 * Schedule: every unknown array node is computed in a loop over its own dimensions,
 * flattened. Loops are ordered by stages; a loop reads other shapes through gathers and
 * segment sums with precomputed maps, so there are no atomics and every sum has one
 * fixed order. Nodes of one shape and stage share a loop: forward and reverse are fused
 * wherever the data dependences allow it.
 */
#ifndef ERGODE_EMIT_EMIT_H
#define ERGODE_EMIT_EMIT_H

#include "ir/passes.h"

typedef struct emit_plan emit_plan;

/* Keeps a reference to the program, which must outlive it. NULL with a static reason
 * where a program has no loop form yet. */
emit_plan *emit_plan_new(const ir_program *program, const char **reason);
void emit_plan_free(emit_plan *plan);
/* Stages and loops, for people: `model show --ir`. */
void emit_plan_print(const emit_plan *plan, FILE *out);
/* The same in short: what a gradient does, loop by loop, which dimensions it no longer
 * walks, and what is computed once from the data. */
void emit_plan_summary(const emit_plan *plan, FILE *out);

/* Text of `erg_model` alone (no prologue, no elementary functions). Freed by the
 * caller. */
char *emit_model_text(const emit_plan *plan);
/* Elementary functions that the text calls ("erg_exp", ...), NULL-terminated, owned by
 * the plan. */
const char *const *emit_functions(const emit_plan *plan);
/* Self-contained C of the model for a CPU: prologue, functions, model and the exported
 *   void erg_model_entry(const double *D, const int *I, const double *C, double *S,
 *                        const double *q, double *g, double *lp, double *moments);
 * Freed by the caller. */
char *emit_c_source(const emit_plan *plan);
/* The same in C++ for AVX2 with FMA: what gcc keeps in registers there (prologue_pair.h). */
char *emit_cxx_source(const emit_plan *plan);

/* Values of a data-only node of program->graph, canonical order; valid until the next
 * call. */
typedef const double *(*emit_evaluator)(void *context, ir_id node);

typedef struct {
  double *reals; /* D, n_reals, 64-byte aligned */
  uint64_t n_reals;
  int32_t *integers; /* I */
  uint64_t n_integers;
  uint64_t scratch_doubles; /* S, a chain */
  /* Of one gradient with its log density, counted over elements, not over the padding of
   * vectors; what is done a call and not an element of the model (stage's scalars) counts
   * too.
   *   flops      additions, subtractions, multiplications, divisions, square roots,
   *              comparisons and choices: 1 each, a fused multiply-add 2, 1/sqrt 2; a sum
   *              of n numbers n
   *   functions  calls of exp, log, lgamma, ..., whatever operations one takes
   *   bytes      of D and I, an array as often as a loop reads it; not a chain's own
   *              memory (q, g, C, S) */
  double flops, functions, bytes;
} emit_blobs;

/* Lays the data out. False where they don't fit 32-bit indices (reason set) or there
 * is no memory. */
bool emit_bind(const emit_plan *plan, emit_evaluator evaluate, void *context, emit_blobs *blobs,
               const char **reason);
void emit_blobs_free(emit_blobs *blobs);

#endif
