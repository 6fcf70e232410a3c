#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "read/clock.h"

/* A launch by the clock: cancellation is answered soon. The states of many chains lie beyond
 * the caches, and each launch walks through them all: it lasts the longer, so that this is a
 * small part of it. */
#define LAUNCH_SECONDS 0.04
#define LAUNCH_MOST_SECONDS 0.5
#define LAUNCH_STATE_BYTES_S 2e9 /* a tenth of what a processor reads */
#define RETURN_SECONDS 0.1       /* advance comes back so often, for the progress line */
/* The device's draws buffer: longer launches lose less at their ends, where threads wait for
 * each other, but it should stay in a cache, and all chains' in memory. */
#define BUFFER_DRAWS 512
#define BUFFER_CHAIN_BYTES (512.0 * 1024)
#define BUFFER_BYTES (256.0 * 1024 * 1024)
#define FIRST_STEP 0.1 /* where the search of the step size begins */
#define INITIAL_TRIES 16
#define INITIAL_MOST 100

/* --- creation ------------------------------------------------------------------- */

static void fill_control(erg_run *run, erg_control *k) {
  const erg_job *job = run->job;
  const double *set = job->settings;
  k->target_accept = set[ENGINE_TARGET_ACCEPT];
  k->jitter = set[ENGINE_JITTER];
  k->integration_time = set[ENGINE_INTEGRATION_TIME];
  k->max_error = 1000;
  k->max_step = 1e7;
  k->seed_low = (unsigned)(job->seed & 0xffffffffu);
  k->seed_high = (unsigned)(job->seed >> 32);
  k->algorithm = (int)set[ENGINE_ALGORITHM];
  k->max_steps = (int)set[ENGINE_MAX_STEPS];
  k->initial_tries = INITIAL_TRIES;
  k->initial_most = INITIAL_MOST;
  k->initial_radius = set[ENGINE_INIT_RADIUS];
}

static int32_t buffer_draws(const erg_job *job) {
  double draw = 8.0 * ((double)job->model->dim + ERG_STATISTICS);
  double room = BUFFER_CHAIN_BYTES / draw, most = BUFFER_BYTES / (draw * job->chains);
  if (room < 64) room = 64;
  if (room > most) room = most;
  return room >= BUFFER_DRAWS ? BUFFER_DRAWS : room >= 1 ? (int32_t)room : 1;
}

uint64_t engine_memory(const erg_job *job) {
  engine_shape shape = {0};
  const erg_model *model = job->model;
  engine_layout(model->dim, model->n_elements, model->n_families,
                (int)job->settings[ENGINE_MAX_DEPTH], buffer_draws(job), &shape);
  uint64_t chain = sizeof(erg_chain) + (uint64_t)model->dim * sizeof(double);
  for (int r = 0; r < ENGINE_REGIONS; r++)
    if (r != ENGINE_CENTRING) chain += engine_row_apart(shape.row_bytes[r]);
  return chain * (uint64_t)job->chains;
}

static erg_status open_shares(erg_run *run) {
  const erg_job *job = run->job;
  int32_t n = job->n_devices > 0 ? job->n_devices : 1, first = 0;
  erg_status status = ERG_OK;
  if (n > job->chains) n = job->chains;
  run->shares = engine_array((size_t)n, sizeof *run->shares);
  run->shapes = engine_array((size_t)n, sizeof *run->shapes);
  if (!run->shares || !run->shapes)
    return engine_fail(run->host, ERG_NO_MEMORY, "out of memory");
  for (int32_t i = 0; i < n && status == ERG_OK; i++) {
    engine_shape *shape = &run->shapes[i];
    int32_t end = (int32_t)((int64_t)job->chains * (i + 1) / n);
    engine_layout(job->model->dim, job->model->n_elements, job->model->n_families,
                  (int)job->settings[ENGINE_MAX_DEPTH], buffer_draws(job), shape);
    fill_control(run, &shape->control);
    shape->chains = end - first;
    shape->first = first;
    shape->device = i;
    shape->threads = (job->threads > 0 ? job->threads : 1);
    if (n > 1) shape->threads = shape->threads / n > 0 ? shape->threads / n : 1;
    shape->extra = job->settings + ENGINE_PARAMETERS;
    status = run->backend->open(run->host, job, shape, &run->shares[i]);
    if (status == ERG_OK) run->n_shares = i + 1;
    first = end;
  }
  run->control = run->shapes[0].control;
  return status;
}

