/* What bandwidth_share and flops_share are made of: the peaks of processor and devices, measured
 * once a benchmark, and the counts of a gradient. */
#ifndef ERGODE_BENCH_PEAK_H
#define ERGODE_BENCH_PEAK_H

#include "bench/work.h"
#include "ir/ir.h"

/* Into report->peaks, of what is among the targets. The processor: for one thread, each of the
 * rows' numbers and all cores. Other backends' devices: by erg.peaks/1, each in a process of its
 * own; where it can't be measured the values are NaN and `how` says why. */
void bench_measure_peaks(bench_report *report, const bench_targets *t);

/* The counts of the model's compiled form (emit/emit.h); NaN where it has none. */
void bench_count_gradient(const ir_graph *g, bench_subject *subject);

#endif
