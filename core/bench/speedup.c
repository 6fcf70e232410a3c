#include "bench/speedup.h"

#include <math.h>

speedup_point speedup_of(speedup_kind kind, int n, double seconds_one, double seconds_n) {
  static const struct {
    int n;
    double low, high;
  } bands[] = {{2, 1.6, 2}, {4, 3, 4}, {8, 6, 8}};
  speedup_point p = {NAN, NAN, NAN, NAN, n == 1 ? SPEEDUP_FIRST : SPEEDUP_UNJUDGED};
  for (unsigned i = 0; i < sizeof bands / sizeof *bands; i++) {
    if (bands[i].n != n) continue;
    p.low = bands[i].low;
    p.high = bands[i].high;
  }
  bool known = isfinite(seconds_one) && seconds_one > 0 && isfinite(seconds_n) && seconds_n > 0;
  if (!known || n < 1) return p;
  p.speedup = (kind == SPEEDUP_WEAK ? n : 1) * seconds_one / seconds_n;
  p.efficiency = p.speedup / n;
  if (!isnan(p.low))
    p.verdict = p.speedup >= p.low && p.speedup <= p.high ? SPEEDUP_PASS : SPEEDUP_WARNING;
  return p;
}

double speedup_imbalance(const int64_t *chain_gradients, int chains, int parts,
                         int *straggler) {
  *straggler = -1;
  if (parts < 1 || chains < parts) return NAN;
  double most = -1, all = 0;
  for (int part = 0, first = 0; part < parts; part++) {
    int end = (int)((int64_t)chains * (part + 1) / parts);
    double sum = 0;
    for (; first < end; first++) sum += (double)chain_gradients[first];
    all += sum;
    if (sum > most) {
      most = sum;
      *straggler = part;
    }
  }
  if (all > 0) return most * parts / all;
  *straggler = -1;
  return NAN;
}
