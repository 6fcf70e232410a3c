#include "bench/peak.h"

#include <stdio.h>
#include <stdlib.h>

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
