#include "whole.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/sha256.h"
#include "run/settings.h"
#include "run/text.h"

/* ---- models ------------------------------------------------------------------------ */

static void name_values(whole_model *m) {
  const ir_graph *g = m->model.graph;
  int count;
  const natural_column *columns = natural_columns(m->plan, &count);
  m->names = run_alloc((size_t)(m->n + 1) * sizeof *m->names);
  for (int k = 0; k < count; k++) {
    const natural_column *c = &columns[k];
    for (int64_t e = 0; e < c->n; e++) {
      char *name = run_text("%s", c->name), *index = run_text("%s", "");
      int64_t rest = e;
      for (int d = c->rank - 1; d >= 0; d--) {
        int64_t size = g->dims[c->dims[d]].size;
        char *longer =
            run_text("%lld%s%s", (long long)(rest % size) + 1, *index ? "," : "", index);
        rest /= size;
        free(index);
        index = longer;
      }
      m->names[c->offset + e] =
          c->rank ? run_text("%s[%s]", name, index) : run_text("%s", name);
      free(name);
      free(index);
    }
  }
}

static void print_log(void *data, erg_log_level level, const char *text) {
  (void)data;
  if (level >= ERG_LOG_WARNING) fprintf(stderr, "%s\n", text);
}

static bool compile(whole_model *m, const whole_code *code) {
  model_host_options options = {.name = m->model.name, .log = print_log};
  char *message = NULL;
  if (code) {
    options.interpret = code->interpret;
    options.cc.compiler = code->compiler;
    options.cc.isa = code->isa;
  }
  m->compiled = model_host_new(m->model.graph, &options, &message);
  if (!m->compiled) fprintf(stderr, "%s: %s\n", m->model.name, message);
  free(message);
  /* What is compared must be machine code, never a silent fall back to the interpreter. */
  if (m->compiled && !options.interpret && !model_host_about(m->compiled)->compiled) {
    fprintf(stderr, "%s: not compiled: %s\n", m->model.name,
            model_host_about(m->compiled)->reason);
    return false;
  }
  return m->compiled != NULL;
}

/* Closes a model that could not be made; always NULL. */
static whole_model *give_up(whole_model *m, erg_problems *p) {
  erg_problems_print(p, stderr, false);
  erg_problems_free(p);
  whole_close(m);
  return NULL;
}

static whole_model *finish(whole_model *m, const whole_code *code, erg_problems *p) {
  if (!compile(m, code)) return give_up(m, p);
  m->plan = natural_new(m->model.graph, NATURAL_PARAMS | NATURAL_GENERATED);
  m->n = natural_width(m->plan);
  name_values(m);
  erg_problems_free(p);
  return m;
}

whole_model *whole_open(const char *path, const char *text, const char *data,
                        const char *const *sizes, const whole_code *code) {
  whole_model *m = run_alloc(sizeof *m);
  run_inputs inputs = {.model = path, .text = text, .data = data, .sizes = sizes, .seed = -1};
  erg_problems p;
  erg_problems_init(&p);
  if (!run_load(&inputs, &m->model, &p)) return give_up(m, &p);
  return finish(m, code, &p);
}

whole_model *whole_open_prior(const char *path, const char *text, const char *const *sizes,
                              int64_t seed, const erg_dataset **truth) {
  whole_model *m = run_alloc(sizeof *m);
  run_model *r = &m->model;
  lang_size list[8];
  lang_options options = {.sizes = list, .from_prior = true};
  erg_problems p;
  erg_problems_init(&p);
  for (int i = 0; sizes && sizes[i] && i < 8; i++) {
    const char *equal = strchr(sizes[i], '=');
    list[options.n_sizes++] =
        (lang_size){run_text("%.*s", (int)(equal - sizes[i]), sizes[i]), atoll(equal + 1)};
  }
  r->path = run_text("%s", path);
  r->name = run_text("sbc");
  r->source = erg_source_from_text(path, text, strlen(text));
  r->lang = lang_parse(r->source, &p);
  if (r->lang && run_simulate(r->lang, &options, seed, &r->simulation, &p)) {
    r->data = r->simulation.data;
    r->graph = lang_build(r->lang, r->data, &options, &p);
  }
  for (int i = 0; i < options.n_sizes; i++) free((char *)list[i].name);
  if (!r->graph) return give_up(m, &p);
  *truth = r->simulation.truth;
  return finish(m, NULL, &p);
}

