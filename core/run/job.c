#include "run/job.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "read/clock.h"
#include "read/interrupt.h"
#include "read/disk_room.h"
#include "run/initial.h"
#include "run/paths.h"
#include "run/schema.h"
#include "run/settings.h"
#include "run/text.h"

enum { DEFAULT_CHAINS = 4, DEFAULT_WARMUP = 500, DEFAULT_DRAWS = 1000, MAX_DEVICES = 64 };
#define STORED_DATA_ELEMENTS 100000     /* of a data entry, in draws.nc */
#define STORED_JSON_ELEMENTS 5000000    /* of simulated data, in data.json */
/* Of the data: as read, in the graph, in the program made of it, in the compiled form; while
 * that is filled, an array's values once more. */
enum { COPIES_COMPILING = 5, COPIES_SAMPLING = 4 };

int run_processors(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return n < 1 ? 1 : n;
}

run_wishes run_no_wishes(void) {
  return (run_wishes){.inputs = {.seed = -1}, .chains = -1, .warmup = -1, .draws = -1, .thin = -1,
                      .max_depth = -1, .seed = -1, .threads = -1, .target_accept = NAN,
                      .init_radius = NAN,
                      .version = "0.1.0"};
}

/* --- settings ------------------------------------------------------------------------ */

static int64_t whole_of(const erg_toml *table, const char *key) {
  const erg_toml *v = table ? erg_toml_get(table, key) : NULL;
  return v && v->kind == ERG_TOML_INTEGER && v->integer >= 0 ? v->integer : -1;
}

static double real_of(const erg_toml *table, const char *key) {
  const erg_toml *v = table ? erg_toml_get(table, key) : NULL;
  return v && (v->kind == ERG_TOML_INTEGER || v->kind == ERG_TOML_REAL) ? v->real : NAN;
}

static const char *text_of(const erg_toml *table, const char *key) {
  const erg_toml *v = table ? erg_toml_get(table, key) : NULL;
  return v && v->kind == ERG_TOML_STRING ? v->string : NULL;
}

static int64_t first_of(int64_t wish, int64_t preset, int64_t model, int64_t otherwise) {
  return wish >= 0 ? wish : preset >= 0 ? preset : model >= 0 ? model : otherwise;
}

static bool in_range(const erg_toml *run, const char *key, int64_t low, int64_t high,
                     erg_problems *p) {
  const erg_toml *v = run ? erg_toml_get(run, key) : NULL;
  if (!v || (v->kind == ERG_TOML_INTEGER && v->integer >= low && v->integer <= high))
    return true;
  return erg_error(p, v->place, NULL, "%s: a whole number from %lld to %lld is needed", key,
                   (long long)low, (long long)high);
}

static bool real_in_range(const erg_toml *run, const char *key, double low, double high,
                          erg_problems *p) {
  const erg_toml *v = run ? erg_toml_get(run, key) : NULL;
  double x = real_of(run, key);
  if (!v || (x >= low && x <= high)) return true;
  return erg_error(p, v->place, NULL, "%s: a number from %g to %g is needed", key, low, high);
}

static bool is_text(const erg_toml *run, const char *key, erg_problems *p) {
  const erg_toml *v = run ? erg_toml_get(run, key) : NULL;
  if (!v || v->kind == ERG_TOML_STRING) return true;
  return erg_error(p, v->place, NULL, "%s: a text in quotes is needed", key);
}

/* Nothing in [run] is passed over because it is written wrongly. */
static bool check_run(const erg_toml *run, erg_problems *p) {
  return in_range(run, "chains", 1, 1000000, p) & in_range(run, "warmup", 0, 1000000000, p) &
         in_range(run, "draws", 1, 1000000000, p) & in_range(run, "thin", 1, 1000000000, p) &
         in_range(run, "max_depth", 1, 20, p) &
         in_range(run, "seed", 0, (INT64_C(1) << 53) - 1, p) &
         real_in_range(run, "target_accept", 0.01, 0.999, p) &
         real_in_range(run, "init_radius", 0, 1e6, p) & is_text(run, "sampler", p) &
         is_text(run, "metric", p) & is_text(run, "backend", p);
}

