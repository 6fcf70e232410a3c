/* The folder of a run's results: made, held against a second run, and earlier results in it
 * put aside. */
#ifndef ERGODE_RUN_OUTPUTS_H
#define ERGODE_RUN_OUTPUTS_H

#include "read/source.h"

#define RUN_PREVIOUS "previous" /* below the folder */

typedef struct {
  char *folder, *model;
  bool simulated;  /* data.json and truth.json are the run's, too */
  bool put_aside;  /* there were results: they are in FOLDER/previous */
  bool made;       /* the folder is new */
  int lock;
} run_outputs;

/* False with a problem: it can't be made or written, another run writes to it. */
bool run_outputs_claim(const char *folder, const char *model, bool simulated,
                       run_outputs *out, erg_problems *p);
/* After a run with draws: what lay in FOLDER/previous before goes. */
void run_outputs_keep(run_outputs *o);
/* After a run without draws: its files go, the earlier results come back. */
void run_outputs_discard(run_outputs *o);
/* All zero is allowed. */
void run_outputs_release(run_outputs *o);

#endif
