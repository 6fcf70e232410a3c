/* The devices' part of telemetry. */
#ifndef ERGODE_MEASURE_INSTRUMENTS_H
#define ERGODE_MEASURE_INSTRUMENTS_H

#include "measure/telemetry.h"

typedef struct {
  const erg_sensors_extension *from; /* NULL: no device is watched */
  const char *const *ids;
  int n;
  erg_sensors *open[TELEMETRY_DEVICES];
  char no_sensors[TELEMETRY_REASON]; /* why one of them couldn't be opened */
  int opened;                        /* it was tried */
  double joules[TELEMETRY_DEVICES];  /* power integrated */
  double last_watts[TELEMETRY_DEVICES], last_t;
  double memory_sum, clock_sum;
  long memory_n, clock_n;
  int throttled;                     /* 1: in some sample; -1: not known in one */
  char throttled_by[TELEMETRY_REASON], no_throttle[TELEMETRY_REASON];
} instruments;

void instruments_attach(instruments *d, const erg_sensors_extension *from,
                        const char *const *ids, int n);
/* A sample: opens at the first one. */
void instruments_read(instruments *d, double t_s, telemetry_sample *s, telemetry_result *r);
/* The last values; r has the processor's part already. */
void instruments_close(instruments *d, telemetry_result *r);

#endif
