/* Sets of workloads: INI files, and models named on the command line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "read/ini.h"
#include "read/sha256.h"
#include "run/paths.h"
#include "run/text.h"

#define MOST_DRAWS 1000000000

static char *copy(const char *text) { return text ? run_text("%s", text) : NULL; }

static bench_workload *add(bench_workloads *w) {
  w->list = run_grow(w->list, (size_t)(w->n + 1) * sizeof *w->list);
  w->list[w->n] = (bench_workload){0};
  return &w->list[w->n++];
}

static char *name_of(const char *model) {
  const char *slash = strrchr(model, '/'), *base = slash ? slash + 1 : model;
  size_t n = strlen(base);
  if (n > 5 && !strcmp(base + n - 5, ".toml")) n -= 5;
  return run_text("%.*s", (int)n, base);
}

void bench_workloads_add(bench_workloads *w, const char *model, const char *data,
                         const char *const *sizes) {
  bench_workload *one = add(w);
  one->name = name_of(model);
  one->model = copy(model);
  one->data = copy(data);
  int n = 0;
  while (sizes && sizes[n]) n++;
  if (!n) return;
  one->sizes = run_alloc((size_t)(n + 1) * sizeof *one->sizes);
  for (int i = 0; i < n; i++) one->sizes[i] = copy(sizes[i]);
}

void bench_workloads_free(bench_workloads *w) {
  for (int i = 0; i < w->n; i++) {
    free(w->list[i].name);
    free(w->list[i].model);
    free(w->list[i].data);
    for (char **s = w->list[i].sizes; s && *s; s++) free(*s);
    free(w->list[i].sizes);
  }
  free(w->list);
  free(w->path);
  free(w->hash);
  free(w->preset);
  free(w->backends);
  free(w->other_precisions);
  *w = (bench_workloads){0};
}

/* A file named in `path`'s INI file: beside it, or in the shipped models/data. */
static char *data_file(const char *path, const char *name) {
  const char *slash = strrchr(path, '/');
  char *beside = *name == '/' || !slash
                     ? run_text("%s", name)
                     : run_text("%.*s/%s", (int)(slash - path), path, name);
  if (access(beside, F_OK) == 0) return beside;
  char *in_data = run_text("data/%s", name);
  char *shipped = run_shared_file("models", in_data);
  free(in_data);
  if (!shipped) return beside;
  free(beside);
  return shipped;
}

const char *const *bench_set_keys(void) {
  static const char *const keys[] = {"workloads", "preset",    "backends", "devices",
                                     "chains",    "threads",   "warmup",   "draws",
                                     "reference_draws", "precision", NULL};
  return keys;
}

const char *const *bench_workload_keys(void) {
  static const char *const keys[] = {"model", "data", "sizes", NULL};
  return keys;
}

/* --- lists of numbers ----------------------------------------------------------------- */

/* `part` lies in the entry's value; the caret goes there. */
static erg_place place_of(const erg_ini_entry *e, const char *part) {
  erg_place place = e->place;
  const char *at = strstr(e->value, part);
  if (at) place.column += (int)(at - e->value);
  return place;
}

static bool whole(const char *text, int64_t most, int64_t *value) {
  char *end;
  double v = strtod(text, &end);
  *value = v >= 1 && v <= (double)most ? (int64_t)v : 0;
  return end != text && !*end && *value && (double)*value == v;
}

/* Comma list of whole numbers, at most BENCH_LIST, into wide or narrow, each once. */
static bool read_numbers(const erg_ini *ini, const char *key, int64_t most, int64_t *wide,
                         int *narrow, erg_problems *p) {
  int n = 0, kept = 0;
  char **parts = erg_ini_list(ini, "bench", key, &n);
  const erg_ini_entry *e = erg_ini_get(ini, "bench", key);
  bool good = true;
  if (n > BENCH_LIST)
    good = erg_error(p, e->place, "split the set in two", "%s has %d numbers, at most %d fit",
                     key, n, BENCH_LIST);
  for (int i = 0; i < n && good; i++) {
    int64_t v = 0;
    good = whole(parts[i], most, &v) ||
           erg_error(p, place_of(e, parts[i]), "whole numbers with commas between: 4, 16, 64",
                     "%s: '%s' isn't a whole number from 1 to %lld", key, parts[i],
                     (long long)most);
    bool again = false;
    for (int k = 0; k < kept; k++) again |= (wide ? wide[k] : narrow[k]) == v;
    if (again) continue;
    if (wide) wide[kept] = v;
    if (narrow) narrow[kept] = (int)v;
    kept++;
  }
  free(parts);
  return good;
}

