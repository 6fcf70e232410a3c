/* DIR/rows.jsonl: a line of settings, then one for each finished run, on disk before the
 * next one starts. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/restore.h"
#include "bench/work.h"
#include "run/paths.h"
#include "run/text.h"

#define JOURNAL_VERSION 3

struct bench_journal {
  char *path;
  FILE *file;
  json_t **lines;           /* of runs, as they were read */
  int n;
  int error;                /* errno of the first failed write */
};

char *bench_journal_path(const char *folder) { return run_text("%s/rows.jsonl", folder); }

/* --- reading -------------------------------------------------------------------------- */

static bool foreign(const char *path, erg_problems *p) {
  return erg_error(p, (erg_place){0}, "name the folder that was given to --out",
                   "%s is no journal of ergode bench, or one of another version", path);
}

/* The lines of the file: the first is the settings. *good_bytes: of whole lines; a last
 * line that was cut off is left out. NULL with a problem. */
static json_t **read_lines(const char *path, int *n, long *good_bytes, erg_problems *p) {
  *n = 0;
  *good_bytes = 0;
  FILE *f = fopen(path, "r");
  if (!f) {
    erg_error(p, (erg_place){0}, "name the folder that was given to --out", "%s: %s", path,
              strerror(errno));
    return NULL;
  }
  json_t **lines = run_alloc(sizeof *lines);
  char *text = NULL;
  size_t capacity = 0;
  ssize_t length;
  bool good = true;
  while (good && (length = getline(&text, &capacity, f)) > 0) {
    if (text[length - 1] != '\n') break; /* cut off while it was written */
    json_t *one = json_loadb(text, (size_t)length, 0, NULL);
    if (!json_is_object(one)) {
      good = *n ? erg_error(p, (erg_place){0}, "remove the line: its run is done again",
                            "%s:%d: not a line of JSON", path, *n + 1)
                : foreign(path, p);
      json_decref(one);
      break;
    }
    lines = run_grow(lines, (size_t)(*n + 2) * sizeof *lines);
    lines[(*n)++] = one;
    *good_bytes += length;
  }
  free(text);
  fclose(f);
  if (good && (!*n || restore_int(lines[0], "ergode_bench_journal") != JOURNAL_VERSION))
    good = foreign(path, p);
  if (good) return lines;
  for (int i = 0; i < *n; i++) json_decref(lines[i]);
  free(lines);
  return NULL;
}

static const char **texts(const json_t *list) {
  size_t n = json_array_size(list);
  if (!json_is_array(list)) return NULL;
  const char **out = run_alloc((n + 1) * sizeof *out);
  for (size_t i = 0; i < n; i++) out[i] = json_string_value(json_array_get(list, i));
  return out;
}

static void numbers(const json_t *list, int64_t *wide, int *narrow) {
  for (size_t i = 0; i < json_array_size(list) && i < BENCH_LIST; i++) {
    int64_t v = json_integer_value(json_array_get(list, i));
    if (wide) wide[i] = v;
    if (narrow) narrow[i] = (int)v;
  }
}

