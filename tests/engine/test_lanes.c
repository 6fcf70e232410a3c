/* The sampler with lanes as threads does what it does with lanes as vectors, bit for bit,
 * and ThreadSanitizer, with which this program is built, sees no race: NUTS and HMC, step
 * size search, adaptation, centring moments, launches that end inside a tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "lanes.h"

#define LANES_DIM 21
#define LANES_ELEMENTS 5
#define CAPACITY 40

typedef struct { erg_chain scalars; double *state, *draws, *statistics, *scratch; } chain;

static void run(chain *c, const engine_shape *shape, int algorithm, int threads) {
  erg_control k = shape->control;
  static const int adapt[] = {
      ERG_ADAPT_STEP | ERG_ADAPT_COLLECT | ERG_ADAPT_METRIC | ERG_ADAPT_MOMENTS,
      ERG_ADAPT_STEP | ERG_ADAPT_COLLECT | ERG_ADAPT_METRIC, ERG_ADAPT_STEP, 0};
  lanes_job job = {.control = &k, .scalars = &c->scalars, .state = c->state,
                   .draws = c->draws, .statistics = c->statistics, .scratch = c->scratch,
                   .budget = threads == 2 ? 37 : 100000};
  for (int i = 0; i < 32; i++) {
    int j = i % LANES_DIM;
    job.previous[i] = (j + LANES_DIM - 1) % LANES_DIM;
    job.next[i] = (j + 1) % LANES_DIM;
  }
  k.target_accept = 0.8;
  k.jitter = 0.1;
  k.integration_time = 1.5;
  k.max_error = 1000;
  k.max_step = 1e7;
  k.seed_low = 3;
  k.algorithm = algorithm;
  k.max_steps = 100;
  k.initial_tries = 4;
  k.initial_radius = 2;
  k.initial_most = 10;
  k.switch_every = 5;
  c->scalars.phase = ERG_PHASE_IDLE;
  c->scalars.fresh = ERG_FRESH_INIT;
  c->scalars.step = 0.1;
  c->scalars.search = 1;
  c->scalars.metric_from_gradient = 1;
  for (int i = 0; i < LANES_DIM; i++)
    c->state[ERG_V_METRIC * k.stride + i] = c->state[ERG_V_SCALE * k.stride + i] = 1;
  for (int stage = 0; stage < 4; stage++) {
    k.adapt = adapt[stage];
    k.stop = 10 * (stage + 1);
    while (c->scalars.iteration < k.stop || c->scalars.phase < ERG_PHASE_IDLE) {
      if (threads == 1) {
        lanes_threads(&job);
      } else {
        lanes_vector(&job);
      }
    }
  }
}

static int differs(const char *what, const void *a, const void *b, size_t bytes) {
  const double *x = a, *y = b;
  if (memcmp(a, b, bytes) == 0) return 0;
  for (size_t i = 0; i < bytes / sizeof *x; i++)
    if (memcmp(x + i, y + i, sizeof *x) != 0) {
      fprintf(stderr, "%s differ first at %zu of %zu: %.17g %.17g\n", what, i,
              bytes / sizeof *x, x[i], y[i]);
      break;
    }
  return 1;
}

int main(void) {
  int bad = 0;
  for (int algorithm = 0; algorithm < 2; algorithm++) {
    engine_shape shape;
    chain c[3];
    memset(&shape, 0, sizeof shape);
    engine_layout(LANES_DIM, LANES_ELEMENTS, 1, 6, CAPACITY, &shape);
    for (int i = 0; i < 3; i++) { /* vectors, threads, vectors in small launches */
      memset(&c[i].scalars, 0, sizeof c[i].scalars);
      c[i].state = aligned_alloc(64, shape.row_bytes[ENGINE_STATE]);
      memset(c[i].state, 0, shape.row_bytes[ENGINE_STATE]);
      c[i].draws = calloc(CAPACITY, LANES_DIM * sizeof(double));
      c[i].statistics = calloc(CAPACITY, ERG_STATISTICS * sizeof(double));
      c[i].scratch = calloc(64, sizeof(double));
      run(&c[i], &shape, algorithm, i);
    }
    for (int i = 1; i < 3; i++) {
      bad |= differs("draws", c[0].draws, c[i].draws, sizeof(double) * CAPACITY * LANES_DIM);
      bad |= differs("statistics", c[0].statistics, c[i].statistics,
                     sizeof(double) * CAPACITY * ERG_STATISTICS);
      bad |= differs("scalars", &c[0].scalars, &c[i].scalars, sizeof c[0].scalars);
      bad |= differs("state", c[0].state, c[i].state, shape.row_bytes[ENGINE_STATE]);
    }
    printf("algorithm %d: %d draws, %.0f gradients\n", algorithm, c[0].scalars.filled,
           c[0].scalars.gradients);
    for (int i = 0; i < 3; i++) {
      free(c[i].state);
      free(c[i].draws);
      free(c[i].statistics);
      free(c[i].scratch);
    }
  }
  return bad;
}
