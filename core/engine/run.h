/* Inside the engine: a run and the parts that work on it. */
#ifndef ERG_ENGINE_RUN_H
#define ERG_ENGINE_RUN_H

#include "engine/engine.h"
#include "engine/schedule.h"

/* Draws that a look at the centring samples for the median of s^2. */
#define ENGINE_LOOK_CHAINS 32
#define ENGINE_LOOK_DRAWS 8

/* What erg.telemetry/1 tells (telemetry.c). */
typedef struct engine_work {
  double busy_s, first_s, last_s; /* clock at the first launch's start, the last one's end */
  double gradients, most;         /* sums over groups and launches: g_i, n max(g_i) */
  int64_t launches;
  double *before;                 /* [chains] gradients before the launch */
} engine_work;

typedef struct engine_watch engine_watch;

struct erg_run {
  const erg_host *host;
  const erg_job *job;
  const engine_backend *backend;
  engine_share **shares;
  engine_shape *shapes;
  int32_t n_shares;

  engine_schedule schedule;
  int32_t stage;             /* index into schedule; n_stages: finished */
  erg_control control;

  erg_chain *scalars;        /* [chains], as of the last launch */
  double *metric;            /* [chains][dim], as of the last launch that adapted */
  int metric_stale;
  double *rows;              /* staging for draws and statistics */
  size_t rows_capacity;      /* doubles */

  /* Centring */
  double *centring;          /* in force: ell, h, kappa */
  int64_t centring_epoch;
  int32_t *coordinate;       /* of each element; -1 where the model names none */
  double *look;              /* [ENGINE_LOOK_CHAINS][ENGINE_LOOK_DRAWS][dim + padding] */
  int32_t *look_filled;      /* [ENGINE_LOOK_CHAINS] */

  engine_watch *watch;       /* shorten.c; NULL: nothing to decide */

  int64_t budget;            /* of the next launch */
  erg_stages stages;
  engine_work work;
  double opened_s;           /* device compilation until the run was created */
};

/* rows.c: copies a range of rows that may span shares; row numbers are those of the job. */
erg_status engine_read(erg_run *run, engine_region region, int32_t row, int32_t rows,
                       uint64_t offset, uint64_t bytes, void *to, uint64_t pitch);
erg_status engine_write(erg_run *run, engine_region region, int32_t row, int32_t rows,
                        uint64_t offset, uint64_t bytes, const void *from, uint64_t pitch);
erg_status engine_write_scalars(erg_run *run);
/* Walks over the chains' rows of ENGINE_STATE in order, `doubles` from double `offset` on,
 * many rows a copy: reads them (or zeroes the staging), calls f, writes them back. */
#define ENGINE_ROWS_READ 1
#define ENGINE_ROWS_WRITE 2
typedef erg_status (*engine_row_function)(erg_run *run, void *data, int32_t chain,
                                          double *row);
erg_status engine_each_row(erg_run *run, size_t offset, size_t doubles, int access,
                           engine_row_function f, void *data);
/* Byte offset of coordinate vector v within a row of ENGINE_STATE. */
uint64_t engine_vector_offset(const erg_run *run, int v);

/* telemetry.c: around a launch. `before` is filled from the scalars; a share's chains are
 * a group. */
void engine_work_begin(engine_work *w, const erg_chain *scalars, int32_t chains, double now);
void engine_work_end(engine_work *w, double now);
void engine_work_count(engine_work *w, const erg_chain *scalars, const engine_shape *shapes,
                       int32_t n_shares);
void engine_work_tell(const engine_work *w, erg_telemetry *out);

/* pool.c: the pooled metric, written to every chain, the estimators restarted as
 * `kind` says. `coordinate_reset`: NULL, or [dim] flags of coordinates whose metric
 * becomes 1 while the others keep theirs. */
erg_status engine_pool_metric(erg_run *run, engine_pool kind);
erg_status engine_reset_metric(erg_run *run, const unsigned char *coordinate_reset);

/* centring.c */
erg_status engine_centring_open(erg_run *run);
void engine_centring_close(erg_run *run);
/* A draw of the warm-up passes by: keeps a few for the next look. */
void engine_centring_see(erg_run *run, int32_t chain, int64_t iteration,
                         const double *draw);
/* Order of two doubles, for qsort. */
int engine_ascending(const void *a, const void *b);
/* Few values for ell, h to match, and the rest of the array (levels.c). s2 [elements]: scale^2
 * of each prior, 0 where unknown. Arithmetic and square roots only: the same bits anywhere. */
erg_status engine_centring_levels(const erg_model *model, const double *s2, double *centring);
/* Looks at the moments; *changed: the centring changed and every chain was moved. */
erg_status engine_centring_look(erg_run *run, int *changed);

/* shorten.c */
erg_status engine_shorten_open(erg_run *run);
void engine_shorten_close(erg_run *run);
/* n draws, and n rows of statistics, of a chain's warm-up pass by, each row once. */
void engine_shorten_see(erg_run *run, int32_t chain, int32_t n, const double *draws);
void engine_shorten_count(erg_run *run, int32_t chain, int32_t n, const double *statistics);
/* At the end of a stage. Returns 1 if trajectories are shorter from now on, and the step
 * size is to be searched again. */
int engine_shorten_decide(erg_run *run);

void *engine_array(size_t count, size_t size); /* zeroed; NULL if out of memory */

#endif
