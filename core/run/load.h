/* From what the user names (a model file, data, sizes) to a checked graph. */
#ifndef ERGODE_RUN_LOAD_H
#define ERGODE_RUN_LOAD_H

#include "ir/ir.h"
#include "lang/lang.h"
#include "run/simulate.h"

typedef struct {
  const char *model;          /* file, or name of a shipped model */
  const char *text;           /* the model itself, `model` its name; NULL: it's a file */
  const char *data;           /* file, or NULL: data that the model simulates */
  const char *const *sizes;   /* "NAME=SIZE", NULL-terminated, or NULL */
  int64_t seed;               /* of the simulation; negative: the model's own */
  const run_simulation *simulated; /* made before, of this model, sizes and seed; stays the
                               * caller's, and outlives the model. NULL: made if needed */
} run_inputs;

/* Everything is owned by it; the problems' places point into it. */
typedef struct run_model {
  char *path;                 /* of the file really read */
  char *name;                 /* "radon" of ".../radon.toml" */
  char *data_path;            /* NULL: simulated, or no data needed */
  erg_source *source;
  lang_model *lang;
  erg_dataset *data;          /* NULL where none are needed */
  run_simulation simulation;  /* data NULL where they are not simulated */
  bool given;                 /* the simulation is the caller's */
  ir_graph *graph;
} run_model;

/* False with problems; *m is to be released in any case, after the problems. */
bool run_load(const run_inputs *inputs, run_model *m, erg_problems *p);
/* Hands the texts over to the problems, which may then outlive the model. */
void run_keep_sources(run_model *m, erg_problems *p);
void run_unload(run_model *m);

#endif
