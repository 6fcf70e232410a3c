/* bench.json read back: what document.c writes. */
#ifndef ERGODE_BENCH_READ_DOCUMENT_H
#define ERGODE_BENCH_READ_DOCUMENT_H

#include "bench/bench.h"

typedef struct {
  const char *id, *version, *path, *hash;
} bench_plugin;

/* Texts live as long as the document. `report` and `options` point into it: it can't be
 * moved. Members of the options that the file doesn't have are empty. */
typedef struct {
  bench_report report;
  bench_options options;
  bench_workloads workloads;        /* the set's path and hash alone */
  const char *commit, *build_flags; /* NULL where unknown */
  bench_plugin *plugins;
  int n_plugins;
  void *json;
} bench_document;

/* Whether a file is JSON with a bench_schema_version, of whatever number. */
bool bench_document_is(const char *path);
/* False with a problem: unreadable, no JSON, another version, members that don't fit one
 * another. To be freed in any case. */
bool bench_document_read(const char *path, bench_document *out, erg_problems *p);
void bench_document_free(bench_document *d);

#endif
