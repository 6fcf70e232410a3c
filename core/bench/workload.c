#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "read/ini.h"
#include "run/paths.h"
#include "run/text.h"

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

static bool read_section(const erg_ini *ini, const char *path, const char *name,
                         bench_workloads *w, erg_problems *p) {
  static const char *const keys[] = {"model", "data", "sizes", NULL};
  if (!erg_ini_check_keys(ini, name, keys, p)) return false;
  const char *data = erg_ini_text(ini, name, "data", NULL);
  char *file = data ? data_file(path, data) : NULL;
  int n_sizes = 0;
  char **sizes = erg_ini_list(ini, name, "sizes", &n_sizes);
  bench_workloads_add(w, erg_ini_text(ini, name, "model", name), file,
                      (const char *const *)sizes);
  bench_workload *one = &w->list[w->n - 1];
  free(one->name);
  one->name = copy(name);
  free(sizes);
  free(file);
  return true;
}

bool bench_workloads_read(const char *name, bench_workloads *out, erg_problems *p) {
  *out = (bench_workloads){0};
  char *path;
  if (strchr(name, '/') || (strlen(name) > 4 && !strcmp(name + strlen(name) - 4, ".ini"))) {
    path = copy(name);
  } else {
    char *file = run_text("bench/%s.ini", name);
    path = run_shared_file("configs", file);
    free(file);
    if (!path)
      return erg_error(p, (erg_place){0}, "name an INI file, or models",
                       "no set of workloads '%s' in the folder configs/bench", name);
  }
  erg_ini *ini = erg_ini_read(path, p);
  bool good = ini != NULL;
  int n = 0;
  char **names = good ? erg_ini_list(ini, "bench", "workloads", &n) : NULL;
  if (good && n == 0)
    good = erg_error(p, erg_place_whole(ini->source), "write [bench] and workloads = ...",
                     "no workloads");
  if (good) {
    static const char *const keys[] = {"about", "workloads", NULL};
    const char **sections = run_alloc((size_t)(n + 2) * sizeof *sections);
    sections[0] = "bench";
    for (int i = 0; i < n; i++) sections[i + 1] = names[i];
    good = erg_ini_check_keys(ini, "bench", keys, p) &&
           erg_ini_check_sections(ini, sections, p);
    free(sections);
  }
  for (int i = 0; i < n && good; i++) good = read_section(ini, path, names[i], out, p);
  free(names);
  free(path);
  /* The problems' places point into the file. */
  if (good && ini) erg_ini_free(ini);
  return good;
}
