/* What differs between two benchmarks besides the figures: machine, build, settings. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/compare_parts.h"
#include "bench/restore.h"
#include "run/text.h"

/* Once, though many rows have it. */
static void add(bench_comparison *c, const char *what, const char *a, const char *b) {
  for (int i = 0; i < c->n_drift; i++)
    if (!strcmp(c->drift[i].what, what) && !strcmp(c->drift[i].a, a) && !strcmp(c->drift[i].b, b))
      return;
  c->drift = run_grow(c->drift, (size_t)(c->n_drift + 1) * sizeof *c->drift);
  compare_drift *d = &c->drift[c->n_drift++];
  *d = (compare_drift){0};
  snprintf(d->what, sizeof d->what, "%s", what);
  snprintf(d->a, sizeof d->a, "%s", a);
  snprintf(d->b, sizeof d->b, "%s", b);
}

/* As a reader would write it; `absent` for null. */
static void show(const json_t *v, const char *absent, char text[static BENCH_TEXT]) {
  if (json_is_string(v))
    snprintf(text, BENCH_TEXT, "%s", json_string_value(v));
  else if (json_is_integer(v))
    snprintf(text, BENCH_TEXT, "%lld", (long long)json_integer_value(v));
  else if (json_is_real(v))
    snprintf(text, BENCH_TEXT, "%.4g", json_real_value(v));
  else if (json_is_boolean(v))
    snprintf(text, BENCH_TEXT, "%s", json_is_true(v) ? "yes" : "no");
  else
    snprintf(text, BENCH_TEXT, "%s", absent);
}

static void hold(bench_comparison *c, const char *what, const char *absent, const json_t *a,
                 const json_t *b) {
  bool none = (!a || json_is_null(a)) && (!b || json_is_null(b));
  bool number = json_is_number(a) && json_is_number(b);
  if (none || (number ? json_number_value(a) == json_number_value(b) : json_equal(a, b))) return;
  char x[BENCH_TEXT], y[BENCH_TEXT];
  show(a, absent, x);
  show(b, absent, y);
  add(c, what, x, y);
}

static void hold_text(bench_comparison *c, const char *what, const char *a, const char *b) {
  if (strcmp(a, b) != 0) add(c, what, *a ? a : "none", *b ? b : "none");
}

/* --- the whole ------------------------------------------------------------------------ */

static void hold_load(bench_comparison *c, const json_t *a, const json_t *b) {
  const char *key = "load_average_before";
  double x = restore_real(a, key), y = restore_real(b, key);
  char p[32], q[32];
  if (!(fabs(x - y) > COMPARE_LOAD)) return;
  snprintf(p, sizeof p, "%.1f", x);
  snprintf(q, sizeof q, "%.1f", y);
  add(c, "load before", p, q);
}

