/* Points in natural parameters, as a user writes them: JSON, one object or a list of them,
 *   {"mu": 1, "sigma": 0.5, "theta": [0, 0, 0]}
 */
#ifndef ERGODE_RUN_GIVEN_H
#define ERGODE_RUN_GIVEN_H

#include "ir/ir.h"
#include "read/dataset.h"

typedef struct {
  erg_dataset **all;
  int n;
  bool list;          /* written as a list */
} run_given;

/* NULL with problems. The problems' places point into the points. */
run_given *run_given_read(const char *path, erg_problems *p);
void run_given_free(run_given *points);

/* values[k] of every parameter, row-major as declared, pointing into `d`: names and shapes
 * are checked. A parameter without a value is a problem, or with `partial` NULL. */
bool run_given_bind(const ir_graph *g, const erg_dataset *d, bool partial,
                     const double **values, erg_problems *p);

#endif
