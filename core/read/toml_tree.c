#include <stdlib.h>
#include <string.h>

#include "read/toml.h"

void erg_toml_free(erg_toml *t) {
  if (!t) return;
  for (int i = 0; i < t->n_items; i++) erg_toml_free(t->items[i]);
  free(t->items);
  free(t->key);
  free(t->string);
  free(t);
}

const erg_toml *erg_toml_get(const erg_toml *table, const char *key) {
  if (!table || table->kind != ERG_TOML_TABLE) return NULL;
  for (int i = 0; i < table->n_items; i++)
    if (!strcmp(table->items[i]->key, key)) return table->items[i];
  return NULL;
}

static int utf8_bytes(unsigned long c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/* The line break at s: its bytes, or 0. */
static int line_break(const char *s) {
  return *s == '\n' ? 1 : *s == '\r' && s[1] == '\n' ? 2 : 0;
}

/* Steps over one unit of the written text; *gives is the bytes of the value it stands
 * for: 0 for a line continuation. The text is valid TOML and ends with a NUL. */
static const char *step(const char *s, bool escapes, int *gives) {
  *gives = 1;
  if (*s != '\\' || !escapes) return s + 1;
  s++;
  if (*s == 'u' || *s == 'U') {
    int digits = *s == 'u' ? 4 : 8;
    char code[9] = "";
    for (int i = 0; i < digits && s[1]; i++) code[i] = *++s;
    *gives = utf8_bytes(strtoul(code, NULL, 16));
    return s + 1;
  }
  if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r') {
    *gives = 0;
    while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r') s++;
    return s;
  }
  return *s ? s + 1 : s;
}

erg_place erg_toml_string_place(const erg_toml *t, size_t offset, size_t length) {
  if (t->kind != ERG_TOML_STRING) return t->place;
  if (t->plain) return erg_place_within(t->place, offset, length);
  const erg_source *source = t->place.source;
  const char *text = source->text, *s = text + t->start;
  char quote = *s;
  bool many = s[1] == quote && s[2] == quote;
  s += many ? 3 : 1;
  if (many) s += line_break(s);
  size_t value = 0;
  int gives;
  for (const char *after; *s && value < offset; s = after, value += (size_t)gives)
    after = step(s, quote == '"', &gives);
  /* A continuation right before the byte belongs to what went before. */
  for (const char *after; *s == '\\' && quote == '"'; s = after) {
    after = step(s, true, &gives);
    if (gives > 0) break;
  }
  const char *end = s;
  while (*end && *end != '\n' && *end != '\r' && value < offset + length) {
    const char *after = step(end, quote == '"', &gives);
    if (gives == 0) break; /* the rest stands on another line */
    end = after;
    value += (size_t)gives;
  }
  return erg_place_at(source, (size_t)(s - text), (size_t)(end - s));
}
