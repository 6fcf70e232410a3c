/* Peaks of a device by the kernels of its plug-in: launches whose sums are checked, and the
 * best time of several. A peak of wrong numbers is none. */
#ifndef PEAK_H
#define PEAK_H

#include <stddef.h>
#include <ergode/plugin.h>

typedef struct peak_launches {
  const erg_host *host;
  const char *device;      /* its id */
  const char *if_wrong;    /* next step where it computes wrong numbers, or "" */
  double *sums;            /* of the last launch, one of each thread */
  size_t n;
  void *data;
  /* One launch: its sums, and its seconds by the device's clock, 0 where there are none. */
  erg_status (*read)(void *data, double *seconds);
  erg_status (*multiply_add)(void *data, long rounds, double *seconds);
} peak_launches;

/* Seconds of the best of `passes` launches, after one that warms up or compiles; NaN where
 * the device tells none. `total`: the sum of all sums, right to 1e-9. */
erg_status peak_read(const peak_launches *l, int passes, double total, double *seconds);
/* Rounds a second, as above. Launches are lengthened, up to most_rounds, until they take
 * least_s. `each`: every sum, exactly. */
erg_status peak_multiply_add(const peak_launches *l, int passes, long first_rounds,
                             long most_rounds, double least_s, double each, double *rounds_s);

/* Copies what there is room for. */
void peak_give(const erg_peaks *found, erg_peaks *out);

#endif
