#include "run/registry.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "diagnostics/diagnostics.h"
#include "run/manifest.h"
#include "run/paths.h"
#include "run/text.h"

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

static run_candidate *add(run_registry *r, run_origin origin) {
  r->candidates = run_grow(r->candidates, (size_t)(r->count + 1) * sizeof *r->candidates);
  run_candidate *c = &r->candidates[r->count++];
  *c = (run_candidate){.origin = origin};
  return c;
}

static const char *path_of(const run_candidate *c) {
  return c->manifest ? c->manifest : c->library;
}

/* Refuses the last candidate where an earlier usable one has its id. */
static void refuse_duplicate(run_registry *r) {
  run_candidate *c = &r->candidates[r->count - 1];
  if (c->refused || !c->id) return;
  for (int i = 0; i < r->count - 1; i++) {
    const run_candidate *first = &r->candidates[i];
    if (first->refused || strcmp(first->id, c->id) != 0) continue;
    c->refused = run_text("duplicate: '%s' is already found as %s; %s is not used", c->id,
                          path_of(first), path_of(c));
    return;
  }
}

static void add_manifest(run_registry *r, run_origin origin, const char *path) {
  /* The same file reached twice (a folder named twice) is no duplicate. */
  for (int i = 0; i < r->count; i++)
    if (r->candidates[i].manifest && !strcmp(r->candidates[i].manifest, path)) return;
  run_candidate *c = add(r, origin);
  c->manifest = run_text("%s", path);
  run_manifest m;
  run_manifest_read(path, &m, &c->refused);
  c->id = m.id;
  c->library = m.library;
  c->summary = m.summary ? m.summary : run_text("%s", "");
  c->abi = m.abi;
  if (!c->refused && c->abi != ERG_ABI_MAJOR)
    c->refused = run_text("it is built for plug-in ABI %d, this Ergode has ABI %d: rebuild "
                          "it against this version's headers", c->abi, ERG_ABI_MAJOR);
  struct stat st;
  if (!c->refused && stat(c->library, &st) != 0)
    c->refused = run_text("its library %s is missing", c->library);
  refuse_duplicate(r);
}

static void add_library(run_registry *r, run_origin origin, const char *path) {
  run_candidate *c = add(r, origin);
  /* dlopen looks for names without a slash in the system's folders. */
  c->library = strchr(path, '/') ? run_text("%s", path) : run_text("./%s", path);
  c->summary = run_text("%s", "");
  if (!run_candidate_open(c)) return;
  c->id = run_text("%s", c->plugin->name);
  c->abi = ERG_ABI_MAJOR;
  refuse_duplicate(r);
}

