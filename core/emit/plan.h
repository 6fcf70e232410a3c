/* The schedule of a program: private to core/emit. */
#ifndef ERGODE_EMIT_PLAN_H
#define ERGODE_EMIT_PLAN_H

#include "emit/emit.h"

#define EMIT_W 8    /* virtual lanes: ERG_W of the prologues */
#define EMIT_TILE 4 /* blocks of lanes that a transposed product takes at once */

/* How a node is computed. */
typedef enum {
  EMIT_DEAD,
  EMIT_NUMBER,       /* CONST */
  EMIT_DATA_SCALAR,  /* data-only, no dimensions: D[...] */
  EMIT_DATA_ARRAY,   /* data-only with dimensions: laid out where it is used */
  EMIT_SCALAR_INPUT, /* q, C: no dimensions; over levels: a value a lane */
  EMIT_ARRAY_INPUT,  /* q, C: an array */
  EMIT_SCALAR,       /* computed between loops; over levels: a value a lane */
  EMIT_ELEMENT,      /* computed in the loop over its dimensions, from values there */
  EMIT_GATHER,       /* there, by a map from another array (GATHER, RENAME, broadcast) */
  EMIT_READ,         /* a scalar: one element of an array */
  EMIT_REDUCE,       /* a scalar: accumulated in the loop over the argument */
  EMIT_SEGMENT,      /* array: segments of a stored array summed (SEGSUM, SUM to an array)
                      * or folded (PROD, REDUCE_MIN, REDUCE_MAX) */
  EMIT_MATVEC,       /* array: data matrix times stored vector, in the loop over rows */
  EMIT_TRANSPOSED,   /* array over columns, accumulated in the loop over rows */
  EMIT_PACK          /* array of scalars, stored between loops */
} emit_kind;

typedef struct {
  emit_kind kind;
  int stage;
  int uses;
  bool fused;           /* a product written inside the fma of its only user */
  int scratch;          /* number of its scratch array, or -1 */
  int lanes;            /* REDUCE that folds: a block for the lanes' results. In a loop by
                         * tiles TRANSPOSED: the tile's values of the vector; MATVEC: the
                         * tile's results. Else -1 */
  ir_id matrix, vector; /* MATVEC, TRANSPOSED */
} emit_info;

typedef struct {
  ir_dims space;
  int stage;
} emit_loop;

/* An array of D. */
typedef struct {
  ir_id node;
  ir_dims space;   /* laid out over these dimensions, broadcast; 0: a scalar */
  ir_dims columns; /* matrix: tiles of EMIT_W rows (space), columns inside */
  int reads, pass; /* passes (loops, or code between them) that read it; the last */
} emit_real;

/* An array of I. */
typedef struct {
  enum { EMIT_MAP, EMIT_SEGMENTS } kind;
  ir_id node;       /* GATHER, RENAME, SEGSUM or SUM whose map it is; IR_NONE: broadcast */
  ir_dims from, to; /* MAP: loop over `to` reads an array over `from`.
                     * SEGMENTS: array over `from` is summed into `to` */
  int reads, pass;
} emit_map;

/* A number that the source reads from the head of I. */
typedef struct {
  enum {
    EMIT_SIZE,
    EMIT_REAL_AT,
    EMIT_MAP_AT,
    EMIT_Q_AT,
    EMIT_SCRATCH_AT,
    EMIT_ELL_AT,
    EMIT_H_AT,
    EMIT_KAPPA_AT,
    EMIT_NUMBER_AT,
    EMIT_LEVEL_AT,
    EMIT_COUNT_AT,
    EMIT_ELEMENT_AT,
    EMIT_ELEMENTS,
    EMIT_POSITION_AT,
    EMIT_AHEAD /* columns from a tile of a matrix to the one that is asked for */
  } kind;
  int number;   /* of real, map, param, scratch, family, node */
  ir_dims dims; /* SIZE */
  int pass;     /* the last that names it */
  bool outside; /* read outside loops, for all that follows there */
} emit_slot;

/* Scratch array: n elements rounded up to lanes, then one block of zeros; an accumulator:
 * `blocks` blocks of lanes for each element. */
typedef struct {
  ir_dims dims;
  int blocks; /* 0: no accumulator */
} emit_scratch;

struct emit_plan {
  const ir_program *program;
  ir_graph *g; /* program->graph */
  int n_nodes;
  emit_info *info; /* [n_nodes] */
  ir_dims level;   /* the dimension of levels (IR_CENTRE_LEVEL), as many as lanes; or 0 */
  emit_loop *loops;
  int n_loops;
  int n_stages;
  emit_real *reals;
  int n_reals;
  emit_map *maps;
  int n_maps;
  emit_slot *slots;
  int n_slots;
  emit_scratch *scratches;
  int n_scratches;
  ir_id *roots;
  int n_roots;
  const char *functions[64];
  int n_functions;
  int pass;   /* being written */
  char *text; /* of erg_model; made with the plan, since it makes the slots */
};

/* Number of the slot with this value, which the pass being written names then. */
int emit_slot_of(emit_plan *p, int kind, int number, ir_dims dims);
int emit_real_of(emit_plan *p, ir_id node, ir_dims space, ir_dims columns);
int emit_map_of(emit_plan *p, int kind, ir_id node, ir_dims from, ir_dims to);
void emit_use_function(emit_plan *p, const char *name);
/* Makes plan->text, slots, reals, maps and functions. */
void emit_write_model(emit_plan *p);
/* Operations of one element; *functions: calls of elementary functions. */
double emit_operations(const ir_node *n, double *functions);
/* Operations, functions and bytes of a gradient, as emit.h defines them; map_integers:
 * [n_maps] integers of each. */
void emit_count(const emit_plan *p, const uint64_t *map_integers, emit_blobs *blobs);
bool emit_is_loop_kind(emit_kind k);
/* Whether the node's values lie in the lanes of one register. */
bool emit_in_lanes(const emit_plan *p, ir_id n);
/* Reductions other than sums: by product, minimum or maximum. */
bool emit_folds(ir_op op);
/* Dimensions of the loop in which the node's work is done; 0: between loops. */
ir_dims emit_home(const emit_plan *p, ir_id n);

#endif
