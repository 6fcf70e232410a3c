/* What a row's figures say should be done. Each text follows from a number that it names. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/derive.h"
#include "bench/peer.h"
#include "bench/show.h"
#include "bench/statistic.h"
#include "run/text.h"

static void advise(bench_row *row, const char *stage, double share, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void advise(bench_row *row, const char *stage, double share, const char *format, ...) {
  row->advice = run_grow(row->advice, (size_t)(row->n_advice + 1) * sizeof *row->advice);
  bench_advice *a = &row->advice[row->n_advice++];
  *a = (bench_advice){.share = share};
  snprintf(a->stage, sizeof a->stage, "%s", stage);
  va_list list;
  va_start(list, format);
  vsnprintf(a->text, sizeof a->text, format, list);
  va_end(list);
}

/* Warm-up and sampling are the work itself; the others are what it costs besides. */
static const struct {
  const char *name;
  size_t offset;
  const char *next;
  const char *next_peer; /* NULL: the same */
} stages[] = {
    {"load", offsetof(bench_stages, load), "take more draws a run, or data in a smaller file",
     "libraries are imported in each process: take more draws a run"},
    {"compile", offsetof(bench_stages, compile),
     "keep the compiled model ('ergode model compile', a cache folder that stays), or take more "
     "draws a run",
     "it compiles in each process, whatever its caches hold: take more draws a run"},
    {"upload", offsetof(bench_stages, upload),
     "the data's way to the device is longer than the work there: more chains or draws a run",
     NULL},
    {"download", offsetof(bench_stages, download),
     "the draws' way from the device is longer than the work there: thin them (--thin)",
     NULL},
    {"diagnostics", offsetof(bench_stages, diagnostics),
     "thin the draws (--thin), or give the diagnostics more threads",
     NULL},
    {"output", offsetof(bench_stages, output),
     "write to a faster disk, or thin the draws (--thin)",
     NULL},
    {"rest", offsetof(bench_stages, rest),
     "opening the backend and its driver: take more draws a run",
     NULL},
};

static void advise_stages(bench_row *row) {
  bench_stages medians;
  double whole = show_stages(row, &medians);
  for (size_t k = 0; k < sizeof stages / sizeof *stages; k++) {
    double share = *(const double *)((const char *)&medians + stages[k].offset) / whole;
    bool other = stages[k].next_peer && peer_name(row->backend);
    if (share > BENCH_STAGE_SHARE)
      advise(row, stages[k].name, share, "%s takes %.0f %% of a cached run: %s", stages[k].name,
             100 * share, other ? stages[k].next_peer : stages[k].next);
  }
}

/* Chains are never split between threads. */
static void advise_chains(bench_row *row) {
  if (strcmp(row->backend, "cpu") || row->chains >= row->threads) return;
  double share = (double)row->chains / row->threads;
  advise(row, "sampling", share, "%lld chain%s for %d threads leave%s %d of them idle: take at "
         "least %d chains, or --threads %lld", (long long)row->chains, row->chains == 1 ? "" : "s",
         row->threads, row->chains == 1 ? "s" : "", row->threads - (int)row->chains,
         row->threads, (long long)row->chains);
}

/* Median over the cached runs of a number of each. */
static double median_of(const bench_report *r, const bench_row *row,
                        double (*of)(const bench_report *r, const bench_row *row,
                                     const bench_once *f)) {
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(n + 1) * sizeof *v);
  for (int i = 0; i < n; i++) v[i] = of(r, row, bench_cached(row, i));
  double median = statistic_median(v, n);
  free(v);
  return median;
}

/* Share of the cores that the row's threads can fill, over the whole run. */
static double busy_cores(const bench_report *r, const bench_row *row, const bench_once *f) {
  double cores = fmin(fmin((double)row->threads, (double)row->chains), r->environment.cores);
  double sum = 0;
  int known = 0;
  for (int k = 0; f->has_telemetry && k < f->telemetry.n_samples; k++) {
    if (!isfinite(f->telemetry.samples[k].cpu_share)) continue;
    sum += f->telemetry.samples[k].cpu_share;
    known++;
  }
  return known && cores > 0 ? sum / known * r->environment.cores / cores : NAN;
}