whole_model *whole_recompile(const whole_model *m, const whole_code *code) {
  whole_model *other = run_alloc(sizeof *other);
  other->model = m->model; /* borrowed: `names` NULL says so */
  if (compile(other, code)) {
    other->plan = natural_clone(m->plan);
    other->n = m->n;
    return other;
  }
  if (other->compiled) model_host_free(other->compiled);
  free(other);
  return NULL;
}

void whole_close(whole_model *m) {
  if (!m) return;
  bool borrowed = m->plan && !m->names;
  if (m->plan) natural_free(m->plan);
  if (m->compiled) model_host_free(m->compiled);
  for (int64_t i = 0; m->names && i < m->n; i++) free(m->names[i]);
  free(m->names);
  if (!borrowed) run_unload(&m->model);
  free(m);
}

/* ---- samplers ---------------------------------------------------------------------- */

const erg_sampler *whole_sampler(const char *id) {
  static run_registry *registry; /* open until the process ends, as plug-ins are */
  static const char *const folders[] = {PLUGIN_FOLDER, NULL};
  run_search search = {.installed = folders};
  if (!registry) registry = run_registry_search(&search);
  char *message = NULL;
  const erg_sampler *s = run_find_sampler(registry, id, NULL, &message);
  if (!s) fprintf(stderr, "%s\n", message);
  free(message);
  return s;
}

static erg_status keep_message(void *data, erg_status code, const char *text) {
  snprintf(data, 1024, "%s", text);
  return code;
}
static void no_log(void *data, erg_log_level level, const char *text) {
  (void)data, (void)level, (void)text;
}
static int never(void *data) { return (void)data, 0; }

static erg_host host_of(char *message) {
  return (erg_host){.size = sizeof(erg_host),
                    .data = message,
                    .log = no_log,
                    .fail = keep_message,
                    .cancelled = never,
                    .cache_dir = getenv("STAT_CACHE")};
}

int whole_devices(const erg_sampler *s, erg_device *devices, int capacity, char *message,
                  size_t size) {
  char text[1024] = "";
  erg_host host = host_of(text);
  for (int i = 0; i < capacity; i++) devices[i].size = sizeof devices[i];
  int n = s->devices(&host, devices, capacity);
  snprintf(message, size, "%s", text);
  return n < capacity ? n : capacity;
}

/* ---- runs -------------------------------------------------------------------------- */

static size_t blocks(int64_t n) { return (size_t)(n < 1 ? 1 : n); }

static whole_run *run_new(const whole_model *m, const whole_job *j) {
  const erg_model *model = m->compiled;
  whole_run *r = run_alloc(sizeof *r);
  r->chains = j->chains;
  r->warmup = j->warmup;
  r->count = j->draws;
  r->dim = model->dim;
  r->n_statistics = j->sampler->n_statistics;
  r->n = m->n;
  r->n_centring = erg_centring_length(model->n_elements, model->n_families);
  int64_t rows = (int64_t)j->chains * (j->warmup + j->draws);
  r->draws = run_alloc(blocks(rows * r->dim) * sizeof(double));
  r->statistics = run_alloc(blocks(rows * r->n_statistics) * sizeof(double));
  r->values = run_alloc(blocks((int64_t)j->chains * j->draws * r->n) * sizeof(double));
  r->metric = run_alloc(blocks((int64_t)j->chains * r->dim) * sizeof(double));
  r->step = run_alloc((size_t)j->chains * sizeof(double));
  r->centring = run_alloc(blocks(r->n_centring + ERG_PADDING) * sizeof(double));
  r->gradients = run_alloc((size_t)j->chains * sizeof *r->gradients);
  return r;
}

static int statistic(const erg_sampler *s, const char *name) {
  for (int i = 0; i < s->n_statistics; i++)
    if (!strcmp(s->statistics[i].name, name)) return i;
  return -1;
}

