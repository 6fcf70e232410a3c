#include "device/prologue_vector.h"
#include "device/elementary.h"
#include "device/philox.h"
#include "lanes.h"
#include "lanes_model.h"
#include "device/sampler.h"

void lanes_vector(lanes_job *j) {
  erg_run_chain(j->control, j->scalars, j->state, j->draws, j->statistics, j->budget,
                j->previous, j->next, j->scratch);
}