/* --- workloads ------------------------------------------------------------------------ */

/* "group=100|500": the number of its sizes. 0 after a problem. */
static int count_sizes(const erg_ini_entry *e, const char *size, erg_problems *p) {
  const char *equals = strchr(size, '=');
  if (!equals || equals == size) {
    erg_error(p, place_of(e, size), "sizes = group=100|500, obs=10",
              "'%s' isn't NAME=SIZE", size);
    return 0;
  }
  int n = 0;
  char *list = copy(equals + 1), *state = NULL;
  for (char *one = strtok_r(list, "|", &state); one; one = strtok_r(NULL, "|", &state)) {
    int64_t v;
    char *trimmed = one + strspn(one, " ");
    size_t end = strlen(trimmed);
    while (end && trimmed[end - 1] == ' ') trimmed[--end] = 0;
    if (!whole(trimmed, 1000000000, &v)) {
      erg_error(p, place_of(e, size), "whole numbers with | between: group=100|500|1000",
                "'%s' isn't a size", trimmed);
      n = -1;
      break;
    }
    n++;
  }
  if (!n)
    erg_error(p, place_of(e, size), "sizes = group=100|500, obs=10", "'%s' has no size", size);
  free(list);
  return n < 0 ? 0 : n;
}

/* "group=500" of "group=100|500|1000", `which` 1. */
static char *one_size(const char *size, int which) {
  const char *equals = strchr(size, '='), *at = equals + 1;
  for (; which; which--) at = strchr(at, '|') + 1;
  at += strspn(at, " ");
  return run_text("%.*s=%.*s", (int)(equals - size), size, (int)strcspn(at, "| "), at);
}

/* One workload for each combination of sizes, named after those that vary. */
static bool add_sizes(bench_workloads *w, const char *name, const char *model,
                      const char *data, const erg_ini_entry *e, int line, char **sizes,
                      int n_sizes, erg_problems *p) {
  enum { MOST = 64 };
  int counts[MOST], total = 1;
  if (n_sizes > MOST)
    return erg_error(p, e->place, NULL, "more than %d sizes", MOST);
  for (int i = 0; i < n_sizes; i++) {
    counts[i] = count_sizes(e, sizes[i], p);
    if (!counts[i]) return false;
    total *= counts[i];
    if (total > 1000) return erg_error(p, e->place, NULL, "more than 1000 combinations");
  }
  for (int k = 0; k < total; k++) {
    char **these = run_alloc((size_t)(n_sizes + 1) * sizeof *these);
    char *label = run_text("%s", "");
    int rest = k;
    for (int i = n_sizes - 1; i >= 0; i--) {
      these[i] = one_size(sizes[i], rest % counts[i]);
      rest /= counts[i];
      if (counts[i] == 1) continue;
      char *longer = run_text("%s%s%s", these[i], *label ? "," : "", label);
      free(label);
      label = longer;
    }
    bench_workloads_add(w, model, data, (const char *const *)these);
    bench_workload *one = &w->list[w->n - 1];
    free(one->name);
    one->name = *label ? run_text("%s[%s]", name, label) : copy(name);
    one->line = line;
    for (int i = 0; i < n_sizes; i++) free(these[i]);
    free(these);
    free(label);
  }
  return true;
}

static bool read_section(const erg_ini *ini, const char *path, const char *name,
                         bench_workloads *w, erg_problems *p) {
  if (!erg_ini_check_keys(ini, name, bench_workload_keys(), p)) return false;
  const char *data = erg_ini_text(ini, name, "data", NULL);
  char *file = data ? data_file(path, data) : NULL;
  int n_sizes = 0;
  char **sizes = erg_ini_list(ini, name, "sizes", &n_sizes);
  const erg_ini_entry *e = erg_ini_get(ini, name, "sizes");
  const erg_ini_entry *at = e ? e : erg_ini_get(ini, name, "model");
  int line = (at ? at : erg_ini_get(ini, "bench", "workloads"))->place.line;
  bool good = true;
  if (file && access(file, R_OK) != 0)
    good = erg_error(p, erg_ini_get(ini, name, "data")->place,
                     "name a file beside the set, or one of models/data", "no file %s", file);
  good = good && add_sizes(w, name, erg_ini_text(ini, name, "model", name), file, e, line, sizes,
                           n_sizes, p);
  free(sizes);
  free(file);
  return good;
}

