/* Views of a benchmark that is on disk. */
#ifndef ERGODE_CLI_BENCH_VIEWS_H
#define ERGODE_CLI_BENCH_VIEWS_H

#include "cli/common.h"

/* The bench.json that a path means: itself, or in the folder; to be freed, NULL: none. */
char *cli_bench_path(const char *path);
/* The page of FOLDER/bench.json as FOLDER/report.html. False with a problem. */
bool cli_bench_page(const char *folder, erg_problems *p);
/* `ergode report` of a bench.json. Exit code. */
int cli_bench_report(const cli_args *args, const char *json);

#endif
