#include "fuzz.h"

#include "read/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const known[] = {"a", "chains", NULL};
  erg_problems p;
  erg_problems_init(&p);
  erg_ini *ini = erg_ini_parse(erg_source_from_text("a.ini", (const char *)data, size), &p);
  bool good = ini != NULL;
  for (int i = 0; ini && i < ini->count && i < 50; i++) {
    const erg_ini_entry *e = &ini->entries[i];
    require(erg_ini_get(ini, e->section, e->key) != NULL);
    int64_t whole;
    double real;
    bool yes;
    int count;
    good &= erg_ini_int(ini, e->section, e->key, 0, 10, &whole, &p);
    good &= erg_ini_real(ini, e->section, e->key, 0, 10, &real, &p);
    good &= erg_ini_bool(ini, e->section, e->key, &yes, &p);
    free(erg_ini_list(ini, e->section, e->key, &count));
    good &= erg_ini_check_keys(ini, e->section, known, &p);
  }
  finish(&p, good);
  erg_ini_free(ini);
  return 0;
}
