/* What the parts of a running benchmark share. */
#ifndef ERGODE_BENCH_WORK_H
#define ERGODE_BENCH_WORK_H

#include "bench/cell.h"
#include "run/load.h"

/* --- devices to time (target.c) ------------------------------------------------------- */

typedef struct {
  char backend[BENCH_NAME];
  erg_device devices[BENCH_MAX_DEVICES];
  bench_instrument instruments[BENCH_MAX_DEVICES];
  int n_devices;
} bench_target;
typedef struct {
  bench_target *list;
  int n;
  bool has_cpu; /* a backend `cpu` that has its device: reference, and bits */
  const struct peer_set *peers; /* other engines; NULL: none */
} bench_targets;
/* `cpu` first; what is absent goes to the report's skipped. To be freed: list. */
bench_targets bench_targets_find(const bench_options *o, bench_report *report);
void bench_skip(bench_report *r, const char *backend, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- workloads (subject.c) ------------------------------------------------------------ */

bool bench_subject_read(const bench_workload *w, run_model *m, bench_subject *s,
                        erg_problems *p);

typedef struct bench_journal bench_journal;

/* --- room (room.c) -------------------------------------------------------------------- */

/* Of draws that are kept in memory in place of a file: half of what is available; 0 where
 * draws are to be kept. */
uint64_t bench_held_bytes(const bench_options *o);
/* Bytes that a run's draws take on disk, at most, and what it holds in memory, about. held:
 * bench_held_bytes(). */
uint64_t bench_disk_bytes(const bench_report *r, const bench_row *row, uint64_t held);
uint64_t bench_memory_bytes(const bench_report *r, const bench_row *row, uint64_t held);
/* Bytes that a file below the temporary folder may have. */
uint64_t bench_free_bytes(void);
/* Memory and disk of the largest run, before any. */
void bench_say_room(const bench_report *r);

/* --- rows (matrix.c) ------------------------------------------------------------------ */

/* Adds the rows of a workload: targets x chains x threads; those that the machine has no
 * cores or no room for, and that the journal hasn't, go to the report's skipped. Returns how
 * many. */
int bench_rows_add(bench_report *r, int workload, const bench_targets *t,
                   const bench_journal *journal);
/* A random permutation of 0 .. n-1: Fisher-Yates by Philox under the seed; `block` tells
 * one permutation of a benchmark from the others. */
void bench_order(uint64_t seed, int block, int n, int *order);

/* --- one workload --------------------------------------------------------------------- */

/* A run of `cpu` that others' bits are held against. */
typedef struct {
  int64_t chains;
  int repeat;
  cell *cell;               /* NULL: of an earlier session, only the digest is known */
  char promise[BENCH_NAME], digest[65];
} bench_twin;

typedef struct {
  const bench_options *o;
  bench_report *report;
  const bench_targets *targets;
  const bench_workload *workload;
  const bench_subject *subject;
  const run_model *model;   /* with the data that every run gets */
  int number;               /* of the workload */
  double began;             /* the benchmark */
  run_points *points;
  struct peer_subject *peer; /* data and points for other engines; NULL: none run */
  bench_row *rows; int n_rows;
  char **folders;           /* [n_rows] */
  cell *reference;
  bool asked_reference;
  bench_twin *twins; int n_twins; /* made for the comparison only, or of `cpu`'s rows */
  char *twin_folder;
  bench_journal *journal;   /* NULL: none */
} bench_work;

void bench_say(const bench_options *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
double bench_now(void);
/* first: with the gate, and warnings go to stderr. */
cell *bench_run_cell(bench_work *k, const bench_row *row, const char *folder, int64_t seed,
                     bool first);

/* --- judgement (verdict.c) ------------------------------------------------------------ */

/* Of what holds for every seed: the row isn't run again. The first reason stays. */
void bench_refuse(bench_row *row, bench_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The last run: that it came to its end, its gates; then its draws, whose verdict stays with
 * the run: moments, convergence, truth. Its digest is known. */
void bench_judge_run(bench_work *k, bench_row *row, const cell *c);
/* The row's verdict from those of its runs, after the last one. */
void bench_settle(bench_row *row);
/* A run's bits against those of `cpu` with the same chains and seed. c: the run's draws,
 * where they are known; else the digest decides alone. */
void bench_judge_bits(bench_work *k, bench_row *row, const cell *c, const char *promise,
                      const char *digest, int repeat);
/* To be kept for the comparison; takes the cell where the answer is true. */
bool bench_keep_twin(bench_work *k, const bench_row *row, cell *c, const char *promise,
                     const char *digest, int repeat);
/* SHA-256 of all numbers of all draws. */
void bench_digest(const cell *c, char hex[65]);

/* --- keep.c --------------------------------------------------------------------------- */

/* Moves a run's draws from its folder to where they are kept; says where that fails. */
void bench_keep_draws(const bench_report *r, int row, const char *folder);
/* What a run wrote to its folder, caches apart. */
void bench_drop_outputs(const char *folder);
/* Draws kept of rows that turned out not to be valid. */
void bench_drop_draws(const bench_report *r);

/* --- journal.c ------------------------------------------------------------------------ */

/* Of options->out; *out NULL where there is none. False with problems; *out is to be closed
 * in any case. */
bool bench_journal_open(const bench_report *r, bench_journal **out, erg_problems *p);
/* 0, or errno of the first failed write. */
int bench_journal_close(bench_journal *j);
/* The last of row's runs, or the failure; after the judgement of a cold run. */
void bench_journal_add(bench_journal *j, const bench_row *row, bench_kind kind, int repeat,
                       const cell *c);
/* False where the journal hasn't the run. Else it is added to the row, as if it had been
 * run now. */
bool bench_journal_take(const bench_journal *j, bench_report *r, bench_row *row,
                        bench_kind kind, int repeat, char promise[static BENCH_NAME],
                        char digest[static 65]);
/* Whether the row was begun. */
bool bench_journal_has(const bench_journal *j, const char *row);
double bench_journal_seconds(const bench_journal *j); /* that its runs took, from the start */

/* --- document.c ----------------------------------------------------------------------- */

void bench_write_once(erg_json *j, const char *key, const bench_once *f);
/* An array of the row's moments against the reference's. */
void bench_write_agreements(erg_json *j, const char *key, const bench_row *row);

#endif
