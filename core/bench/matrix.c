/* The rows of a workload, and the order of their runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/judge.h"
#include "bench/peer.h"
#include "bench/work.h"
#include "compile/random.h"
#include "run/text.h"

/* Each name once: `hierarchical_normal/opencl/pocl:0+pocl:1/chains=4/threads=2`,
 * `hierarchical_normal/peer:stan/centred/chains=4/threads=2`. */
static void set_id(bench_row *row, const char *workload) {
  char *where = run_text("%s%s", row->n_devices || *row->form ? "/" : "",
                         row->n_devices ? row->devices[0].id : row->form);
  for (int i = 1; i < row->n_devices; i++) {
    run_append(&where, "+%s", row->devices[i].id);
  }
  char *id = run_text("%s/%s%s/chains=%lld/threads=%d", workload, row->backend, where,
                      (long long)row->chains, row->threads);
  snprintf(row->id, sizeof row->id, "%s", id);
  free(where);
  free(id);
}

static bench_row *add(bench_report *r, int workload, int64_t chains, int threads) {
  const bench_options *o = r->options;
  r->rows = run_grow(r->rows, (size_t)(r->n_rows + 1) * sizeof *r->rows);
  bench_row *row = &r->rows[r->n_rows++];
  *row = (bench_row){.workload = workload, .chains = chains, .threads = threads,
                     .mean_outside = -1, .sd_outside = -1, .z_freedom = NAN,
                     .r_hat_limit = judge_r_hat_limit(chains, o->draws),
                     .ess_limit = judge_ess_limit(chains, o->draws)};
  row->runs = run_alloc((size_t)(o->repeats + 1) * sizeof *row->runs);
  for (int f = 0; f < BENCH_FIGURES; f++)
    row->figures[f] = (bench_estimate){.median = NAN, .low = NAN, .high = NAN};
  return row;
}

/* A row for each form of the model. */
static void add_peers(bench_report *r, int workload, const peer_set *peers, int64_t chains,
                      int threads) {
  const peer_model *model = peer_model_of(peers, r->subjects[workload].model);
  for (int i = 0; i < peers->n_engines && model; i++)
    for (int k = 0; k < model->n_forms; k++) {
      const peer_engine *e = &peers->engines[i];
      bench_row *row = add(r, workload, chains, threads);
      snprintf(row->backend, sizeof row->backend, PEER_PREFIX "%s", e->name);
      snprintf(row->form, sizeof row->form, "%s", model->forms[k]);
      if (e->n_versions)
        snprintf(row->backend_version, sizeof row->backend_version, "%s",
                 e->versions[0].version);
      row->versions = run_alloc(sizeof e->versions);
      memcpy(row->versions, e->versions, sizeof e->versions);
      row->n_versions = e->n_versions;
      set_id(row, r->subjects[workload].name);
    }
}

/* Of several numbers of threads, those that have no core each; one alone is taken as asked. */
static bool lacks_cores(const bench_report *r, const bench_row *row) {
  int cores = r->environment.cores;
  return cores > 0 && r->options->axes.threads[1] && row->threads > cores;
}

/* Once for each backend. */
static void skip_threads(bench_report *r, const bench_row *row) {
  char reason[120];
  snprintf(reason, sizeof reason, "%d threads: this process may use %d core%s", row->threads,
           r->environment.cores, r->environment.cores == 1 ? "" : "s");
  for (int i = 0; i < r->n_skipped; i++)
    if (!strcmp(r->skipped[i].backend, row->backend) && !strcmp(r->skipped[i].reason, reason))
      return;
  bench_skip(r, row->backend, "%s", reason);
}

static void skip_room(bench_report *r, const bench_row *row, uint64_t need, uint64_t room) {
  const bench_subject *s = &r->subjects[row->workload];
  char needed[32], free_text[32];
  bench_skip(r, row->backend,
             "%s with %lld chain%s: its draws may take %s, %s has room for %s: take fewer "
             "draws, or name another folder by TMPDIR",
             s->name, (long long)row->chains, row->chains == 1 ? "" : "s",
             run_bytes_text((double)need, needed), erg_temporary_folder(),
             run_bytes_text((double)room, free_text));
}

/* Of the rows from `first` on: what the machine has no cores or no room for. */
static void skip_absent(bench_report *r, int first, const bench_journal *journal) {
  uint64_t room = bench_free_bytes(), held = bench_held_bytes(r->options);
  int kept = first;
  for (int i = first; i < r->n_rows; i++) {
    bench_row *row = &r->rows[i];
    uint64_t need = bench_disk_bytes(r, row, held);
    bool idle = lacks_cores(r, row);
    if ((need <= room && !idle) || bench_journal_has(journal, row->id)) {
      r->rows[kept++] = *row;
      continue;
    }
    if (idle)
      skip_threads(r, row);
    else
      skip_room(r, row, need, room);
    free(row->runs);
    free(row->versions);
  }
  r->n_rows = kept;
}

int bench_rows_add(bench_report *r, int workload, const bench_targets *t,
                   const bench_journal *journal) {
  const bench_options *o = r->options;
  const bench_subject *subject = &r->subjects[workload];
  int before = r->n_rows;
  if (t->peers && t->peers->n_engines && !peer_model_of(t->peers, subject->model))
    bench_skip(r, PEER_PREFIX "all",
               "%s isn't written for other engines: bench/peers/README.md says how",
               subject->name);
  for (const int64_t *chains = o->axes.chains; *chains; chains++)
    for (const int *threads = o->axes.threads; *threads; threads++) {
      for (int i = 0; i < t->n; i++) {
        const bench_target *on = &t->list[i];
        if (on->n_devices > *chains) {
          bench_skip(r, on->backend, "%s: %d devices for %lld chain%s: take more chains",
                     subject->name, on->n_devices, (long long)*chains,
                     *chains == 1 ? "" : "s");
          continue;
        }
        bench_row *row = add(r, workload, *chains, *threads);
        row->n_devices = on->n_devices;
        memcpy(row->devices, on->devices, sizeof row->devices);
        memcpy(row->instruments, on->instruments, sizeof row->instruments);
        snprintf(row->backend, sizeof row->backend, "%s", on->backend);
        set_id(row, subject->name);
      }
      if (t->peers) add_peers(r, workload, t->peers, *chains, *threads);
    }
  skip_absent(r, before, journal);
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
