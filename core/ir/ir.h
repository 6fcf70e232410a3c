/* The intermediate representation: a log density as a graph of arrays over named
 * dimensions.
 *
 * A node's shape is a *set* of dimensions (ir_dims, one bit a dimension); its
 * values are stored row-major in ascending order of dimension number, so operands
 * that lack a dimension broadcast along it and nothing is ever transposed.
 * A dimension used twice in one table (`K[i,j]`) is two dimensions, the second an
 * alias of the first.
 *
 * Nodes are hash-consed: the same operation on the same arguments is one node.
 * Arguments always have smaller numbers than their user, so the numbers are a
 * topological order.
 *
 * The graph is built by core/lang, read as it is by the oracle (core/compile),
 * rewritten by the passes (core/ir) and turned into loops by core/emit.
 */
#ifndef ERGODE_IR_H
#define ERGODE_IR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef int32_t ir_id;    /* node number; IR_NONE where there is none */
typedef uint64_t ir_dims; /* set of dimensions, bit d is dimension d */
#define IR_NONE (-1)
#define IR_MAX_DIMS 64
#define IR_MAX_ARGS 3

/* X-macro of operations: name, text, number of arguments. Elementwise operations
 * broadcast over the union of their arguments' dimensions. */
#define IR_OPS(X)                                                            \
  /* leaves */                                                               \
  X(CONST, "const", 0)      /* number `value` */                             \
  X(DATA, "data", 0)        /* data entry `index` of ir_graph.data */        \
  X(INPUT, "input", 0)      /* unconstrained values of parameter `index` */  \
  X(CENTRE_L, "ell", 0)     /* likelihood precision l of family `index` */   \
  X(CENTRE_H, "h", 0)       /* its information vector h */                   \
  X(CENTRE_K, "kappa", 0)   /* the family's prior curvature, a scalar */     \
  X(CENTRE_NUMBER, "number", 0) /* which of its levels an element's l is */  \
  X(CENTRE_LEVEL, "level", 0) /* the values that l takes in the family */    \
  X(CENTRE_COUNT, "count", 0) /* how many elements have each */              \
  X(POSITION, "position", 0) /* 1-based index along dimension `dim` */       \
  X(RANDOM, "random", 3)    /* draw from distribution `index`, between its   \
                             * two parts where it has some; host only */     \
  /* elementwise, one argument */                                            \
  X(NEG, "neg", 1) X(ABS, "abs", 1) X(SQUARE, "square", 1)                   \
  X(SQRT, "sqrt", 1) X(RSQRT, "rsqrt", 1) /* 1/sqrt(x) */                    \
  X(INV, "inv", 1) X(EXP, "exp", 1) X(EXPM1, "expm1", 1) X(LOG, "log", 1)    \
  X(LOG1P, "log1p", 1) X(SIN, "sin", 1) X(COS, "cos", 1) X(TAN, "tan", 1)    \
  X(ATAN, "atan", 1) X(TANH, "tanh", 1) X(ERF, "erf", 1) X(ERFC, "erfc", 1)  \
  X(PHI, "Phi", 1)          /* standard normal cdf */                        \
  X(LGAMMA, "lgamma", 1) X(DIGAMMA, "digamma", 1) X(TRIGAMMA, "trigamma", 1) \
  X(INV_LOGIT, "inv_logit", 1) X(LOG1P_EXP, "log1p_exp", 1)                  \
  X(LOG1M_EXP, "log1m_exp", 1) /* log(1 - exp(x)), x < 0 */                  \
  X(FLOOR, "floor", 1) X(CEIL, "ceil", 1) X(ROUND, "round", 1)               \
  X(NOT, "not", 1)                                                           \
  /* elementwise, two arguments */                                           \
  X(ADD, "add", 2) X(SUB, "sub", 2) X(MUL, "mul", 2) X(DIV, "div", 2)        \
  X(POW, "pow", 2) X(MIN, "min", 2) X(MAX, "max", 2) X(ATAN2, "atan2", 2)    \
  X(FMOD, "fmod", 2)                                                         \
  X(LOG_GAMMA_P, "log_gamma_p", 2) /* log of the incomplete gamma functions  \
                                    * P(a, x) and Q(a, x) */                 \
  X(LOG_GAMMA_Q, "log_gamma_q", 2)                                           \
  X(LOG_T_CDF, "log_t_cdf", 2) /* Student's t with arg1 degrees of freedom */ \
  X(LT, "lt", 2) X(LE, "le", 2) X(GT, "gt", 2) X(GE, "ge", 2)                \
  X(EQ, "eq", 2) X(NE, "ne", 2) X(AND, "and", 2) X(OR, "or", 2)              \
  /* elementwise, three arguments */                                         \
  X(LOG_BETA_I, "log_beta_i", 3) /* log of the incomplete beta function      \
                                  * I_x(a, b): x, a, b */                    \
  /* test ? a : b, only the taken branch's value and gradient counting */    \
  X(IF, "if", 3)                                                             \
  /* structure */                                                            \
  X(GATHER, "gather", 2)    /* arg0 with dimension `dim` replaced by the     \
                             * 1-based positions in arg1 (its dimensions     \
                             * join; those they share align) */              \
  X(RENAME, "rename", 1)    /* dimension `dim` called `dim2`, equal sizes */ \
  X(SUM, "sum", 1)          /* over the dimensions `over` */                 \
  X(PROD, "prod", 1) X(REDUCE_MIN, "reduce_min", 1)                          \
  X(REDUCE_MAX, "reduce_max", 1)                                             \
  X(LOG_SUM_EXP, "log_sum_exp", 1)                                           \
  X(CONTRACT, "contract", 2) /* sum over `over` of arg0 * arg1 */            \
  X(PACK, "pack", 0)        /* `n_parts` scalars (or equal arrays) stacked   \
                             * along `dim`: a bracketed vector */            \
  /* made by passes only */                                                  \
  X(SEGSUM, "segsum", 2)    /* sum of arg0 over arg1's dimensions into `dim`:\
                             * the transpose of GATHER */                    \
  X(GATHER2, "gather2", 3)  /* two dimensions, `dim` and `dim2`, at once, by \
                             * positions that share dimensions */            \
  X(SEGSUM2, "segsum2", 3)  /* its transpose */                              \
  X(PICK, "pick", 2)        /* of arg0, over levels, that of number arg1 */  \
  X(SUMLOG, "sumlog", 1)    /* sum over `over` of log(arg0), by products */  \
  X(QR, "qr", 1)            /* R of the QR factorisation of the columns of   \
                             * `parts`, one after another: arrays of data    \
                             * with the rows `over`, or without some of them,\
                             * and columns along one more dimension or none. \
                             * arg0, if there is one: positions of groups,   \
                             * within which the columns are centred first.   \
                             * Rows `dim`, columns `dim2`, as many of each   \
                             * as columns */