static erg_status unit_metric(erg_run *run, void *data, int32_t chain, double *row) {
  (void)data, (void)chain;
  for (int32_t i = 0; i < run->control.dim; i++) row[i] = row[run->control.stride + i] = 1;
  return ERG_OK;
}
static erg_status given_point(erg_run *run, void *data, int32_t chain, double *row) {
  size_t dim = (size_t)run->control.dim;
  (void)data;
  memcpy(row, run->job->initial + (size_t)chain * dim, dim * sizeof *row);
  return ERG_OK;
}

/* First scalars and vectors of every chain. */
static erg_status start_chains(erg_run *run) {
  const erg_job *job = run->job;
  size_t stride = (size_t)run->control.stride, length;
  double step = job->settings[ENGINE_STEP_SIZE];
  erg_status status;
  for (int32_t c = 0; c < job->chains; c++) {
    erg_chain *chain = &run->scalars[c];
    chain->number = job->first_chain + c;
    chain->phase = ERG_PHASE_IDLE;
    chain->fresh = job->initial ? ERG_FRESH_GIVEN : ERG_FRESH_INIT;
    chain->step = chain->da_step = step > 0 ? step : FIRST_STEP;
    chain->search = job->warmup > 0 || !(step > 0);
    chain->metric_from_gradient =
        job->warmup > 0 && job->settings[ENGINE_METRIC] == ENGINE_METRIC_GRADIENT;
  }
  status = engine_each_row(run, ERG_V_METRIC * stride, 2 * stride, ENGINE_ROWS_WRITE,
                           unit_metric, NULL);
  if (job->initial && status == ERG_OK)
    status = engine_each_row(run, ERG_V_SAMPLE_Q * stride, stride, ENGINE_ROWS_WRITE,
                             given_point, NULL);
  length = (size_t)erg_centring_length(job->model->n_elements, job->model->n_families);
  for (int32_t i = 0; i < run->n_shares && status == ERG_OK && length > 0; i++)
    status = run->backend->write(run->shares[i], ENGINE_CENTRING, 0, 1, 0,
                                 length * sizeof(double), run->centring, 0);
  if (status == ERG_OK) status = engine_write_scalars(run);
  return status;
}

erg_status engine_create(const erg_host *host, const erg_job *job,
                         const engine_backend *backend, erg_run **out) {
  const erg_model *model = job->model;
  erg_status status = engine_supports(host, job, backend);
  size_t chains, length;
  erg_run *run;
  *out = NULL;
  if (status != ERG_OK) return status;
  run = engine_array(1, sizeof *run);
  if (!run) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  run->host = host;
  run->job = job;
  run->backend = backend;
  run->budget = job->settings[ENGINE_LAUNCH] > 0 ? (int64_t)job->settings[ENGINE_LAUNCH] : 16;
  run->metric_stale = 1;
  run->stages.size = sizeof run->stages;
  chains = (size_t)job->chains;
  length = (size_t)erg_centring_length(model->n_elements, model->n_families);
  run->scalars = engine_array(chains, sizeof *run->scalars);
  run->metric = engine_array(chains * (size_t)model->dim, sizeof *run->metric);
  run->centring = engine_array(length, sizeof *run->centring);
  run->work.before = engine_array(chains, sizeof *run->work.before);
  if (!run->scalars || !run->metric || !run->centring || !run->work.before)
    status = engine_fail(host, ERG_NO_MEMORY, "out of memory");
  if (status == ERG_OK) {
    erg_centring_default(model->n_elements, model->n_families, model->element_family,
                         run->centring);
    engine_schedule_make(&run->schedule, (engine_metric)job->settings[ENGINE_METRIC],
                         job->warmup, job->draws,
                         model->n_elements > 0 && job->settings[ENGINE_CENTRE] != 0,
                         (int)job->settings[ENGINE_MAX_DEPTH]);
    status = open_shares(run);
  }
  if (status == ERG_OK && job->settings[ENGINE_CENTRE] != 0) status = engine_centring_open(run);
  if (status == ERG_OK) status = engine_shorten_open(run);
  if (status == ERG_OK) status = start_chains(run);
  if (status != ERG_OK) {
    engine_destroy(run);
    return status;
  }
  erg_stages opened = {.size = sizeof opened};
  for (int32_t i = 0; backend->stages && i < run->n_shares; i++)
    backend->stages(run->shares[i], &opened);
  run->opened_s = opened.compile_s;
  *out = run;
  return ERG_OK;
}

