/* What a benchmark's document begins with: where its numbers come from. */
#ifndef ERG_BENCH_ABOUT_H
#define ERG_BENCH_ABOUT_H

#include "read/json_write.h"

/* Into the open object of `j`: about (one line), the command (the program's name and
 * arguments), the commit of the working folder ("" where that is none), tracked files of core,
 * plugins and models changed since, compiler, processor and date. */
void about_write(erg_json *j, const char *about, int count, char **arguments);

#endif
