/* Finding out what a path holds. */
#include "output/read_draws.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/internal.h"
#include "read/memory.h"

struct out_draws {
  out_reader *reader;
};

/* A pipe can't be looked into and read afterwards. */
static bool is_file(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_netcdf(const char *path) {
  char magic[8] = "";
  if (!is_file(path)) return false;
  FILE *in = fopen(path, "rbe");
  if (!in) return false;
  size_t n = fread(magic, 1, sizeof magic, in);
  fclose(in);
  return n >= 4 && (!memcmp(magic, "\211HDF", 4) || !memcmp(magic, "CDF", 3));
}

/* What a text that isn't draws most likely is, by its first character; NULL: unknown. */
static const char *other_kind(const char *path) {
  if (!is_file(path)) return NULL;
  FILE *in = fopen(path, "rbe");
  if (!in) return NULL;
  int c;
  while ((c = getc(in)) == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
  fclose(in);
  const char *dot = strrchr(path, '.');
  if (c == '{') return "JSON";
  if (dot && !strcmp(dot, ".toml")) return "a model";
  if (dot && !strcmp(dot, ".md")) return "a report";
  return NULL;
}

static int by_name(const void *a, const void *b) {
  return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* The CSV files of a folder, chain_2 before chain_10. */
static char **list_csv(const char *folder, int *count) {
  char **list = NULL;
  struct dirent *entry;
  DIR *dir = opendir(folder);
  *count = 0;
  while (dir && (entry = readdir(dir))) {
    const char *dot = strrchr(entry->d_name, '.');
    if (!dot || strcmp(dot, ".csv")) continue;
    list = erg_realloc(list, (size_t)(*count + 1) * sizeof *list);
    size_t length = strlen(folder) + strlen(entry->d_name) + 2;
    list[*count] = erg_alloc(length);
    snprintf(list[(*count)++], length, "%s/%s", folder, entry->d_name);
  }
  if (dir) closedir(dir);
  if (list) qsort(list, (size_t)*count, sizeof *list, by_name);
  return list;
}

static out_reader *open_folder(const char *folder, erg_problems *p) {
  static const char *const names[] = {"draws.nc", "draws.nc.part"};
  char path[PATH_MAX];
  struct stat status;
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    if (stat(path, &status) == 0) return out_read_netcdf(path, p);
  }
  int count;
  char **list = list_csv(folder, &count);
  out_reader *reader = NULL;
  if (count) {
    reader = out_read_csv((const char *const *)list, count, p);
  } else {
    erg_error(p, (erg_place){0}, "name the folder of a run, a .nc file, or Stan CSV files",
              "%s has neither draws.nc nor CSV files", folder);
  }
  for (int i = 0; i < count; i++) free(list[i]);
  free(list);
  return reader;
}

/* A chain that counts twice would look converged. */
static bool any_twice(const char *const *paths, int n, erg_problems *p) {
  struct stat *files = erg_alloc((size_t)n * sizeof *files);
  bool twice = false;
  for (int i = 0; i < n && !twice; i++) {
    if (stat(paths[i], &files[i]) != 0) continue; /* the reader says so */
    for (int k = 0; k < i && !twice; k++)
      twice = files[k].st_dev == files[i].st_dev && files[k].st_ino == files[i].st_ino;
    if (twice)
      erg_error(p, (erg_place){0}, "name each chain's file once", "%s is given twice",
                paths[i]);
  }
  free(files);
  return twice;
}

out_draws *out_draws_open(const char *const *paths, int n, erg_problems *p) {
  out_reader *reader = NULL;
  struct stat status;
  for (int i = 0; i < n; i++) {
    if (stat(paths[i], &status) == 0) continue;
    erg_error(p, (erg_place){0}, "name the folder of a run, a .nc file, or Stan CSV files",
              "%s can't be read: %s", paths[i], strerror(errno));
    return NULL;
  }
  if (n == 1 && S_ISDIR(status.st_mode)) {
    reader = open_folder(paths[0], p);
  } else if (n == 1 && is_netcdf(paths[0])) {
    reader = out_read_netcdf(paths[0], p);
  } else if (n >= 1) {
    for (int i = 0; i < n; i++) {
      const char *kind = other_kind(paths[i]);
      if (!kind) continue;
      erg_error(p, (erg_place){0}, "name the folder of a run, a .nc file, or Stan CSV files",
                "%s holds no draws: it is %s", paths[i], kind);
      return NULL;
    }
    if (any_twice(paths, n, p)) return NULL;
    reader = out_read_csv(paths, n, p);
  }
  if (!reader) return NULL;
  out_draws *d = erg_alloc(sizeof *d);
  d->reader = reader;
  return d;
}

void out_draws_close(out_draws *d) {
  if (!d) return;
  d->reader->close(d->reader);
  free(d);
}

const out_schema *out_draws_schema(const out_draws *d) { return d->reader->schema; }
int out_draws_chains(const out_draws *d) { return d->reader->schema->chains; }
int64_t out_draws_count(const out_draws *d) { return d->reader->draws; }
bool out_draws_partial(const out_draws *d) { return d->reader->partial; }

bool out_draws_read(out_draws *d, int variable, int64_t first, int64_t count, double *values,
                    erg_problems *p) {
  return d->reader->read(d->reader, variable, first, count, values, p);
}
