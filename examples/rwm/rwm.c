/* Random-walk Metropolis with a scale tuned in the warm-up (Roberts & Rosenthal 2001:
 * acceptance near 0.234): a whole sampler plug-in, as a template for your own. Draws
 * depend on seed, chain and iteration alone, so neither blocks nor restarts change them. */
#include <ergode/plugin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct { double *q, *proposal, *grad, lp[2], log_scale; int64_t iteration; } chain;
struct erg_run {
  const erg_host *host;
  const erg_job *job;
  double target;
  void *scratch;
  chain chains[]; /* job->chains */
};

/* Counter-based random numbers: the counter's hash (SplitMix64's finaliser). */
static uint64_t hash(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
static double unit(const erg_job *job, int c, int64_t iteration, uint64_t slot) {
  uint64_t number = (uint64_t)(job->first_chain + c + 1);
  uint64_t key = hash(job->seed + 0x9e3779b97f4a7c15u * number);
  uint64_t bits = hash(hash(key ^ hash((uint64_t)iteration)) + slot);
  return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

static double density(erg_run *r, const double *q, double *lp, double *grad) {
  const erg_model *m = r->job->model;
  return m->logp(m, NULL, r->scratch, q, lp, grad, NULL) == ERG_OK && lp[0] == lp[0]
             ? lp[0] : -INFINITY;
}

static int start(erg_run *r, int c) {
  const erg_job *job = r->job;
  int dim = job->model->dim;
  chain *k = &r->chains[c];
  if (job->initial) memcpy(k->q, job->initial + (size_t)c * dim, dim * sizeof *k->q);
  for (int64_t try = -1; try > -101; try--) { /* negative iterations: their own streams */
    if (try < -1 || !job->initial)
      for (int i = 0; i < dim; i++) k->q[i] = 4 * unit(job, c, try, i) - 2;
    if (density(r, k->q, k->lp, k->grad) > -INFINITY) return 1;
  }
  return 0;
}

static void destroy(erg_run *r) {
  if (!r) return;
  for (int c = 0; c < r->job->chains; c++) free(r->chains[c].q);
  free(r->scratch);
  free(r);
}

static erg_status create(const erg_host *host, const erg_job *job, erg_run **run) {
  size_t n = job->model->dim + ERG_PADDING;
  erg_run *r = calloc(1, sizeof *r + job->chains * sizeof *r->chains);
  if (!r) return ERG_NO_MEMORY;
  r->host = host, r->job = job, r->target = job->settings[0];
  r->scratch = aligned_alloc(64, (job->model->scratch_bytes / 64 + 1) * 64);
  erg_status status = r->scratch ? ERG_OK : ERG_NO_MEMORY;
  for (int c = 0; c < job->chains && status == ERG_OK; c++) {
    chain *k = &r->chains[c];
    if (!(k->q = calloc(3 * n, sizeof *k->q))) { status = ERG_NO_MEMORY; break; }
    k->proposal = k->q + n, k->grad = k->q + 2 * n;
    k->log_scale = log(2.38 / sqrt(job->model->dim));
    if (!start(r, c))
      status = host->fail(host->data, ERG_INIT, "no finite density in 100 tries");
  }
  if (status == ERG_OK) *run = r; else destroy(r);
  return status;
}

static void step(erg_run *r, int c, double *accepted) {
  const erg_job *job = r->job;
  int dim = job->model->dim;
  chain *k = &r->chains[c];
  for (int i = 0; i < dim; i++) { /* normal increments by Box and Muller */
    double u = unit(job, c, k->iteration, 2 * i + 1);
    double v = unit(job, c, k->iteration, 2 * i + 2);
    double z = sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
    k->proposal[i] = k->q[i] + exp(k->log_scale) * z;
  }
  double lp[2], ratio = exp(density(r, k->proposal, lp, k->grad) - k->lp[0]);
  *accepted = ratio < 1 ? ratio : 1;
  if (unit(job, c, k->iteration, 0) < ratio) {
    memcpy(k->q, k->proposal, dim * sizeof *k->q);
    memcpy(k->lp, lp, sizeof lp);
  }
  if (k->iteration++ < job->warmup)
    k->log_scale += (*accepted - r->target) / pow(k->iteration, 0.6);
}

static erg_status advance(erg_run *r, erg_block *b) {
  const erg_job *job = r->job;
  int64_t begin = r->chains[0].iteration;
  b->warmup = begin < job->warmup;
  int64_t end = job->warmup + (b->warmup ? 0 : job->draws);
  if (end > begin + b->capacity) end = begin + b->capacity;
  for (int64_t t = begin; t < end; t++) {
    if (r->host->cancelled(r->host->data)) return ERG_CANCELLED;
    for (int c = 0; c < b->chains; c++) {
      int64_t row = c * b->capacity + b->filled[c]++;
      double *s = b->statistics + row * b->n_statistics;
      step(r, c, &s[1]);
      s[0] = r->chains[c].lp[1];
      memcpy(b->draws + row * b->dim, r->chains[c].q, b->dim * sizeof(double));
      b->gradients[c]++;
      b->step_size[c] = exp(r->chains[c].log_scale);
      for (int i = 0; i < b->dim; i++) b->inverse_metric[c * b->dim + i] = 1;
    }
  }
  b->finished = end == job->warmup + job->draws;
  return ERG_OK;
}

static int32_t devices(const erg_host *host, erg_device *list, int32_t capacity) {
  (void)host;
  if (capacity > 0)
    *list = (erg_device){.size = sizeof *list, .id = "cpu", .name = "one thread", .fp64 = 1};
  return 1;
}
static erg_status supports(const erg_host *host, const erg_job *job) {
  if (job->n_settings == 1) return ERG_OK;
  return host->fail(host->data, ERG_UNSUPPORTED, "expects one setting");
}
static const void *extension(const erg_sampler *s, const char *id) {
  return (void)s, (void)id, NULL;
}

static const erg_parameter parameters[] = {{"target_accept", ERG_TYPE_REAL, 0.234, 0.05, 0.9,
                                            "acceptance that the scale is tuned to", NULL}};
static const erg_statistic statistics[] = {
    {"lp", ERG_TYPE_REAL, "log density"},
    {"acceptance_rate", ERG_TYPE_REAL, "probability of acceptance"}};
static const erg_sampler sampler = {
    .size = sizeof sampler, .id = "rwm", .version = "1.0", .summary = "random-walk Metropolis",
    .parameters = parameters, .n_parameters = 1, .statistics = statistics, .n_statistics = 2,
    .devices = devices, .supports = supports, .create = create, .advance = advance,
    .destroy = destroy, .extension = extension};
static const erg_sampler *const samplers[] = {&sampler};
static const erg_plugin plugin = {
    .size = sizeof plugin, .abi_minor = ERG_ABI_MINOR, .name = "rwm",
    .build = "1.0, " __VERSION__, .samplers = samplers, .n_samplers = 1};
const erg_plugin *erg_plugin_v1(void) { return &plugin; }
