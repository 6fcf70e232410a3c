#include "run/paths.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run/text.h"

bool run_library_folder(char *path, size_t capacity) {
  Dl_info info;
  char here[PATH_MAX];
  if (!dladdr((void *)(uintptr_t)run_library_folder, &info) || !info.dli_fname) return false;
  if (!realpath(info.dli_fname, here)) return false;
  char *slash = strrchr(here, '/');
  if (!slash) return false;
  *slash = 0;
  return (size_t)snprintf(path, capacity, "%s", *here ? here : "/") < capacity;
}

/* Folder share/ergode/KIND; to be freed; NULL where there is none. */
static char *shared_folder(const char *kind) {
  char here[PATH_MAX];
  if (!run_library_folder(here, sizeof here)) return NULL;
  /* PREFIX/lib, PREFIX/lib/x86_64-linux-gnu, a build folder */
  static const char *const above[] = {"/../share/ergode", "/../../share/ergode",
                                      "/share/ergode"};
  for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
    char *path = run_text("%s%s/%s", here, above[i], kind);
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return path;
    free(path);
  }
  return NULL;
}

static bool is_file(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

char *run_shared_file(const char *kind, const char *name) {
  char *folder = shared_folder(kind);
  if (!folder) return NULL;
  char *path = run_text("%s/%s", folder, name);
  free(folder);
  if (is_file(path)) return path;
  free(path);
  return NULL;
}

char *run_model_path(const char *name) {
  struct stat st;
  if (stat(name, &st) == 0 || strchr(name, '/')) return run_text("%s", name);
  char *path = run_shared_file("models", name);
  if (!path) {
    char *file = run_text("%s.toml", name);
    path = run_shared_file("models", file);
    free(file);
  }
  return path ? path : run_text("%s", name);
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **names_in(const char *kind, const char *ending) {
  char *folder = shared_folder(kind);
  DIR *d = folder ? opendir(folder) : NULL;
  free(folder);
  char **names = run_alloc(sizeof *names);
  size_t n = 0;
  for (struct dirent *e; d && (e = readdir(d));) {
    size_t length = strlen(e->d_name), m = strlen(ending);
    if (e->d_name[0] == '.' || length <= m || strcmp(e->d_name + length - m, ending) != 0)
      continue;
    names = run_grow(names, (n + 2) * sizeof *names);
    names[n++] = run_text("%.*s", (int)(length - m), e->d_name);
    names[n] = NULL;
  }
  if (d) closedir(d);
  qsort(names, n, sizeof *names, compare);
  return names;
}

char **run_model_names(void) { return names_in("models", ".toml"); }
char **run_preset_names(void) { return names_in("configs", ".ini"); }

void run_names_free(char **names) {
  for (char **n = names; n && *n; n++) free(*n);
  free(names);
}

char *run_prebuilt_folder(void) {
  char here[PATH_MAX];
  if (!run_library_folder(here, sizeof here)) return NULL;
  char *path = run_text("%s/ergode/models", here);
  struct stat st;
  if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return path;
  free(path);
  return NULL;
}

bool run_make_folders(const char *path) {
  char *copy = run_text("%s", path);
  bool good = true;
  for (char *p = copy + 1; good; p++) {
    if (*p && *p != '/') continue;
    char end = *p;
    *p = 0;
    struct stat st;
    if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
      good = false;
    } else if (stat(copy, &st) != 0) {
      good = false;
    } else if (!S_ISDIR(st.st_mode)) {
      errno = ENOTDIR;
      good = false;
    }
    *p = end;
    if (!end) break;
  }
  int error = errno;
  free(copy);
  errno = error;
  return good;
}

/* The folder ergode in $VARIABLE, else in `otherwise` below the home; to be freed; NULL
 * where neither is absolute. */
static char *own_folder(const char *variable, const char *otherwise) {
  const char *base = getenv(variable), *home = getenv("HOME");
  bool given = base && *base == '/';
  if (!given && !(home && *home == '/')) return NULL;
  return run_text("%s%s/ergode", given ? base : home, given ? "" : otherwise);
}

char *run_data_folder(const char *name) {
  char *above = own_folder("XDG_DATA_HOME", "/.local/share");
  char *path = above ? run_text("%s/%s", above, name) : NULL;
  free(above);
  return path;
}

char *run_cache_folder(const char *name) {
  char *above = own_folder("XDG_CACHE_HOME", "/.cache");
  if (!above) return NULL;
  char *path = run_text("%s/%s", above, name);
  bool good = run_make_folders(above) && (mkdir(path, 0700) == 0 || errno == EEXIST);
  free(above);
  if (good) return path;
  free(path);
  return NULL;
}
