/* Data made by a model's own [simulate]. */
#ifndef ERGODE_RUN_SIMULATE_H
#define ERGODE_RUN_SIMULATE_H

#include "lang/lang.h"
#include "read/dataset.h"

typedef struct {
  erg_dataset *data;   /* every data entry */
  erg_dataset *truth;  /* every parameter's value that made them */
  uint64_t seed;
} run_simulation;

/* seed: of the command line, or negative for the file's own. False with problems. */
bool run_simulate(const lang_model *m, const lang_options *options, int64_t seed,
                  run_simulation *out, erg_problems *p);
void run_simulation_free(run_simulation *s);

/* Writes a data set as CmdStan JSON; 0 or errno. */
int run_write_dataset(const erg_dataset *d, const char *path);

#endif
