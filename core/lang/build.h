/* One building of a model: the state that lowering shares. Internal. */
#ifndef ERGODE_LANG_BUILD_H
#define ERGODE_LANG_BUILD_H

#include "ir/distribution.h"
#include "lang/model.h"

#define LANG_MAX_RANK 8
#define LANG_MAX_ELEMENTS ((int64_t)1 << 31)

/* The value of an expression. node == IR_NONE: a problem has been reported. */
typedef struct {
  ir_id node;
  int rank;
  uint8_t order[LANG_MAX_RANK]; /* its dimensions, outermost first */
  int into;                     /* dimension that its values index, or -1 */
  const lang_item *item;        /* the entry whose value it is as a whole, or NULL */
} lang_value;

#define LANG_BAD ((lang_value){.node = IR_NONE, .into = -1})

typedef enum { LANG_NEW, LANG_ACTIVE, LANG_DONE, LANG_FAILED } lang_state;

/* What an item of the model has become. */
typedef struct {
  lang_state state;
  lang_value value;
  int number;              /* DATA: data entry, PARAM: parameter; -1 */
  const erg_array *array;  /* DATA: the file's */
} lang_symbol;

/* An application of a distribution. */
typedef struct {
  int number;              /* -1: a problem has been reported */
  int n_args;
  lang_value args[IR_MAX_ARGS];
  const ast *call;
} lang_distribution;

typedef struct {
  const char *name;
  int dim;
} lang_index;

typedef struct {
  const lang_model *m;
  const erg_dataset *data;
  const lang_options *options;
  erg_problems *p;
  ir_graph *g;
  lang_arena arena;        /* texts of messages */
  bool simulation;
  bool binding;            /* data are being bound: nothing else is known yet */
  lang_symbol *symbols;    /* one an item */
  int *dim_state;          /* lang_state of each dimension */
  /* scope */
  lang_index indices[32];
  int n_indices;
  ir_dims bound;           /* dimensions of the indices in scope */
  ir_id guard;             /* data-only test that selects elements, or IR_NONE */
  bool random;             /* distributions draw here */
  ir_dims random_dims;     /* shape of such draws */
  /* definitions being lowered, innermost last */
  int active[256];
  int n_active;
  int depth;
} lang_builder;

/* ---- shapes.c --------------------------------------------------------------- */
lang_value lang_make(lang_builder *b, ir_id node);
lang_value lang_scalar(lang_builder *b, double value);
/* "[county, house]" or "a number" */
const char *lang_shape(lang_builder *b, const uint8_t *order, int rank);
const char *lang_shape_of(lang_builder *b, ir_dims dims);
int lang_base(const lang_builder *b, int dim); /* of an alias; else dim itself */
/* Dimensions outermost first: by base, then number. False where more than eight. */
bool lang_order(const lang_builder *b, ir_dims dims, uint8_t *order, int *rank);
/* A dimension equal to `dim` that isn't in `avoid`: itself or an alias. -1 with an error. */
int lang_alias(lang_builder *b, int dim, ir_dims avoid, erg_place place);
int lang_anonymous(lang_builder *b, int64_t size, erg_place place); /* -1 with an error */
/* Makes a bracketed vector, or an expression of such, follow the one dimension of its
 * length among `dims`. */
ir_id lang_fit_vector(lang_builder *b, ir_id node, ir_dims dims);
/* The same values over exactly `dims` more. */
ir_id lang_widen(lang_builder *b, ir_id node, ir_dims dims);
/* Aliases whose base is neither in the shape nor bound become their base. */
ir_id lang_unalias(lang_builder *b, ir_id node);
bool lang_check_size(lang_builder *b, ir_dims dims, erg_place place);
/* Declared dimensions of an entry: resolves sizes. */
bool lang_type_dims(lang_builder *b, const ast_type *type, uint8_t *order, int *rank);

/* ---- dims.c ------------------------------------------------------------------- */
bool lang_size_dims(lang_builder *b);
const lang_size *lang_override(const lang_builder *b, const char *name);
/* Size of a declared dimension, worked out if need be; -1 with a problem. */
int64_t lang_dim_size(lang_builder *b, int dim);
/* Names that sizes take from the data, each once; returns their number. */
int lang_size_entries(const lang_builder *b, const char **names, int room);

/* ---- data.c ------------------------------------------------------------------- */
bool lang_bind_data(lang_builder *b);
lang_value lang_bind_item(lang_builder *b, int i);
/* Place of element k (canonical order) of data entry of `item`. */
erg_place lang_element_place(const lang_builder *b, const lang_item *item, int64_t k);
/* "y[3, 2]" */
const char *lang_element_name(lang_builder *b, const char *name, const uint8_t *order, int rank,
                              ir_dims dims, int64_t k);

/* ---- evaluate.c ----------------------------------------------------------------- */
/* Values of a data-only node without random parts (malloc'd), or NULL where it isn't one
 * or is too large. */
