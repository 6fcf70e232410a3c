/* The layout of a run's files: from the columns of natural values and the sampler's
 * statistics. */
#ifndef ERGODE_RUN_SCHEMA_H
#define ERGODE_RUN_SCHEMA_H

#include <ergode/sampler.h>
#include "compile/natural.h"
#include "output/store.h"

/* Adds, in this order: the columns of `plan` (a row's first doubles), the sampler's
 * statistics, the unconstrained coordinates (0: not kept). Observed and constant data
 * too, with up to `data_limit` elements each. The caller sets info and finishes. */
out_schema *run_schema(const ir_graph *g, const natural *plan, const erg_sampler *sampler,
                       int chains, int32_t unconstrained, int64_t data_limit);

#endif
