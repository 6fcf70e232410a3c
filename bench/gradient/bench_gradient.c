/* Time of one gradient of shipped models, and how far it is from the machine's limit.
 *
 *   bench_gradient MODELS_FOLDER > gradient.json
 *
 * Every figure is the least mean of many short batches, on each processor in turn: what the
 * code costs on a core of its own, whatever else the machine does. (A virtual machine's
 * processors are disturbed by its neighbours for seconds, one at a time.) The read bandwidth
 * that the big regression is held against is measured beside it by summing an array of the
 * same size. */
#define _GNU_SOURCE /* sched_setaffinity */
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../about.h"
#include "compile/model_host.h"
#include "measure/peaks.h"
#include "price.h"
#include "read/clock.h"
#include "read/json_write.h"
#include "run/load.h"

typedef struct {
  const char *name, *model;
  const char *sizes[3];
  bool no_collapse;
} workload;

static const workload workloads[] = {
    {"hierarchical_normal, sufficient statistics", "hierarchical_normal", {NULL}, false},
    {"hierarchical_normal, loop over observations", "hierarchical_normal", {NULL}, true},
    {"artist_regression", "artist_regression", {NULL}, false},
    {"poisson_glmm", "poisson_glmm", {NULL}, false},
    {"eight_schools", "eight_schools", {NULL}, false},
    {"logistic_regression 20000 x 20",
     "logistic_regression",
     {"obs=20000", "feature=20", NULL},
     false},
    {"logistic_regression 200000 x 50",
     "logistic_regression",
     {"obs=200000", "feature=50", NULL},
     false},
};

static double time_gradient(const erg_model *m, double *lp) {
  size_t d = (size_t)m->dim + ERG_PADDING;
  double *q = aligned_alloc(64, (d * 8 + 63) / 64 * 64),
         *g = aligned_alloc(64, (d * 8 + 63) / 64 * 64);
  void *scratch = aligned_alloc(64, (m->scratch_bytes + 127) / 64 * 64);
  if (!q || !g || !scratch) abort();
  for (size_t i = 0; i < d; i++) {
    q[i] = i < (size_t)m->dim ? 0.1 * sin((double)i) : 0.0;
    g[i] = 0.0;
  }
  double start = erg_clock();
  m->logp(m, NULL, scratch, q, lp, g, NULL);
  double first = erg_clock() - start;
  int batch = first > 1e-4 ? 1 : 50, repeats = first > 1e-4 ? 50 : 4000;
  double best = INFINITY;
  for (int r = 0; r < repeats; r++) {
    start = erg_clock();
    for (int i = 0; i < batch; i++) {
      q[i % m->dim] += 1e-9;
      m->logp(m, NULL, scratch, q, lp, g, NULL);
    }
    double t = (erg_clock() - start) / batch;
    if (t < best) best = t;
  }
  free(q);
  free(g);
  free(scratch);
  return best;
}

typedef struct {
  double gradient_s, bandwidth; /* bandwidth: 0 where not asked for */
} figures;

/* The best of this process's processors. */
static figures best_figures(const erg_model *m, uint64_t bytes, double *lp) {
  figures best = {INFINITY, 0};
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all) != 0) abort();
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &all)) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) continue;
    /* before and after: a cache that other machines share is fuller at times */
    if (bytes) best.bandwidth = fmax(best.bandwidth, peaks_read(1, bytes));
    best.gradient_s = fmin(best.gradient_s, time_gradient(m, lp));
    if (bytes) best.bandwidth = fmax(best.bandwidth, peaks_read(1, bytes));
  }
  sched_setaffinity(0, sizeof all, &all);
  return best;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: bench_gradient MODELS_FOLDER\n");
    return 2;
  }
  erg_json *j = erg_json_to(stdout);
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  about_write(j, "a gradient with its log density: the least mean of many batches, on each "
                 "processor in turn", argc, argv);
  erg_json_array(j, "gradients");
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
    const workload *w = &workloads[i];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.toml", argv[1], w->model);
    erg_problems p;
    erg_problems_init(&p);
    run_model m;
    run_inputs inputs = {.model = path, .sizes = w->sizes[0] ? w->sizes : NULL, .seed = -1};
    if (!run_load(&inputs, &m, &p)) {
      erg_problems_print(&p, stderr, false);
      return 2;
    }
    model_host_options options = {.passes.no_collapse = w->no_collapse};
    char *message = NULL;
    erg_model *model = model_host_new(m.graph, &options, &message);
    if (!model || !model_host_about(model)->compiled) {
      fprintf(stderr, "%s: not compiled: %s\n", w->name, message ? message : "no compiler");
      return 2;
    }
    const model_host_info *about = model_host_about(model);
    bool large = about->bytes > 1e6;
    double lp[2];
    figures best = best_figures(model, large ? (uint64_t)about->bytes : 0, lp);
    double t = best.gradient_s, bandwidth = best.bandwidth;
    erg_json_object(j, NULL);
    erg_json_string(j, "workload", w->name);
    erg_json_int(j, "dim", model->dim);
    erg_json_real(j, "gradient_us", t * 1e6);
    erg_json_real(j, "data_bytes", about->bytes);
    erg_json_real(j, "operations", about->flops);
    erg_json_real(j, "gigabytes_per_s", about->bytes / t * 1e-9);
    if (large) {
      erg_json_real(j, "read_bandwidth_gigabytes_per_s", bandwidth * 1e-9);
      erg_json_real(j, "share_of_bandwidth", about->bytes / t / bandwidth);
    }
    erg_json_end(j);
    model_host_free(model);
    run_unload(&m);
    erg_problems_free(&p);
  }
  erg_json_end(j);
  bool good = price_write(argv[1], j);
  erg_json_end(j);
  return erg_json_close(j) != 0 ? 7 : good ? 0 : 5;
}
