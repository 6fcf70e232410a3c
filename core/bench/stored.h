/* Documents of earlier benchmarks: bench.json files, and those kept by name as baselines.
 *
 * A baseline NAME is $XDG_DATA_HOME/ergode/baselines/NAME.json, by default below
 * ~/.local/share: the whole document of a run, as `ergode bench --save NAME` left it.
 */
#ifndef ERGODE_BENCH_STORED_H
#define ERGODE_BENCH_STORED_H

#include "read/source.h"

typedef struct bench_stored bench_stored;

/* A file; a folder that holds bench.json; else a baseline's name. NULL with a problem:
 * nothing there (the baselines that are, are named), no such document, another version. */
bench_stored *bench_stored_open(const char *name, erg_problems *p);
/* `name`, `path`: what it is called in messages and comparisons. */
bench_stored *bench_stored_from_text(const char *name, const char *path, const char *text,
                                         size_t length, erg_problems *p);
void bench_stored_free(bench_stored *d);

/* Where a baseline is kept, its folder made; to be freed. NULL with a problem: a name that
 * can't be one, no place for it. */
char *bench_baseline_path(const char *name, erg_problems *p);

#endif
