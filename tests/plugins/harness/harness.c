#include "harness.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "device/prologue_vector.h"
#include "device/elementary.h"
#define erg_model erg_model_normal_
#include "models/normal.h"
#undef erg_model
#define erg_model erg_model_hierarchical_
#include "models/hierarchical.h"
#undef erg_model
#include "harness_models.h" /* the same files as text */

typedef void (*entry)(const double *, const int *, const double *, double *, const double *,
                      double *, double *, double *);
static void normal(const double *D, const int *I, const double *C, double *S, const double *q,
                   double *g, double *lp, double *m) {
  erg_model_normal_(D, I, C, S, q, g, lp, m);
}
static void hierarchical(const double *D, const int *I, const double *C, double *S,
                         const double *q, double *g, double *lp, double *m) {
  erg_model_hierarchical_(D, I, C, S, q, g, lp, m);
}

typedef struct built_model {
  erg_model model;
  erg_model_source source;
  entry call;
} built_model;

static erg_status logp(const erg_model *model, const double *centring, void *scratch,
                       const double *q, double *lp, double *grad, double *moments) {
  const built_model *b = model->host_private;
  b->call(b->source.reals, (const int *)b->source.integers, centring, scratch, q, grad, lp,
          moments);
  return isfinite(lp[0]) ? ERG_OK : ERG_REJECT;
}

static const void *extension(const erg_model *model, const char *id) {
  const built_model *b = model->host_private;
  return strcmp(id, "erg.source/1") == 0 ? &b->source : NULL;
}

void harness_keep(const void *memory) {
  static struct kept {
    const void *memory;
    struct kept *next;
  } * all;
  struct kept *one = malloc(sizeof *one);
  *one = (struct kept){memory, all};
  all = one;
}

static built_model *build(const char *name, int dim, const char *file, entry call) {
  built_model *b = calloc(1, sizeof *b);
  harness_keep(b);
  b->model = (erg_model){.size = sizeof b->model,
                         .dim = dim,
                         .name = name,
                         .logp = logp,
                         .extension = extension,
                         .host_private = b};
  b->source.size = sizeof b->source;
  b->source.lanes = 8;
  b->source.hash = name;
  for (size_t i = 0; i < sizeof device_files / sizeof *device_files; i++)
    if (strcmp(device_files[i].name, file) == 0) b->source.text = device_files[i].text;
  b->call = call;
  return b;
}

erg_model *harness_normal(int dim) {
  built_model *b = build("normal", dim, "normal.h", normal);
  int32_t *sizes = malloc(sizeof *sizes);
  sizes[0] = dim;
  b->source.integers = sizes;
  b->source.n_integers = 1;
  return &b->model;
}

erg_model *harness_hierarchical(int groups, int each) {
  built_model *b = build("hierarchical", 3 + groups, "hierarchical.h", hierarchical);
  int row = (groups + 7) / 8 * 8;
  int32_t *sizes = malloc(2 * sizeof *sizes);
  double *y = calloc((size_t)(row * each), sizeof *y);
  uint64_t state = 12345;
  sizes[0] = groups;
  sizes[1] = each;
  for (int g = 0; g < groups; g++)
    for (int i = 0; i < each; i++) {
      double sum = 0;
      for (int k = 0; k < 4; k++) { /* roughly normal will do */
        state = state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(state >> 33) / 2147483648.0 - 0.5;
      }
      y[i * row + g] = 1.0 + 2.0 * sin(g) + 1.7 * sum;
    }
  b->source.integers = sizes;
  b->source.n_integers = 2;
  b->source.reals = y;
  b->source.n_reals = (uint64_t)(row * each);
  return &b->model;
}

