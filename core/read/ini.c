#include "read/ini.h"

#include <ini.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "read/memory.h"
#include "read/names.h"
#include "read/number.h"

enum { max_name = 48 }; /* inih silently cuts longer ones */

typedef struct {
  erg_ini *ini;
  erg_problems *problems;
  const char *next;            /* line to be handed to inih */
  const char *line, *line_end; /* the one it works on */
  int number;
  bool failed;
  erg_names keys; /* "section\nkey", for keys that stand twice */
} state;

static erg_place place_of(const state *s, const char *from, const char *to) {
  return (erg_place){.source = s->ini->source,
                     .line = s->number,
                     .column = (int)(from - s->line) + 1,
                     .length = to > from ? (int)(to - from) : 1};
}

static bool fail(state *s, const char *from, const char *to, const char *next,
                 const char *cause) {
  s->failed = true;
  return erg_error(s->problems, place_of(s, from, to), next, "%s", cause);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static const char *skip_blank(const char *s, const char *end) {
  while (s < end && is_blank(*s)) s++;
  return s;
}

static void note_section(state *s) {
  const char *from = skip_blank(s->line, s->line_end);
  if (from == s->line_end || *from != '[') return;
  const char *to = memchr(from, ']', (size_t)(s->line_end - from));
  if (!to) return; /* inih says so */
  erg_ini *ini = s->ini;
  ini->sections =
      erg_realloc(ini->sections, (size_t)(ini->n_sections + 1) * sizeof *ini->sections);
  ini->sections[ini->n_sections++] = (erg_ini_section){
      .name = erg_copy(from + 1, (size_t)(to - from - 1)), .place = place_of(s, from + 1, to)};
  if (to - from - 1 > max_name)
    fail(s, from + 1, to, NULL, "the name of this section has more than 48 bytes");
}

/* inih's source of lines, in place of fgets: knows where each line stands. */
static char *next_line(char *out, int size, void *user) {
  state *s = user;
  const char *end = s->ini->source->text + s->ini->source->length;
  if (s->failed || s->next >= end) return NULL;
  s->line = s->next;
  s->number++;
  const char *newline = memchr(s->line, '\n', (size_t)(end - s->line));
  s->line_end = newline ? newline : end;
  s->next = newline ? newline + 1 : end;
  size_t length = (size_t)(s->line_end - s->line);
  if (memchr(s->line, 0, length)) {
    const char *nul = memchr(s->line, 0, length);
    fail(s, nul, nul + 1, "write plain text", "the line holds a NUL byte");
    return NULL;
  }
  const char *start = skip_blank(s->line, s->line_end);
  bool comment = start < s->line_end && (*start == ';' || *start == '#');
  if (length + 2 > (size_t)size) {
    if (!comment) {
      fail(s, s->line + 198, s->line_end, "continue the value on an indented line",
           "the line has more than 198 bytes");
      return NULL;
    }
    length = 1; /* a long comment is as good as a short one */
    memcpy(out, start, 1);
  } else {
    memcpy(out, s->line, length);
    note_section(s);
    if (s->failed) return NULL;
  }
  out[length] = '\n';
  out[length + 1] = 0;
  return out;
}

static bool is_continuation(const state *s) {
  return s->line < s->line_end && is_blank(*s->line) && s->ini->count > 0;
}

/* Behind a blank, `;` starts a comment. */
static const char *value_end(const char *from, const char *end) {
  for (const char *s = from; s < end; s++)
    if (*s == ';' && (s == from || is_blank(s[-1]))) {
      end = s;
      break;
    }
  while (end > from && is_blank(end[-1])) end--;
  return end;
}

static int take_entry(void *user, const char *section, const char *key, const char *value) {
  state *s = user;
  erg_ini *ini = s->ini;
  (void)value; /* taken from the line itself, where its place is known */
  if (s->failed) return 1;
  if (is_continuation(s)) {
    erg_ini_entry *last = &ini->entries[ini->count - 1];
    const char *from = skip_blank(s->line, s->line_end), *to = value_end(from, s->line_end);
    size_t before = strlen(last->value), more = (size_t)(to - from);
    char *joined = erg_alloc(before + more + 2);
    memcpy(joined, last->value, before);
    if (before > 0 && more > 0) joined[before++] = ' ';
    memcpy(joined + before, from, more);
    free(last->value);
    last->value = joined;
    const char *equals = memchr(from, '=', more);
    if (equals && equals > from && equals[-1] == ' ')
      erg_warn(s->problems, place_of(s, from, equals - 1), "a new key starts in column 1",
               "an indented line continues the value of '%s'", last->key);
    return 1;
  }
  const char *from = s->line;
  if (s->number == 1 && s->line_end - from >= 3 && !memcmp(from, "\xef\xbb\xbf", 3)) from += 3;
  from = skip_blank(from, s->line_end);
  size_t length = strlen(key);
  const char *start = skip_blank(from + length, s->line_end);
  if (start < s->line_end) start = skip_blank(start + 1, s->line_end); /* behind = or : */
  const char *end = value_end(start, s->line_end);
  if (length == 0) return fail(s, from, from + 1, "write name = value", "a name is missing");
  if (length > max_name)
    return fail(s, from, from + length, NULL, "this name has more than 48 bytes");

  size_t n = strlen(section);
  char *full = erg_alloc(n + length + 2);
  memcpy(full, section, n);
  full[n] = '\n';
  memcpy(full + n + 1, key, length);
  bool found;
  erg_names_add(&s->keys, full, n + 1 + length, &found);
  free(full);
  if (found)
    return fail(s, from, from + length, "keep one of the two",
                "this key stands twice in its section");

  if ((ini->count & (ini->count - 1)) == 0)
    ini->entries = erg_realloc(
        ini->entries, (ini->count ? 2 * (size_t)ini->count : 1) * sizeof *ini->entries);
  ini->entries[ini->count++] = (erg_ini_entry){.section = erg_copy(section, n),
                                               .key = erg_copy(key, length),
                                               .value = erg_copy(start, (size_t)(end - start)),
                                               .key_place = place_of(s, from, from + length),
                                               .place = place_of(s, start, end)};
  return 1;
}

erg_ini *erg_ini_parse(erg_source *source, erg_problems *p) {
  erg_ini *ini = erg_alloc(sizeof *ini);
  ini->source = source;
  state s = {.ini = ini, .problems = p, .next = source->text};
  int line =
      source->length > (size_t)1 << 20 ? -1 : ini_parse_stream(next_line, &s, take_entry, &s);
  erg_names_free(&s.keys);
  if (line == -1) {
    s.failed = true;
    erg_error(p, erg_place_whole(source), NULL, "the file is larger than 1 MiB");
  } else if (line != 0 && !s.failed) {
    s.failed = true;
    /* inih goes on behind its first error, so look for that line again. */
    const char *text = source->text;
    for (int i = 1; i < line; i++) text = strchr(text, '\n') + 1;
    const char *end = strchr(text, '\n');
    if (!end) end = source->text + source->length;
    const char *from = skip_blank(text, end);
    while (end > from && is_blank(end[-1])) end--;
    erg_place place = {source, line, (int)(from - text) + 1,
                       end > from ? (int)(end - from) : 1};
    if (*from == '[')
      erg_error(p, place, "write [name]", "the section's name is not closed");
    else
      erg_error(p, place, "write name = value", "expected name = value");
  }
  if (!s.failed) return ini;
  erg_ini_end(ini, false, p);
  return NULL;
}

erg_ini *erg_ini_read(const char *path, erg_problems *p) {
  erg_source *source = erg_source_read(path, p);
  return source ? erg_ini_parse(source, p) : NULL;
}

void erg_ini_free(erg_ini *ini) {
  if (!ini) return;
  for (int i = 0; i < ini->count; i++) {
    free(ini->entries[i].section);
    free(ini->entries[i].key);
    free(ini->entries[i].value);
  }
  for (int i = 0; i < ini->n_sections; i++) free(ini->sections[i].name);
  free(ini->entries);
  free(ini->sections);
  erg_source_free(ini->source);
  free(ini);
}

void erg_ini_end(erg_ini *ini, bool good, erg_problems *p) {
  if (!good) {
    erg_problems_keep(p, ini->source);
    ini->source = NULL;
  }
  erg_ini_free(ini);
}

/* ---- values ---- */

const erg_ini_entry *erg_ini_get(const erg_ini *ini, const char *section, const char *key) {
  if (!ini) return NULL;
  for (int i = 0; i < ini->count; i++)
    if (!strcmp(ini->entries[i].section, section) && !strcmp(ini->entries[i].key, key))
      return &ini->entries[i];
  return NULL;
}

const char *erg_ini_text(const erg_ini *ini, const char *section, const char *key,
                         const char *fallback) {
  const erg_ini_entry *e = erg_ini_get(ini, section, key);
  return e ? e->value : fallback;
}

/* A number without its underscores; false if the text is none. */
static bool read_number(const char *text, double *value, bool *integer) {
  char digits[64];
  size_t n = 0;
  for (; *text; text++) {
    if (*text == '_' && n > 0) continue;
    if (n + 1 == sizeof digits) return false;
    digits[n++] = *text;
  }
  digits[n] = 0;
  const char *end = erg_number_read(digits, true, value, integer);
  if (end) return *end == 0;
  *integer = false;
  return erg_number_special(digits, (int)n, value);
}

bool erg_ini_int(const erg_ini *ini, const char *section, const char *key, int64_t min,
                 int64_t max, int64_t *value, erg_problems *p) {
  const erg_ini_entry *e = erg_ini_get(ini, section, key);
  if (!e) return true;
  double real;
  bool integer;
  if (!read_number(e->value, &real, &integer) || !(fabs(real) <= 9007199254740992.0) ||
      real != floor(real))
    return erg_error(p, e->place, "write a whole number", "%s is not a whole number", key);
  if (real < (double)min || real > (double)max) {
    return erg_error(p, e->place, NULL, "%s must lie between %lld and %lld", key,
                     (long long)min, (long long)max);
  }
  *value = (int64_t)real;
  return true;
}

bool erg_ini_real(const erg_ini *ini, const char *section, const char *key, double min,
                  double max, double *value, erg_problems *p) {
  const erg_ini_entry *e = erg_ini_get(ini, section, key);
  if (!e) return true;
  double real;
  bool integer;
  if (!read_number(e->value, &real, &integer) || isnan(real))
    return erg_error(p, e->place, "write a number such as 0.8", "%s is not a number", key);
  if (real < min || real > max)
    return erg_error(p, e->place, NULL, "%s must lie between %g and %g", key, min, max);
  *value = real;
  return true;
}

bool erg_ini_bool(const erg_ini *ini, const char *section, const char *key, bool *value,
                  erg_problems *p) {
  static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
  const erg_ini_entry *e = erg_ini_get(ini, section, key);
  if (!e) return true;
  for (int i = 0; i < 8; i++)
    if (!strcasecmp(e->value, words[i])) {
      *value = i % 2;
      return true;
    }
  return erg_error(p, e->place, "write true or false", "%s is neither true nor false", key);
}

char **erg_ini_list(const erg_ini *ini, const char *section, const char *key, int *count) {
  *count = 0;
  const erg_ini_entry *e = erg_ini_get(ini, section, key);
  if (!e) return NULL;
  size_t parts = 2, length = strlen(e->value);
  for (const char *s = e->value; *s; s++) parts += *s == ',';
  char **list = erg_alloc(parts * sizeof *list + length + 1);
  char *out = (char *)(list + parts);
  memcpy(out, e->value, length + 1);
  for (char *from = out; from;) {
    char *comma = strchr(from, ','), *to = comma ? comma : from + strlen(from);
    while (from < to && is_blank(*from)) from++;
    while (to > from && is_blank(to[-1])) to--;
    *to = 0;
    if (to > from) list[(*count)++] = from;
    from = comma ? comma + 1 : NULL;
  }
  return list;
}

/* ---- unknown names ---- */

static bool check(const char *name, erg_place place, const char *const *known, const char *kind,
                  erg_problems *p) {
  for (const char *const *k = known; *k; k++)
    if (!strcmp(*k, name)) return true;
  const char *nearest = erg_nearest(name, known);
  char next[512];
  size_t n = 0;
  if (nearest) {
    snprintf(next, sizeof next, "did you mean '%s'?", nearest);
  } else {
    n = (size_t)snprintf(next, sizeof next, "known are ");
    for (const char *const *k = known; *k && n < sizeof next; k++)
      n += (size_t)snprintf(next + n, sizeof next - n, "%s%s", k == known ? "" : ", ", *k);
  }
  return erg_error(p, place, next, "unknown %s '%s'", kind, name);
}

bool erg_ini_check_keys(const erg_ini *ini, const char *section, const char *const *known,
                        erg_problems *p) {
  bool good = true;
  for (int i = 0; i < ini->count; i++)
    if (!strcmp(ini->entries[i].section, section))
      good &= check(ini->entries[i].key, ini->entries[i].key_place, known, "key", p);
  return good;
}

bool erg_ini_check_sections(const erg_ini *ini, const char *const *known, erg_problems *p) {
  bool good = true;
  for (int i = 0; i < ini->count; i++)
    if (!*ini->entries[i].section)
      good = erg_error(p, ini->entries[i].key_place, "write a [section] above it",
                       "'%s' stands outside of any section", ini->entries[i].key);
  for (int i = 0; i < ini->n_sections; i++)
    good &= check(ini->sections[i].name, ini->sections[i].place, known, "section", p);
  return good;
}