/* The block's draws into the run's arrays; `have` counts a chain's rows so far. */
static bool take(const whole_model *m, whole_run *r, const erg_block *b, int64_t *have,
                 double *q) {
  int64_t total = r->warmup + r->count, k = r->n_statistics, dim = r->dim;
  for (int c = 0; c < r->chains; c++) {
    if (b->filled[c] > total - have[c]) return false;
    for (int64_t d = 0; d < b->filled[c]; d++, have[c]++) {
      int64_t from = c * b->capacity + d, to = c * total + have[c];
      memcpy(r->draws + to * dim, b->draws + from * dim, (size_t)dim * sizeof(double));
      memcpy(r->statistics + to * k, b->statistics + from * k, (size_t)k * sizeof(double));
      if (have[c] < r->warmup) continue;
      random_key key = {
          .seed = 1, .chain = (uint32_t)c, .draw = (uint32_t)(have[c] - r->warmup)};
      memcpy(q, b->draws + from * dim, (size_t)dim * sizeof(double));
      natural_run(m->plan, q, b->centring, &key,
                  r->values + (c * (int64_t)r->count + have[c] - r->warmup) * r->n);
    }
  }
  return true;
}

static void pull(const whole_model *m, const whole_job *j, whole_run *r, const erg_host *host,
                 const erg_job *job) {
  size_t chains = (size_t)j->chains, capacity = (size_t)(j->capacity ? j->capacity : 256);
  double *q = run_alloc(((size_t)r->dim + ERG_PADDING) * sizeof *q);
  int64_t *have = run_alloc(chains * sizeof *have);
  erg_block b = {.size = sizeof b,
                 .chains = j->chains,
                 .dim = r->dim,
                 .n_statistics = r->n_statistics,
                 .capacity = (int64_t)capacity,
                 .draws = run_alloc((chains * capacity * (size_t)r->dim + ERG_PADDING) * 8),
                 .statistics = run_alloc(chains * capacity * (size_t)r->n_statistics * 8),
                 .filled = run_alloc(chains * sizeof(int64_t)),
                 .centring = r->centring,
                 .gradients = r->gradients,
                 .step_size = r->step,
                 .inverse_metric = r->metric};
  erg_centring_default(m->compiled->n_elements, m->compiled->n_families,
                       m->compiled->element_family, r->centring);
  erg_run *run = NULL;
  r->status = j->sampler->create(host, job, &run);
  while (r->status == ERG_OK && !b.finished) {
    memset(b.filled, 0, chains * sizeof *b.filled);
    r->status = j->sampler->advance(run, &b);
    if (r->status == ERG_OK && !take(m, r, &b, have, q))
      r->status = keep_message(r->message, ERG_INTERNAL, "more draws than were asked for");
  }
  for (size_t c = 0; c < chains && r->status == ERG_OK; c++)
    if (have[c] != j->warmup + j->draws)
      r->status = keep_message(r->message, ERG_INTERNAL, "fewer draws than were asked for");
  j->sampler->destroy(run);
  free(b.draws);
  free(b.statistics);
  free(b.filled);
  free(have);
  free(q);
}

whole_run *whole_sample(const whole_model *m, const whole_job *j) {
  whole_run *r = run_new(m, j);
  erg_host host = host_of(r->message);
  double settings[64];
  int n_devices = 0;
  erg_device first = {.size = sizeof first};
  const char *devices[4] = {first.id};
  run_settings_defaults(j->sampler, settings);
  for (int i = 0; i < 8 && j->set[i] && r->status == ERG_OK; i++) {
    char *message = NULL;
    if (!run_settings_apply(j->sampler, j->set[i], settings, &message))
      r->status = keep_message(r->message, ERG_INVALID, message);
    free(message);
  }
  for (; n_devices < 4 && j->devices[n_devices]; n_devices++)
    devices[n_devices] = j->devices[n_devices];
  if (!n_devices && j->sampler->devices(&host, &first, 1) >= 1) n_devices = 1;
  erg_job job = {.size = sizeof job,
                 .chains = j->chains,
                 .threads = j->threads ? j->threads : 2,
                 .warmup = j->warmup,
                 .draws = j->draws,
                 .seed = j->seed,
                 .model = m->compiled,
                 .devices = devices,
                 .n_devices = n_devices,
                 .settings = settings,
                 .n_settings = j->sampler->n_parameters};
  if (r->status == ERG_OK) r->status = j->sampler->supports(&host, &job);
  if (r->status == ERG_OK) pull(m, j, r, &host, &job);
  int steps = statistic(j->sampler, "n_steps"), diverging = statistic(j->sampler, "diverging");
  for (int c = 0; c < r->chains && r->status == ERG_OK; c++)
    for (int64_t d = r->warmup; d < r->warmup + r->count; d++) {
      const double *s =
          r->statistics + (c * (int64_t)(r->warmup + r->count) + d) * r->n_statistics;
      if (steps >= 0) r->leapfrogs += (int64_t)s[steps];
      if (diverging >= 0) r->divergent += s[diverging] != 0;
    }
  return r;
}

