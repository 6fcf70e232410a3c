/* Backends and their devices, each asked in a process of its own. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/work.h"
#include "run/host.h"
#include "run/text.h"

typedef struct {
  run_registry *registry;
  char id[BENCH_NAME];
  int32_t n;
  erg_device devices[BENCH_MAX_DEVICES];
  bench_instrument instruments[BENCH_MAX_DEVICES];
  char reason[BENCH_TEXT];
} backend;

/* What the device's instruments say for good; the rest is read while runs are under way. */
static void read_instrument(const erg_sensors_extension *from, const erg_host *host,
                            const char *id, bench_instrument *out) {
  char text[sizeof out->driver_version];
  erg_sensors *sensors = NULL;
  *out = (bench_instrument){.clock_mhz = NAN, .ecc = -1};
  if (!from || from->open(host, id, &sensors) != ERG_OK) return;
  out->clock_mhz = from->read(sensors, ERG_SENSOR_CLOCK_MHZ_MAX, text, sizeof text);
  double ecc = from->read(sensors, ERG_SENSOR_ECC, text, sizeof text);
  if (!isnan(ecc)) out->ecc = ecc != 0;
  if (!isnan(from->read(sensors, ERG_SENSOR_DRIVER, text, sizeof text)))
    snprintf(out->driver_version, sizeof out->driver_version, "%s", text);
  from->close(sensors);
}

static void probe_here(void *data) {
  backend *b = data;
  run_host host;
  run_host_init(&host, NULL);
  char *message = NULL;
  const erg_sampler *s = run_find_sampler(b->registry, b->id, NULL, &message);
  if (s) {
    b->n = run_host_devices(&host, s, b->devices, BENCH_MAX_DEVICES);
    if (b->n == 0)
      snprintf(b->reason, BENCH_TEXT, "%s", run_host_reason(&host, ERG_NO_DEVICE));
    for (int i = 0; i < b->n; i++)
      read_instrument(s->extension(s, "erg.sensors/1"), &host.api, b->devices[i].id,
                      &b->instruments[i]);
  } else {
    snprintf(b->reason, BENCH_TEXT, "%s", message ? message : "no such backend");
  }
}

void bench_skip(bench_report *r, const char *id, const char *format, ...) {
  r->skipped = run_grow(r->skipped, (size_t)(r->n_skipped + 1) * sizeof *r->skipped);
  bench_skipped *s = &r->skipped[r->n_skipped++];
  snprintf(s->backend, sizeof s->backend, "%s", id);
  va_list list;
  va_start(list, format);
  vsnprintf(s->reason, sizeof s->reason, format, list);
  va_end(list);
  cell_one_line(s->reason);
}

static bool named_before(const char *const *list, const char *const *at) {
  for (; list < at; list++)
    if (!strcmp(*list, *at)) return true;
  return false;
}

static bool named(const char *const *list, const char *id) {
  if (!list) return true;
  for (; *list; list++)
    if (!strcmp(*list, id)) return true;
  return false;
}

static bench_target *add(bench_targets *t, const char *id) {
  t->list = run_grow(t->list, (size_t)(t->n + 1) * sizeof *t->list);
  bench_target *one = &t->list[t->n++];
  *one = (bench_target){0};
  snprintf(one->backend, sizeof one->backend, "%s", id);
  return one;
}

/* One row for each device, or for each number of devices that was asked for. */
static void add_devices(const bench_options *o, const char *id, const backend *b, int n,
                        bench_targets *t, bench_report *report) {
  const int *counts = o->axes.devices;
  for (int i = 0; i < n && !*counts; i++) {
    bench_target *one = add(t, id);
    one->n_devices = 1;
    one->devices[0] = b->devices[i];
    one->instruments[0] = b->instruments[i];
  }
  for (; *counts; counts++) {
    if (*counts > n) {
      bench_skip(report, id, "%d devices: it has %d", *counts, n);
      continue;
    }
    bench_target *one = add(t, id);
    one->n_devices = *counts;
    memcpy(one->devices, b->devices, (size_t)*counts * sizeof *b->devices);
    memcpy(one->instruments, b->instruments, (size_t)*counts * sizeof *b->instruments);
  }
}

static void add_targets(const bench_options *o, const char *id, bool wanted, bench_targets *t,
                        bench_report *report) {
  backend *b = cell_share(sizeof *b);
  b->registry = o->registry;
  snprintf(b->id, sizeof b->id, "%s", id);
  char reason[BENCH_TEXT] = "";
  if (!cell_apart(probe_here, b, CELL_DRIVER_LIMIT_S, reason)) {
    b->n = 0;
    snprintf(b->reason, BENCH_TEXT, "%s", reason);
  }
  if (!strcmp(id, "cpu")) t->has_cpu = b->n > 0;
  char *have = run_text("%s", "");
  int n = 0;
  for (int i = 0; i < b->n && wanted; i++) {
    run_append(&have, "%s%s", i ? ", " : "", b->devices[i].id);
    if (!named(o->devices, b->devices[i].id)) continue;
    b->instruments[n] = b->instruments[i];
    b->devices[n++] = b->devices[i];
  }
  if (wanted && b->n <= 0)
    bench_skip(report, id, "%s", b->reason);
  else if (wanted && !n)
    bench_skip(report, id, "none of the devices named with --device; it has %s", have);
  else if (wanted)
    add_devices(o, id, b, n, t, report);
  free(have);
  cell_unshare(b, sizeof *b);
}

/* `cpu` first: the others are held against it. */
bench_targets bench_targets_find(const bench_options *o, bench_report *report) {
  bench_targets t = {0};
  add_targets(o, "cpu", named(o->backends, "cpu"), &t, report);
  for (const char *const *id = o->backends; id && *id; id++)
    if (strcmp(*id, "cpu") != 0 && !named_before(o->backends, id)) add_targets(o, *id, true, &t, report);
  for (int i = 0; i < o->registry->count && !o->backends; i++) {
    const run_candidate *c = &o->registry->candidates[i];
    if (c->id && !c->refused && strcmp(c->id, "cpu") != 0)
      add_targets(o, c->id, true, &t, report);
    else if (c->refused)
      bench_skip(report, c->id ? c->id : "?", "%s", c->refused);
  }
  return t;
}
