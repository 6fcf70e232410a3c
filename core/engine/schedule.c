#include "engine/schedule.h"

#include <string.h>

#include "device/chain.h"

/* Where the warm-up's parts end (docs/sampler.md has the table). */
#define EARLY_PERCENT 30
#define FINAL_PERCENT 15
#define EARLY_SWITCH 10
#define FIRST_WINDOW 80
#define SHORTEST 10   /* below it nothing is adapted; the step size is searched twice */
#define EARLY_DEPTH 7 /* until the metric knows something */
#define EARLY_DEPTH_UNTIL 10

static engine_stage *add(engine_schedule *s, int32_t stop, int32_t adapt, int32_t depth) {
  int32_t start = s->n_stages > 0 ? s->stages[s->n_stages - 1].stop : 0;
  engine_stage *stage = &s->stages[s->n_stages];
  if (stop <= start || s->n_stages == ENGINE_STAGES) return NULL;
  *stage = (engine_stage){.stop = stop, .adapt = adapt, .depth = depth,
                          .length = stop - start};
  s->n_stages++;
  return stage;
}
static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* Stops of the gradient metric: the early part is cut by the depth cap and the looks,
 * the main part by its windows. */
static void gradient_stages(engine_schedule *s, int32_t warmup, int centring, int depth) {
  int32_t early = (int32_t)((int64_t)warmup * EARLY_PERCENT / 100);
  int32_t final = warmup - (int32_t)((int64_t)warmup * FINAL_PERCENT / 100);
  int32_t cap = smaller(EARLY_DEPTH_UNTIL, early);
  int32_t looks[3] = {smaller(50, early / 3), smaller(100, 2 * early / 3), early};
  int32_t collect = ERG_ADAPT_STEP | ERG_ADAPT_COLLECT | ERG_ADAPT_METRIC;
  int32_t moments = centring ? ERG_ADAPT_MOMENTS : 0;
  int first_look = early >= 30 ? 0 : early >= 8 ? 2 : 3;
  engine_stage *stage;
  if (!centring) first_look = 3;
  if (first_look == 3) moments = 0;
  add(s, cap, collect | moments, smaller(depth, EARLY_DEPTH));
  for (int i = first_look; i < 3; i++) {
    stage = add(s, looks[i], collect | moments, depth);
    if (!stage && s->n_stages > 0) stage = &s->stages[s->n_stages - 1];
    if (stage) stage->look = 1;
  }
  add(s, early, collect, depth);
  for (int i = 0; i < s->n_stages; i++) s->stages[i].switch_every = EARLY_SWITCH;
  if (s->n_stages > 0) {
    stage = &s->stages[s->n_stages - 1];
    stage->pool = ENGINE_POOL_GRADIENT;
    stage->restart = 1;
  }
  for (int64_t start = early, window = FIRST_WINDOW; start + window <= final;
       start += window, window = window * 3 / 2) {
    stage = add(s, (int32_t)(start + window), collect, depth);
    if (stage) stage->pool = ENGINE_POOL_GRADIENT;
  }
  stage = add(s, final, collect, depth);
  if (stage) stage->pool = ENGINE_POOL_GRADIENT;
  add(s, warmup, ERG_ADAPT_STEP, depth);
}

/* Stan's windows: 75 / 25 doubling / 50; 15 %, 75 %, 10 % where that is too long. */
static void stan_stages(engine_schedule *s, int32_t warmup, int centring, int depth) {
  int32_t begin = 75, end = 50;
  int64_t window = 25, stop;
  int32_t collect = ERG_ADAPT_STEP | ERG_ADAPT_COLLECT | ERG_ADAPT_VARIANCE;
  int32_t moments = centring ? ERG_ADAPT_MOMENTS : 0;
  if (warmup < 20) {
    add(s, warmup, ERG_ADAPT_STEP, depth);
    return;
  }
  if (begin + window + end > warmup) {
    begin = (int32_t)(0.15 * warmup);
    end = (int32_t)(0.1 * warmup);
    window = warmup - begin - end;
  }
  if (add(s, begin, ERG_ADAPT_STEP | moments, depth)) {
    s->stages[0].look = centring;
    s->stages[0].restart = centring;
  }
  for (stop = begin + window; stop <= warmup - end; stop += window) {
    engine_stage *stage;
    /* The next window would be cut by the end: this one takes the rest. */
    if (stop + 2 * window > warmup - end) stop = warmup - end;
    stage = add(s, (int32_t)stop, collect | (s->n_stages < 2 ? moments : 0), depth);
    if (stage) {
      stage->pool = ENGINE_POOL_VARIANCE;
      stage->restart = 1;
      if (s->n_stages == 2) stage->look = centring;
    }
    window *= 2;
  }
  add(s, warmup, ERG_ADAPT_STEP, depth);
}

static void plain_stages(engine_schedule *s, int32_t warmup, int centring, int depth) {
  int32_t looks[2] = {smaller(50, warmup / 6), smaller(100, warmup / 3)};
  for (int i = 0; centring && i < 2; i++) {
    engine_stage *stage = add(s, looks[i], ERG_ADAPT_STEP | ERG_ADAPT_MOMENTS, depth);
    if (stage) stage->look = stage->restart = 1;
  }
  add(s, warmup, ERG_ADAPT_STEP, depth);
}

void engine_schedule_make(engine_schedule *schedule, engine_metric metric, int64_t warmup,
                          int64_t draws, int centring, int max_depth) {
  memset(schedule, 0, sizeof *schedule);
  if (warmup < SHORTEST) {
    engine_stage *stage = add(schedule, (int32_t)warmup, 0, max_depth);
    if (stage) stage->restart = 1;
  } else if (metric == ENGINE_METRIC_GRADIENT) {
    gradient_stages(schedule, (int32_t)warmup, centring, max_depth);
  } else if (metric == ENGINE_METRIC_STAN) {
    stan_stages(schedule, (int32_t)warmup, centring, max_depth);
  } else {
    plain_stages(schedule, (int32_t)warmup, centring, max_depth);
  }
  schedule->n_warmup = schedule->n_stages;
  if (schedule->n_warmup > 0) schedule->stages[schedule->n_warmup - 1].last = 1;
  if (schedule->n_warmup > 1) {
    engine_stage *stage = &schedule->stages[schedule->n_warmup - 2];
    stage->watch = stage->pool != ENGINE_POOL_NONE;
  }
  add(schedule, (int32_t)(warmup + draws), 0, max_depth);
}
