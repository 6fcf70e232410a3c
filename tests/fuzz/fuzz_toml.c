#include "fuzz.h"

#include <string.h>

#include "read/toml.h"

static void walk(const erg_toml *t, int line, int column) {
  int last_line = 0, last_column = 0;
  for (int i = 0; i < t->n_items; i++) {
    const erg_toml *item = t->items[i];
    if (t->kind == ERG_TOML_TABLE) { /* keys in the order of the file */
      require(item->key != NULL);
      int l = item->key_place.line, c = item->key_place.column;
      require(l > last_line || (l == last_line && c >= last_column));
      last_line = l, last_column = c;
    }
    walk(item, line, column);
  }
  if (t->kind == ERG_TOML_STRING)
    for (size_t i = 0; i <= strlen(t->string) && i < 20; i++) erg_toml_string_place(t, i, 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  erg_problems p;
  erg_problems_init(&p);
  erg_source *s = erg_source_from_text("a.toml", (const char *)data, size);
  erg_toml *t = erg_toml_parse(s, &p);
  if (t) walk(t, 0, 0);
  finish(&p, t != NULL);
  erg_toml_free(t);
  erg_source_free(s);
  return 0;
}
