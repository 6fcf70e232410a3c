#include "measure/peaks.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read/clock.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define PASSES 8
#define ROUNDS (1L << 20)
#define CACHES 4
#define LEAST_BYTES (64.0 * 1024 * 1024)
#define HUGE_PAGE (2u * 1024 * 1024)

/* --- kernels ------------------------------------------------------------------------ */

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define BEGIN_SUM(i) vector s##i = {0};
#define ADD_TO_SUM(i) s##i += v[k + i];
#define ADD_SUMS(i) all += s##i;
#define BEGIN_CHAIN(i) vector x##i = start + (double)i - (vector){0};
#define ADD_CHAINS(i) all += x##i;

/* Vectors of LANES doubles; loads need no alignment. */
#define KERNELS(ISA, TARGET, LANES, MULTIPLY_ADD)                                             \
  TARGET static double sum_##ISA(const double *x, size_t n) {                                 \
    typedef double vector __attribute__((vector_size(8 * LANES)));                            \
    typedef vector loaded __attribute__((aligned(8), may_alias));                             \
    const loaded *v = (const loaded *)x;                                                      \
    size_t whole = n / LANES / PEAKS_SUMS * PEAKS_SUMS;                                       \
    EACH(BEGIN_SUM)                                                                           \
    for (size_t k = 0; k < whole; k += PEAKS_SUMS) {                                          \
      EACH(ADD_TO_SUM)                                                                        \
    }                                                                                         \
    vector all = {0};                                                                         \
    EACH(ADD_SUMS)                                                                            \
    double total = 0;                                                                         \
    for (int i = 0; i < LANES; i++) total += all[i];                                          \
    for (size_t i = whole * LANES; i < n; i++) total += x[i];                                 \
    return total;                                                                             \
  }                                                                                           \
  TARGET static double chains_##ISA(long rounds, double start, double a, double b) {          \
    typedef double vector __attribute__((vector_size(8 * LANES)));                            \
    const vector va = a - (vector){0}, vb = b - (vector){0};                                  \
    EACH(BEGIN_CHAIN)                                                                         \
    for (long k = 0; k < rounds; k++) {                                                       \
      EACH(MULTIPLY_ADD)                                                                      \
    }                                                                                         \
    vector all = {0};                                                                         \
    EACH(ADD_CHAINS)                                                                          \
    double total = 0;                                                                         \
    for (int i = 0; i < LANES; i++) total += all[i];                                          \
    return total;                                                                             \
  }

#define STEP_APART(i) x##i = x##i * va + vb;
KERNELS(base, , 2, STEP_APART)
static const peaks_kernel base = {"two-wide vectors", 2, sum_base, chains_base};

#if defined(__x86_64__)
#define STEP_AVX2(i) x##i = _mm256_fmadd_pd(x##i, va, vb);
#define STEP_AVX512(i) x##i = _mm512_fmadd_pd(x##i, va, vb);
KERNELS(avx2, __attribute__((target("avx2,fma"))), 4, STEP_AVX2)
KERNELS(avx512, __attribute__((target("avx512f"))), 8, STEP_AVX512)
static const peaks_kernel avx2 = {"AVX2 with FMA", 4, sum_avx2, chains_avx2};
static const peaks_kernel avx512 = {"AVX-512", 8, sum_avx512, chains_avx512};
#endif

int peaks_kernels(const peaks_kernel *out[3]) {
  int n = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) out[n++] = &avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out[n++] = &avx2;
#endif
  out[n++] = &base;
  return n;
}

/* --- threads that start together ---------------------------------------------------- */

typedef struct {
  const peaks_kernel *kernel;
  double *x; /* NULL: multiply-adds */
  size_t n;  /* of this thread */
  int passes;
  pthread_mutex_t *gate; /* closed until all threads are there */
  const int *given_up;
  pthread_barrier_t *barrier;
  double begin[2 * PASSES], end[2 * PASSES]; /* by this thread's own clock readings */
  double result; /* so that no pass is dead code */
} part;

static void *work(void *data) {
  part *p = data;
  pthread_mutex_lock(p->gate);
  pthread_mutex_unlock(p->gate);
  if (*p->given_up) return NULL;
  for (int pass = 0; pass < p->passes; pass++) {
    pthread_barrier_wait(p->barrier);
    p->begin[pass] = erg_clock();
    p->result += p->x ? p->kernel->sum(p->x, p->n)
                      : p->kernel->multiply_add(ROUNDS, (double)pass, 0.5, 0.5);
    p->end[pass] = erg_clock();
  }
  return NULL;
}