double *lang_evaluate(const ir_graph *g, ir_id node);
/* From the flat index over dims `to` to that over its subset `from`. */
int64_t lang_project(const ir_graph *g, ir_dims to, int64_t k, ir_dims from);

/* ---- expression.c --------------------------------------------------------------- */
lang_value lang_lower(lang_builder *b, const ast *e);
/* Value of a name; with `whole`, dimensions bound by an index are renamed. */
lang_value lang_name(lang_builder *b, const ast *e, bool whole);
lang_value lang_binary(lang_builder *b, ir_op op, lang_value x, lang_value y, erg_place place);
bool lang_bind_index(lang_builder *b, const char *name, int dim, erg_place place, int *bound);
const lang_index *lang_find_index(const lang_builder *b, const char *name);
const char *lang_known_names(lang_builder *b, const char *name);

/* ---- reduce.c, contract.c, index.c, functions.c ----------------------------------- */
bool lang_is_reduction(const char *name);
lang_value lang_reduction(lang_builder *b, const ast *e, lang_value x, ir_dims over);
lang_value lang_loop(lang_builder *b, const ast *e);
lang_value lang_contraction(lang_builder *b, const ast *e, lang_value x, lang_value y);
lang_value lang_indexed(lang_builder *b, const ast *e);
lang_value lang_call(lang_builder *b, const ast *e);
bool lang_is_function(const char *name);

/* ---- equations.c -------------------------------------------------------------------- */
/* Value of a definition or generated quantity; dims of the target where it has some. */
lang_value lang_equations(lang_builder *b, const lang_item *item);
/* Binds the indices of a left side over a target of known dimensions; `test` receives the
 * condition or IR_NONE. */
bool lang_bind_left(lang_builder *b, const ast_left *left, const lang_value *target,
                    ir_id *test);

/* ---- resolve.c -------------------------------------------------------------------- */
/* Value of item number i, lowered if need be. */
lang_value lang_resolve(lang_builder *b, int i, erg_place place);

/* ---- distribute.c -------------------------------------------------------------------- */
lang_distribution lang_apply(lang_builder *b, const ast *e);
/* Checks that arguments broadcast to dims, and fits bracketed vectors. */
bool lang_fit_args(lang_builder *b, lang_distribution *d, ir_dims dims, const char *of);
ir_id lang_log_density(lang_builder *b, const lang_distribution *d, ir_id y);
ir_id lang_draw(lang_builder *b, const lang_distribution *d, ir_dims dims);
ir_distribution_use lang_use(const lang_distribution *d);

/* ---- params.c, priors.c ---------------------------------------------------------------- */
bool lang_declare_params(lang_builder *b);
lang_value lang_param(lang_builder *b, int i);
void lang_lay_out_params(lang_builder *b);
typedef struct {
  ir_id lower, upper; /* IR_NONE: none */
} lang_bounds;
/* Bounds of a scalar support; false with a problem. */
bool lang_support_bounds(lang_builder *b, const ast_type *type, lang_bounds *bounds);
/* Checks that the support lies in the distribution's range and gives the log of the
 * truncation's normalising constant (IR_NONE: none). */
bool lang_truncation(lang_builder *b, const lang_item *item, const lang_distribution *d,
                     lang_bounds bounds, ir_id *log_constant);
ir_id lang_prior_draw(lang_builder *b, const lang_item *item, lang_distribution *d,
                      lang_bounds bounds, ir_dims dims);

/* ---- observe.c ------------------------------------------------------------------------- */
bool lang_observe(lang_builder *b);
bool lang_is_outcome(const lang_builder *b, const char *name);
/* Draw of an outcome from [observe]. */
lang_value lang_draw_outcome(lang_builder *b, int item, erg_place place);

/* ---- simulate.c ------------------------------------------------------------------------ */
lang_value lang_simulate_item(lang_builder *b, int i);
/* Adds the quantities of a simulation: n_data of data, then true values. */
bool lang_simulate(lang_builder *b, int *n_data);

/* Remembers and restores what a definition's scope changes. */
typedef struct {
  int n_indices;
  ir_dims bound;
  ir_id guard;
  bool random;
  ir_dims random_dims;
} lang_scope;
static inline lang_scope lang_enter(lang_builder *b) {
  return (lang_scope){b->n_indices, b->bound, b->guard, b->random, b->random_dims};
}
static inline void lang_leave(lang_builder *b, lang_scope s) {
  b->n_indices = s.n_indices;
  b->bound = s.bound;
  b->guard = s.guard;
  b->random = s.random;
  b->random_dims = s.random_dims;
}
/* A fresh scope for a definition that another one refers to. */
static inline lang_scope lang_enter_fresh(lang_builder *b) {
  lang_scope s = lang_enter(b);
  b->bound = 0;
  b->guard = IR_NONE;
  b->random = false;
  b->random_dims = 0;
  return s;
}

static inline ir_dims lang_dims(const lang_builder *b, ir_id n) { return ir_at(b->g, n)->dims; }

#endif
