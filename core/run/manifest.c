#include "run/manifest.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/text.h"

enum { MANIFEST_MAX_BYTES = 65536 };

typedef struct {
  run_manifest *m;
  char *reason;
  bool section;
} reading;

bool run_is_id(const char *id) {
  if (!*id) return false;
  return id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == 0;
}

static int entry(void *user, const char *section, const char *name, const char *value) {
  reading *r = user;
  if (strcmp(section, "plugin") != 0) return 1; /* room for later versions */
  r->section = true;
  char **text = !strcmp(name, "id")        ? &r->m->id
                : !strcmp(name, "library") ? &r->m->library
                : !strcmp(name, "summary") ? &r->m->summary
                                           : NULL;
  if (text) {
    free(*text);
    *text = run_text("%s", value);
  } else if (!strcmp(name, "abi")) {
    char *end;
    long abi = strtol(value, &end, 10);
    if (end == value || *end || abi < 1 || abi > 9999) {
      free(r->reason);
      r->reason = run_text("its manifest says abi = %s, which is no ABI number", value);
      return 0;
    }
    r->m->abi = (int)abi;
  }
  return 1;
}

static bool missing(char **reason, const char *what) {
  *reason = run_text("its manifest has no '%s' in [plugin]", what);
  return false;
}

bool run_manifest_read(const char *path, run_manifest *m, char **reason) {
  *m = (run_manifest){0};
  FILE *f = fopen(path, "r");
  if (!f) {
    *reason = run_text("the manifest can't be read: %s", strerror(errno));
    return false;
  }
  reading r = {.m = m};
  bool large = fseek(f, 0, SEEK_END) != 0 || ftell(f) > MANIFEST_MAX_BYTES;
  rewind(f);
  int line = large ? 0 : ini_parse_file(f, entry, &r);
  fclose(f);
  if (!m->summary) m->summary = run_text("%s", "");
  if (large) {
    *reason = run_text("no manifest: not a regular file of at most %d bytes",
                       MANIFEST_MAX_BYTES);
    return false;
  }
  if (r.reason) {
    *reason = r.reason;
    return false;
  }
  if (line) {
    *reason = run_text("line %d of its manifest is not INI (name = value)", line);
    return false;
  }
  if (!r.section) {
    *reason = run_text("its manifest has no section [plugin]");
    return false;
  }
  if (!m->id) return missing(reason, "id");
  if (!run_is_id(m->id)) {
    *reason = run_text("id '%s' is not made of a-z 0-9 . _ -", m->id);
    return false;
  }
  if (!m->abi) return missing(reason, "abi");
  if (!m->library || !*m->library) return missing(reason, "library");
  if (m->library[0] != '/') {
    const char *slash = strrchr(path, '/');
    char *full = run_text("%.*s%s", slash ? (int)(slash - path + 1) : 2,
                          slash ? path : "./", m->library);
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
