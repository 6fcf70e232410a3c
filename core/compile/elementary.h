/* Elementary functions in double for the host: our own (device/host_math.h). Internal. */
#ifndef ERGODE_COMPILE_ELEMENTARY_H
#define ERGODE_COMPILE_ELEMENTARY_H

#include <math.h>

#include "device/host_math.h"

/* Second derivative of digamma: only the gradient of trigamma needs it. Abramowitz &
 * Stegun 6.4.6, 6.4.7, 6.4.12. */
static inline double elementary_tetragamma(double x) {
  if (x <= 0) {
    double angle = M_PI * (x - floor(x)), s = ergm_sin(angle);
    return elementary_tetragamma(1 - x) -
           2 * M_PI * M_PI * M_PI * ergm_cos(angle) / (s * s * s);
  }
  double shift = 0;
  for (; x < 14; x += 1) shift += 2 / (x * x * x);
  double s = 1 / (x * x);
  double sum =
      s *
      (0.5 - s * (1.0 / 6 -
                  s * (1.0 / 6 - s * (0.3 - s * (5.0 / 6 - s * (691.0 / 210 - s * 17.5))))));
  return -s - s / x - sum * s - shift;
}

#endif
