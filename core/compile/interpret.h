/* The interpreter: evaluates nodes of an ir_graph array by array, with a reverse mode
 * of its own.
 *
 * It is compiled twice. `interpl` (long double, libm's long double functions) is the
 * oracle that every other way of computing the model is held against; it reads the
 * graph as the language made it. `interp` (double, the project's own elementary
 * functions, so that the results don't depend on the C library) turns draws into
 * natural values, and is the slow log density where no compiler is there.
 *
 * What depends on data alone is computed once, when the interpreter is made.
 *
 * Values outside a function's domain are NaN or infinite as IEEE 754 has it; a
 * position outside its dimension gathers NaN. IF takes value and gradient of the
 * taken branch only: an element whose adjoint is zero passes nothing on, so that a
 * NaN in the other branch doesn't leak.
 *
 * Data entries that stand for a parameter's natural value (ir_param.natural_data)
 * differ from run to run: they are read from what _bind was given.
 *
 * Threads: an interpreter belongs to one thread at a time; clones share what is
 * constant (program and data-only values) and may run at the same time. The graph
 * must outlive all of them and not change.
 */
#ifndef ERGODE_COMPILE_INTERPRET_H
#define ERGODE_COMPILE_INTERPRET_H

#include "compile/random.h"
#include "ir/ir.h"

/* The two forms have the same functions; I is the type's name, REAL its number.
 *
 * I_new: for the nodes `wanted` and all below them. Aborts on no memory only.
 * I_clone: a second workspace of the same program; each is freed on its own.
 * I_place: the same in the caller's memory of I_size bytes aligned to 64; never freed,
 *   it must not outlive the original. Cheap: some 20 ns.
 * I_bind: values (canonical order; kept by reference) of a natural_data entry.
 * I_run: evaluates at q [dim]; centring as in erg_model (NULL: non-centred); key:
 *   stream of IR_RANDOM nodes, NULL where there are none (they become NaN).
 * I_value: values of a node of the program, canonical order; n (may be NULL) receives
 *   their number. Valid until the next run. NULL: the node isn't part of the program.
 * I_gradient: after a run: d(sum of all elements of all `nodes`)/dq into grad [dim].
 *   A node that is listed twice counts twice.
 * I_adjoint: after I_gradient: derivative of that sum with respect to a node's
 *   elements. NULL where the node doesn't depend on q. */
#define INTERP_DECLARE(I, REAL)                                                      \
  typedef struct I I;                                                                \
  I *I##_new(const ir_graph *g, const ir_id *wanted, int n_wanted);                  \
  I *I##_clone(const I *original);                                                   \
  size_t I##_size(const I *original);                                                \
  I *I##_place(const I *original, void *memory);                                     \
  void I##_free(I *ws);                                                              \
  void I##_bind(I *ws, int data, const REAL *values);                                \
  void I##_run(I *ws, const REAL *q, const double *centring, const random_key *key); \
  const REAL *I##_value(const I *ws, ir_id node, int64_t *n);                        \
  void I##_gradient(I *ws, const ir_id *nodes, int n_nodes, REAL *grad);             \
  const REAL *I##_adjoint(const I *ws, ir_id node);

INTERP_DECLARE(interp, double)
INTERP_DECLARE(interpl, long double)

/* Offsets of the elements of an array over `array` as an index walks the dimensions
 * `order` (outermost first, `rank` of them); dimensions that the array lacks don't
 * move it. malloc()ed, product of the sizes long. */
int32_t *interp_offsets(const ir_graph *g, ir_dims array, const uint8_t *order, int rank);

#endif
