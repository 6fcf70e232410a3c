/* Curves along numbers of devices or threads. */
#ifndef ERGODE_BENCH_SCALING_H
#define ERGODE_BENCH_SCALING_H

#include "bench/bench.h"

/* Fills r->scaling from the rows; a point outside its band warns on its row as well. */
void bench_scale(bench_report *r);

#endif
