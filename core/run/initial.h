/* Initial points of the chains from natural values that the user gives, all or some. */
#ifndef ERGODE_RUN_INITIAL_H
#define ERGODE_RUN_INITIAL_H

#include <ergode/model.h>
#include "run/given.h"

typedef struct {
  const ir_graph *graph;
  const erg_model *model;
  const run_given *points; /* an object for all chains, or a list with one for each */
  int32_t chains;
  uint64_t seed;
  double radius;            /* of the coordinates that are drawn */
} run_initial;

/* [chains][dim] for erg_job.initial, to be freed; NULL with problems. Coordinates of
 * parameters without a value are uniform on (-radius, radius): the best of 16 points by log
 * density, as samplers have it. A point whose log density isn't finite is a problem. */
double *run_initial_points(const run_initial *from, erg_problems *p);

/* For runs that found no start: warns of each term of the log density that isn't finite where
 * all coordinates are 0, at its line of the model. */
void run_warn_of_terms(const ir_graph *g, const erg_source *model, erg_problems *p);

#endif
