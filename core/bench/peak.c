#include "bench/peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compile/model_host.h"
#include "measure/peaks.h"
#include "run/text.h"

static int add(int *list, int n, int value) {
  for (int i = 0; i < n; i++)
    if (list[i] == value) return n;
  list[n] = value;
  return n + 1;
}

void bench_measure_peaks(bench_report *report, const int *threads, int n) {
  int *counts = run_alloc((size_t)(n + 2) * sizeof *counts), n_counts = add(counts, 0, 1);
  for (int i = 0; i < n; i++) n_counts = add(counts, n_counts, threads[i]);
  n_counts = add(counts, n_counts, report->environment.cores);
  peaks_result *found = run_alloc((size_t)n_counts * sizeof *found);
  peaks_measure(counts, n_counts, 0, found);
  report->peaks = run_alloc((size_t)n_counts * sizeof *report->peaks);
  report->n_peaks = n_counts;
  for (int i = 0; i < n_counts; i++) {
    bench_peak *p = &report->peaks[i];
    *p = (bench_peak){.backend = "cpu", .device = "cpu", .threads = found[i].threads,
                      .read_gb_s = found[i].read_gb_s, .gflops = found[i].gflops};
    snprintf(p->how, sizeof p->how, "%s", found[i].how);
  }
  free(counts);
  free(found);
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
