/* A writing thread before another sink: a queue of bounded size, in order. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "output/internal.h"
#include "read/memory.h"

typedef struct item {
  struct item *next;
  enum { OPEN, APPEND, ADAPTED, CLOSE } kind;
  uint64_t bytes;
  out_block block;
  int chain;
  double step_size;
  double *values; /* rows or inverse metric; owned */
  int64_t *filled;
  out_end end;
} item;

typedef struct {
  out_sink base;
  out_sink *inner;
  const out_schema *schema;
  uint64_t max_bytes, queued;
  pthread_t thread;
  bool running;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  item *first, *last;
  bool stop, failed, reported;
  erg_problems problems;
} threaded;

static void free_item(item *i) {
  free(i->values);
  free(i->filled);
  free(i);
}

static bool carry_out(threaded *t, item *i) {
  out_sink *k = t->inner;
  erg_problems *p = &t->problems;
  switch (i->kind) {
    case OPEN:
      return k->ops->open(k, t->schema, p);
    case APPEND:
      return k->ops->append(k, &i->block, p);
    case ADAPTED:
      return k->ops->adapted(k, i->chain, i->step_size, i->values, p);
    case CLOSE:
      return k->ops->close(k, &i->end, p);
  }
  return false;
}

/* The sampler's threads first, where there are no more processors than they are: this one
 * then has a tenth of one, and the rest after them. */
static void step_back(void) {
#ifdef __linux__ /* where a thread has a priority of its own */
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
#endif
}

static void *write_on(void *argument) {
  threaded *t = argument;
  step_back();
  pthread_mutex_lock(&t->lock);
  for (;;) {
    while (!t->first && !t->stop) pthread_cond_wait(&t->changed, &t->lock);
    item *i = t->first;
    if (!i) break;
    bool skip = t->failed;
    pthread_mutex_unlock(&t->lock);
    bool good = skip || carry_out(t, i);
    pthread_mutex_lock(&t->lock);
    t->first = i->next;
    if (!t->first) t->last = NULL;
    t->queued -= i->bytes;
    if (!good) t->failed = true;
    pthread_cond_broadcast(&t->changed);
    free_item(i);
  }
  pthread_mutex_unlock(&t->lock);
  return NULL;
}

/* Hands the thread's problems over; false if it failed. Called with the lock held. */
static bool report(threaded *t, erg_problems *p) {
  if (!t->failed) return true;
  if (!t->reported) {
    for (int i = 0; i < t->problems.count; i++) {
      const struct erg_problem *q = &t->problems.list[i];
      if (q->warning) {
        erg_warn(p, q->place, q->next, "%s", q->cause);
      } else {
        erg_error(p, q->place, q->next, "%s", q->cause);
      }
    }
    t->reported = true;
  }
  return false;
}

static bool put(threaded *t, item *i, erg_problems *p) {
  pthread_mutex_lock(&t->lock);
  while (t->first && !t->failed && t->queued + i->bytes > t->max_bytes) {
    pthread_cond_wait(&t->changed, &t->lock);
  }
  bool good = report(t, p);
  if (good) {
    t->queued += i->bytes;
    if (t->last) {
      t->last->next = i;
    } else {
      t->first = i;
    }
    t->last = i;
    pthread_cond_broadcast(&t->changed);
  }
  pthread_mutex_unlock(&t->lock);
  if (!good) free_item(i);
  return good;
}

static void end_thread(threaded *t) {
  if (!t->running) return;
  pthread_mutex_lock(&t->lock);
  t->stop = true;
  pthread_cond_broadcast(&t->changed);
  pthread_mutex_unlock(&t->lock);
  pthread_join(t->thread, NULL);
  t->running = false;
}

/* Opening is left to the thread, too: loading libraries and creating files overlaps with
 * the start of the sampler. */
static bool threaded_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  threaded *t = (threaded *)s;
  t->schema = schema;
  if (pthread_create(&t->thread, NULL, write_on, t)) {
    return erg_error(p, (erg_place){0}, "lift the limit on processes (ulimit -u)",
                     "the writing thread can't be started");
  }
  t->running = true;
  item *i = erg_alloc(sizeof *i);
  i->kind = OPEN;
  return put(t, i, p);
}

static bool threaded_append(out_sink *s, const out_block *b, erg_problems *p) {
  threaded *t = (threaded *)s;
  int chains = t->schema->chains;
  int64_t row = t->schema->row, most = 0;
  for (int c = 0; c < chains; c++) {
    if (b->filled[c] > most) most = b->filled[c];
  }
  item *i = erg_alloc(sizeof *i);
  i->kind = APPEND;
  i->bytes = (uint64_t)(chains * most * row) * sizeof(double);
  i->filled = erg_alloc((size_t)chains * sizeof *i->filled);
  memcpy(i->filled, b->filled, (size_t)chains * sizeof *i->filled);
  i->values = malloc(i->bytes ? i->bytes : 1);
  if (!i->values) {
    free_item(i);
    return erg_error(p, (erg_place){0}, "use fewer chains, or free memory",
                     "out of memory for a block of draws");
  }
  for (int c = 0; c < chains; c++) {
    if (!b->filled[c]) continue;
    memcpy(i->values + c * most * row, b->rows + c * b->capacity * row,
           (size_t)(b->filled[c] * row) * sizeof(double));
  }
  i->block = (out_block){
      .warmup = b->warmup, .capacity = most, .filled = i->filled, .rows = i->values};
  return put(t, i, p);
}

static bool threaded_adapted(out_sink *s, int chain, double step_size, const double *metric,
                             erg_problems *p) {
  threaded *t = (threaded *)s;
  item *i = erg_alloc(sizeof *i);
  i->kind = ADAPTED;
  i->chain = chain;
  i->step_size = step_size;
  if (metric && t->schema->n_unconstrained) {
    i->bytes = (uint64_t)t->schema->n_unconstrained * sizeof *metric;
    i->values = erg_alloc(i->bytes);
    memcpy(i->values, metric, i->bytes);
  }
  return put(t, i, p);
}

static bool threaded_close(out_sink *s, const out_end *end, erg_problems *p) {
  threaded *t = (threaded *)s;
  item *i = erg_alloc(sizeof *i);
  i->kind = CLOSE;
  i->end = *end; /* the caller waits, so its arrays stay */
  if (!put(t, i, p)) return false;
  end_thread(t);
  return report(t, p);
}

static void threaded_abort(out_sink *s) {
  threaded *t = (threaded *)s;
  end_thread(t); /* after what is queued */
  t->inner->ops->abort(t->inner);
}

static void threaded_free(out_sink *s) {
  threaded *t = (threaded *)s;
  end_thread(t);
  for (item *i = t->first, *next; i; i = next) {
    next = i->next;
    free_item(i);
  }
  t->inner->ops->free(t->inner);
  erg_problems_free(&t->problems);
  pthread_cond_destroy(&t->changed);
  pthread_mutex_destroy(&t->lock);
  free(t);
}

out_sink *out_threaded(out_sink *inner, uint64_t max_bytes) {
  static const out_sink_ops ops = {threaded_open,  threaded_append, threaded_adapted,
                                   threaded_close, threaded_abort,  threaded_free};
  threaded *t = erg_alloc(sizeof *t);
  t->base.ops = &ops;
  t->inner = inner;
  t->max_bytes = max_bytes ? max_bytes : (uint64_t)64 << 20;
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->changed, NULL);
  erg_problems_init(&t->problems);
  return &t->base;
}
