/* The engine's backend on CPU threads: regions are plain memory; a launch is a queue of
 * chains from which threads take one at a time and run it for a part of the budget. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "read/clock.h"

#define PARTS 4 /* of a budget: evens out chains that don't divide by the threads */
/* Seconds that a thread looks for work before it sleeps. A launch in the warm-up of a
 * small model takes 100 us, and so does waking a thread of a virtual machine. */
#define SPIN_S 150e-6

typedef struct turn {
  int32_t chain;
  int32_t left; /* gradients */
} turn;

typedef struct worker {
  engine_share *share;
  pthread_t thread;
  int started;
  cpu_model model;
} worker;

struct engine_share {
  const erg_host *host;
  int32_t chains, threads;
  uint64_t row_bytes[ENGINE_REGIONS];
  char *regions[ENGINE_REGIONS];
  cpu_run_function run;
  worker *workers;          /* [threads]; the first is the thread that waits */

  erg_control control;
  int32_t part;
  pthread_mutex_t mutex;
  pthread_cond_t work, done;
  turn *queue;              /* ring of `chains` */
  int32_t head, queued;
  int32_t busy;             /* chains that run now */
  int quit;
  int spin;                 /* a processor for every thread: looking costs nobody else */
  atomic_uint changes;      /* of what the threads wait for; read without the mutex */
};

static void *aligned(uint64_t bytes) {
  void *p;
  bytes = (bytes + 127) / 64 * 64;
  if (posix_memalign(&p, 128, bytes) != 0) return NULL;
  memset(p, 0, bytes);
  return p;
}

static void *row_of(engine_share *s, engine_region r, int32_t row) {
  return s->regions[r] + (uint64_t)row * s->row_bytes[r];
}

/* Waits for a change after number `seen`, awake for a while and then asleep. Called and
 * returns with the mutex held; may return without a change. */