typedef enum {
#define X(name, text, n) IR_##name,
  IR_OPS(X)
#undef X
  IR_OP_COUNT
} ir_op;

typedef struct {
  uint8_t op;       /* ir_op */
  uint8_t n_args;
  int16_t dim;      /* GATHER, RENAME, POSITION, PACK, SEGSUM, QR: the dimension */
  int16_t dim2;     /* RENAME: the new dimension; GATHER2, SEGSUM2, QR: the second */
  bool data_only;   /* no parameter below: computable once, when data are bound */
  bool random;      /* an IR_RANDOM below: a new value a draw */
  ir_dims dims;     /* shape of the result */
  ir_dims over;     /* SUM, CONTRACT, ...: reduced dimensions */
  ir_id args[IR_MAX_ARGS];
  int32_t index;    /* leaves: which data entry, parameter, family */
  int32_t parts;    /* PACK, RANDOM, QR: first part in ir_graph.parts */
  int32_t n_parts;
  double value;     /* CONST */
} ir_node;

typedef struct {
  char *name;        /* "#2" for the anonymous dimension of size 2 */
  int64_t size;      /* known once data are bound */
  char **labels;     /* size strings, or NULL */
  int alias_of;      /* dimension that it aliases, or -1 */
} ir_dimension;

/* A declared or folded array of data. */
typedef struct {
  char *name;            /* NULL for a folded constant */
  ir_dims dims;
  int rank;
  uint8_t order[8];      /* dimensions as declared, outermost first */
  int index_into;        /* dimension that it indexes, or -1 */
  bool integer;
  double *values;        /* canonical order; owned by the graph */
  int64_t n;
  ir_id node;
} ir_data;

