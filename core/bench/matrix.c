/* The rows of a workload, and the order of their runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/judge.h"
#include "bench/work.h"
#include "compile/random.h"
#include "run/text.h"

/* Each name once: `hierarchical_normal/opencl/pocl:0+pocl:1/chains=4/threads=2`. */
static void set_id(bench_row *row, const char *workload) {
  char *devices = run_text("%s", row->devices[0].id);
  for (int i = 1; i < row->n_devices; i++) {
    char *longer = run_text("%s+%s", devices, row->devices[i].id);
    free(devices);
    devices = longer;
  }
  char *id = run_text("%s/%s/%s/chains=%lld/threads=%d", workload, row->backend, devices,
                      (long long)row->chains, row->threads);
  snprintf(row->id, sizeof row->id, "%s", id);
  free(devices);
  free(id);
}

static bench_row *add(bench_report *r) {
  r->rows = run_grow(r->rows, (size_t)(r->n_rows + 1) * sizeof *r->rows);
  bench_row *row = &r->rows[r->n_rows++];
  *row = (bench_row){.mean_outside = -1, .sd_outside = -1};
  for (int f = 0; f < BENCH_FIGURES; f++)
    row->figures[f] = (bench_estimate){.median = NAN, .low = NAN, .high = NAN};
  return row;
}

int bench_rows_add(bench_report *r, int workload, const bench_targets *t) {
  const bench_options *o = r->options;
  int before = r->n_rows;
  for (const int64_t *chains = o->axes.chains; *chains; chains++)
    for (const int *threads = o->axes.threads; *threads; threads++)
      for (int i = 0; i < t->n; i++) {
        const bench_target *on = &t->list[i];
        if (on->n_devices > *chains) {
          bench_skip(r, on->backend, "%s: %d devices for %lld chain%s: take more chains",
                     r->subjects[workload].name, on->n_devices, (long long)*chains,
                     *chains == 1 ? "" : "s");
          continue;
        }
        bench_row *row = add(r);
        row->workload = workload;
        row->n_devices = on->n_devices;
        memcpy(row->devices, on->devices, sizeof row->devices);
        row->chains = *chains;
        row->threads = *threads;
        row->r_hat_limit = judge_r_hat_limit(*chains, o->draws);
        row->ess_limit = judge_ess_limit(*chains, o->draws);
        snprintf(row->backend, sizeof row->backend, "%s", on->backend);
        set_id(row, r->subjects[workload].name);
        row->runs = run_alloc((size_t)(o->repeats + 1) * sizeof *row->runs);
      }
  return r->n_rows - before;
}

void bench_order(uint64_t seed, int block, int n, int *order) {
  random_key key = {.seed = seed, .purpose = RANDOM_ORDER};
  random_stream s = random_open(&key, block, 0);
  for (int i = 0; i < n; i++) order[i] = i;
  for (int i = n - 1; i > 0; i--) {
    int j = (int)((uint64_t)random_bits(&s) * (uint64_t)(i + 1) >> 32);
    int held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
}
