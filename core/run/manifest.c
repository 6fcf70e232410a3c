#include "run/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "read/ini.h"
#include "run/text.h"

enum { MANIFEST_MAX_BYTES = 65536, MANIFEST_MAX_ABI = 9999 };

bool run_is_id(const char *id) {
  if (!*id) return false;
  return id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == 0;
}

static char *copy(const erg_ini *ini, const char *key) {
  const char *text = erg_ini_text(ini, "plugin", key, NULL);
  return text && *text ? run_text("%s", text) : NULL;
}

static char *check(const run_manifest *m, const erg_ini *ini) {
  bool section = false;
  for (int i = 0; i < ini->n_sections; i++)
    section |= !strcmp(ini->sections[i].name, "plugin");
  if (!section) return run_text("its manifest has no section [plugin]");
  const char *missing = !m->id ? "id" : !m->abi ? "abi" : !m->library ? "library" : NULL;
  if (missing) return run_text("its manifest has no '%s' in [plugin]", missing);
  if (!run_is_id(m->id)) return run_text("id '%s' is not made of a-z 0-9 . _ -", m->id);
  return NULL;
}

/* First problem as a reason in one line. */
static char *reason_of(const erg_problems *p) {
  const struct erg_problem *first = &p->list[0];
  if (first->place.line > 0)
    return run_text("line %d of its manifest: %s", first->place.line, first->cause);
  return run_text("its manifest: %s", first->cause);
}

const char *const *run_manifest_keys(void) {
  static const char *const keys[] = {"id", "abi", "library", "summary", NULL};
  return keys;
}

bool run_manifest_read(const char *path, run_manifest *m, char **reason) {
  *m = (run_manifest){0};
  *reason = NULL;
  struct stat st;
  if (stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size > MANIFEST_MAX_BYTES)) {
    m->summary = run_text("%s", "");
    *reason = run_text("no manifest: not a regular file of at most %d bytes",
                       MANIFEST_MAX_BYTES);
    return false;
  }
  erg_problems problems;
  erg_problems_init(&problems);
  erg_ini *ini = erg_ini_read(path, &problems);
  if (ini) {
    m->id = copy(ini, "id");
    m->library = copy(ini, "library");
    m->summary = copy(ini, "summary");
    static const char *const sections[] = {"plugin", NULL};
    erg_ini_check_sections(ini, sections, &problems);
    erg_ini_check_keys(ini, "plugin", run_manifest_keys(), &problems);
    int64_t abi = 0;
    if (erg_ini_int(ini, "plugin", "abi", 1, MANIFEST_MAX_ABI, &abi, &problems)) {
      m->abi = (int)abi;
      *reason = check(m, ini);
    }
  }
  if (problems.count && !*reason) *reason = reason_of(&problems);
  erg_problems_free(&problems);
  erg_ini_free(ini);
  if (!m->summary) m->summary = run_text("%s", "");
  if (*reason) return false;
  if (m->library[0] != '/') {
    const char *slash = strrchr(path, '/');
    char *full = run_text("%.*s%s", slash ? (int)(slash - path + 1) : 2, slash ? path : "./",
                          m->library);
    free(m->library);
    m->library = full;
  }
  return true;
}

void run_manifest_free(run_manifest *m) {
  free(m->id);
  free(m->library);
  free(m->summary);
  *m = (run_manifest){0};
}