/* --- the set -------------------------------------------------------------------------- */

static bool read_precisions(const erg_ini *ini, bench_workloads *w, erg_problems *p) {
  static const char *const known[] = {"double", "single", "half", NULL};
  int n = 0, left = 0;
  bool any = false;
  char **list = erg_ini_list(ini, "bench", "precision", &n);
  for (int i = 0; i < n; i++) {
    int k = 0;
    while (known[k] && strcmp(known[k], list[i]) != 0) k++;
    if (!known[k]) {
      const erg_ini_entry *e = erg_ini_get(ini, "bench", "precision");
      bool answer = erg_error(p, place_of(e, list[i]), "precision = double",
                              "no precision '%s'", list[i]);
      free(list);
      return answer;
    }
    if (k)
      list[left++] = list[i];
    else
      any = true;
  }
  if (list) list[left] = NULL;
  w->other_precisions = list;
  if (n && !any)
    return erg_error(p, erg_ini_get(ini, "bench", "precision")->place, "precision = double",
                     "every backend computes in double: nothing would run");
  return true;
}

static bool read_head(const erg_ini *ini, bench_workloads *w, erg_problems *p) {
  int n = 0;
  const char *preset = erg_ini_text(ini, "bench", "preset", NULL);
  if (preset) w->preset = copy(preset);
  w->backends = erg_ini_list(ini, "bench", "backends", &n);
  return erg_ini_check_keys(ini, "bench", bench_set_keys(), p) &&
         read_numbers(ini, "devices", BENCH_MAX_DEVICES, NULL, w->axes.devices, p) &&
         read_numbers(ini, "chains", 1000000, w->axes.chains, NULL, p) &&
         read_numbers(ini, "threads", 4096, NULL, w->axes.threads, p) &&
         erg_ini_int(ini, "bench", "warmup", 0, MOST_DRAWS, &w->warmup, p) &&
         erg_ini_int(ini, "bench", "draws", 4, MOST_DRAWS, &w->draws, p) &&
         erg_ini_int(ini, "bench", "reference_draws", 100, MOST_DRAWS, &w->reference_draws,
                     p) &&
         read_precisions(ini, w, p);
}

/* The names in `workloads`, each once; sections must be of these. */
static bool check_sections(const erg_ini *ini, char **names, int n, erg_problems *p) {
  if (!n)
    return erg_error(p, erg_place_whole(ini->source), "write [bench] and workloads = ...",
                     "no workloads");
  const char **sections = run_alloc((size_t)(n + 2) * sizeof *sections);
  bool good = true;
  sections[0] = "bench";
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < i && good; k++)
      if (!strcmp(names[i], names[k]))
        good = erg_error(p, erg_ini_get(ini, "bench", "workloads")->place,
                         "give the second a section of its own with model = ...",
                         "'%s' is named twice", names[i]);
    sections[i + 1] = names[i];
  }
  good = good && erg_ini_check_sections(ini, sections, p);
  free(sections);
  return good;
}

static char *set_path(const char *name, erg_problems *p) {
  if (strchr(name, '/') || (strlen(name) > 4 && !strcmp(name + strlen(name) - 4, ".ini")))
    return copy(name);
  char *file = run_text("bench/%s.ini", name);
  char *path = run_shared_file("configs", file);
  free(file);
  if (!path)
    erg_error(p, (erg_place){0},
              "one of default, small, seed, large, many-chains, real, or an INI file",
              "no set of workloads '%s' in the folder configs/bench", name);
  return path;
}

bool bench_workloads_read(const char *name, bench_workloads *out, erg_problems *p) {
  *out = (bench_workloads){.warmup = -1, .draws = -1};
  out->path = set_path(name, p);
  erg_ini *ini = out->path ? erg_ini_read(out->path, p) : NULL;
  if (!ini) return false;
  int n = 0;
  char **names = erg_ini_list(ini, "bench", "workloads", &n);
  out->hash = run_alloc(65);
  erg_sha256_text(ini->source->text, ini->source->length, out->hash);
  bool good = read_head(ini, out, p) && check_sections(ini, names, n, p);
  for (int i = 0; i < n && good; i++) good = read_section(ini, out->path, names[i], out, p);
  free(names);
  erg_ini_end(ini, good, p);
  return good;
}
