/* The processor's peaks, measured once a benchmark: bandwidth_share and flops_share are
 * held against them. */
#ifndef ERGODE_BENCH_PEAK_H
#define ERGODE_BENCH_PEAK_H

#include "bench/bench.h"

/* Into report->peaks: for one thread, each of the n numbers and all cores. */
void bench_measure_peaks(bench_report *report, const int *threads, int n);

#endif