/* A setting that has an option of its own. `wished`: the user asked for it by name, so a
 * sampler without it is an error. */
static bool set_number(run_job *j, const char *name, double value, bool wished,
                       char **message) {
  if (isnan(value) || (run_settings_find(j->sampler, name) < 0 && !wished)) return true;
  char text[40];
  snprintf(text, sizeof text, "%.17g", value);
  return run_settings_set(j->sampler, name, text, j->settings, message);
}

/* Defaults of the model for another sampler's settings: passed over, and said. */
static void warn_of_others(const erg_sampler *s, const erg_toml *run, erg_problems *p) {
  static const char *const keys[][2] = {{"target_accept", "target_accept"},
                                        {"max_depth", "max_depth"},
                                        {"init_radius", "init_radius"},
                                        {"metric", "metric"},
                                        {"sampler", "algorithm"}};
  for (size_t i = 0; run && i < sizeof keys / sizeof *keys; i++) {
    const erg_toml *v = erg_toml_get(run, keys[i][0]);
    if (v && run_settings_find(s, keys[i][1]) < 0)
      erg_warn(p, v->place, NULL, "%s has no effect: '%s' has no setting '%s'", keys[i][0],
               s->id, keys[i][1]);
  }
}

static bool resolve_settings(run_job *j, const run_wishes *w, const run_preset *preset,
                             const erg_toml *run, erg_problems *p, char **message) {
  const erg_sampler *s = j->sampler;
  warn_of_others(s, run, p);
  j->settings = run_alloc((size_t)(s->n_parameters + 1) * sizeof *j->settings);
  run_settings_defaults(s, j->settings);
  bool given = !isnan(w->target_accept);
  double accept = given ? w->target_accept
                  : !isnan(preset->target_accept) ? preset->target_accept
                                                  : real_of(run, "target_accept");
  int64_t depth =
      first_of(w->max_depth, preset->max_depth, whole_of(run, "max_depth"), -1);
  if (!set_number(j, "target_accept", accept, given, message)) return false;
  if (!set_number(j, "max_depth", depth < 0 ? NAN : (double)depth, w->max_depth >= 0, message))
    return false;
  given = !isnan(w->init_radius);
  double radius = given ? w->init_radius
                  : !isnan(preset->init_radius) ? preset->init_radius
                                                : real_of(run, "init_radius");
  if (!set_number(j, "init_radius", radius, given, message)) return false;
  const char *metric = text_of(run, "metric"), *algorithm = text_of(run, "sampler");
  if (metric && run_settings_find(s, "metric") >= 0 &&
      !run_settings_set(s, "metric", metric, j->settings, message))
    return false;
  if (algorithm && run_settings_find(s, "algorithm") >= 0 &&
      !run_settings_set(s, "algorithm", algorithm, j->settings, message))
    return false;
  for (const char *const *v = w->settings; v && *v; v++) {
    if (!run_settings_apply(s, *v, j->settings, message)) return false;
    size_t name = strcspn(*v, "=") + 1;
    for (const char *const *before = w->settings; before < v; before++)
      if (!strncmp(*before, *v, name) && strcmp(*before, *v)) {
        *message = run_text("--set %.*s is given twice (%s and %s): give it once",
                            (int)name - 1, *v, *before + name, *v + name);
        return false;
      }
  }
  int i = run_settings_find(s, "target_accept");
  j->target_accept = i >= 0 ? j->settings[i] : 0;
  i = run_settings_find(s, "max_depth");
  j->max_depth = i >= 0 ? (int)j->settings[i] : 0;
  return true;
}

