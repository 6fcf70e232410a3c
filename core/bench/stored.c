#include "bench/stored.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/compare_parts.h"
#include "bench/restore.h"
#include "run/paths.h"
#include "run/text.h"

enum { MOST_NAME = 64 };
static const char ENDING[] = ".json";

/* --- baselines ------------------------------------------------------------------------ */

static bool is_name(const char *name) {
  size_t n = strlen(name);
  if (!n || n > MOST_NAME || !isalnum((unsigned char)name[0])) return false;
  for (const char *c = name; *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr("._+-", *c)) return false;
  return true;
}

static char *path_of(const char *name) {
  char *folder = run_data_folder("baselines");
  char *path = folder ? run_text("%s/%s%s", folder, name, ENDING) : NULL;
  free(folder);
  return path;
}

char *bench_baseline_path(const char *name, erg_problems *p) {
  if (!is_name(name)) {
    erg_error(p, (erg_place){0}, "main, or v0.1-laptop, for example",
              "'%s' can't be a baseline's name: letters, digits and . _ + - make one, at most "
              "%d, a letter or digit first", name, MOST_NAME);
    return NULL;
  }
  char *folder = run_data_folder("baselines"), *path = path_of(name);
  if (!path)
    erg_error(p, (erg_place){0}, "set XDG_DATA_HOME to a folder",
              "no place for baselines: neither XDG_DATA_HOME nor HOME names a folder");
  else if (!run_make_folders(folder)) {
    erg_error(p, (erg_place){0}, "name another folder in XDG_DATA_HOME",
              "%s can't be made: %s", folder, strerror(errno));
    free(path);
    path = NULL;
  }
  free(folder);
  return path;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, NULL-terminated; run_names_free. */
static char **names(void) {
  char *folder = run_data_folder("baselines");
  DIR *d = folder ? opendir(folder) : NULL;
  free(folder);
  char **list = run_alloc(sizeof *list);
  size_t n = 0, ending = strlen(ENDING);
  for (struct dirent *e; d && (e = readdir(d));) {
    size_t length = strlen(e->d_name);
    if (length <= ending || strcmp(e->d_name + length - ending, ENDING) != 0) continue;
    char *name = run_text("%.*s", (int)(length - ending), e->d_name);
    if (!is_name(name)) {
      free(name);
      continue;
    }
    list = run_grow(list, (n + 2) * sizeof *list);
    list[n++] = name;
    list[n] = NULL;
  }
  if (d) closedir(d);
  qsort(list, n, sizeof *list, by_name);
  return list;
}

static void no_such(const char *name, erg_problems *p) {
  char **known = names();
  const char *near = erg_nearest(name, (const char *const *)known);
  char *list = run_text("%s", ""), *next;
  for (char **k = known; *k; k++) {
    run_append(&list, "%s%s", *list ? ", " : "", *k);
  }
  if (!*known)
    next = run_text("name a bench.json; no baseline is kept yet: ergode bench --save NAME keeps "
                    "one");
  else
    next = run_text("%s%s%sbaselines kept: %s; or name a bench.json", near ? "did you mean '" : "",
                    near ? near : "", near ? "'? " : "", list);
  erg_error(p, (erg_place){0}, next, "no file and no baseline '%s'", name);
  free(next);
  free(list);
  run_names_free(known);
}

/* --- finding -------------------------------------------------------------------------- */

typedef enum { NOTHING, PLAIN, FOLDER } kind_of_path;

static kind_of_path kind_of(const char *path) {
  struct stat st;
  if (stat(path, &st) != 0) return NOTHING;
  return S_ISDIR(st.st_mode) ? FOLDER : PLAIN;
}

/* To be freed; NULL with a problem. */
static char *find(const char *name, erg_problems *p) {
  size_t n = strlen(name);
  kind_of_path kind = kind_of(name);
  char *inside = run_text("%s/bench.json", name);
  if (kind == FOLDER && kind_of(inside) == PLAIN) return inside;
  bool plain_name = is_name(name);
  if (kind == PLAIN) {
    free(inside);
    return run_text("%s", name);
  }
  char *kept = plain_name ? path_of(name) : NULL;
  if (kept && kind_of(kept) == PLAIN) {
    free(inside);
    return kept;
  }
  free(kept);
  if (kind == FOLDER)
    erg_error(p, (erg_place){0},
              "an interrupted benchmark is finished by: ergode bench --resume DIR",
              "%s: no such file", inside);
  else if (!plain_name || (n > strlen(ENDING) && !strcmp(name + n - strlen(ENDING), ENDING)))
    erg_error(p, (erg_place){0}, "name the bench.json of a benchmark, or its folder",
              "%s: no such file", name);
  else
    no_such(name, p);
  free(inside);
  return NULL;
}

/* --- checking ------------------------------------------------------------------------- */

static bool is_row(const json_t *row, size_t n_workloads) {
  const json_t *workload = json_object_get(row, "workload"), *runs = json_object_get(row, "runs");
  bench_once *once = run_alloc(sizeof *once);
  bool good = true;
  for (size_t i = 0; i < json_array_size(runs) && good; i++)
    good = restore_once(json_array_get(runs, i), once);
  free(once);
  return good && json_is_string(json_object_get(row, "id")) &&
         json_is_string(json_object_get(row, "verdict")) &&
         json_is_array(runs) && json_is_integer(workload) &&
         json_integer_value(workload) >= 0 &&
         (size_t)json_integer_value(workload) < n_workloads;
}

static bool check(const json_t *json, const char *path, erg_problems *p) {
  const json_t *version = json_object_get(json, "bench_schema_version"),
               *rows = json_object_get(json, "rows"),
               *workloads = json_object_get(json, "workloads");
  if (!json_is_integer(version))
    return erg_error(p, (erg_place){0}, "name the bench.json that ergode bench wrote",
                     "%s has no results of ergode bench", path);
  if (json_integer_value(version) != BENCH_SCHEMA_VERSION)
    return erg_error(p, (erg_place){0}, "run that benchmark again with this version of Ergode",
                     "%s has bench_schema_version %lld, %d can be compared", path,
                     (long long)json_integer_value(version), BENCH_SCHEMA_VERSION);
  bool whole = json_is_object(json_object_get(json, "environment")) &&
               json_is_object(json_object_get(json, "settings")) && json_is_array(workloads) &&
               json_is_array(rows);
  if (!whole)
    return erg_error(p, (erg_place){0}, "run that benchmark again",
                     "%s is broken: environment, settings, workloads or rows are missing", path);
  for (size_t i = 0; i < json_array_size(rows); i++)
    if (!is_row(json_array_get(rows, i), json_array_size(workloads)))
      return erg_error(p, (erg_place){0}, "run that benchmark again",
                       "%s is broken: rows[%zu] is no row", path, i);
  return true;
}

static bench_stored *take(const char *name, const char *path, json_t *json,
                            const json_error_t *error, erg_problems *p) {
  if (!json)
    erg_error(p, (erg_place){0}, "name the bench.json that ergode bench wrote",
              "%s isn't JSON: line %d: %s", path, error->line, error->text);
  if (!json || !check(json, path, p)) {
    json_decref(json);
    return NULL;
  }
  bench_stored *d = run_alloc(sizeof *d);
  *d = (bench_stored){run_text("%s", name), run_text("%s", path), json};
  return d;
}

bench_stored *bench_stored_from_text(const char *name, const char *path, const char *text,
                                         size_t length, erg_problems *p) {
  json_error_t error;
  return take(name, path, json_loadb(text, length, 0, &error), &error, p);
}

bench_stored *bench_stored_open(const char *name, erg_problems *p) {
  char *path = find(name, p);
  erg_source *source = path ? erg_source_read(path, p) : NULL;
  bench_stored *d =
      source ? bench_stored_from_text(name, path, source->text, source->length, p) : NULL;
  erg_source_free(source);
  free(path);
  return d;
}

void bench_stored_free(bench_stored *d) {
  if (!d) return;
  json_decref(d->json);
  free(d->name);
  free(d->path);
  free(d);
}