bool bench_resume_read(const char *folder, bench_options *o, bench_workloads *w,
                       bench_resumed *held, erg_problems *p) {
  char *path = bench_journal_path(folder);
  int n = 0;
  long bytes;
  json_t **lines = read_lines(path, &n, &bytes, p);
  *held = (bench_resumed){0};
  *w = (bench_workloads){0};
  if (!lines) {
    free(path);
    return false;
  }
  json_t *head = lines[0];
  for (int i = 1; i < n; i++) json_decref(lines[i]);
  free(lines);
  held->json = head;
  const json_t *list = json_object_get(head, "workloads");
  bool good = json_array_size(list) > 0;
  for (size_t i = 0; i < json_array_size(list) && good; i++) {
    const json_t *one = json_array_get(list, i);
    const char *model = json_string_value(json_object_get(one, "model")),
               *name = json_string_value(json_object_get(one, "name"));
    const char **sizes = texts(json_object_get(one, "sizes"));
    good = model && name;
    if (good) {
      bench_workloads_add(w, model, json_string_value(json_object_get(one, "data")), sizes);
      free(w->list[w->n - 1].name);
      w->list[w->n - 1].name = run_text("%s", name);
    }
    free(sizes);
  }
  o->set = json_string_value(json_object_get(head, "set"));
  o->preset = json_string_value(json_object_get(head, "preset"));
  o->peers = json_string_value(json_object_get(head, "peers"));
  o->keep_draws = json_is_true(json_object_get(head, "keep_draws"));
  o->warmup = restore_int(head, "warmup");
  o->draws = restore_int(head, "draws");
  o->seed = restore_int(head, "seed");
  int64_t reference_draws = restore_int(head, "reference_draws");
  o->reference_draws = reference_draws > 0 ? reference_draws : 0;
  o->repeats = (int)restore_int(head, "repeats");
  o->target_accept = restore_real(head, "target_accept");
  o->time_limit_s = restore_real(head, "time_limit_s");
  numbers(json_object_get(head, "chains"), o->axes.chains, NULL);
  numbers(json_object_get(head, "threads"), NULL, o->axes.threads);
  numbers(json_object_get(head, "device_counts"), NULL, o->axes.devices);
  const json_t *configs = json_object_get(head, "configs");
  for (size_t i = 0; i < json_array_size(configs) && i < BENCH_CONFIGS; i++) {
    const json_t *one = json_array_get(configs, i);
    bench_config *c = &o->configs[o->n_configs];
    c->path = json_string_value(json_object_get(one, "path"));
    restore_text(one, "sha256", c->sha256, sizeof c->sha256);
    o->n_configs += c->path != NULL;
  }
  o->plugins = held->plugins = texts(json_object_get(head, "plugins"));
  o->backends = held->backends = texts(json_object_get(head, "backends"));
  o->devices = held->devices = texts(json_object_get(head, "devices"));
  good = good && o->draws >= 4 && o->repeats >= 1 && o->axes.chains[0] > 0 &&
         o->axes.threads[0] > 0 && o->time_limit_s > 0;
  if (!good) foreign(path, p);
  free(path);
  return good;
}

void bench_resumed_free(bench_resumed *held) {
  json_decref(held->json);
  free(held->backends);
  free(held->devices);
  free(held->plugins);
  *held = (bench_resumed){0};
}

/* --- writing -------------------------------------------------------------------------- */

static void write_list(erg_json *j, const char *key, const char *const *list) {
  size_t n = 0;
  while (list && list[n]) n++;
  if (list)
    erg_json_strings(j, key, list, n);
  else
    erg_json_null(j, key);
}

static void write_ints(erg_json *j, const char *key, const int *list) {
  erg_json_array(j, key);
  for (; *list; list++) erg_json_int(j, NULL, *list);
  erg_json_end(j);
}

/* A file as it is found from any folder; the name of a shipped model stays. */
static void write_path(erg_json *j, const char *key, const char *name) {
  char *real = name ? realpath(name, NULL) : NULL;
  erg_json_string(j, key, real ? real : name);
  free(real);
}

