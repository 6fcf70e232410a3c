#include "run/preset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/ini.h"
#include "run/paths.h"
#include "run/text.h"

void run_preset_init(run_preset *p) {
  *p = (run_preset){-1, -1, -1, -1, -1, -1, NAN, NAN, -1};
}

const char *const *run_preset_keys(void) {
  static const char *const keys[] = {"chains", "warmup",        "draws",       "thin", "max_depth",
                                     "seed",   "target_accept", "init_radius", NULL};
  return keys;
}

const char *const *run_preset_bench_keys(void) {
  static const char *const keys[] = {"repeats", NULL};
  return keys;
}

static bool unknown(const char *name, erg_problems *p) {
  char **names = run_preset_names();
  const char *near = erg_nearest(name, (const char *const *)names);
  char *list = run_text("%s", "");
  for (char **n = names; *n; n++) {
    run_append(&list, "%s%s", *list ? ", " : "", *n);
  }
  char *next = near ? run_text("did you mean '%s'? Presets: %s", near, list)
                    : run_text("presets: %s; or name an INI file", *list ? list : "none found");
  erg_error(p, (erg_place){0}, next, "no preset '%s'", name);
  free(next);
  free(list);
  run_names_free(names);
  return false;
}

char *run_preset_path(const char *name) {
  if (strchr(name, '/') || (strlen(name) > 4 && !strcmp(name + strlen(name) - 4, ".ini")))
    return run_text("%s", name);
  char *file = run_text("%s.ini", name), *path = run_shared_file("configs", file);
  free(file);
  return path;
}

bool run_preset_read(const char *name, run_preset *preset, erg_problems *p) {
  char *path = run_preset_path(name);
  if (!path) return unknown(name, p);
  erg_ini *ini = erg_ini_read(path, p);
  free(path);
  if (!ini) return false;
  static const char *const sections[] = {"preset", "bench", NULL};
  bool good = erg_ini_check_sections(ini, sections, p);
  good &= erg_ini_check_keys(ini, "preset", run_preset_keys(), p);
  good &= erg_ini_check_keys(ini, "bench", run_preset_bench_keys(), p);
  good &= erg_ini_int(ini, "preset", "chains", 1, 1000000, &preset->chains, p);
  good &= erg_ini_int(ini, "preset", "warmup", 0, 1000000000, &preset->warmup, p);
  good &= erg_ini_int(ini, "preset", "draws", 1, 1000000000, &preset->draws, p);
  good &= erg_ini_int(ini, "preset", "thin", 1, 1000000000, &preset->thin, p);
  good &= erg_ini_int(ini, "preset", "max_depth", 1, 20, &preset->max_depth, p);
  good &= erg_ini_int(ini, "preset", "seed", 0, (INT64_C(1) << 53) - 1, &preset->seed, p);
  good &= erg_ini_real(ini, "preset", "target_accept", 0.01, 0.999, &preset->target_accept, p);
  good &= erg_ini_real(ini, "preset", "init_radius", 0, 1e6, &preset->init_radius, p);
  good &= erg_ini_int(ini, "bench", "repeats", 1, 1000, &preset->repeats, p);
  erg_ini_end(ini, good, p);
  return good;
}
