/* Other engines as rows of the benchmark: a program, worker.py, runs one of them on one of
 * Ergode's models; bench/peers/README.md has the protocol. Their draws come back as natural
 * values, so that all figures but the times are computed as for everybody else, and what
 * makes a row valid is the same: the engine's log density at the gate's points against the
 * oracle's, up to one constant; R-hat, ESS, moments, truth. */
#ifndef ERGODE_BENCH_PEER_H
#define ERGODE_BENCH_PEER_H

#include "bench/cell.h"
#include "run/load.h"

#define PEER_PREFIX "peer:" /* of a row's backend */
enum { PEER_VERSIONS = 8, PEER_FORMS = 4 };

typedef struct {
  char name[32];
  bench_version versions[PEER_VERSIONS];
  int n_versions;
} peer_engine;

typedef struct {
  char name[BENCH_NAME];
  char forms[PEER_FORMS][16]; /* "" where there is nothing to choose */
  int n_forms;
} peer_model;

/* What can run here. */
typedef struct peer_set {
  char *python, *worker;    /* python NULL: the worker runs by itself */
  peer_engine *engines; int n_engines; /* those wanted */
  peer_model *models; int n_models;
} peer_set;

/* Asks the worker. What is missing goes to the report's skipped; false with a problem where
 * o->peers names an engine that the worker doesn't know. To be freed in any case. */
bool peer_find(const bench_options *o, bench_report *report, peer_set *out, erg_problems *p);
void peer_free(peer_set *s);
/* By the file's name; NULL where the model isn't written for the workers. */
const peer_model *peer_model_of(const peer_set *s, const char *model);
/* "nutpie" of a row's backend "peer:nutpie"; NULL for all others. */
const char *peer_name(const char *backend);

/* Data and points of a workload as the workers read them. */
typedef struct peer_subject {
  const run_model *model;
  char *folder;             /* private: data.json, data.bin, points.json */
} peer_subject;
/* Below `folder`. False with errno. Freed by peer_subject_free in any case. */
bool peer_subject_write(const run_model *m, const run_points *points, const char *folder,
                        peer_subject *s);
void peer_subject_free(peer_subject *s);

/* A run, as cell_run. job->backend is the row's; with job->points the log density is
 * checked after it and comes as result->host_gate. */
void peer_run(const cell_job *job, const char *form, const peer_set *set,
              const peer_subject *subject, cell *out);

#endif
