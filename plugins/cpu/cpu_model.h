/* What a launch of the CPU plug-in hands to the sampler's text. */
#ifndef ERG_PLUGINS_CPU_MODEL_H
#define ERG_PLUGINS_CPU_MODEL_H

#include <ergode/model.h>
#include "device/chain.h"

/* What a launch hands to one chain. `failed` gets the first negative status of logp. */
typedef struct cpu_model {
  const erg_model *model;
  const double *centring;
  void *scratch;
  erg_status failed;
} cpu_model;

typedef void (*cpu_run_function)(const erg_control *control, erg_chain *scalars,
                                 double *state, double *draws, double *statistics,
                                 int budget, cpu_model *model);

#endif