typedef enum { IR_CENTRING_NONE, IR_CENTRING_AUTO, IR_CENTRING_PINNED_NONCENTRED } ir_centring;

/* A vector or scalar of unknowns. */
typedef struct {
  char *name;
  ir_dims dims;          /* of the natural value */
  int rank;
  uint8_t order[8];      /* as declared, outermost first: the order of outputs */
  char *support;         /* text of the support, for reports */
  int64_t offset;        /* first coordinate in the unconstrained vector */
  int64_t n;             /* number of unconstrained coordinates */
  ir_id input;           /* IR_INPUT node (unconstrained) */
  ir_id natural;         /* node of the natural value */
  ir_id unconstrain;     /* node over IR_DATA `natural_data` that maps a natural
                          * value to the unconstrained one (pinned forms, ell = h
                          * = 0 excepted: it uses the centring leaves), or IR_NONE */
  int32_t natural_data;  /* data entry standing for the natural value there */
  ir_centring centring;
  int32_t family;        /* number among the centred families, or -1 */
  int64_t element;       /* first element in the centring arrays */
  ir_id base;            /* centred value on its own scale: a (log a for lognormal) */
  ir_id weight;          /* elementwise prior curvature times scale^2, whose mean is
                          * kappa; IR_NONE where kappa is 1 (normal) */
  int line, column;      /* of its declaration in the model file */
} ir_param;

typedef enum { IR_TERM_PRIOR, IR_TERM_LIKELIHOOD, IR_TERM_JACOBIAN,
               IR_TERM_CENTRING /* -1/2 log H: in the sampler's density only */ } ir_term_kind;

/* One summand of the log density; the density is the sum of all their elements. */
typedef struct {
  ir_term_kind kind;
  char *name;            /* "prior of mu", "y" */
  ir_id node;            /* array; its elements add up */
  int32_t param;         /* PRIOR, JACOBIAN, CENTRING: the parameter, or -1 */
  int line, column;
} ir_term;

/* One use of a distribution: for draws of outcomes and for simulation. */
typedef struct {
  int32_t distribution;  /* number in the table of distributions */
  ir_id args[IR_MAX_ARGS];
  int n_args;
} ir_distribution_use;

/* An outcome named in [observe]. */
typedef struct {
  char *name;
  int32_t data;          /* data entry */
  int32_t term;
  ir_distribution_use use;
  ir_dims dims;
} ir_outcome;

/* A quantity that outputs report. */
typedef struct {
  char *name;
  ir_id node;
  int rank;
  uint8_t order[8];
  bool generated;        /* with each draw: of [generate], and of [define] with report */
} ir_quantity;

typedef struct {
  ir_dimension *dims;  int n_dims;
  ir_data *data;       int n_data;
  ir_param *params;    int n_params;
  ir_term *terms;      int n_terms;
  ir_outcome *outcomes; int n_outcomes;
  ir_quantity *quantities; int n_quantities;
  ir_node *nodes;      int n_nodes, cap_nodes;
  ir_id *parts;        int n_parts, cap_parts;
  int32_t *hash;       int cap_hash;
  int64_t dim;         /* unconstrained coordinates, D */
  int64_t n_elements;  /* centring elements */
  int32_t n_families;  /* centring families */
  bool no_collapse;    /* passes: keep loops over observations (for measurements) */
  char *title;
  char *file;          /* model file, for messages */
} ir_graph;

/* Life. All functions abort() on no memory only (a graph is small). */
ir_graph *ir_graph_new(void);
/* A graph of its own with the same numbers everywhere; data values are copied. */
ir_graph *ir_graph_copy(const ir_graph *g);
void ir_graph_free(ir_graph *g);

/* Tables; strings are copied. Return the new entry's number. */
int ir_add_dim(ir_graph *g, const char *name, int64_t size, int alias_of);
/* Anonymous dimension of this size ("#n"): found or made. */
int ir_anonymous_dim(ir_graph *g, int64_t size);
/* values: canonical order, n = product of sizes, copied. */
int ir_add_data(ir_graph *g, const char *name, int rank, const uint8_t *order,
                const double *values, int index_into, bool integer);
