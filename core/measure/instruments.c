#include "measure/instruments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- opening -------------------------------------------------------------------------- */

static void no_log(void *data, erg_log_level level, const char *text) {
  (void)data, (void)level, (void)text;
}
static erg_status keep_reason(void *data, erg_status code, const char *text) {
  snprintf(data, TELEMETRY_REASON, "%s", text);
  return code;
}
static int never(void *data) { return (void)data, 0; }
static const void *nothing(void *data, const char *id) { return (void)data, (void)id, NULL; }

void instruments_attach(instruments *d, const erg_sensors_extension *from,
                        const char *const *ids, int n) {
  *d = (instruments){.from = from, .ids = ids,
                     .n = n < TELEMETRY_DEVICES ? n : TELEMETRY_DEVICES, .last_t = NAN};
}

static void open_all(instruments *d, telemetry_result *r) {
  erg_host host = {.size = sizeof host, .data = d->no_sensors, .log = no_log,
                   .fail = keep_reason, .cancelled = never, .extension = nothing};
  d->opened = 1;
  for (int i = 0; i < d->n; i++) {
    d->last_watts[i] = NAN;
    if (d->from->open(&host, d->ids[i], &d->open[i]) == ERG_OK) continue;
    d->open[i] = NULL;
    if (!*d->no_sensors) snprintf(d->no_sensors, TELEMETRY_REASON, "no reason was given");
  }
  r->device_memory_peak_bytes = r->device_mhz_min = NAN;
}

/* --- reading -------------------------------------------------------------------------- */

/* Of one device; NaN with the first reason there was in `why`. */
static double value(instruments *d, int i, erg_sensor sensor, char *why) {
  char text[TELEMETRY_REASON] = "";
  double v = d->open[i] ? d->from->read(d->open[i], sensor, text, sizeof text) : NAN;
  if (isnan(v) && !*why)
    snprintf(why, TELEMETRY_REASON, "%s",
             !d->open[i] ? d->no_sensors : *text ? text : "no reason was given");
  return v;
}

/* Of all devices: a sum is unknown where one of them is. */
static double sum_of(instruments *d, erg_sensor sensor, char *why) {
  double sum = 0;
  for (int i = 0; i < d->n; i++) sum += value(d, i, sensor, why);
  return sum;
}

static void add_text(char *to, const char *format, const char *id, const char *text) {
  char one[TELEMETRY_REASON];
  snprintf(one, sizeof one, format, id, text);
  size_t n = strlen(to);
  if (strstr(to, one) || n + strlen(one) + 3 > TELEMETRY_REASON) return;
  snprintf(to + n, TELEMETRY_REASON - n, "%s%s", n ? "; " : "", one);
}

static void read_throttle(instruments *d) {
  for (int i = 0; i < d->n; i++) {
    char text[TELEMETRY_REASON] = "";
    double v = d->open[i] ? d->from->read(d->open[i], ERG_SENSOR_THROTTLED, text, sizeof text)
                          : NAN;
    if (isnan(v)) {
      if (d->throttled == 0) d->throttled = -1;
      if (!*d->no_throttle)
        snprintf(d->no_throttle, TELEMETRY_REASON, "%s", d->open[i] ? text : d->no_sensors);
    } else if (v != 0) {
      d->throttled = 1;
      add_text(d->throttled_by, "%.40s: %.80s", d->ids[i], text);
    }
  }
}

void instruments_read(instruments *d, double t_s, telemetry_sample *s, telemetry_result *r) {
  s->device_busy = s->device_watts = s->device_mhz = s->device_bytes = NAN;
  if (!d->from) return;
  if (!d->opened) open_all(d, r);
  char why[TELEMETRY_REASON] = "";
  double passed = t_s - d->last_t;
  s->device_watts = 0;
  for (int i = 0; i < d->n; i++) {
    double watts = value(d, i, ERG_SENSOR_WATTS, why);
    if (!isnan(passed)) d->joules[i] += passed * (watts + d->last_watts[i]) / 2;
    d->last_watts[i] = watts;
    s->device_watts += watts;
  }
  d->last_t = t_s;
  s->device_busy = sum_of(d, ERG_SENSOR_BUSY, why) / d->n;
  s->device_mhz = sum_of(d, ERG_SENSOR_CLOCK_MHZ, r->no_device_clock) / d->n;
  s->device_bytes = sum_of(d, ERG_SENSOR_MEMORY, r->no_device_memory);
  if (!isnan(s->device_bytes)) {
    d->memory_sum += s->device_bytes;
    d->memory_n++;
    r->device_memory_peak_bytes = fmax(r->device_memory_peak_bytes, s->device_bytes);
  }
  if (!isnan(s->device_mhz)) {
    d->clock_sum += s->device_mhz;
    d->clock_n++;
    r->device_mhz_min = fmin(r->device_mhz_min, s->device_mhz);
  }
  read_throttle(d);
}

/* --- closing -------------------------------------------------------------------------- */

static double energy(instruments *d, char *why) {
  double sum = 0;
  for (int i = 0; i < d->n; i++) {
    double j = value(d, i, ERG_SENSOR_JOULES, why);
    sum += isnan(j) ? d->joules[i] : j;
  }
  return sum;
}

static void join_throttle(const instruments *d, telemetry_result *r) {
  if (d->throttled == 1) {
    r->throttled = 1;
    add_text(r->throttled_by, "%s%s", d->throttled_by, "");
  } else if (d->throttled < 0 && r->throttled == 0) {
    r->throttled = -1;
    snprintf(r->no_throttle, TELEMETRY_REASON, "%s", d->no_throttle);
  }
}

void instruments_close(instruments *d, telemetry_result *r) {
  if (!d->from || !d->opened) {
    static const char none[] = "the backend tells none", early[] = "the run was too short";
    const char *why = d->from ? early : none;
    r->device_memory_peak_bytes = r->device_memory_mean_bytes = NAN;
    r->sm_active = r->joules_device = r->device_mhz_mean = r->device_mhz_min = NAN;
    snprintf(r->no_device_memory, TELEMETRY_REASON, "%s", why);
    snprintf(r->no_sm_active, TELEMETRY_REASON, "%s", why);
    snprintf(r->no_device_energy, TELEMETRY_REASON, "%s", why);
    snprintf(r->no_device_clock, TELEMETRY_REASON, "%s", why);
    return;
  }
  r->joules_device = energy(d, r->no_device_energy);
  if (!isnan(r->joules_device)) r->no_device_energy[0] = 0;
  r->sm_active = sum_of(d, ERG_SENSOR_SM_ACTIVE, r->no_sm_active) / d->n;
  r->device_memory_mean_bytes = d->memory_n ? d->memory_sum / (double)d->memory_n : NAN;
  r->device_mhz_mean = d->clock_n ? d->clock_sum / (double)d->clock_n : NAN;
  if (d->memory_n) r->no_device_memory[0] = 0;
  if (d->clock_n) r->no_device_clock[0] = 0;
  join_throttle(d, r);
  for (int i = 0; i < d->n; i++) d->from->close(d->open[i]);
}