static const char *base(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* An entry of `list` whose member `key` is `value` (of paths, their last part). */
static const json_t *entry(const json_t *list, const char *key, const char *value) {
  for (size_t i = 0; i < json_array_size(list); i++)
    if (!strcmp(base(stored_text(json_array_get(list, i), key)), value))
      return json_array_get(list, i);
  return NULL;
}

static void describe_file(const json_t *o, char text[static BENCH_TEXT]) {
  const char *version = stored_text(o, "version");
  if (o)
    snprintf(text, BENCH_TEXT, "%.100s%sSHA-256 %.12s", version, *version ? ", " : "",
             stored_text(o, "sha256"));
  else
    snprintf(text, BENCH_TEXT, "absent");
}

/* Files by their hashes: plug-ins by id, configurations by name. Those of one alone are
 * named only where `absent`. */
static void hold_files(bench_comparison *c, const char *what, const char *key, bool absent,
                       const json_t *a, const json_t *b) {
  for (int side = 0; side < 2; side++) {
    const json_t *list = side ? b : a;
    for (size_t i = 0; i < json_array_size(list); i++) {
      const char *name = base(stored_text(json_array_get(list, i), key));
      const json_t *x = entry(a, key, name), *y = entry(b, key, name);
      if ((!x || !y) && !absent) continue;
      if (x && y && !strcmp(stored_text(x, "sha256"), stored_text(y, "sha256"))) continue;
      char title[BENCH_NAME + 64], p[BENCH_TEXT], q[BENCH_TEXT];
      snprintf(title, sizeof title, "%s %.80s", what, name);
      describe_file(x, p);
      describe_file(y, q);
      add(c, title, p, q);
    }
  }
}

static void hold_models(bench_comparison *c, const json_t *a, const json_t *b) {
  for (size_t i = 0; i < json_array_size(a); i++) {
    const json_t *x = json_array_get(a, i);
    const char *name = stored_text(x, "name");
    const json_t *y = NULL;
    for (size_t k = 0; k < json_array_size(b) && !y; k++)
      if (!strcmp(stored_text(json_array_get(b, k), "name"), name)) y = json_array_get(b, k);
    if (!y) continue;
    char title[BENCH_NAME + 64], p[32], q[32];
    snprintf(title, sizeof title, "model of %.80s", name);
    snprintf(p, sizeof p, "SHA-256 %.12s", stored_text(x, "model_sha256"));
    snprintf(q, sizeof q, "SHA-256 %.12s", stored_text(y, "model_sha256"));
    hold_text(c, title, p, q);
  }
}

/* What the processor could do just before: tells a disturbed machine from a slower program. */
static void hold_peaks(bench_comparison *c, const json_t *a, const json_t *b) {
  static const struct { const char *key, *what, *unit; } all[] = {
      {"read_gb_s", "memory bandwidth", "GB/s"}, {"gflops", "arithmetic peak", "GFLOP/s"}};
  for (size_t i = 0; i < json_array_size(a); i++)
    for (size_t k = 0; k < json_array_size(b); k++) {
      const json_t *x = json_array_get(a, i), *y = json_array_get(b, k);
      if (strcmp(stored_text(x, "backend"), stored_text(y, "backend")) ||
          strcmp(stored_text(x, "device"), stored_text(y, "device")) ||
          restore_int(x, "threads") != restore_int(y, "threads"))
        continue;
      for (int m = 0; m < 2; m++) {
        double v = restore_real(x, all[m].key), w = restore_real(y, all[m].key);
        if (!(fabs(w / v - 1) > COMPARE_PEAK)) continue;
        char title[BENCH_NAME + 64], p[64], q[64];
        long long threads = (long long)restore_int(x, "threads");
        snprintf(title, sizeof title, "%s of %.60s, %lld thread%s", all[m].what,
                 stored_text(x, "device"), threads, threads == 1 ? "" : "s");
        snprintf(p, sizeof p, "%.3g %s", v, all[m].unit);
        snprintf(q, sizeof q, "%.3g %s", w, all[m].unit);
        add(c, title, p, q);
      }
    }
}

void compare_environment(bench_comparison *c, const bench_stored *a, const bench_stored *b) {
  static const char *const facts[][2] = {
      {"cpu", "processor"},           {"sockets", "sockets"},
      {"cores", "cores to use"},      {"cores_physical", "physical cores"},
      {"smt", "SMT"},                 {"governor", "governor"},
      {"clock_mhz_max", "highest MHz"}, {"memory_bytes", "bytes of memory"},
      {"os", "system"},               {"kernel", "kernel"},
      {"libc", "C library"},          {"ergode_version", "version of Ergode"},
      {"commit", "commit"},           {"built_by", "compiler of Ergode"},
      {"build_flags", "flags of Ergode"}};
  static const char *const settings[][2] = {
      {"set", "set"},       {"preset", "preset"},   {"warmup", "warm-up draws"},
      {"draws", "draws"},   {"seed", "first seed"}, {"repeats", "repeats"},
      {"target_accept", "target acceptance"}};
  const json_t *x = json_object_get(a->json, "environment"),
               *y = json_object_get(b->json, "environment"),
               *s = json_object_get(a->json, "settings"),
               *t = json_object_get(b->json, "settings");
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    hold(c, facts[i][1], "unknown", json_object_get(x, facts[i][0]),
         json_object_get(y, facts[i][0]));
  hold_load(c, x, y);
  hold_files(c, "plug-in", "id", true, json_object_get(x, "plugins"),
             json_object_get(y, "plugins"));
  hold_files(c, "file", "path", false, json_object_get(x, "configs"),
             json_object_get(y, "configs"));
  hold_models(c, json_object_get(a->json, "workloads"), json_object_get(b->json, "workloads"));
  hold_peaks(c, json_object_get(a->json, "peaks"), json_object_get(b->json, "peaks"));
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
    hold(c, settings[i][1], "none", json_object_get(s, settings[i][0]),
         json_object_get(t, settings[i][0]));
}

/* --- a row ---------------------------------------------------------------------------- */

static void hold_devices(bench_comparison *c, const json_t *a, const json_t *b) {
  static const char *const facts[][2] = {{"name", "device"},
                                         {"driver", "driver of"},
                                         {"driver_version", "driver version of"},
                                         {"memory_bytes", "bytes of memory of"},
                                         {"clock_mhz", "MHz of"},
                                         {"ecc", "ECC of"}};
  for (size_t i = 0; i < json_array_size(a); i++) {
    const json_t *x = json_array_get(a, i), *y = json_array_get(b, i);
    for (size_t k = 0; y && k < sizeof facts / sizeof *facts; k++) {
      char title[BENCH_NAME + 64];
      snprintf(title, sizeof title, "%s %.80s", facts[k][1], stored_text(x, "id"));
      hold(c, title, "unknown", json_object_get(x, facts[k][0]), json_object_get(y, facts[k][0]));
    }
  }
}

void compare_row_environment(bench_comparison *c, const json_t *a, const json_t *b) {
  static const char *const facts[][2] = {{"backend_version", "version of"},
                                         {"compiler", "compiler of models for"},
                                         {"compiler_flags", "flags of models for"}};
  const char *backend = stored_text(a, "backend");
  char title[BENCH_NAME + 64];
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    snprintf(title, sizeof title, "%s %.90s", facts[i][1], backend);
    hold(c, title, "unknown", json_object_get(a, facts[i][0]), json_object_get(b, facts[i][0]));
  }
  hold_devices(c, json_object_get(a, "devices"), json_object_get(b, "devices"));
  const json_t *versions = json_object_get(a, "versions");
  for (void *at = json_object_iter((json_t *)versions); at;
       at = json_object_iter_next((json_t *)versions, at)) {
    const char *name = json_object_iter_key(at);
    snprintf(title, sizeof title, "%.40s of %.60s", name, backend);
    hold(c, title, "unknown", json_object_iter_value(at),
         json_object_get(json_object_get(b, "versions"), name));
  }
}
