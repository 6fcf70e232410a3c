/* Progress of a run on standard error: one line that renews itself on a terminal, a plain
 * line now and then elsewhere. */
#ifndef ERGODE_CLI_PROGRESS_H
#define ERGODE_CLI_PROGRESS_H

#include <stdbool.h>
#include "run/sample.h"

typedef struct {
  bool quiet, terminal;
  double last_s;    /* elapsed time when a line was last shown */
  double interval_s;
  bool was_warmup, open;
} cli_progress;

void cli_progress_init(cli_progress *p, bool quiet);
/* A run_report; data is the cli_progress. */
void cli_progress_report(void *data, const run_progress *progress);
/* Clears the line. */
void cli_progress_end(cli_progress *p);

/* "1.3 s", "2 min 10 s", "3 h 5 min" */
const char *cli_seconds(double s, char out[static 32]);

#endif
