/* What bandwidth_share and flops_share are made of: the processor's peaks, measured once a
 * benchmark, and the counts of a gradient. */
#ifndef ERGODE_BENCH_PEAK_H
#define ERGODE_BENCH_PEAK_H

#include "bench/bench.h"
#include "ir/ir.h"

/* Into report->peaks: for one thread, each of the n numbers and all cores. */
void bench_measure_peaks(bench_report *report, const int *threads, int n);

/* The counts of the model's compiled form (emit/emit.h); NaN where it has none. */
void bench_count_gradient(const ir_graph *g, bench_subject *subject);

#endif
