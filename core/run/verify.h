/* Whether a device computes the right numbers: a small model with known moments is sampled
 * on it; every draw's log density is held against the oracle (the interpreter in long
 * double), means and standard deviations against the truth. */
#ifndef ERGODE_RUN_VERIFY_H
#define ERGODE_RUN_VERIFY_H

#include <ergode/sampler.h>
#include "run/host.h"

typedef struct {
  bool good;
  char *reason;          /* why not, to be freed; NULL where good */
  erg_status status;     /* of the run; ERG_OK where it ran to its end */
  int64_t draws;
  double lp_error;       /* largest relative error of a draw's log density */
  int gradients;         /* points at which the device's gradient was checked; 0: it has
                          * no way to tell (erg.gradient/1) */
  double gradient_error; /* largest, as run/gate.h defines it, of host and device */
  double worst_z;        /* largest distance of a mean or sd, in Monte Carlo errors */
  char worst_name[64];
  double seconds;
  char hash[17];         /* of all draws' bits: equal where devices agree to the bit */
} run_verdict;

/* device: an id of sampler->devices. Prints nothing. */
void run_verify(run_host *host, const erg_sampler *sampler, const char *device, int threads,
                run_verdict *out);

#endif
