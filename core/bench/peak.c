#include "bench/peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/model_host.h"
#include "measure/peaks.h"
#include "read/interrupt.h"
#include "run/host.h"
#include "run/paths.h"
#include "run/text.h"

#define DEVICE_LIMIT_S 120

static bench_peak *add(bench_report *r, const char *backend, const char *device, int threads) {
  r->peaks = run_grow(r->peaks, (size_t)(r->n_peaks + 1) * sizeof *r->peaks);
  bench_peak *p = &r->peaks[r->n_peaks++];
  *p = (bench_peak){.threads = threads, .read_gb_s = NAN, .gflops = NAN};
  snprintf(p->backend, sizeof p->backend, "%s", backend);
  snprintf(p->device, sizeof p->device, "%s", device);
  return p;
}

/* --- processor ------------------------------------------------------------------------ */

static int add_count(int *list, int n, int value) {
  for (int i = 0; i < n; i++)
    if (list[i] == value) return n;
  list[n] = value;
  return n + 1;
}

static bool any_row_with(const bench_report *r, int threads) {
  for (int i = 0; i < r->n_rows; i++)
    if (r->rows[i].threads == threads) return true;
  return false;
}

static void measure_processor(bench_report *r) {
  const int *threads = r->options->axes.threads;
  int counts[BENCH_LIST + 3], n = add_count(counts, 0, 1);
  for (int i = 0; i < BENCH_LIST && threads[i]; i++)
    if (any_row_with(r, threads[i])) n = add_count(counts, n, threads[i]);
  n = add_count(counts, n, r->environment.cores);
  peaks_result *found = run_alloc((size_t)n * sizeof *found);
  peaks_measure(counts, n, 0, found);
  for (int i = 0; i < n; i++) {
    bench_peak *p = add(r, "cpu", "cpu", found[i].threads);
    p->read_gb_s = found[i].read_gb_s;
    p->gflops = found[i].gflops;
    snprintf(p->how, sizeof p->how, "%s", found[i].how);
  }
  free(found);
}

/* --- other devices -------------------------------------------------------------------- */

typedef struct {
  run_registry *registry;
  const char *backend, *device;
  int threads;
  erg_peaks found;
  char reason[BENCH_TEXT]; /* "": found */
} device_peaks;

static void measure_here(void *data) {
  device_peaks *d = data;
  run_host host;
  char *kernels = run_cache_folder("kernels"), *message = NULL;
  run_host_init(&host, kernels);
  free(kernels);
  const erg_sampler *s = run_find_sampler(d->registry, d->backend, NULL, &message);
  const erg_peaks_extension *e = s ? s->extension(s, "erg.peaks/1") : NULL;
  if (!s) {
    snprintf(d->reason, BENCH_TEXT, "%s", message ? message : "no such backend");
  } else if (!e) {
    snprintf(d->reason, BENCH_TEXT, "not measured: the backend has no erg.peaks/1");
  } else {
    d->found.size = sizeof d->found;
    erg_status status = e->measure(&host.api, d->device, d->threads, &d->found);
    if (status != ERG_OK)
      snprintf(d->reason, BENCH_TEXT, "not measured: %s", run_host_reason(&host, status));
  }
}

/* Returns whether another number of threads makes a difference. */
static bool measure_device(bench_report *r, const char *backend, const char *device,
                           int threads) {
  device_peaks *d = cell_share(sizeof *d);
  char reason[BENCH_TEXT] = "";
  *d = (device_peaks){.registry = r->options->registry, .backend = backend, .device = device,
                      .threads = threads};
  bool ended = cell_apart(measure_here, d, DEVICE_LIMIT_S, reason), more = false;
  if (!ended) {
    snprintf(add(r, backend, device, 0)->how, BENCH_TEXT, "not measured: %.580s", reason);
  } else if (*d->reason) {
    snprintf(add(r, backend, device, 0)->how, BENCH_TEXT, "%s", d->reason);
  } else {
    more = ERG_HAS(&d->found, threads) && d->found.threads > 0;
    bench_peak *p = add(r, backend, device, more ? threads : 0);
    p->read_gb_s = 1e-9 * d->found.read_bytes_s;
    p->gflops = 1e-9 * d->found.flops_s;
    snprintf(p->how, BENCH_TEXT, "%s", d->found.how);
  }
  cell_unshare(d, sizeof *d);
  return more;
}

static bool has(const bench_report *r, const char *backend, const char *device) {
  for (int i = 0; i < r->n_peaks; i++)
    if (!strcmp(r->peaks[i].backend, backend) && !strcmp(r->peaks[i].device, device))
      return true;
  return false;
}

void bench_measure_peaks(bench_report *r, const bench_targets *t) {
  static const int none = 0;
  for (int i = 0; i < t->n && !erg_interrupted(); i++) {
    const bench_target *on = &t->list[i];
    for (int k = 0; k < on->n_devices; k++) {
      const char *device = on->devices[k].id;
      if (has(r, on->backend, device)) continue;
      bench_say(r->options, "peaks of %s",
                strcmp(on->backend, "cpu") ? device : "the processor");
      if (!strcmp(on->backend, "cpu")) measure_processor(r);
      const int *threads = strcmp(on->backend, "cpu") ? r->options->axes.threads : &none;
      while (*threads && measure_device(r, on->backend, device, *threads)) threads++;
    }
  }
}

void bench_count_gradient(const ir_graph *g, bench_subject *subject) {
  model_host_options options = {.interpret = true}; /* nothing is compiled */
  char *message = NULL;
  erg_model *model = model_host_new(g, &options, &message);
  const model_host_info *about = model ? model_host_about(model) : NULL;
  bool counted = about && about->plan;
  subject->bytes_gradient = counted ? about->bytes : NAN;
  subject->flops_gradient = counted ? about->flops : NAN;
  subject->functions_gradient = counted ? about->functions : NAN;
  model_host_free(model);
  free(message);
}