static void write_head(const bench_report *r, FILE *f) {
  const bench_options *o = r->options;
  erg_json *j = erg_json_to(f);
  erg_json_compact(j);
  erg_json_object(j, NULL);
  erg_json_int(j, "ergode_bench_journal", JOURNAL_VERSION);
  erg_json_string(j, "version", o->version);
  erg_json_string(j, "command", o->command);
  erg_json_string(j, "set", o->set);
  erg_json_string(j, "preset", o->preset);
  erg_json_string(j, "peers", o->peers);
  erg_json_bool(j, "keep_draws", o->keep_draws);
  erg_json_int(j, "warmup", o->warmup);
  erg_json_int(j, "draws", o->draws);
  erg_json_int(j, "seed", o->seed);
  if (o->reference_draws) erg_json_int(j, "reference_draws", o->reference_draws);
  erg_json_int(j, "repeats", o->repeats);
  erg_json_real(j, "target_accept", o->target_accept);
  erg_json_real(j, "time_limit_s", o->time_limit_s);
  size_t n = 0;
  while (o->axes.chains[n]) n++;
  erg_json_ints(j, "chains", o->axes.chains, n);
  write_ints(j, "threads", o->axes.threads);
  write_ints(j, "device_counts", o->axes.devices);
  erg_json_array(j, "configs");
  for (int i = 0; i < o->n_configs; i++) {
    erg_json_object(j, NULL);
    write_path(j, "path", o->configs[i].path);
    erg_json_string(j, "sha256", o->configs[i].sha256);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_array(j, "plugins");
  for (const char *const *file = o->plugins; file && *file; file++) write_path(j, NULL, *file);
  erg_json_end(j);
  write_list(j, "backends", o->backends);
  write_list(j, "devices", o->devices);
  erg_json_array(j, "workloads");
  for (int i = 0; i < r->n_subjects; i++) {
    const bench_workload *w = &o->workloads->list[i];
    erg_json_object(j, NULL);
    erg_json_string(j, "name", w->name);
    write_path(j, "model", w->model);
    write_path(j, "data", w->data);
    write_list(j, "sizes", (const char *const *)w->sizes);
    erg_json_string(j, "model_sha256", r->subjects[i].model_hash);
    erg_json_string(j, "data_sha256", r->subjects[i].data_hash);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_close(j);
}

/* On disk, or journal.error. */
static void flush(bench_journal *j) {
  if (fflush(j->file) != 0 || (fsync(fileno(j->file)) != 0 && errno != EINVAL))
    if (!j->error) j->error = errno;
}

static void write_gate(erg_json *j, const char *key, const run_gate *g) {
  erg_json_object(j, key);
  erg_json_int(j, "done", g->done);
  erg_json_int(j, "passed", g->passed);
  erg_json_int(j, "points", g->points);
  erg_json_real(j, "lp_error", g->lp_error);
  erg_json_real(j, "gradient_error", g->gradient_error);
  erg_json_end(j);
}

static void write_first(erg_json *j, const bench_row *row) {
  erg_json_object(j, "first");
  erg_json_int(j, "verdict", row->verdict);
  erg_json_string(j, "reason", row->reason);
  write_gate(j, "gate_host", &row->host_gate);
  write_gate(j, "gate_device", &row->device_gate);
  erg_json_int(j, "z_tests", row->z_tests);
  erg_json_real(j, "z_worst", row->z_worst);
  erg_json_real(j, "z_limit", row->z_limit);
  erg_json_string(j, "z_name", row->z_name);
  erg_json_int(j, "mean_outside", row->mean_outside);
  erg_json_int(j, "sd_outside", row->sd_outside);
  erg_json_int(j, "z_left_out", row->z_left_out);
  erg_json_real(j, "z_freedom", row->z_freedom);
  bench_write_agreements(j, "agreements", row);
  erg_json_int(j, "truth_inside", row->truth_inside);
  erg_json_int(j, "truth_of", row->truth_of);
  erg_json_int(j, "truth_least", row->truth_least);
  erg_json_string(j, "backend_version", row->backend_version);
  erg_json_string(j, "compiler", row->compiler);
  erg_json_string(j, "compiler_flags", row->flags);
  erg_json_end(j);
}

void bench_journal_add(bench_journal *j, const bench_row *row, bench_kind kind, int repeat,
                       const cell *c) {
  /* nothing after a line that is cut off */
  if (!j || j->error || c->result->code == 130) return;
  const cell_result *r = c->result;
  erg_json *line = erg_json_to(j->file);
  erg_json_compact(line);
  erg_json_object(line, NULL);
  erg_json_string(line, "row", row->id);
  erg_json_string(line, "kind", kind == BENCH_COLD ? "cold" : "cached");
  erg_json_int(line, "repeat", repeat);
  erg_json_string(line, "failed", r->code ? r->reason : NULL);
  erg_json_string(line, "bits", r->bits);
  erg_json_real(line, "target_accept", r->target_accept);
  if (r->code)
    erg_json_null(line, "run");
  else
    bench_write_once(line, "run", &row->runs[row->n_runs - 1]);
  if (kind == BENCH_COLD) write_first(line, row);
  int error = erg_json_close(line);
  if (error && !j->error) j->error = error;
  flush(j);
}

/* --- taking --------------------------------------------------------------------------- */

static void take_gate(const json_t *o, run_gate *g) {
  g->done = (int32_t)restore_int(o, "done");
  g->passed = (int32_t)restore_int(o, "passed");
  g->points = (int32_t)restore_int(o, "points");
  g->lp_error = restore_real(o, "lp_error");
  g->gradient_error = restore_real(o, "gradient_error");
}

static void take_first(const json_t *o, bench_row *row) {
  int64_t verdict = restore_int(o, "verdict");
  row->verdict = verdict >= 0 && verdict <= BENCH_INTERRUPTED ? (bench_verdict)verdict
                                                              : BENCH_FAILED;
  restore_text(o, "reason", row->reason, sizeof row->reason);
  take_gate(json_object_get(o, "gate_host"), &row->host_gate);
  take_gate(json_object_get(o, "gate_device"), &row->device_gate);
  row->z_tests = (int)restore_int(o, "z_tests");
  row->z_worst = restore_real(o, "z_worst");
  row->z_limit = restore_real(o, "z_limit");
  restore_text(o, "z_name", row->z_name, sizeof row->z_name);
  row->mean_outside = (int)restore_int(o, "mean_outside");
  row->sd_outside = (int)restore_int(o, "sd_outside");
  row->z_left_out = (int)restore_int(o, "z_left_out");
  row->z_freedom = restore_real(o, "z_freedom");
  restore_agreements(json_object_get(o, "agreements"), row);
  row->truth_inside = (int)restore_int(o, "truth_inside");
  row->truth_of = (int)restore_int(o, "truth_of");
  row->truth_least = (int)restore_int(o, "truth_least");
  restore_text(o, "backend_version", row->backend_version, sizeof row->backend_version);
  restore_text(o, "compiler", row->compiler, sizeof row->compiler);
  restore_text(o, "compiler_flags", row->flags, sizeof row->flags);
}

static const json_t *find(const bench_journal *j, const char *row, bench_kind kind, int repeat) {
  const char *word = kind == BENCH_COLD ? "cold" : "cached";
  for (int i = j ? j->n : 0; i-- > 0;) { /* a run that was tried again: the last time counts */
    const char *id = json_string_value(json_object_get(j->lines[i], "row")),
               *have = json_string_value(json_object_get(j->lines[i], "kind"));
    if (id && have && !strcmp(id, row) && !strcmp(have, word) &&
        restore_int(j->lines[i], "repeat") == repeat)
      return j->lines[i];
  }
  return NULL;
}

bool bench_journal_has(const bench_journal *j, const char *row) {
  return find(j, row, BENCH_COLD, 0) != NULL;
}

bool bench_journal_take(const bench_journal *j, bench_report *r, bench_row *row,
                        bench_kind kind, int repeat, char promise[static BENCH_NAME],
                        char digest[static 65]) {
  const json_t *line = find(j, row->id, kind, repeat);
  const char *failed = json_string_value(json_object_get(line, "failed"));
  if (failed && r->options->retry_failed) return false;
  bench_once *f = &row->runs[row->n_runs];
  promise[0] = digest[0] = 0;
  if (!line || (!failed && !restore_once(json_object_get(line, "run"), f))) return false;
  if (kind == BENCH_COLD) take_first(json_object_get(line, "first"), row);
  if (failed) {
    bench_refuse(row, BENCH_FAILED, "%s", failed);
    return true;
  }
  row->n_runs++;
  if (f->order >= r->n_runs) r->n_runs = f->order + 1;
  restore_text(line, "bits", promise, BENCH_NAME);
  memcpy(digest, f->draws_sha256, 65);
  double accept = restore_real(line, "target_accept");
  if (accept > 0) r->target_accept = accept;
  return true;
}

double bench_journal_seconds(const bench_journal *j) {
  double last = 0;
  for (int i = 0; j && i < j->n; i++) {
    const json_t *run = json_object_get(j->lines[i], "run");
    double end = restore_real(run, "started_s") +
                 restore_real(json_object_get(run, "stages"), "total_s");
    if (end > last) last = end;
  }
  return last;
}

/* --- opening -------------------------------------------------------------------------- */

/* The models and data must be those of the lines. */
static bool check_head(const bench_report *r, const json_t *head, const char *path,
                       erg_problems *p) {
  const json_t *list = json_object_get(head, "workloads");
  char text[BENCH_NAME];
  restore_text(head, "version", text, sizeof text);
  if (strcmp(text, r->options->version) != 0)
    return erg_error(p, (erg_place){0}, "finish it with that version, or start anew with --out",
                     "%s was written by Ergode %s, this is %s", path, text,
                     r->options->version);
  for (int i = 0; i < r->n_subjects; i++) {
    const json_t *one = json_array_get(list, (size_t)i);
    char model[65], data[65];
    restore_text(one, "model_sha256", model, sizeof model);
    restore_text(one, "data_sha256", data, sizeof data);
    if (strcmp(model, r->subjects[i].model_hash) || strcmp(data, r->subjects[i].data_hash))
      return erg_error(p, (erg_place){0}, "start anew with --out and another folder",
                       "%s: the %s of %s changed since its runs", path,
                       strcmp(model, r->subjects[i].model_hash) ? "model" : "data",
                       r->subjects[i].name);
  }
  return true;
}

static bool resume(bench_journal *j, const bench_report *r, erg_problems *p) {
  int n = 0;
  long bytes = 0;
  j->lines = read_lines(j->path, &n, &bytes, p);
  if (!j->lines) return false;
  json_t *head = j->lines[0];
  bool good = check_head(r, head, j->path, p);
  json_decref(head);
  j->n = n - 1;
  memmove(j->lines, j->lines + 1, (size_t)j->n * sizeof *j->lines);
  if (!good) return false;
  if (truncate(j->path, bytes) == 0) j->file = fopen(j->path, "a");
  return j->file || erg_error(p, (erg_place){0}, NULL, "%s can't be written: %s", j->path,
                              strerror(errno));
}

bool bench_journal_open(const bench_report *r, bench_journal **out, erg_problems *p) {
  const bench_options *o = r->options;
  *out = NULL;
  if (!o->out) return true;
  bench_journal *j = *out = run_alloc(sizeof *j);
  j->path = bench_journal_path(o->out);
  if (o->resume) return resume(j, r, p);
  if (run_make_folders(o->out)) j->file = fopen(j->path, "wx");
  if (!j->file && errno == EEXIST)
    return erg_error(p, (erg_place){0}, "--resume to go on with them, or another folder",
                     "%s has results already", o->out);
  if (!j->file) {
    j->error = errno;
    return erg_error(p, (erg_place){0}, "name a folder that can be written with --out",
                     "%s can't be written: %s", j->path, strerror(j->error));
  }
  write_head(r, j->file);
  flush(j);
  if (!j->error) return true;
  unlink(j->path); /* without its first line it is worth nothing */
  return erg_error(p, (erg_place){0}, "free space, or name another folder with --out",
                   "%s can't be written: %s", j->path, strerror(j->error));
}

int bench_journal_close(bench_journal *j) {
  if (!j) return 0;
  int error = j->error;
  if (j->file && fclose(j->file) != 0 && !error) error = errno;
  for (int i = 0; i < j->n; i++) json_decref(j->lines[i]);
  free(j->lines);
  free(j->path);
  free(j);
  return error;
}