static int is_manifest(const struct dirent *e) {
  return e->d_name[0] != '.' && ends_with(e->d_name, ".ini");
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(run_registry *r, run_origin origin, const char *folder) {
  for (int i = 0; i < r->n_folders; i++)
    if (!strcmp(r->folders[i], folder)) return;
  r->folders = run_grow(r->folders, (size_t)(r->n_folders + 1) * sizeof *r->folders);
  r->folders[r->n_folders++] = run_text("%s", folder);
  struct dirent **entries;
  int n = scandir(folder, &entries, is_manifest, by_bytes);
  for (int i = 0; i < n; i++) {
    char *path = run_text("%s/%s", folder, entries[i]->d_name);
    add_manifest(r, origin, path);
    free(path);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
}

run_registry *run_registry_search(const run_search *search) {
  run_registry *r = run_alloc(sizeof *r);
  for (const char *const *f = search->files; f && *f; f++) {
    if (ends_with(*f, ".ini"))
      add_manifest(r, RUN_ORIGIN_OPTION, *f);
    else
      add_library(r, RUN_ORIGIN_OPTION, *f);
  }
  for (const char *p = search->environment; p && *p;) {
    size_t n = strcspn(p, ":");
    char *folder = run_text("%.*s", (int)n, p);
    if (folder[0] == '/') {
      add_folder(r, RUN_ORIGIN_ENVIRONMENT, folder);
    } else if (folder[0]) {
      run_candidate *c = add(r, RUN_ORIGIN_ENVIRONMENT);
      c->manifest = run_text("%s", folder);
      c->summary = run_text("%s", "");
      c->refused = run_text("ERGODE_PLUGIN_PATH holds the relative folder '%s': write its "
                            "whole path, beginning with /", folder);
    }
    free(folder);
    p += n + (p[n] == ':');
  }
  for (const char *const *f = search->installed; f && *f; f++)
    add_folder(r, RUN_ORIGIN_INSTALLED, *f);
  return r;
}

bool run_installed_folder(char *path, size_t capacity) {
  char here[PATH_MAX];
  if (!run_library_folder(here, sizeof here)) return false;
  static const char *const below[] = {"/ergode/plugins", "/plugins",
                                      "/../lib/ergode/plugins"};
  struct stat st;
  for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
    int n = snprintf(path, capacity, "%s%s", here, below[i]);
    if (n > 0 && (size_t)n < capacity && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
      return true;
  }
  return false;
}

run_registry *run_registry_new(const char *const *files) {
  char folder[PATH_MAX];
  const char *installed[] = {NULL, NULL};
  if (run_installed_folder(folder, sizeof folder)) installed[0] = folder;
  run_search search = {files, secure_getenv("ERGODE_PLUGIN_PATH"), installed};
  return run_registry_search(&search);
}

void run_registry_free(run_registry *r) {
  if (!r) return;
  for (int i = 0; i < r->count; i++) {
    run_candidate *c = &r->candidates[i];
    free(c->manifest);
    free(c->library);
    free(c->id);
    free(c->summary);
    free(c->refused);
  }
  for (int i = 0; i < r->n_folders; i++) free(r->folders[i]);
  free(r->folders);
  free(r->candidates);
  free(r);
}

static const erg_plugin *refuse(run_candidate *c, char *reason) {
  c->refused = reason;
  return NULL;
}

const erg_plugin *run_candidate_open(run_candidate *c) {
  if (c->plugin) return c->plugin;
  if (c->refused) return NULL;
  void *handle = dlopen(c->library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *why = dlerror();
    return refuse(c, run_text("it can't be loaded: %s", why ? why : "unknown reason"));
  }
  erg_plugin_entry entry;
  *(void **)&entry = dlsym(handle, "erg_plugin_v1");
  char *reason = NULL;
  const erg_plugin *plugin = NULL;
  if (entry) {
    plugin = entry();
    reason = run_check_plugin(plugin, c->id);
  } else {
    int other = 0;
    for (int v = 2; v <= 9 && !other; v++) {
      char symbol[32];
      snprintf(symbol, sizeof symbol, "erg_plugin_v%d", v);
      if (dlsym(handle, symbol)) other = v;
    }
    reason = other ? run_text("it is built for plug-in ABI %d, this Ergode has ABI %d", other,
                              ERG_ABI_MAJOR)
                   : run_text("it exports no erg_plugin_v1: not an Ergode plug-in, or the "
                              "function lacks ERG_EXPORT");
  }
  if (reason) {
    /* Nothing of it is in use yet, so it may go. */
    dlclose(handle);
    return refuse(c, reason);
  }
  c->plugin = plugin;
  return plugin;
}

/* Longest usable id that is `id` or a prefix of it up to a dot. */
static run_candidate *candidate_of(run_registry *r, const char *id) {
  run_candidate *best = NULL;
  size_t best_n = 0;
  for (int i = 0; i < r->count; i++) {
    run_candidate *c = &r->candidates[i];
    if (c->refused || !c->id) continue;
    size_t n = strlen(c->id);
    if (n > best_n && !strncmp(c->id, id, n) && (id[n] == 0 || id[n] == '.')) {
      best = c;
      best_n = n;
    }
  }
  return best;
}

/* "cpu, opencl" of the usable ones; "none" where there is none. */
static char *known_ids(const run_registry *r) {
  char *list = run_text("%s", "");
  for (int i = 0; i < r->count; i++) {
    if (r->candidates[i].refused) continue;
    run_append(&list, "%s%s", *list ? ", " : "", r->candidates[i].id);
  }
  if (*list) return list;
  free(list);
  return run_text("none");
}

static char *not_found(run_registry *r, const char *id) {
  for (int i = 0; i < r->count; i++) {
    const run_candidate *c = &r->candidates[i];
    size_t n = c->id ? strlen(c->id) : 0;
    if (c->refused && n && !strncmp(c->id, id, n) && (id[n] == 0 || id[n] == '.'))
      return run_text("backend '%s' can't be used: %s: %s", id, path_of(c), c->refused);
  }
  char *known = known_ids(r);
  char *folders = run_text("%s", "");
  for (int i = 0; i < r->n_folders; i++) {
    run_append(&folders, "%s%s", i ? ", " : "", r->folders[i]);
  }
  char *message = run_text("no backend '%s' (found: %s; searched: %s)\n"
                           "'ergode plugin list --verbose' shows every candidate",
                           id, known, *folders ? folders : "no folder");
  free(known);
  free(folders);
  return message;
}

const erg_sampler *run_find_sampler(run_registry *r, const char *id,
                                    const run_candidate **candidate, char **message) {
  if (candidate) *candidate = NULL;
  run_candidate *c = candidate_of(r, id);
  const erg_plugin *plugin = c ? run_candidate_open(c) : NULL;
  if (!plugin) {
    *message = not_found(r, id);
    return NULL;
  }
  if (candidate) *candidate = c;
  char *known = run_text("%s", "");
  for (int i = 0; i < plugin->n_samplers; i++) {
    if (!strcmp(plugin->samplers[i]->id, id)) {
      free(known);
      return plugin->samplers[i];
    }
    run_append(&known, "%s%s", i ? ", " : "", plugin->samplers[i]->id);
  }
  *message = run_text("plug-in '%s' has no sampler '%s'; it has %s", c->id, id,
                      *known ? known : "none");
  free(known);
  return NULL;
}

const erg_diagnostic *run_find_diagnostic(run_registry *r, const char *id, char **message) {
  char *known = run_text("%s", "");
  const erg_diagnostic *found = NULL;
  for (int i = -1; i < r->count && !found; i++) {
    const erg_plugin *p =
        i < 0 || r->candidates[i].refused ? NULL : run_candidate_open(&r->candidates[i]);
    if (i >= 0 && !p) continue;
    const erg_diagnostic *const *list = i < 0 ? diag_builtin : p->diagnostics;
    for (int k = 0, n = i < 0 ? diag_n_builtin : p->n_diagnostics; k < n; k++) {
      if (!strcmp(list[k]->id, id)) found = list[k];
      run_append(&known, "%s%s", *known ? ", " : "", list[k]->id);
    }
  }
  if (!found)
    *message = run_text(
        "no diagnostic '%s' (found: %s)\n"
        "'ergode plugin list --verbose' shows those of every plug-in",
        id, known);
  free(known);
  return found;
}
