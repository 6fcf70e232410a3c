/* Each lane is a thread: an exchange is a store, a barrier, a load and a barrier. Under
 * ThreadSanitizer this finds a barrier that the dialect's text forgot. */
#include <pthread.h>

#define ERG_LANES_AS_THREADS
#include "device/prologue_scalar.h"

static __thread int lane;
static pthread_barrier_t barrier;
static double exchange[ERG_W];

static int erg_lane_id(void) { return lane; }
static void erg_barrier(void) { pthread_barrier_wait(&barrier); }
static double erg_exchange_xor_(double x, int d) {
  double r;
  exchange[lane] = x;
  erg_barrier();
  r = exchange[lane ^ d];
  erg_barrier();
  return r;
}
static __attribute__((unused)) int erg_vote_any_(int m) {
  int r = 0;
  exchange[lane] = m != 0;
  erg_barrier();
  for (int l = 0; l < ERG_W; l++) r |= exchange[l] != 0;
  erg_barrier();
  return r;
}

#include "device/elementary.h"
#include "device/philox.h"
#include "lanes.h"
#include "lanes_model.h"
#include "device/sampler.h"

typedef struct { lanes_job *job; int lane; } start;
static void *run(void *argument) {
  start *s = argument;
  lanes_job *j = s->job;
  lane = s->lane;
  erg_run_chain(j->control, j->scalars, j->state, j->draws, j->statistics, j->budget,
                j->previous, j->next, j->scratch);
  return 0;
}
void lanes_threads(lanes_job *job) {
  pthread_t threads[ERG_W];
  start starts[ERG_W];
  pthread_barrier_init(&barrier, 0, ERG_W);
  for (int l = 0; l < ERG_W; l++) {
    starts[l] = (start){job, l};
    pthread_create(&threads[l], 0, run, &starts[l]);
  }
  for (int l = 0; l < ERG_W; l++) pthread_join(threads[l], 0);
  pthread_barrier_destroy(&barrier);
}
