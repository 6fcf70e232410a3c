/* The warm-up's schedule: stages that end at fixed iterations, where every chain parks
 * and the host acts. It depends on the settings and the number of iterations only. */
#ifndef ERG_ENGINE_SCHEDULE_H
#define ERG_ENGINE_SCHEDULE_H

#include <stdint.h>

#define ENGINE_STAGES 64

typedef enum engine_pool {
  ENGINE_POOL_NONE = 0,
  ENGINE_POOL_GRADIENT = 1, /* sigma^2 = sqrt(Var x / Var g); background moves up */
  ENGINE_POOL_VARIANCE = 2  /* Stan's regularised variance; estimators empty */
} engine_pool;

typedef enum engine_metric {
  ENGINE_METRIC_GRADIENT = 0,
  ENGINE_METRIC_STAN = 1,
  ENGINE_METRIC_NONE = 2
} engine_metric;

typedef struct engine_stage {
  int32_t stop;         /* iterations done when it ends */
  int32_t adapt;        /* ERG_ADAPT_ bits while it lasts */
  int32_t switch_every; /* estimators' switch on the device; 0: none */
  int32_t switch_from;
  int32_t depth;        /* most doublings while it lasts */
  int32_t length;       /* iterations */
  /* At its end, in this order: */
  int32_t look;         /* at the centring */
  int32_t pool;         /* engine_pool */
  int32_t watch;        /* whether trajectories overshoot (shorten.c): the last with a pool */
  int32_t restart;      /* step size: searched again, dual averaging from the start */
  int32_t last;         /* last of the warm-up: the averaged step size is final */
} engine_stage;

typedef struct engine_schedule {
  engine_stage stages[ENGINE_STAGES];
  int32_t n_stages;     /* the last one, if draws > 0, is the sampling */
  int32_t n_warmup;     /* stages of the warm-up */
} engine_schedule;

/* Fills the schedule of `warmup` and `draws` iterations. `centring`: looks are wanted. */
void engine_schedule_make(engine_schedule *schedule, engine_metric metric, int64_t warmup,
                          int64_t draws, int centring, int max_depth);

#endif
