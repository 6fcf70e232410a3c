/* What the interpreter of either precision works from: the needed nodes in order, and
 * for each how the index of its elements walks its arguments. Internal. */
#ifndef ERGODE_COMPILE_INTERPRET_PLAN_H
#define ERGODE_COMPILE_INTERPRET_PLAN_H

#include <stdatomic.h>

#include "compile/interpret.h"

/* Element i of a walk lies at map[i], or at i * stride where map is NULL. */
typedef struct {
  const int32_t *map;
  int32_t stride; /* 0 or 1 */
} plan_access;

static inline int32_t plan_at(plan_access a, int32_t i) {
  return a.map ? a.map[i] : i * a.stride;
}

typedef enum {
  PLAN_STATIC, /* of data alone: computed once */
  PLAN_DATA,   /* the graph's own values of a data entry, where they are of the precision */
  PLAN_BOUND,  /* a natural_data entry: the caller's memory */
  PLAN_RUN     /* computed in each run */
} plan_place;

typedef struct {
  uint8_t op;
  uint8_t place; /* plan_place */
  bool active;   /* depends on q: has an adjoint */
  ir_id node;
  int32_t n;      /* elements */
  int64_t offset; /* in the static values or the workspace's; DATA: number of the entry; BOUND:
                   * slot of the binding */
  int32_t arg[IR_MAX_ARGS]; /* steps */
  int32_t n_args;
  /* Elementwise, RANDOM: element of the result to element of the argument. GATHER:
   * [0] with `dim` left out, [1] the positions. Reductions and CONTRACT: with the
   * reduced dimensions left out, which `reduced` walks. SEGSUM: [0] and [1] walk the
   * summed elements, `into` the result with `dim` left out. QR: [0] and the parts walk
   * the rows. */
  plan_access access[IR_MAX_ARGS];
  plan_access reduced[2];
  plan_access into;
  int32_t n_walk; /* elements of the reduced walk; SEGSUM, PACK, QR: of the walk */
  int32_t stride; /* of `dim` in the source (GATHER) or the result (SEGSUM, PACK) */
  int32_t size;   /* of `dim` there */
  int32_t part;   /* PACK, RANDOM, QR: first of n_parts entries of part_step, part_access */
  int32_t n_parts;
} plan_step;

typedef struct {
  ir_dims array;
  ir_dims walk;
  int from, to;
  plan_access access;
} plan_map;

typedef struct {
  const ir_graph *graph;
  atomic_int users;
  plan_step *steps;
  int n_steps;
  int32_t *step_of;           /* node to step, or -1 */
  int64_t n_static, n_values; /* elements */
  int32_t largest_bound;      /* elements of the largest bound step */
  int32_t temporary;          /* elements of a step's operand or rest that is laid out anew, at
                               * most */
  int32_t *part_step;
  plan_access *part_access;
  int32_t n_parts;
  int32_t *bound; /* data entries that are bound */
  int n_bound;
  plan_map *maps;
  int n_maps;
  void *statics;     /* values of the static steps, of the precision's type; then, if
                      * anything is bound, NaN for what isn't yet */
  int32_t **gathers; /* per step: element of the source, -1 outside; static positions */
} plan;

/* in_place: data entries are read where the graph has them. */
plan *plan_new(const ir_graph *g, const ir_id *wanted, int n_wanted, bool in_place);
static inline bool plan_is_constant(const plan_step *s) {
  return s->place == PLAN_STATIC || s->place == PLAN_DATA;
}
/* Drops one user; frees with the last. */
void plan_release(plan *p);
/* Distance between neighbours along `dim` in an array over `array`. */
int64_t plan_stride(const ir_graph *g, ir_dims array, int dim);
void *plan_memory(size_t bytes); /* zeroed; aborts on no memory */

#endif
