/* How busy the devices were: extension erg.telemetry/1, defined in ergode/sampler.h. */
#include <math.h>
#include <string.h>

#include "engine/run.h"

void engine_work_begin(engine_work *w, const erg_chain *scalars, int32_t chains, double now) {
  if (w->launches == 0) w->first_s = now;
  w->last_s = now;
  for (int32_t c = 0; c < chains; c++) w->before[c] = scalars[c].gradients;
}

void engine_work_end(engine_work *w, double now) {
  w->busy_s += now - w->last_s;
  w->last_s = now;
}

void engine_work_count(engine_work *w, const erg_chain *scalars, const engine_shape *shapes,
                       int32_t n_shares) {
  for (int32_t i = 0; i < n_shares; i++) {
    double most = 0;
    for (int32_t c = shapes[i].first; c < shapes[i].first + shapes[i].chains; c++) {
      double made = scalars[c].gradients - w->before[c];
      w->gradients += made;
      if (made > most) most = made;
    }
    w->most += most * shapes[i].chains;
    w->launches++;
  }
}

void engine_work_tell(const engine_work *w, erg_telemetry *out) {
  uint32_t size = out->size;
  double passed = w->last_s - w->first_s;
  erg_telemetry t = {.device_busy = passed > 0 ? w->busy_s / passed : NAN,
                     .lane_efficiency = w->most > 0 ? w->gradients / w->most : NAN,
                     .launches = w->launches};
  if (size > sizeof t) size = sizeof t;
  memcpy(out, &t, size);
  out->size = size;
}
