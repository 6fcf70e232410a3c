#include "toys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct toy {
  toy_kind kind;
  double rho, *scale;
  int groups, each;
  double *mean, *within; /* of each group: mean of y, sum of squares about it */
  int32_t *family;
} toy;

static erg_status toy_logp(const erg_model *model, const double *centring, void *scratch,
                           const double *q, double *lp, double *g, double *moments) {
  const toy *t = model->host_private;
  int n = model->dim;
  double s = 0;
  (void)centring, (void)scratch, (void)moments;
  if (t->kind == TOY_NORMAL) {
    for (int i = 0; i < n; i++) {
      s -= 0.5 * q[i] * q[i];
      g[i] = -q[i];
    }
  } else if (t->kind == TOY_CORRELATED) { /* autoregression with unit variance */
    double before = 0, v = 1 / (1 - t->rho * t->rho);
    memset(g, 0, sizeof *g * (size_t)n);
    for (int i = 0; i < n; i++) {
      double x = q[i] / t->scale[i], r = i ? t->rho : 0, w = i ? v : 1, e = x - r * before;
      s -= 0.5 * w * e * e;
      g[i] -= w * e / t->scale[i];
      if (i) g[i - 1] += w * e * r / t->scale[i - 1];
      before = x;
    }
  } else if (t->kind == TOY_FUNNEL) { /* v ~ N(0, 3), x_i ~ N(0, exp(v / 2)) */
    double v = q[0], w = exp(-v);
    s = -v * v / 18 - 0.5 * (n - 1) * v;
    g[0] = -v / 9 - 0.5 * (n - 1);
    for (int i = 1; i < n; i++) {
      s -= 0.5 * w * q[i] * q[i];
      g[i] = -w * q[i];
      g[0] += 0.5 * w * q[i] * q[i];
    }
  } else if (t->kind == TOY_HALF) {
    for (int i = 0; i < n; i++) {
      g[i] = -1;
      s -= q[i];
      if (q[i] < 0) s = -INFINITY;
    }
    lp[0] = lp[1] = s;
    return s < -1e300 ? ERG_REJECT : ERG_OK;
  } else {
    memset(g, 0, sizeof *g * (size_t)n);
    lp[0] = lp[1] = NAN;
    return ERG_OK;
  }
  lp[0] = lp[1] = s;
  return ERG_OK;
}

void toy_make(erg_model *model, toy_kind kind, int dim) {
  toy *t = calloc(1, sizeof *t);
  memset(model, 0, sizeof *model);
  model->size = sizeof *model;
  model->dim = dim;
  model->name = "toy";
  model->logp = toy_logp;
  model->host_private = t;
  t->kind = kind;
  t->rho = 0.6;
  t->scale = calloc((size_t)dim, sizeof *t->scale);
  for (int i = 0; i < dim; i++) t->scale[i] = ldexp(1, i % 7 - 3);
}

void toy_free(erg_model *model) {
  toy *t = model->host_private;
  free(t->scale);
  free(t->mean);
  free(t->within);
  free(t->family);
  free(t);
}

/* The location and scale of u: a = loc + u * scale. */
static void form(double m, double s, double ell, double h, double kappa, double *loc,
                 double *scale, double *p_h) {
  double p = kappa / (s * s), big = p + ell;
  *loc = (p * m + h) / big;
  *scale = 1 / sqrt(big);
  *p_h = p / big;
}

static erg_status hierarchical_logp(const erg_model *model, const double *centring,
                                    void *scratch, const double *q, double *lp, double *g,
                                    double *moments) {
  const toy *t = model->host_private;
  int n = t->groups;
  double mu = q[0], s = exp(q[1]), o = exp(q[2]);
  double sum, dm, ds = 0, dso, jac = 0, kappa = centring ? centring[2 * n] : 1;
  double dlogs;
  (void)scratch;
  sum = -0.5 * (mu - 50) * (mu - 50) / 400;
  dm = -(mu - 50) / 400;
  sum += -0.5 * s * s / 225 + q[1] - 0.5 * o * o / 25 + q[2];
  dlogs = -s * s / 225 + 1;
  dso = -o * o / 25 + 1;
  for (int i = 0; i < n; i++) {
    double ell = centring ? centring[i] : 0, h = centring ? centring[n + i] : 0;
    double loc, scale, ph, u = q[3 + i], a, e, r, like_g, full;
    form(mu, s, ell, h, kappa, &loc, &scale, &ph);
    a = loc + u * scale;
    e = (a - mu) / s;
    r = t->mean[i] - a;
    like_g = t->each * r / (o * o);
    sum += -0.5 * e * e - log(s) - t->each * log(o) -
           0.5 * (t->within[i] + t->each * r * r) / (o * o);
    dso += -t->each + (t->within[i] + t->each * r * r) / (o * o);
    full = like_g - e / s; /* d lp / da */
    g[3 + i] = full * scale;
    dm += e / s + full * ph;
    /* direct: d/dlog s of -e^2/2 - log s; through a: (P/H)(a + loc - 2m) */
    ds += e * e - 1 + full * ph * (a + loc - 2 * mu);
    jac += log(scale);       /* -1/2 log H */
    ds += ph;                /* d(-1/2 log H)/dlog s = P/H */
    if (moments) {
      moments[i] = a;
      moments[n + i] = like_g;
      moments[2 * n + i] = 1;
    }
  }
  g[0] = dm;
  g[1] = dlogs + ds;
  g[2] = dso;
  lp[0] = sum + jac;
  lp[1] = sum;
  return isfinite(lp[0]) ? ERG_OK : ERG_REJECT;
}

