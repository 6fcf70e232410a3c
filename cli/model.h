/* Loading a model from a command's options. */
#ifndef ERGODE_CLI_MODEL_H
#define ERGODE_CLI_MODEL_H

#include "cli/common.h"
#include "run/load.h"

/* Loads the first argument with --data and --dim; prints the problems. False: exit 2. */
bool cli_load_model(const cli_args *args, run_model *m);

#endif