static bool resolve_sizes(run_job *j, const run_wishes *w, const run_preset *preset,
                          const erg_toml *run, erg_problems *p) {
  if (!check_run(run, p)) return false;
  run_request *r = &j->request;
  r->chains = (int32_t)first_of(w->chains, preset->chains, whole_of(run, "chains"),
                                DEFAULT_CHAINS);
  r->warmup = first_of(w->warmup, preset->warmup, whole_of(run, "warmup"), DEFAULT_WARMUP);
  r->thin = first_of(w->thin, preset->thin, whole_of(run, "thin"), 1);
  r->draws = first_of(w->draws, preset->draws, whole_of(run, "draws"), DEFAULT_DRAWS);
  r->seed = (uint64_t)first_of(w->seed, preset->seed, whole_of(run, "seed"), 1);
  r->threads = (int32_t)(w->threads > 0 ? w->threads : run_processors());
  r->save_warmup = w->save_warmup;
  return true;
}

/* --- devices ------------------------------------------------------------------------- */

static bool resolve_devices(run_job *j, const run_wishes *w, char **message) {
  erg_device found[MAX_DEVICES];
  int n = run_host_devices(j->host, j->sampler, found, MAX_DEVICES);
  if (n == 0) {
    *message = run_text("backend '%s': %s", j->sampler->id,
                        run_host_reason(j->host, ERG_NO_DEVICE));
    return false;
  }
  int wished = 0;
  while (w->devices && w->devices[wished]) wished++;
  j->device_ids = run_alloc((size_t)(wished + 2) * sizeof *j->device_ids);
  if (!wished) {
    j->device = found[0];
    j->device_ids[j->n_devices++] = run_text("%s", found[0].id);
    return true;
  }
  const char *ids[MAX_DEVICES + 1];
  char *list = run_text("%s", "");
  for (int i = 0; i < n; i++) {
    ids[i] = found[i].id;
    run_append(&list, "%s%s", i ? ", " : "", ids[i]);
  }
  ids[n] = NULL;
  for (int k = 0; k < wished && !*message; k++) {
    int i = 0;
    while (i < n && strcmp(ids[i], w->devices[k]) != 0) i++;
    if (i < n) {
      if (!j->n_devices) j->device = found[i];
      j->device_ids[j->n_devices++] = run_text("%s", ids[i]);
    } else {
      *message = run_text("backend '%s' has no device '%s'; it has %s", j->sampler->id,
                          w->devices[k], list);
    }
  }
  free(list);
  return !*message;
}

/* --- compile, schema, sinks ---------------------------------------------------------- */

static void compute_natural(void *data, int slot, const double *q, const double *centring,
                            int32_t chain, int64_t draw, double *values) {
  run_job *j = data;
  random_key key = {.seed = j->request.seed, .chain = (uint32_t)chain, .draw = (uint32_t)draw};
  natural_run(j->plans[slot], q, centring, &key, values);
}

static void log_host(void *data, erg_log_level level, const char *text) {
  run_host *h = data;
  h->api.log(h, level, text);
}

static bool compile(run_job *j, unsigned report, char **message) {
  double t = erg_clock();
  model_host_options options = {.name = j->model.name, .log = log_host, .log_data = j->host};
  options.cc.log = log_host;
  options.cc.log_data = j->host;
  char *prebuilt = run_prebuilt_folder();
  options.cc.prebuilt = prebuilt;
  j->compiled = model_host_new(j->model.graph, &options, message);
  free(prebuilt);
  if (!j->compiled) return false;
  unsigned what = NATURAL_PARAMS | NATURAL_GENERATED;
  if (report & RUN_REPORT_DEFINED) what |= NATURAL_DEFINED;
  if (report & RUN_REPORT_LOG_LIKELIHOOD) what |= NATURAL_LOG_LIKELIHOOD;
  if (report & RUN_REPORT_REPLICATED) what |= NATURAL_REPLICATED;
  int slots = j->request.threads;
  j->plans = run_alloc((size_t)slots * sizeof *j->plans);
  j->plans[0] = natural_new(j->model.graph, what);
  for (int i = 1; i < slots; i++) j->plans[i] = natural_clone(j->plans[0]);
  j->natural = (run_natural){.data = j, .slots = slots, .n = natural_width(j->plans[0]),
                             .compute = compute_natural};
  j->times.compile_s = erg_clock() - t;
  return true;
}