static erg_status hierarchical_recentre(const erg_model *model, const double *before,
                                        const double *after, const double *q, double *out) {
  const toy *t = model->host_private;
  int n = t->groups;
  double mu = q[0], s = exp(q[1]);
  for (int i = 0; i < n; i++) {
    double loc, scale, ph, a;
    form(mu, s, before ? before[i] : 0, before ? before[n + i] : 0, before ? before[2 * n] : 1,
         &loc, &scale, &ph);
    a = loc + q[3 + i] * scale;
    form(mu, s, after ? after[i] : 0, after ? after[n + i] : 0, after ? after[2 * n] : 1, &loc,
         &scale, &ph);
    out[3 + i] = (a - loc) / scale;
  }
  memmove(out, q, 3 * sizeof *q);
  return ERG_OK;
}

void toy_natural(const erg_model *model, const double *centring, const double *q,
                 double *natural) {
  const toy *t = model->host_private;
  int n = t->groups;
  natural[0] = q[0];
  natural[1] = exp(q[1]);
  natural[2] = exp(q[2]);
  for (int i = 0; i < n; i++) {
    double loc, scale, ph;
    form(q[0], natural[1], centring[i], centring[n + i], centring[2 * n], &loc, &scale, &ph);
    natural[3 + i] = loc + q[3 + i] * scale;
  }
}