void engine_destroy(erg_run *run) {
  if (!run) return;
  for (int32_t i = 0; i < run->n_shares; i++) run->backend->close(run->shares[i]);
  engine_centring_close(run);
  engine_shorten_close(run);
  free(run->shares);
  free(run->shapes);
  free(run->scalars);
  free(run->work.before);
  free(run->metric);
  free(run->centring);
  free(run->rows);
  free(run);
}

/* --- advancing ------------------------------------------------------------------ */

/* Room for `doubles` in run->rows. */
static erg_status reserve(erg_run *run, size_t doubles) {
  if (doubles > run->rows_capacity) {
    double *rows = realloc(run->rows, doubles * sizeof *rows);
    if (!rows) return engine_fail(run->host, ERG_NO_MEMORY, "out of memory");
    run->rows = rows;
    run->rows_capacity = doubles;
  }
  return ERG_OK;
}

/* Moves finished draws from the devices to the block; the buffers are empty then. */
static erg_status download(erg_run *run, erg_block *block) {
  int32_t chains = run->job->chains, most = 0;
  size_t dim = (size_t)run->job->model->dim, k = ERG_STATISTICS, width;
  erg_status status;
  for (int32_t c = 0; c < chains; c++)
    if (run->scalars[c].filled > most) most = run->scalars[c].filled;
  if (most == 0) return ERG_OK;
  width = (size_t)most * (dim > k ? dim : k);
  status = reserve(run, width * (size_t)chains);
  if (status != ERG_OK) return status;
  width = (size_t)most * dim;
  status = engine_read(run, ENGINE_DRAWS, 0, chains, 0, width * sizeof(double), run->rows,
                       width * sizeof(double));
  for (int32_t c = 0; c < chains && status == ERG_OK; c++) {
    const erg_chain *chain = &run->scalars[c];
    const double *from = run->rows + (size_t)c * width;
    double *to =
        block->draws + ((size_t)c * (size_t)block->capacity + (size_t)block->filled[c]) * dim;
    memcpy(to, from, (size_t)chain->filled * dim * sizeof *to);
    if (block->warmup) engine_shorten_see(run, c, chain->filled, from);
    if (block->warmup && run->look)
      for (int32_t d = 0; d < chain->filled; d++)
        engine_centring_see(run, c, chain->iteration - chain->filled + 1 + d,
                            from + (size_t)d * dim);
  }
  if (status != ERG_OK) return status;
  width = (size_t)most * k;
  status = engine_read(run, ENGINE_STATISTICS, 0, chains, 0, width * sizeof(double), run->rows,
                       width * sizeof(double));
  for (int32_t c = 0; c < chains && status == ERG_OK; c++) {
    erg_chain *chain = &run->scalars[c];
    double *to = block->statistics +
                 ((size_t)c * (size_t)block->capacity + (size_t)block->filled[c]) * k;
    memcpy(to, run->rows + (size_t)c * width, (size_t)chain->filled * k * sizeof *to);
    if (block->warmup)
      engine_shorten_count(run, c, chain->filled, run->rows + (size_t)c * width);
    block->filled[c] += chain->filled;
    chain->filled = 0;
  }
  return status == ERG_OK ? engine_write_scalars(run) : status;
}

static double launch_seconds(const erg_run *run) {
  double bytes = 8.0 * run->control.chain_doubles * run->job->chains;
  double seconds = bytes / LAUNCH_STATE_BYTES_S;
  return seconds < LAUNCH_SECONDS        ? LAUNCH_SECONDS
         : seconds > LAUNCH_MOST_SECONDS ? LAUNCH_MOST_SECONDS
                                         : seconds;
}

