/* From draws in unconstrained coordinates to what outputs hold: natural values,
 * generated and defined quantities, log likelihoods of observations, replicated
 * outcomes, log densities of the model's terms.
 *
 * A plan belongs to one thread at a time; clones share what is constant. The graph must
 * outlive them.
 */
#ifndef ERGODE_COMPILE_NATURAL_H
#define ERGODE_COMPILE_NATURAL_H

#include <ergode/error.h>
#include "compile/interpret.h"

/* What to report, in this order; sum of: */
typedef enum {
  NATURAL_PARAMS = 1,         /* every parameter's natural value */
  NATURAL_GENERATED = 2,      /* [generate] */
  NATURAL_DEFINED = 4,        /* [define] */
  NATURAL_LOG_LIKELIHOOD = 8, /* the term of each outcome, element by element */
  NATURAL_REPLICATED = 16,    /* a draw of each outcome that has one distribution */
  NATURAL_TERMS = 32          /* the sum of each term of the log density */
} natural_what;

/* One array of the report. Its values are row-major over dims as declared. */
typedef struct {
  natural_what kind;
  int index;        /* parameter, quantity, outcome or term of the graph */
  const char *name; /* the graph's */
  int rank;
  uint8_t dims[IR_MAX_DIMS]; /* dimensions of the graph, outermost first */
  int64_t n;                 /* elements */
  int64_t offset;            /* of the first in the row of values */
} natural_column;

typedef struct natural natural;

natural *natural_new(const ir_graph *g, unsigned what);
natural *natural_clone(const natural *original);
void natural_free(natural *plan);
/* The columns, in the order of `offset`; owned by the plan. */
const natural_column *natural_columns(const natural *plan, int *count);
/* Doubles of a row: the sum of all n. */
int64_t natural_width(const natural *plan);
/* One row. key: for random quantities and replicated outcomes; NULL makes them NaN. Its
 * purpose is set here. */
void natural_run(natural *plan, const double *q, const double *centring, const random_key *key,
                 double *row);

/* ---- back to unconstrained coordinates ---- */

typedef struct unconstrain unconstrain;

/* NULL where no order of the parameters works (the graph is wrong). */
unconstrain *unconstrain_new(const ir_graph *g);
unconstrain *unconstrain_clone(const unconstrain *original);
void unconstrain_free(unconstrain *u);

/* values[p]: natural value of parameter p, row-major as declared (ir_param.order), all
 * of its elements; NULL: its coordinates stay as q has them. False with *message (to be freed) naming the parameter that lies
 * outside its support or has no way back. */
bool unconstrain_run(unconstrain *u, const double *const *values, const double *centring,
                     double *q, char **message);
/* The point with the same natural values under centring `after` as q has under `before`.
 * Coordinates of parameters without automatic centring stay as they are. q_new may be q.
 * ERG_UNSUPPORTED where a centred parameter has no way back; ERG_REJECT where the result
 * isn't finite, and q_new is then q. */
erg_status unconstrain_recentre(unconstrain *u, const double *before, const double *after,
                                const double *q, double *q_new);

#endif
