/* Summaries of scalars, one after another or on several threads. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "diagnostics/work.h"

static void all_nan(diag_summary *s) {
  *s = (diag_summary){.mean = NAN,
                      .sd = NAN,
                      .median = NAN,
                      .mad = NAN,
                      .q5 = NAN,
                      .q95 = NAN,
                      .low89 = NAN,
                      .high89 = NAN,
                      .mcse_mean = NAN,
                      .mcse_sd = NAN,
                      .mcse_median = NAN,
                      .mcse_q5 = NAN,
                      .mcse_q95 = NAN,
                      .ess_mean = NAN,
                      .ess_sd = NAN,
                      .ess_bulk = NAN,
                      .ess_tail = NAN,
                      .r_hat = NAN};
}

erg_status diag_summarise(diag_work *w, const erg_draws *d, diag_summary *s) {
  all_nan(s);
  if (!diag_load(w, d)) return ERG_NO_MEMORY;
  s->n_nan = w->n_nan;
  s->n_infinite = w->n_infinite;
  s->constant = w->constant;
  if (w->n == 0) return ERG_INVALID;
  if (w->n_nan) return w->draws < 4 ? ERG_INVALID : ERG_OK;

  diag_sort(w);
  s->mean = diag_mean(w->x, w->n);
  double variance = w->n > 1 ? diag_variance(w->x, w->n, s->mean) : NAN;
  s->sd = sqrt(variance);
  s->median = diag_quantile_sorted(w->sorted, w->n, 0.5);
  s->q5 = diag_quantile_sorted(w->sorted, w->n, 0.05);
  s->q95 = diag_quantile_sorted(w->sorted, w->n, 0.95);
  s->low89 = diag_quantile_sorted(w->sorted, w->n, 0.055);
  s->high89 = diag_quantile_sorted(w->sorted, w->n, 0.945);
  s->mad = diag_mad_loaded(w);
  if (w->draws < 4) return ERG_INVALID;

  s->r_hat = diag_r_hat_loaded(w, &s->ess_bulk);
  s->ess_mean = diag_ess_mean_loaded(w);
  s->mcse_mean = sqrt(variance / s->ess_mean);
  s->ess_sd = diag_ess_sd_loaded(w, &s->mcse_sd);
  double low = diag_ess_indicator(w, s->q5), high = diag_ess_indicator(w, s->q95);
  s->ess_tail = isnan(low) || isnan(high) ? NAN : fmin(low, high);
  s->mcse_q5 = diag_mcse_quantile_loaded(w, 0.05, low);
  s->mcse_q95 = diag_mcse_quantile_loaded(w, 0.95, high);
  s->mcse_median = diag_mcse_quantile_loaded(w, 0.5, diag_ess_indicator(w, s->median));
  return ERG_OK;
}

typedef struct {
  int64_t n, next;
  diag_get_draws draws;
  void *data;
  diag_summary *out;
  erg_status status;
  pthread_mutex_t lock;
} shared_work;

typedef struct {
  shared_work *shared;
  int slot;
} thread_work;

static void *work_through(void *argument) {
  thread_work *t = argument;
  shared_work *s = t->shared;
  diag_work *w = diag_work_new();
  for (;;) {
    erg_draws d = {.size = sizeof d};
    pthread_mutex_lock(&s->lock);
    int64_t i = s->next;
    bool go = s->status == ERG_OK && i < s->n;
    if (go) {
      s->next++;
      if (!w) {
        s->status = ERG_NO_MEMORY;
      } else if (!s->draws(s->data, i, t->slot, &d)) {
        s->status = ERG_IO;
      }
      go = s->status == ERG_OK;
    }
    pthread_mutex_unlock(&s->lock);
    if (!go) break;
    if (diag_summarise(w, &d, &s->out[i]) == ERG_NO_MEMORY) {
      pthread_mutex_lock(&s->lock);
      s->status = ERG_NO_MEMORY;
      pthread_mutex_unlock(&s->lock);
    }
  }
  diag_work_free(w);
  return NULL;
}

erg_status diag_summarise_all(int64_t n, diag_get_draws draws, void *data, int threads,
                              diag_summary *out) {
  shared_work shared = {.n = n, .draws = draws, .data = data, .out = out};
  pthread_mutex_init(&shared.lock, NULL);
  if (threads > n) threads = (int)n;
  if (threads < 1) threads = 1;
  thread_work *work = calloc((size_t)threads, sizeof *work);
  pthread_t *ids = calloc((size_t)threads, sizeof *ids);
  int started = 1;
  if (!work || !ids) {
    shared.status = ERG_NO_MEMORY;
  } else {
    for (int i = 0; i < threads; i++) work[i] = (thread_work){&shared, i};
    while (started < threads &&
           pthread_create(&ids[started], NULL, work_through, &work[started]) == 0) {
      started++;
    }
    work_through(&work[0]); /* a thread that could not start costs time only */
    for (int i = 1; i < started; i++) pthread_join(ids[i], NULL);
  }
  free(ids);
  free(work);
  pthread_mutex_destroy(&shared.lock);
  return shared.status;
}