static double uniform(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}
static double normal(uint64_t *state) {
  double u = uniform(state), v = uniform(state);
  return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

void toy_hierarchical(erg_model *model, int groups, int each, double true_sigma,
                      double true_sigma_obs) {
  uint64_t state = 20240229;
  toy *t;
  toy_make(model, TOY_NORMAL, 3 + groups);
  t = model->host_private;
  t->groups = groups;
  t->each = each;
  t->mean = calloc((size_t)groups, sizeof *t->mean);
  t->within = calloc((size_t)groups, sizeof *t->within);
  t->family = calloc((size_t)groups, sizeof *t->family);
  for (int i = 0; i < groups; i++) {
    double a = 50 + true_sigma * normal(&state), sum = 0, squares = 0;
    for (int j = 0; j < each; j++) {
      double y = a + true_sigma_obs * normal(&state);
      sum += y;
      squares += y * y;
    }
    t->mean[i] = sum / each;
    t->within[i] = squares - sum * sum / each;
  }
  model->name = "hierarchical";
  model->logp = hierarchical_logp;
  model->recentre = hierarchical_recentre;
  model->n_elements = groups;
  model->n_families = 1;
  model->element_family = t->family;
}

/* --- driver --------------------------------------------------------------------- */

static void no_log(void *data, erg_log_level level, const char *text) {
  (void)data, (void)level, (void)text;
}
static erg_status keep_message(void *data, erg_status code, const char *text) {
  toy_run *run = data;
  snprintf(run->message, sizeof run->message, "%s", text);
  return code;
}
static int cancelled(void *data) {
  toy_run *run = data;
  run->calls++;
  return run->cancel_after > 0 && run->calls >= run->cancel_after;
}

void toy_defaults(toy_run *run, const erg_sampler *sampler) {
  memset(run, 0, sizeof *run);
  run->chains = 4;
  run->threads = 1;
  run->warmup = 200;
  run->draws = 200;
  run->capacity = 100;
  run->seed = 1;
  run->n_settings = sampler->n_parameters;
  for (int i = 0; i < sampler->n_parameters; i++)
    run->settings[i] = sampler->parameters[i].initial;
}

void toy_set(toy_run *run, const erg_sampler *sampler, const char *name, double value) {
  for (int i = 0; i < sampler->n_parameters; i++)
    if (strcmp(sampler->parameters[i].name, name) == 0) {
      run->settings[i] = value;
      return;
    }
  fprintf(stderr, "no setting %s\n", name);
  abort();
}

static void append(toy_run *run, const erg_model *model, const erg_block *block, int *have) {
  size_t dim = (size_t)model->dim, k = (size_t)run->n_statistics;
  for (int c = 0; c < run->chains; c++) {
    for (int64_t d = 0; d < block->filled[c] && have[c] < run->total; d++, have[c]++) {
      size_t from = (size_t)c * (size_t)block->capacity + (size_t)d;
      size_t to = (size_t)c * (size_t)run->total + (size_t)have[c];
      memcpy(run->q + to * dim, block->draws + from * dim, dim * sizeof(double));
      memcpy(run->stats + to * k, block->statistics + from * k, k * sizeof(double));
      if (run->natural)
        toy_natural(model, block->centring, run->q + to * dim, run->natural + to * dim);
    }
  }
}

erg_status toy_sample(toy_run *run, const erg_sampler *sampler, const erg_model *model) {
  erg_host host = {.size = sizeof host, .data = run, .log = no_log, .fail = keep_message,
                   .cancelled = cancelled};
  erg_job job = {.size = sizeof job, .chains = run->chains,
                 .first_chain = run->first_chain, .threads = run->threads,
                 .warmup = run->warmup, .draws = run->draws, .seed = run->seed,
                 .model = model, .n_settings = run->n_settings, .settings = run->settings,
                 .initial = run->initial};
  size_t dim = (size_t)model->dim, chains = (size_t)run->chains, capacity = (size_t)run->capacity;
  size_t k = (size_t)sampler->n_statistics;
  size_t length = (size_t)erg_centring_length(model->n_elements, model->n_families);
  erg_block block = {.size = sizeof block, .chains = run->chains, .dim = model->dim,
                     .n_statistics = sampler->n_statistics, .capacity = run->capacity};
  int *have = calloc(chains, sizeof *have), was_warmup = 1;
  erg_run *r = NULL;
  erg_status status;
  run->n_statistics = sampler->n_statistics;
  run->total = run->draws + (run->keep_warmup ? run->warmup : 0);
  block.draws = calloc(chains * capacity * dim, sizeof(double));
  block.statistics = calloc(chains * capacity * k, sizeof(double));
  block.filled = calloc(chains, sizeof *block.filled);
  block.centring = run->centring = calloc(length + 1, sizeof(double));
  block.gradients = run->gradients = calloc(chains, sizeof *run->gradients);
  run->warmup_gradients = calloc(chains, sizeof *run->gradients);
  block.step_size = run->step = calloc(chains, sizeof(double));
  block.inverse_metric = run->metric = calloc(chains * dim, sizeof(double));
  run->q = calloc(chains * (size_t)run->total * dim + 1, sizeof(double));
  run->stats = calloc(chains * (size_t)run->total * k + 1, sizeof(double));
  if (model->n_elements > 0)
    run->natural = calloc(chains * (size_t)run->total * dim + 1, sizeof(double));
  status = sampler->create(&host, &job, &r);
  while (status == ERG_OK) {
    memset(block.filled, 0, chains * sizeof *block.filled);
    status = sampler->advance(r, &block);
    run->blocks++;
    if (block.warmup) {
      memcpy(run->warmup_gradients, block.gradients, chains * sizeof *block.gradients);
    } else {
      was_warmup = 0;
    }
    if (!block.warmup || run->keep_warmup) append(run, model, &block, have);
    if (block.finished) break;
  }
  (void)was_warmup;
  run->epoch = (long)block.centring_epoch;
  sampler->destroy(r);
  free(block.draws);
  free(block.statistics);
  free(block.filled);
  free(have);
  return status;
}

void toy_run_free(toy_run *run) {
  free(run->q);
  free(run->natural);
  free(run->stats);
  free(run->metric);
  free(run->step);
  free(run->gradients);
  free(run->warmup_gradients);
  free(run->centring);
}

static uint64_t hash(uint64_t h, const void *data, size_t bytes) {
  const unsigned char *p = data;
  for (size_t i = 0; i < bytes; i++) h = (h ^ p[i]) * 1099511628211u;
  return h;
}
uint64_t toy_hash(const toy_run *run, int dim) {
  size_t n = (size_t)run->chains * (size_t)run->total, chains = (size_t)run->chains;
  uint64_t h = 14695981039346656037u;
  h = hash(h, run->q, n * (size_t)dim * sizeof(double));
  h = hash(h, run->stats, n * (size_t)run->n_statistics * sizeof(double));
  h = hash(h, run->metric, chains * (size_t)dim * sizeof(double));
  h = hash(h, run->step, chains * sizeof(double));
  return hash(h, run->gradients, chains * sizeof *run->gradients);
}

/* --- effective sample size ------------------------------------------------------- */

double toy_ess(double (*ess)(diag_work *w, const erg_draws *d), const double *x, int chains,
               int draws, long chain_stride, long stride) {
  diag_work *w = diag_work_new();
  double e = ess(w, &(erg_draws){.size = sizeof(erg_draws),
                                 .chains = chains,
                                 .draws = draws,
                                 .values = x,
                                 .chain_stride = chain_stride,
                                 .draw_stride = stride});
  diag_work_free(w);
  return e;
}
