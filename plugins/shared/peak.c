#include "peak.h"

#include <math.h>
#include <string.h>
#include "engine/engine.h"

static erg_status wrong(const peak_launches *l, const char *what) {
  return engine_fail(l->host, ERG_DEVICE,
                     "%s computes wrong %s: a peak of wrong numbers is none%s", l->device, what,
                     l->if_wrong);
}

erg_status peak_read(const peak_launches *l, int passes, double total, double *seconds) {
  double best = INFINITY;
  for (int pass = 0; pass <= passes; pass++) {
    double took = 0, sum = 0;
    erg_status status = l->read(l->data, &took);
    if (status != ERG_OK) return status;
    for (size_t i = 0; i < l->n; i++) sum += l->sums[i];
    if (!(fabs(sum - total) <= 1e-9 * total)) return wrong(l, "sums");
    if (pass > 0 && took > 0 && took < best) best = took;
  }
  *seconds = isfinite(best) ? best : NAN;
  return ERG_OK;
}

erg_status peak_multiply_add(const peak_launches *l, int passes, long first_rounds,
                             long most_rounds, double least_s, double each, double *rounds_s) {
  long rounds = first_rounds;
  int timed = 0;
  double best = INFINITY;
  for (int pass = 0; timed < passes; pass++) {
    double took = 0;
    erg_status status = l->multiply_add(l->data, rounds, &took);
    if (status != ERG_OK) return status;
    for (size_t i = 0; i < l->n; i++)
      if (l->sums[i] != each) return wrong(l, "multiply-adds");
    if (pass == 0) continue;
    if (took < least_s && rounds < most_rounds) {
      rounds *= 2;
      timed = 0;
      best = INFINITY;
      continue;
    }
    timed++;
    if (took > 0 && took < best) best = took;
  }
  *rounds_s = isfinite(best) ? (double)rounds / best : NAN;
  return ERG_OK;
}

void peak_give(const erg_peaks *found, erg_peaks *out) {
  uint32_t size = out->size < sizeof *found ? out->size : (uint32_t)sizeof *found;
  memcpy(out, found, size);
  out->size = size;
}
