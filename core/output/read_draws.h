/* Draws read back from disk: NetCDF of Ergode, ArviZ, PyMC; Stan CSV of Ergode and
 * CmdStan. A parameter at a time.
 */
#ifndef ERGODE_OUTPUT_READ_DRAWS_H
#define ERGODE_OUTPUT_READ_DRAWS_H

#include "output/store.h"

typedef struct out_draws out_draws;

/* One path: a run's folder (draws.nc, else draws.nc.part, else its *.csv files), a .nc
 * file, or a CSV file; several paths: Stan CSV files, one a chain. Problems: no such
 * file, not one of these formats, CSV files of different models. */
out_draws *out_draws_open(const char *const *paths, int n, erg_problems *p);
void out_draws_close(out_draws *d);

/* Variables found, with dims and labels; group posterior (or prior, if there is no
 * posterior), sample_stats, posterior_predictive and observed_data; CSV columns ending
 * in __ are sample_stats under ArviZ's names (lp, acceptance_rate, step_size,
 * tree_depth, n_steps, diverging, energy). info holds what the file tells. Owned by d. */
const out_schema *out_draws_schema(const out_draws *d);
int out_draws_chains(const out_draws *d);
/* Kept draws a chain: of the shortest, where the file is of a killed run. */
int64_t out_draws_count(const out_draws *d);
bool out_draws_partial(const out_draws *d); /* a .part file, or cut short */

/* Elements first .. first+count-1 of a variable: values[element][chain][draw]; of observed
 * data values[element]. */
bool out_draws_read(out_draws *d, int variable, int64_t first, int64_t count, double *values,
                    erg_problems *p);

#endif