/* As the backend tells it, between the first launch and the last. */
static double busy_device(const bench_report *r, const bench_row *row, const bench_once *f) {
  (void)r;
  (void)row;
  return f->device_busy;
}

/* Most gradients of a chain over the mean of all. */
static double chain_imbalance(const bench_report *r, const bench_row *row,
                              const bench_once *f) {
  (void)r;
  (void)row;
  double most = 0, sum = 0;
  for (int k = 0; k < f->n_chain_gradients; k++) {
    most = fmax(most, (double)f->chain_gradients[k]);
    sum += (double)f->chain_gradients[k];
  }
  return sum > 0 ? most * f->n_chain_gradients / sum : NAN;
}

static void advise_balance(const bench_report *r, bench_row *row) {
  /* The CPU's launches say nothing about its single threads. */
  bool cpu = !strcmp(row->backend, "cpu");
  double busy = median_of(r, row, cpu ? busy_cores : busy_device),
         imbalance = median_of(r, row, chain_imbalance);
  /* A chain alone on its thread, or a group of chains that waits for its last. */
  bool waits = row->chains > 1 && (!cpu || row->threads > 1);
  bool uneven = waits && imbalance > BENCH_IMBALANCE;
  if (uneven)
    advise(row, "sampling", 1 / imbalance, "the chain with the deepest trees needs %.2f times "
           "the gradients of the mean, and the others wait for it: more chains a thread or "
           "device, or another parameterisation", imbalance);
  if (!(busy < BENCH_BUSY)) return;
  if (cpu)
    advise(row, "busy", busy, "the processor is %.0f %% busy with what the chains could fill: %s",
           100 * busy, uneven ? "see the uneven chains" :
           "more chains or draws a run, and nothing else on the machine");
  else
    advise(row, "busy", busy, "the device is %.0f %% busy between its first launch and its last, "
           "the rest it waits for the host: more chains a device, and nothing else on the "
           "machine", 100 * busy);
}

/* The best of the rows that are certainly faster on the same work. */
static void advise_device(const bench_report *r, int number) {
  bench_row *row = &r->rows[number];
  const bench_row *best = NULL;
  double times = 1;
  for (int i = 0; i < r->n_pairs; i++) {
    const bench_pair *p = &r->pairs[i];
    if (p->figure != BENCH_ESS_S) continue;
    bool slower = p->a == number && !strcmp(p->verdict, "SLOWER");
    bool beaten = p->b == number && !strcmp(p->verdict, "FASTER");
    if (!slower && !beaten) continue;
    double ratio = slower ? 1 / p->ratio : p->ratio;
    const bench_row *other = &r->rows[slower ? p->b : p->a];
    if (!strcmp(other->backend, row->backend) || ratio <= times) continue;
    best = other;
    times = ratio;
  }
  if (best)
    advise(row, "device", 1 / times, "%s has %.3g times the effective draws a second at this size "
           "(%lld coordinates, %lld observations, %lld chains): take it here", best->backend,
           times, (long long)r->subjects[row->workload].dim,
           (long long)r->subjects[row->workload].observations, (long long)row->chains);
}

void bench_advise(bench_report *r) {
  for (int i = 0; i < r->n_rows; i++) {
    bench_row *row = &r->rows[i];
    if (row->verdict != BENCH_VALID || !bench_n_cached(row)) continue;
    bool advised = row->figures[BENCH_CACHED_S].median >= BENCH_ADVISED_S;
    if (advised) advise_stages(row);
    advise_chains(row);
    if (advised) advise_balance(r, row);
    advise_device(r, i);
  }
}