static char *setting_text(const run_job *j, const char *name) {
  int k = run_settings_find(j->sampler, name);
  return k < 0 ? NULL : run_settings_text(&j->sampler->parameters[k], j->settings[k]);
}

static bool make_schema(run_job *j, const run_wishes *w, erg_problems *p) {
  j->schema = run_schema(j->model.graph, j->plans[0], j->sampler, j->request.chains, 0,
                         STORED_DATA_ELEMENTS);
  out_schema *s = j->schema;
  s->n_unconstrained = j->compiled->dim;
  out_info *info = &s->info;
  out_set(&info->model, j->model.name);
  out_set(&info->model_file, j->model.path);
  out_set(&info->data_file, j->model.data_path ? j->model.data_path
                            : j->model.data    ? "[simulate]"
                                               : "");
  out_set(&info->backend, j->sampler->id);
  out_set(&info->device, j->device.name);
  out_set(&info->command, w->command);
  out_set(&info->version, w->version);
  char *radius = setting_text(j, "init_radius");
  out_set(&info->init, w->init ? w->init : radius);
  free(radius);
  char *algorithm = setting_text(j, "algorithm");
  out_set(&info->algorithm, algorithm ? algorithm : j->sampler->id);
  free(algorithm);
  int k = run_settings_find(j->sampler, "metric");
  bool unit = k < 0 || (j->sampler->parameters[k].choices &&
                        !strcmp(j->sampler->parameters[k].choices, "gradient|stan|none") &&
                        j->settings[k] == 2);
  out_set(&info->metric, unit ? "unit_e" : "diag_e");
  info->seed = j->request.seed;
  info->n_warmup = j->request.warmup;
  info->n_draws = j->request.draws;
  info->thin = j->request.thin;
  info->save_warmup = j->request.save_warmup;
  info->max_depth = j->max_depth;
  info->target_accept = j->target_accept;
  return out_schema_finish(s, p);
}

static void warn_of_space(const run_job *j, erg_problems *p) {
  uint64_t free_bytes = erg_free_bytes(j->out);
  char need[32], have[32];
  if (free_bytes < j->disk_bytes)
    erg_warn(p, (erg_place){0}, "free space, thin the draws with --thin, or name another folder "
                                "with --out DIR",
             "draws.nc may need %s, but only %s are free in %s",
             run_bytes_text((double)j->disk_bytes, need),
             run_bytes_text((double)free_bytes, have), j->out);
}

static out_sink *file_sinks(run_job *j, const run_wishes *w) {
  out_sink *sinks[2];
  int n = 0;
  char *path = run_text("%s/draws.nc", j->out);
  sinks[n++] = out_netcdf(path, 1.0);
  free(path);
  if (w->csv) {
    path = run_text("%s/%s", j->out, j->model.name);
    sinks[n++] = out_stan_csv(path);
    free(path);
  }
  return out_threaded(n > 1 ? out_tee(sinks, n) : sinks[0], 0);
}

