/* A program run to its end, with a time limit. */
#ifndef ERGODE_BENCH_COMMAND_H
#define ERGODE_BENCH_COMMAND_H

#include "bench/bench.h"

typedef struct {
  const char *const *arguments;   /* NULL-terminated; the first is the program */
  const char *const *environment; /* NAME, VALUE, ..., NULL: set besides ours; or NULL */
  const char *output;             /* file for its stdout and stderr */
  double limit_s;
} command_job;

typedef struct {
  int code;                  /* of the program; -1: see reason */
  bool interrupted;          /* by the user */
  double seconds;            /* from its start to its end */
  char reason[BENCH_TEXT];   /* no start, no end, a signal */
} command_result;

/* The program gets a process group of its own, which is killed with all that it started
 * when the time is over or the user interrupts, and it is killed when this process ends.
 * One thread. */
void command_run(const command_job *job, command_result *out);

#endif