const erg_sampler *harness_plugin(const char *file) {
  char moved[4096];
  const char *folder = getenv("ERGODE_TEST_PLUGINS"), *slash = strrchr(file, '/');
  if (folder != NULL && slash != NULL) {
    snprintf(moved, sizeof moved, "%s%s", folder, slash);
    file = moved;
  }
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  erg_plugin_entry plugin = NULL;
  if (library != NULL) {
    void *address = dlsym(library, "erg_plugin_v1");
    memcpy(&plugin, &address, sizeof address);
  }
  if (plugin == NULL) {
    fprintf(stderr, "%s: %s\n", file, dlerror());
    exit(1);
  }
  return plugin()->samplers[0];
}

static void keep_log(void *data, erg_log_level level, const char *text) {
  harness_result *result = data;
  size_t at = strlen(result->log);
  if (getenv("ERGODE_TEST_LOG") != NULL) fprintf(stderr, "[%d] %s\n", (int)level, text);
  snprintf(result->log + at, sizeof result->log - at, "%s\n", text);
}
static erg_status keep_message(void *data, erg_status code, const char *text) {
  harness_result *result = data;
  snprintf(result->message, sizeof result->message, "%s", text);
  return code;
}
static int never(void *data) { return (void)data, 0; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

harness_result *harness_run(const harness_job *h) {
  harness_result *r = calloc(1, sizeof *r);
  erg_host host = {.size = sizeof host,
                   .data = r,
                   .log = keep_log,
                   .fail = keep_message,
                   .cancelled = never,
                   .cache_dir = h->cache};
  double settings[64];
  int n_devices = 0;
  for (int i = 0; i < h->sampler->n_parameters; i++) {
    settings[i] = h->sampler->parameters[i].initial;
    for (int k = 0; k < 6 && h->set[k].name != NULL; k++)
      if (strcmp(h->set[k].name, h->sampler->parameters[i].name) == 0)
        settings[i] = h->set[k].value;
  }
  while (n_devices < 4 && h->devices[n_devices] != NULL) n_devices++;
  erg_job job = {.size = sizeof job,
                 .chains = h->chains,
                 .threads = h->threads > 0 ? h->threads : 2,
                 .warmup = h->warmup,
                 .draws = h->draws,
                 .seed = h->seed,
                 .model = h->model,
                 .devices = h->devices,
                 .n_devices = n_devices,
                 .settings = settings,
                 .n_settings = h->sampler->n_parameters};
  size_t chains = (size_t)h->chains, dim = (size_t)h->model->dim;
  size_t k = (size_t)h->sampler->n_statistics, total = (size_t)(h->warmup + h->draws);
  size_t capacity = (size_t)h->capacity;
  r->chains = h->chains;
  r->dim = h->model->dim;
  r->n_statistics = h->sampler->n_statistics;
  r->total = (int64_t)total;
  r->draws = calloc(chains * total * dim + 1, sizeof(double));
  r->statistics = calloc(chains * total * k + 1, sizeof(double));
  r->metric = calloc(chains * dim, sizeof(double));
  r->step = calloc(chains, sizeof(double));
  r->gradients = calloc(chains, sizeof *r->gradients);
  int64_t *have = calloc(chains, sizeof *have);
  erg_block block = {
      .size = sizeof block,
      .chains = h->chains,
      .dim = h->model->dim,
      .n_statistics = h->sampler->n_statistics,
      .capacity = h->capacity,
      .draws = calloc(chains * capacity * dim, sizeof(double)),
      .statistics = calloc(chains * capacity * k, sizeof(double)),
      .filled = calloc(chains, sizeof(int64_t)),
      .centring =
          calloc((size_t)erg_centring_length(h->model->n_elements, h->model->n_families) + 1,
                 sizeof(double)),
      .gradients = r->gradients,
      .step_size = r->step,
      .inverse_metric = r->metric};
  erg_run *run = NULL;
  double start = now();
  clock_t start_cpu = clock();
  r->status = h->sampler->supports(&host, &job);
  if (r->status == ERG_OK) r->status = h->sampler->create(&host, &job, &run);
  while (r->status == ERG_OK && !block.finished) {
    memset(block.filled, 0, chains * sizeof *block.filled);
    r->status = h->sampler->advance(run, &block);
    if (r->first_s == 0) {
      r->first_s = now() - start;
      r->first_cpu_s = (double)(clock() - start_cpu) / CLOCKS_PER_SEC;
    }
    for (size_t c = 0; c < chains; c++) {
      size_t n = (size_t)block.filled[c];
      if (n > total - (size_t)have[c]) {
        r->status = keep_message(r, ERG_INTERNAL, "more draws than were asked for");
        break;
      }
      memcpy(r->draws + (c * total + (size_t)have[c]) * dim, block.draws + c * capacity * dim,
             n * dim * sizeof(double));
      memcpy(r->statistics + (c * total + (size_t)have[c]) * k,
             block.statistics + c * capacity * k, n * k * sizeof(double));
      have[c] += (int64_t)n;
    }
  }
  for (size_t c = 0; c < chains && r->status == ERG_OK; c++)
    if (have[c] != (int64_t)total) r->status = keep_message(r, ERG_INTERNAL, "draws lack");
  if (run != NULL && h->sampler->extension != NULL) {
    const erg_stages_extension *e = h->sampler->extension(h->sampler, "erg.stages/1");
    r->stages.size = sizeof r->stages;
    if (e != NULL) e->stages(run, &r->stages);
    const erg_telemetry_extension *t = h->sampler->extension(h->sampler, "erg.telemetry/1");
    r->telemetry.size = sizeof r->telemetry;
    if (t != NULL) t->telemetry(run, &r->telemetry);
  }
  h->sampler->destroy(run);
  free(have);
  free(block.draws);
  free(block.statistics);
  free(block.filled);
  free(block.centring);
  return r;
}

static const char *first_difference(const char *what, const double *a, const double *b,
                                    size_t n, size_t row, size_t chain) {
  static char text[256];
  for (size_t i = 0; i < n; i++)
    if (memcmp(a + i, b + i, sizeof *a) != 0) {
      snprintf(text, sizeof text, "%s differ first in chain %zu, draw %zu, number %zu: %a %a",
               what, i / chain, i % chain / row, i % row, a[i], b[i]);
      return text;
    }
  return NULL;
}

const char *harness_difference(const harness_result *a, const harness_result *b) {
  if (a->status != ERG_OK) return a->message;
  if (b->status != ERG_OK) return b->message;
  if (a->chains != b->chains || a->dim != b->dim || a->total != b->total ||
      a->n_statistics != b->n_statistics)
    return "the shapes differ";
  size_t chains = (size_t)a->chains, dim = (size_t)a->dim, k = (size_t)a->n_statistics;
  size_t total = (size_t)a->total;
  const char *d =
      first_difference("draws", a->draws, b->draws, chains * total * dim, dim, total * dim);
  if (d == NULL)
    d = first_difference("statistics", a->statistics, b->statistics, chains * total * k, k,
                         total * k);
  if (d == NULL) d = first_difference("metrics", a->metric, b->metric, chains * dim, dim, dim);
  if (d == NULL) d = first_difference("step sizes", a->step, b->step, chains, 1, 1);
  for (size_t c = 0; c < chains && d == NULL; c++)
    if (a->gradients[c] != b->gradients[c]) d = "the numbers of gradients differ";
  return d;
}

void harness_free(harness_result *r) {
  free(r->draws);
  free(r->statistics);
  free(r->metric);
  free(r->step);
  free(r->gradients);
  free(r);
}

int harness_devices(const erg_sampler *sampler, erg_device *devices, int capacity,
                    char *message, int size) {
  harness_result r = {0};
  erg_host host = {.size = sizeof host,
                   .data = &r,
                   .log = keep_log,
                   .fail = keep_message,
                   .cancelled = never};
  int n = sampler->devices(&host, devices, capacity);
  snprintf(message, (size_t)size, "%s", r.message);
  return n;
}