/* One launch on every share, and what it left behind. */
static erg_status launch(erg_run *run, erg_block *block) {
  const engine_stage *stage = &run->schedule.stages[run->stage];
  double begin = erg_clock(), middle, end;
  erg_status status = ERG_OK, last;
  int32_t started = 0;
  engine_work_begin(&run->work, run->scalars, run->job->chains, begin);
  for (; started < run->n_shares && status == ERG_OK; started++)
    status = run->backend->launch(run->shares[started], &run->control, (int32_t)run->budget);
  for (int32_t i = 0; i < started; i++) {
    last = run->backend->wait(run->shares[i]);
    if (status == ERG_OK) status = last;
  }
  if (status != ERG_OK) return status;
  middle = erg_clock();
  engine_work_end(&run->work, middle);
  status = engine_read(run, ENGINE_SCALARS, 0, run->job->chains, 0, sizeof(erg_chain),
                       run->scalars, sizeof(erg_chain));
  if (status == ERG_OK) engine_work_count(&run->work, run->scalars, run->shapes, run->n_shares);
  if (stage->adapt) run->metric_stale = 1;
  if (status == ERG_OK) status = download(run, block);
  end = erg_clock();
  if (block->warmup) {
    run->stages.warmup_s += middle - begin;
  } else {
    run->stages.sampling_s += middle - begin;
  }
  run->stages.download_s += end - middle;
  if (run->job->settings[ENGINE_LAUNCH] == 0) { /* by the clock */
    double f = launch_seconds(run) / (middle - begin + 1e-9);
    double next = (double)run->budget * (f > 4 ? 4 : f < 0.25 ? 0.25 : f);
    run->budget = next < 1 ? 1 : next > 1e6 ? 1000000 : (int64_t)next;
  }
  return status;
}

/* Smallest room in the block over the chains that still run; 0: return to the host. */
static int64_t block_room(const erg_run *run, const erg_block *block, int *parked) {
  int64_t room = INT64_MAX;
  *parked = 1;
  for (int32_t c = 0; c < run->job->chains; c++) {
    if (run->scalars[c].iteration >= run->control.stop &&
        run->scalars[c].phase >= ERG_PHASE_IDLE)
      continue;
    *parked = 0;
    if (block->capacity - block->filled[c] < room) room = block->capacity - block->filled[c];
  }
  return room;
}

static int any_draw(const erg_run *run, const erg_block *block) {
  for (int32_t c = 0; c < run->job->chains; c++)
    if (block->filled[c] > 0) return 1;
  return 0;
}

/* What the host does at the end of a stage. */
static erg_status end_stage(erg_run *run) {
  const engine_stage *stage = &run->schedule.stages[run->stage];
  int32_t chains = run->job->chains;
  int restart = stage->restart, changed = 0;
  erg_status status = ERG_OK;
  if (stage->look) status = engine_centring_look(run, &changed);
  if (engine_shorten_decide(run)) restart = 1;
  if (changed) {
    restart = 1;
  } else if (stage->pool != ENGINE_POOL_NONE && status == ERG_OK) {
    status = engine_pool_metric(run, stage->pool);
  }
  for (int32_t c = 0; c < chains; c++) {
    if (restart) run->scalars[c].search = 1;
    if (stage->last && (stage->adapt & ERG_ADAPT_STEP)) {
      run->scalars[c].step = run->scalars[c].da_step;
      run->scalars[c].search = 0;
    }
  }
  run->stage++;
  return status == ERG_OK ? engine_write_scalars(run) : status;
}