static void wait_change(engine_share *s, pthread_cond_t *condition, unsigned seen) {
  if (s->spin) {
    double end = erg_clock() + SPIN_S;
    pthread_mutex_unlock(&s->mutex);
    do {
      for (int i = 0; i < 64 && atomic_load(&s->changes) == seen; i++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
    } while (atomic_load(&s->changes) == seen && erg_clock() < end);
    pthread_mutex_lock(&s->mutex);
  }
  if (atomic_load(&s->changes) == seen) pthread_cond_wait(condition, &s->mutex);
}

/* Called with the mutex held. */
static void say_change(engine_share *s, pthread_cond_t *condition) {
  atomic_fetch_add(&s->changes, 1);
  pthread_cond_broadcast(condition);
}

/* Takes turns until none is left. Called and returns with the mutex held. */
static void take_turns(engine_share *s, worker *w) {
  while (s->queued > 0) {
    turn t = s->queue[s->head];
    int32_t budget = t.left < s->part ? t.left : s->part;
    erg_chain *chain = row_of(s, ENGINE_SCALARS, t.chain);
    double before = chain->gradients, spent;
    s->head = (s->head + 1) % s->chains;
    s->queued--;
    s->busy++;
    pthread_mutex_unlock(&s->mutex);
    s->run(&s->control, chain, row_of(s, ENGINE_STATE, t.chain),
           row_of(s, ENGINE_DRAWS, t.chain), row_of(s, ENGINE_STATISTICS, t.chain), budget,
           &w->model);
    spent = chain->gradients - before;
    pthread_mutex_lock(&s->mutex);
    s->busy--;
    t.left -= budget;
    if (t.left > 0 && spent >= budget) {
      s->queue[(s->head + s->queued) % s->chains] = t;
      s->queued++;
      say_change(s, &s->work);
    }
    if (s->queued == 0 && s->busy == 0) say_change(s, &s->done);
  }
}

static void *work(void *argument) {
  worker *w = argument;
  engine_share *s = w->share;
  pthread_mutex_lock(&s->mutex);
  while (!s->quit) {
    take_turns(s, w);
    if (!s->quit) wait_change(s, &s->work, atomic_load(&s->changes));
  }
  pthread_mutex_unlock(&s->mutex);
  return NULL;
}

static void cpu_close(engine_share *s) {
  if (!s) return;
  pthread_mutex_lock(&s->mutex);
  while (s->queued > 0 || s->busy > 0) pthread_cond_wait(&s->done, &s->mutex);
  s->quit = 1;
  say_change(s, &s->work);
  pthread_mutex_unlock(&s->mutex);
  for (int32_t i = 0; s->workers && i < s->threads; i++) {
    if (s->workers[i].started) pthread_join(s->workers[i].thread, NULL);
    free(s->workers[i].model.scratch);
  }
  for (int r = 0; r < ENGINE_REGIONS; r++) free(s->regions[r]);
  free(s->workers);
  free(s->queue);
  pthread_cond_destroy(&s->work);
  pthread_cond_destroy(&s->done);
  pthread_mutex_destroy(&s->mutex);
  free(s);
}

static erg_status start_threads(engine_share *s, const erg_job *job) {
  for (int32_t i = 0; i < s->threads; i++) {
    worker *w = &s->workers[i];
    w->share = s;
    w->model.model = job->model;
    w->model.centring = job->model->n_elements > 0 ? (double *)s->regions[ENGINE_CENTRING] : NULL;
    w->model.scratch = aligned(job->model->scratch_bytes);
    if (!w->model.scratch) return ERG_NO_MEMORY;
    if (i == 0) continue;
    if (pthread_create(&w->thread, NULL, work, w) != 0)
      return engine_fail(s->host, ERG_INTERNAL, "cannot start thread %d of %d", (int)i + 1,
                         (int)s->threads);
    w->started = 1;
  }
  return ERG_OK;
}

static erg_status cpu_open(const erg_host *host, const erg_job *job,
                           const engine_shape *shape, engine_share **out) {
  engine_share *s = calloc(1, sizeof *s);
  cpu_isa isa = (cpu_isa)shape->extra[CPU_SETTING_ISA];
  erg_status status = ERG_OK;
  *out = NULL;
  if (!s) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  pthread_mutex_init(&s->mutex, NULL);
  pthread_cond_init(&s->work, NULL);
  pthread_cond_init(&s->done, NULL);
  s->host = host;
  s->chains = shape->chains;
  s->threads = shape->threads < shape->chains ? shape->threads : shape->chains;
  s->spin = s->threads <= sysconf(_SC_NPROCESSORS_ONLN);
  s->run = cpu_isa_function(isa == CPU_ISA_AUTO ? cpu_isa_best() : isa);
  s->workers = calloc((size_t)s->threads, sizeof *s->workers);
  s->queue = calloc((size_t)s->chains, sizeof *s->queue);
  if (!s->workers || !s->queue) status = ERG_NO_MEMORY;
  for (int r = 0; r < ENGINE_REGIONS; r++) {
    uint64_t rows = r == ENGINE_CENTRING ? 1 : (uint64_t)shape->chains;
    s->row_bytes[r] = engine_row_apart(shape->row_bytes[r]);
    s->regions[r] = aligned(rows * s->row_bytes[r]);
    if (!s->regions[r]) status = ERG_NO_MEMORY;
  }
  if (status == ERG_OK) status = start_threads(s, job);
  if (status != ERG_OK) {
    cpu_close(s);
    return status == ERG_NO_MEMORY
               ? engine_fail(host, status, "out of memory for %d chains", shape->chains)
               : status;
  }
  *out = s;
  return ERG_OK;
}

static erg_status cpu_read(engine_share *s, engine_region region, int32_t row, int32_t rows,
                           uint64_t offset, uint64_t bytes, void *host, uint64_t pitch) {
  for (int32_t i = 0; i < rows; i++)
    memcpy((char *)host + (uint64_t)i * pitch, (char *)row_of(s, region, row + i) + offset, bytes);
  return ERG_OK;
}
static erg_status cpu_write(engine_share *s, engine_region region, int32_t row, int32_t rows,
                            uint64_t offset, uint64_t bytes, const void *host,
                            uint64_t pitch) {
  for (int32_t i = 0; i < rows; i++)
    memcpy((char *)row_of(s, region, row + i) + offset, (const char *)host + (uint64_t)i * pitch,
           bytes);
  return ERG_OK;
}

static erg_status cpu_launch(engine_share *s, const erg_control *control, int32_t budget) {
  pthread_mutex_lock(&s->mutex);
  s->control = *control;
  s->part = s->chains % s->threads == 0 ? budget : (budget + PARTS - 1) / PARTS;
  for (int32_t c = 0; c < s->chains; c++) s->queue[c] = (turn){c, budget};
  s->head = 0;
  s->queued = s->chains;
  say_change(s, &s->work);
  pthread_mutex_unlock(&s->mutex);
  return ERG_OK;
}

/* The caller's thread works, too. */
static erg_status cpu_wait(engine_share *s) {
  erg_status status = ERG_OK;
  pthread_mutex_lock(&s->mutex);
  while (s->queued > 0 || s->busy > 0) {
    take_turns(s, &s->workers[0]);
    if (s->queued == 0 && s->busy > 0) wait_change(s, &s->done, atomic_load(&s->changes));
  }
  pthread_mutex_unlock(&s->mutex);
  for (int32_t i = 0; i < s->threads; i++)
    if (s->workers[i].model.failed != ERG_OK && status == ERG_OK)
      status = engine_fail(s->host, s->workers[i].model.failed,
                           "the model's log density failed (code %d)",
                           (int)s->workers[i].model.failed);
  return status;
}

const engine_backend cpu_backend = {
    .devices = cpu_devices,
    .n_settings = CPU_SETTINGS,
    .supports = cpu_supports,
    .open = cpu_open,
    .close = cpu_close,
    .read = cpu_read,
    .write = cpu_write,
    .launch = cpu_launch,
    .wait = cpu_wait,
};