static bool make_sinks(run_job *j, const run_wishes *w, erg_problems *p) {
  j->out = w->out ? run_text("%s", w->out) : run_text("out/%s", j->model.name);
  bool simulates = j->model.simulation.data && !j->model.given;
  if (!run_outputs_claim(j->out, j->model.name, simulates, &j->outputs, p))
    return false;
  unsigned groups = 1u << OUT_POSTERIOR | 1u << OUT_SAMPLE_STATS;
  int64_t thin = j->request.thin, kept = (j->request.draws + thin - 1) / thin;
  uint64_t held = out_memory_bytes(j->schema, groups, kept);
  bool alone = held > RUN_MEMORY_BYTES && held <= w->held_bytes;
  out_sink *files = alone ? NULL : file_sinks(j, w);
  if (held <= RUN_MEMORY_BYTES || alone) j->memory = out_memory(groups);
  if (!j->memory) held = 0;
  out_sink *both[2] = {j->memory, files};
  j->sink = !files ? j->memory : j->memory ? out_tee(both, 2) : files;
  const run_request *r = &j->request;
  uint64_t data = 0, text = j->model.data ? j->model.data->source->length : 0;
  for (int i = 0; i < j->model.graph->n_data; i++)
    data += sizeof(double) * (uint64_t)j->model.graph->data[i].n;
  j->disk_bytes = sizeof(double) * (uint64_t)j->schema->row * (uint64_t)r->chains *
                  (uint64_t)(kept + (r->save_warmup ? (r->warmup + thin - 1) / thin : 0));
  if (!files) j->disk_bytes = 0;
  warn_of_space(j, p);
  /* Kept draws, one block in the loop and at most 64 MiB of them before the writer, the
   * data, scratch a thread; or, after them, the diagnostics; or, before, compiling. */
  uint64_t queue = j->disk_bytes < (64u << 20) ? j->disk_bytes : 64u << 20;
  uint64_t sampling = run_sample_bytes(r, j->schema) + queue;
  uint64_t summary = out_summary_bytes(j->schema, kept, r->threads, !j->memory);
  sampling += run_sampler_bytes(r, &j->device);
  uint64_t running = COPIES_SAMPLING * data + held +
                     j->compiled->scratch_bytes * (uint64_t)r->threads +
                     (sampling > summary ? sampling : summary);
  uint64_t compiling = COPIES_COMPILING * data;
  j->memory_bytes = text + (running > compiling ? running : compiling);
  return true;
}

static bool is_large(const erg_dataset *d) {
  int64_t n = 0;
  for (int i = 0; i < d->count; i++) n += d->arrays[i].n;
  return n > STORED_JSON_ELEMENTS;
}

static bool write_simulation(run_job *j, erg_problems *p) {
  const run_simulation *s = &j->model.simulation;
  if (!s->data || j->model.given || is_large(s->data)) return true;
  const erg_dataset *sets[2] = {s->data, s->truth};
  static const char *const names[2] = {"data.json", "truth.json"};
  for (int i = 0; i < 2; i++) {
    if (i && !s->truth->count) continue;
    char *path = run_text("%s/%s", j->out, names[i]);
    int error = run_write_dataset(sets[i], path);
    if (error)
      erg_error(p, (erg_place){0}, "free some space, or name another folder with --out DIR",
                "%s can't be written: %s", path, strerror(error));
    free(path);
    if (error) return false;
  }
  return true;
}

/* Points from the file of --init; what it leaves out is drawn within the sampler's radius. */
static bool read_initial(run_job *j, const run_wishes *w, erg_problems *p) {
  if (!w->init) return true;
  j->points = run_given_read(w->init, p);
  if (!j->points) return false;
  int k = run_settings_find(j->sampler, "init_radius");
  run_initial from = {.graph = j->model.graph,
                      .model = j->compiled,
                      .points = j->points,
                      .chains = j->request.chains,
                      .seed = j->request.seed,
                      .radius = k >= 0 ? j->settings[k] : 2};
  j->initial = run_initial_points(&from, p);
  return j->initial != NULL;
}

/* --- the four calls ------------------------------------------------------------------ */

static int prepare(const run_wishes *w, run_registry *registry, const run_preset *preset,
                   run_job *j, erg_problems *p, char **message) {
  double t = erg_clock();
  j->phase = "reading the model and the data";
  if (!run_load(&w->inputs, &j->model, p)) return 2;
  const erg_toml *run = lang_run_defaults(j->model.lang);
  j->times.load_s = erg_clock() - t;
  if (!resolve_sizes(j, w, preset, run, p)) return 2;
  const char *backend = w->backend ? w->backend : text_of(run, "backend");
  const run_candidate *candidate = NULL;
  j->sampler = run_find_sampler(registry, backend ? backend : "cpu", &candidate, message);
  if (!j->sampler) return 3;
  if (!resolve_settings(j, w, preset, run, p, message)) return 2;
  if (!resolve_devices(j, w, message)) return 3;
  if (erg_interrupted()) return 130;
  j->phase = "compiling the model";
  if (!compile(j, w->report, message)) return 1;
  run_request *r = &j->request;
  r->host = j->host;
  r->sampler = j->sampler;
  r->model = j->compiled;
  r->natural = &j->natural;
  r->devices = (const char *const *)j->device_ids;
  r->n_devices = j->n_devices;
  r->settings = j->settings;
  r->compile_s = j->times.compile_s;
  if (!read_initial(j, w, p)) return 2;
  r->initial = j->initial;
  if (!make_schema(j, w, p)) return 2;
  if (erg_interrupted()) return 130;
  if (!make_sinks(j, w, p) || !write_simulation(j, p)) return 7;
  return 0;
}

