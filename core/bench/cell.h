/* One run of one cell, in a process of its own. */
#ifndef ERGODE_BENCH_CELL_H
#define ERGODE_BENCH_CELL_H

#include "bench/bench.h"

typedef struct {
  const bench_options *options;
  const bench_workload *workload;
  const char *backend, *device;  /* device NULL: the backend's first */
  int64_t chains, warmup, draws, seed;
  const char *folder;            /* private: caches and outputs go below it */
  const run_points *points;      /* for the gate, after the run; NULL: no gate */
  bool warn;                     /* warnings of host and plug-in go to stderr */
} cell_job;

/* Memory shared with the process. */
typedef struct {
  int32_t finished;              /* it came to its end */
  int32_t code;                  /* exit code of the job; reason where not 0 */
  char reason[BENCH_TEXT];
  bench_once figures;
  run_gate host_gate, device_gate;
  char backend_version[BENCH_NAME], bits[BENCH_NAME], compiler[200], flags[400];
  erg_device device;
  double target_accept;          /* in force */
  int64_t n_moments, chains, draws;
} cell_result;

typedef struct {
  cell_result *result;
  bench_moment *moments;         /* [result->n_moments] */
  uint64_t *hashes;              /* [chains][draws]: of all numbers of a draw */
  int64_t most_moments;
  size_t bytes;
} cell;

/* quantities: the most there can be. */
cell *cell_new(int64_t quantities, int64_t chains, int64_t draws);
void cell_free(cell *c);
void cell_run(const cell_job *job, cell *out);

/* Calls work(data) in a process of its own; false with the reason where it doesn't return
 * within `limit_s` seconds. What it writes to shared memory (cell_share) remains. */
bool cell_apart(void (*work)(void *data), void *data, double limit_s,
                char reason[static BENCH_TEXT]);
void *cell_share(size_t bytes); /* zeroed; ends the program where there is no memory */
void cell_unshare(void *memory, size_t bytes);

/* A private folder below $TMPDIR or /tmp; NULL with errno. Freed by cell_remove_folder,
 * which removes it with all that is in it. */
char *cell_folder(void);
void cell_remove_folder(char *path);

#endif