/* Seconds of the best pass; NaN. */
static double best_pass(int threads, double *x, size_t n, int passes) {
  const peaks_kernel *kernels[3];
  peaks_kernels(kernels);
  part *parts = calloc((size_t)threads, sizeof *parts);
  pthread_t *ids = calloc((size_t)threads, sizeof *ids);
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_barrier_t barrier;
  double best = INFINITY, sink = 0;
  int started = 0, given_up = 0;
  if (!parts || !ids || pthread_barrier_init(&barrier, NULL, (unsigned)threads)) {
    free(parts);
    free(ids);
    return NAN;
  }
  pthread_mutex_lock(&gate);
  for (; started < threads; started++) {
    size_t from = n * (size_t)started / (size_t)threads;
    size_t to = n * ((size_t)started + 1) / (size_t)threads;
    parts[started] = (part){.kernel = kernels[0], .x = x ? x + from : NULL, .n = to - from,
                            .passes = passes, .gate = &gate, .given_up = &given_up,
                            .barrier = &barrier};
    if (pthread_create(&ids[started], NULL, work, &parts[started])) break;
  }
  given_up = started < threads;
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < started; i++) {
    pthread_join(ids[i], NULL);
    sink += parts[i].result;
  }
  for (int pass = 0; pass < passes && !given_up; pass++) {
    double begin = INFINITY, end = 0; /* the first thread's, the last one's */
    for (int i = 0; i < threads; i++) {
      begin = fmin(begin, parts[i].begin[pass]);
      end = fmax(end, parts[i].end[pass]);
    }
    best = fmin(best, end - begin);
  }
  pthread_barrier_destroy(&barrier);
  free(parts);
  free(ids);
  /* The array is of ones. */
  return given_up || (x && sink != (double)n * passes) ? NAN : best;
}

static double *ones(size_t n) {
  size_t bytes = (n * sizeof(double) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  double *x = aligned_alloc(HUGE_PAGE, bytes);
  if (!x) return NULL;
  madvise(x, bytes, MADV_HUGEPAGE);
  for (size_t i = 0; i < n; i++) x[i] = 1;
  return x;
}

static double read_of(int threads, double *x, size_t n) {
  return (double)n * sizeof *x / best_pass(threads, x, n, PASSES);
}

double peaks_read(int threads, uint64_t bytes) {
  size_t n = bytes / sizeof(double);
  double *x = threads > 0 && n > 0 ? ones(n) : NULL;
  double v = x ? read_of(threads, x, n) : NAN;
  free(x);
  return v;
}

double peaks_flops(int threads) {
  const peaks_kernel *kernels[3];
  peaks_kernels(kernels);
  if (threads < 1) return NAN;
  return 2.0 * PEAKS_SUMS * kernels[0]->lanes * (double)ROUNDS * threads /
         best_pass(threads, NULL, 0, 2 * PASSES);
}

/* --- sizes -------------------------------------------------------------------------- */

static double read_number(const char *path, char *unit) {
  double v = NAN;
  FILE *f = fopen(path, "re");
  if (!f) return NAN;
  *unit = 0;
  if (fscanf(f, "%lf%c", &v, unit) < 1) v = NAN;
  fclose(f);
  return v;
}

static double last_cache(void) {
  char path[96], unit;
  double most = 0;
  for (int i = 0; i < 8; i++) {
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
    double v = read_number(path, &unit);
    if (isnan(v)) break;
    most = fmax(most, v * (unit == 'K' ? 1024.0 : unit == 'M' ? 1048576.0 : 1.0));
  }
  if (most == 0) most = (double)sysconf(_SC_LEVEL3_CACHE_SIZE);
  return most > 0 ? most : 0;
}

/* Free memory, or what a container's limit leaves. */
static double room(void) {
  char unit;
  double free_bytes = (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  double limit = read_number("/sys/fs/cgroup/memory.max", &unit) -
                 read_number("/sys/fs/cgroup/memory.current", &unit);
  return isnan(limit) ? free_bytes : fmin(free_bytes, limit);
}

uint64_t peaks_array_bytes(double *caches) {
  double cache = last_cache();
  double bytes = fmin(fmax(CACHES * cache, LEAST_BYTES), room() / 4);
  bytes = fmax(bytes, HUGE_PAGE);
  *caches = cache > 0 ? bytes / cache : 0;
  return (uint64_t)bytes;
}

void peaks_measure(const int *threads, int n, uint64_t bytes, peaks_result *out) {
  const peaks_kernel *kernels[3];
  double caches = 0;
  char times[64] = "";
  peaks_kernels(kernels);
  if (!bytes) bytes = peaks_array_bytes(&caches);
  if (caches > 0) snprintf(times, sizeof times, " (%.3g times the last cache)", caches);
  double *x = ones(bytes / sizeof *x);
  for (int i = 0; i < n; i++) {
    out[i] = (peaks_result){.threads = threads[i], .read_gb_s = NAN};
    if (x) out[i].read_gb_s = 1e-9 * read_of(threads[i], x, bytes / sizeof *x);
    out[i].gflops = 1e-9 * peaks_flops(threads[i]);
    snprintf(out[i].how, sizeof out[i].how,
             "read: sum of %.4g MB%s, best of %d passes; arithmetic: multiply-adds of doubles "
             "in registers, %s, best of %d passes",
             1e-6 * (double)bytes, times, PASSES, kernels[0]->name, 2 * PASSES);
  }
  free(x);
}