/* Everything of the block but its draws. */
static erg_status describe(erg_run *run, erg_block *block) {
  int32_t chains = run->job->chains, dim = run->job->model->dim;
  const erg_model *model = run->job->model;
  size_t length = (size_t)erg_centring_length(model->n_elements, model->n_families);
  erg_status status = ERG_OK;
  block->centring_epoch = run->centring_epoch;
  if (block->centring) memcpy(block->centring, run->centring, length * sizeof(double));
  if (run->metric_stale) {
    status = engine_read(run, ENGINE_STATE, 0, chains, engine_vector_offset(run, ERG_V_METRIC),
                         (uint64_t)dim * sizeof(double), run->metric,
                         (uint64_t)dim * sizeof(double));
    run->metric_stale = status != ERG_OK;
  }
  for (int32_t c = 0; c < chains; c++) {
    if (block->gradients) block->gradients[c] = (int64_t)run->scalars[c].gradients;
    if (block->step_size) block->step_size[c] = run->scalars[c].step;
  }
  if (block->inverse_metric)
    memcpy(block->inverse_metric, run->metric, (size_t)chains * (size_t)dim * sizeof(double));
  return status;
}

static erg_status failed_chain(const erg_run *run) {
  double radius = run->job->settings[ENGINE_INIT_RADIUS];
  for (int32_t c = 0; c < run->job->chains; c++)
    if (run->scalars[c].phase == ERG_PHASE_FAILED)
      return engine_fail(run->host, ERG_INIT,
                         "chain %d: no finite log density at %d points uniform on (-%g, %g) "
                         "in the unconstrained space\n"
                         "check the data and the supports of the priors; or give initial "
                         "values with --init FILE.json, or start nearer to 0 with a smaller "
                         "--init-radius",
                         run->scalars[c].number + 1, INITIAL_MOST, radius, radius);
  return ERG_OK;
}

erg_status engine_advance(erg_run *run, erg_block *block) {
  double begin = erg_clock();
  erg_status status = ERG_OK;
  if (block->chains != run->job->chains || block->dim != run->job->model->dim ||
      block->n_statistics != ERG_STATISTICS || block->capacity < 1)
    return engine_fail(run->host, ERG_INVALID, "the block's shape does not fit the job");
  block->finished = 0;
  while (status == ERG_OK) {
    const engine_stage *stage = &run->schedule.stages[run->stage];
    int64_t room;
    int parked;
    if (run->stage >= run->schedule.n_stages) {
      block->finished = 1;
      break;
    }
    block->warmup = run->stage < run->schedule.n_warmup;
    run->control.stop = stage->stop;
    run->control.adapt = stage->adapt;
    run->control.max_depth = stage->depth;
    run->control.switch_every = stage->switch_every;
    run->control.switch_from = stage->switch_from;
    room = block_room(run, block, &parked);
    if (parked) {
      if (run->stage + 1 == run->schedule.n_stages) {
        status = describe(run, block);
        run->stage++;
        block->finished = 1;
        return status;
      }
      if ((stage->look || stage->last) && any_draw(run, block)) break;
      status = end_stage(run);
      continue;
    }
    if (room < 1) break;
    if (run->job->settings[ENGINE_LAUNCH] == 0 && erg_clock() - begin > RETURN_SECONDS) break;
    if (run->host->cancelled && run->host->cancelled(run->host->data)) {
      status = ERG_CANCELLED;
      break;
    }
    run->control.capacity = run->shapes[0].control.capacity;
    if (room < run->control.capacity) run->control.capacity = (int)room;
    status = launch(run, block);
    if (status == ERG_OK) status = failed_chain(run);
  }
  if (status >= 0) {
    erg_status last = describe(run, block);
    if (last != ERG_OK) status = last;
  }
  return status;
}

/* Some drivers compile at the first launch: that time is the compiler's, not the phase's. */
static void part_compilation(const erg_run *run, erg_stages *s) {
  double late = (s->compile_s - run->opened_s) / run->n_shares;
  double *phase = run->job->warmup > 0 ? &s->warmup_s : &s->sampling_s;
  *phase = *phase > late ? *phase - late : 0;
}

void engine_stages(const erg_run *run, erg_stages *out) {
  uint32_t size = out->size;
  erg_stages s = run->stages;
  if (run->backend->stages)
    for (int32_t i = 0; i < run->n_shares; i++) run->backend->stages(run->shares[i], &s);
  part_compilation(run, &s);
  if (size > sizeof s) size = sizeof s;
  memcpy(out, &s, size);
  out->size = size;
}

void engine_telemetry(const erg_run *run, erg_telemetry *out) {
  engine_work_tell(&run->work, out);
}