void whole_free(whole_run *r) {
  if (!r) return;
  void *all[] = {r->draws, r->statistics, r->values,   r->metric,
                 r->step,  r->centring,   r->gradients};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(r);
}

/* ---- comparing --------------------------------------------------------------------- */

typedef struct {
  const char *what;
  const void *data;
  int64_t n, row, chain; /* values, values a draw, values a chain */
} part;
enum { PARTS = 7 };

static void parts_of(const whole_run *r, part parts[PARTS]) {
  int64_t total = r->warmup + r->count, k = r->n_statistics;
  part list[PARTS] = {
      {"draws", r->draws, r->chains * total * r->dim, r->dim, total * r->dim},
      {"statistics", r->statistics, r->chains * total * k, k, total * k},
      {"natural values", r->values, r->chains * (int64_t)r->count * r->n, r->n,
       r->count * r->n},
      {"metrics", r->metric, (int64_t)r->chains * r->dim, r->dim, r->dim},
      {"step sizes", r->step, r->chains, 1, 1},
      {"centrings", r->centring, r->n_centring, blocks(r->n_centring), blocks(r->n_centring)},
      {"numbers of gradients", r->gradients, r->chains, 1, 1}};
  memcpy(parts, list, sizeof list);
}

const char *whole_difference(const whole_run *a, const whole_run *b) {
  static char text[256];
  part x[PARTS], y[PARTS];
  if (a->status != ERG_OK) return a->message;
  if (b->status != ERG_OK) return b->message;
  parts_of(a, x);
  parts_of(b, y);
  for (int k = 0; k < PARTS; k++) {
    if (x[k].n != y[k].n || x[k].row != y[k].row) return "the shapes differ";
    const char *u = x[k].data, *v = y[k].data;
    for (int64_t i = 0; i < x[k].n; i++) {
      if (memcmp(u + 8 * i, v + 8 * i, 8) == 0) continue;
      double values[2];
      memcpy(&values[0], u + 8 * i, 8);
      memcpy(&values[1], v + 8 * i, 8);
      snprintf(text, sizeof text,
               "%s differ first in chain %lld, draw %lld, number %lld: %a, %a", x[k].what,
               (long long)(i / x[k].chain), (long long)(i % x[k].chain / x[k].row),
               (long long)(i % x[k].row), values[0], values[1]);
      return text;
    }
  }
  return NULL;
}

void whole_hash(const whole_run *r, char hex[65]) {
  erg_sha256 h;
  part parts[PARTS];
  parts_of(r, parts);
  erg_sha256_init(&h);
  for (int k = 0; k < PARTS; k++) erg_sha256_add(&h, parts[k].data, (size_t)parts[k].n * 8);
  erg_sha256_hex(&h, hex);
}

erg_draws whole_draws(const whole_run *r, int64_t i) {
  return (erg_draws){.size = sizeof(erg_draws),
                     .chains = r->chains,
                     .draws = r->count,
                     .values = r->values + i,
                     .chain_stride = r->count * r->n,
                     .draw_stride = r->n};
}

/* ---- texts ------------------------------------------------------------------------- */

char *whole_read(const char *path) {
  erg_problems p;
  erg_problems_init(&p);
  erg_source *s = erg_source_read(path, &p);
  char *text = s ? run_text("%s", s->text) : NULL;
  if (!s) erg_problems_print(&p, stderr, false);
  erg_source_free(s);
  erg_problems_free(&p);
  return text;
}

char *whole_pin(const char *text, const char *name, bool noncentered) {
  const char *line = strstr(text, "[params]");
  size_t n = strlen(name);
  while (line && (line = strchr(line, '\n')) != NULL && *++line != '[') {
    if (strncmp(line, name, n) != 0 || strspn(line + n, " =") == 0) continue;
    const char *open = strchr(line, '"'), *end = line + strcspn(line, "\n");
    const char *close = open ? strchr(open + 1, '"') : NULL;
    if (!close || close > end) return NULL;
    return run_text("%.*s{ is = %.*s, noncentered = %s }%s", (int)(open - text), text,
                    (int)(close + 1 - open), open, noncentered ? "true" : "false", end);
  }
  return NULL;
}