int run_job_prepare(const run_wishes *w, run_registry *registry, run_host *host, run_job *j,
                    erg_problems *p, char **message) {
  *j = (run_job){.host = host, .started = erg_clock()};
  *message = NULL;
  run_preset preset;
  run_preset_init(&preset);
  int code = 2;
  if (!w->preset || run_preset_read(w->preset, &preset, p))
    code = prepare(w, registry, &preset, j, p, message);
  return code && erg_interrupted() ? 130 : code;
}

int run_job_run(run_job *j, run_report report, void *data, erg_problems *p) {
  double t = erg_clock();
  run_sample(&j->request, j->schema, j->sink, report, data, &j->result, p);
  j->times.sample_s = erg_clock() - t;
  j->phase = j->result.phase;
  if (j->result.status != ERG_OK && !j->result.any)
    run_outputs_discard(&j->outputs);
  else
    run_outputs_keep(&j->outputs);
  if (j->result.output_failed) return 7;
  return run_status_exit(j->result.status);
}

out_report run_job_report(const run_job *j) {
  return (out_report){.info = &j->schema->info,
                      .compile_s = j->times.compile_s,
                      .total_s = j->times.total_s,
                      .gradients = j->result.gradients};
}

bool run_job_summarise(run_job *j, erg_problems *p) {
  if (j->result.kept == 0) return true;
  double t = erg_clock();
  bool interrupted = j->result.status != ERG_OK;
  j->phase = "computing the diagnostics";
  if (!interrupted && erg_interrupted()) return false;
  diag_limits limits = diag_limits_default();
  if (j->memory) {
    j->summary = out_summary_from_memory(j->schema, j->memory, &limits, j->request.threads,
                                         interrupted, p);
  } else {
    const char *path[] = {j->out};
    j->disk = out_draws_open(path, 1, p);
    if (j->disk) j->summary = out_summary_from_draws(j->disk, &limits, j->request.threads, p);
  }
  j->times.diagnose_s = erg_clock() - t;
  if (!j->summary) return false;
  j->phase = "writing the report";
  j->times.total_s = erg_clock() - j->started;
  double *times = run_alloc(2 * (size_t)j->request.chains * sizeof *times);
  for (int32_t c = 0; c < j->request.chains; c++) {
    times[c] = j->result.warmup_s;
    times[j->request.chains + c] = j->result.sampling_s;
  }
  out_report report = run_job_report(j);
  report.warmup_s = times;
  report.sampling_s = times + j->request.chains;
  char *json = run_text("%s/summary.json", j->out), *page = run_text("%s/report.md", j->out);
  bool good = out_write_json(j->summary, &report, json, p) &&
              out_write_markdown(j->summary, &report, page, p);
  free(json);
  free(page);
  free(times);
  j->times.total_s = erg_clock() - j->started;
  return good;
}

void run_job_release(run_job *j) {
  if (j->summary) out_summary_free(j->summary);
  if (j->disk) out_draws_close(j->disk);
  if (j->sink) j->sink->ops->free(j->sink);
  if (j->schema) out_schema_free(j->schema);
  run_outputs_release(&j->outputs);
  for (int i = 0; i < j->natural.slots; i++) natural_free(j->plans[i]);
  free(j->plans);
  if (j->compiled) model_host_free(j->compiled);
  for (int i = 0; i < j->n_devices; i++) free(j->device_ids[i]);
  free(j->device_ids);
  free(j->settings);
  free(j->out);
  free(j->initial);
  run_given_free(j->points);
  run_unload(&j->model);
}
