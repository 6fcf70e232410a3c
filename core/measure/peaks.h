/* What the processor can do at most: bytes read and double-precision operations a second.
 *
 * Measured in the run that the peaks are held against, by two kernels written for each
 * instruction set, the widest that processor and system support being chosen at run time:
 *   read     a sum over an array several times the last cache, each thread its part
 *   flops    fused multiply-adds (two operations) of vectors in registers; where there is
 *            none, a multiplication and an addition
 * All threads start together; the best of several passes counts. Nothing binds threads to
 * cores, as nothing does for a run's, and the array's pages lie where one thread touched
 * them first.
 */
#ifndef ERGODE_MEASURE_PEAKS_H
#define ERGODE_MEASURE_PEAKS_H

#include <stddef.h>
#include <stdint.h>

enum { PEAKS_HOW = 240, PEAKS_SUMS = 12 };

/* Bytes a second that `threads` threads read of an array of `bytes` in all, and operations
 * a second. NaN where there is no memory or a thread can't be started. */
double peaks_read(int threads, uint64_t bytes);
double peaks_flops(int threads);

/* Four times the last cache; less where memory is short. *caches: how many times that
 * is, 0 where the cache's size is unknown. */
uint64_t peaks_array_bytes(double *caches);

typedef struct {
  int threads;
  double read_gb_s, gflops; /* 1e9 a second; NaN as above */
  char how[PEAKS_HOW];
} peaks_result;
/* For each of n numbers of threads, on one array. bytes: 0: peaks_array_bytes */
void peaks_measure(const int *threads, int n, uint64_t bytes, peaks_result *out);

/* The kernels, for tests. */
typedef struct {
  const char *name;
  int lanes;
  double (*sum)(const double *x, size_t n);
  /* PEAKS_SUMS vectors that start as start + 0, 1, ... in every lane, x = x * a + b
   * `rounds` times; the sum of all. */
  double (*multiply_add)(long rounds, double start, double a, double b);
} peaks_kernel;
/* Those that run here, the widest first. */
int peaks_kernels(const peaks_kernel *out[3]);

#endif