ir_param *ir_add_param(ir_graph *g, const char *name);
ir_term *ir_add_term(ir_graph *g, ir_term_kind kind, const char *name, ir_id node,
                     int param, int line, int column);
ir_outcome *ir_add_outcome(ir_graph *g, const char *name);
ir_quantity *ir_add_quantity(ir_graph *g, const char *name, ir_id node);

/* Nodes. Dimensions of the result are inferred; the caller has checked the types.
 * Numbers fold: an operation on CONSTs gives a CONST. */
ir_id ir_const(ir_graph *g, double value);
ir_id ir_data_node(ir_graph *g, int data);
ir_id ir_input(ir_graph *g, int param, ir_dims dims);
ir_id ir_centre(ir_graph *g, ir_op op, int family, ir_dims dims);
ir_id ir_position(ir_graph *g, int dim);
ir_id ir_unary(ir_graph *g, ir_op op, ir_id a);
/* The node if there is one, else IR_NONE. */
ir_id ir_find_unary(const ir_graph *g, ir_op op, ir_id a);
ir_id ir_find_product(const ir_graph *g, ir_id a, ir_id b);
ir_id ir_binary(ir_graph *g, ir_op op, ir_id a, ir_id b);
ir_id ir_if(ir_graph *g, ir_id test, ir_id a, ir_id b);
ir_id ir_log_beta_i(ir_graph *g, ir_id x, ir_id a, ir_id b);
ir_id ir_gather(ir_graph *g, ir_id source, int dim, ir_id positions);
ir_id ir_rename(ir_graph *g, ir_id a, int dim, int to);
/* SUM, PROD, REDUCE_MIN, REDUCE_MAX, LOG_SUM_EXP, SUMLOG */
ir_id ir_reduce(ir_graph *g, ir_op op, ir_id a, ir_dims over);
ir_id ir_pick(ir_graph *g, ir_id levels, ir_id numbers);
ir_id ir_contract(ir_graph *g, ir_id a, ir_id b, ir_dims over);
ir_id ir_pack(ir_graph *g, int dim, const ir_id *parts, int n);
ir_id ir_segsum(ir_graph *g, ir_id a, ir_id positions, int dim);
ir_id ir_gather2(ir_graph *g, ir_id source, int dim, ir_id positions, int dim2, ir_id positions2);
ir_id ir_segsum2(ir_graph *g, ir_id a, ir_id positions, int dim, ir_id positions2, int dim2);
/* groups: positions over `over`, or IR_NONE. */
ir_id ir_qr(ir_graph *g, const ir_id *parts, int n, ir_id groups, ir_dims over, int dim,
            int dim2);
/* A fresh value at each call of this function (never shared). shape: dimensions of
 * the draw, at least those of the arguments. */
ir_id ir_random(ir_graph *g, int distribution, const ir_id *args, int n_args, ir_dims shape);
/* The same between two bounds: a truncated distribution. */
ir_id ir_random_within(ir_graph *g, int distribution, const ir_id *args, int n_args,
                       ir_dims shape, ir_id lower, ir_id upper);

static inline const ir_node *ir_at(const ir_graph *g, ir_id n) { return &g->nodes[n]; }
static inline ir_dims ir_bit(int dim) { return (ir_dims)1 << dim; }
/* Number of elements of an array over `dims`. */
int64_t ir_size(const ir_graph *g, ir_dims dims);
/* Family of each centring element: family[n_elements]. */
void ir_element_families(const ir_graph *g, int32_t *family);
bool ir_is_elementwise(ir_op op);
/* A leaf of automatic centring. */
bool ir_is_centring(ir_op op);
/* The value of an operation on numbers where every libm agrees on it to the last bit;
 * false: it can't be told here (fold.c). */
bool ir_fold_unary(ir_op op, double a, double *r);
bool ir_fold_binary(ir_op op, double a, double b, double *r);
bool ir_is_const(const ir_graph *g, ir_id n, double value);
const char *ir_op_text(ir_op op);
/* Listing for people, one node a line: `model show --ir`. */
void ir_print(const ir_graph *g, FILE *out);
void ir_print_node(const ir_graph *g, ir_id id, FILE *out);

#endif
