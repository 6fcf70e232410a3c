#include "read/dataset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "read/dataset_internal.h"
#include "read/memory.h"

erg_array *erg_dataset_append(erg_dataset *d) {
  /* The capacity is the next power of two. */
  if ((d->count & (d->count - 1)) == 0)
    d->arrays =
        erg_realloc(d->arrays, (d->count ? 2 * (size_t)d->count : 1) * sizeof *d->arrays);
  erg_array *a = &d->arrays[d->count++];
  *a = (erg_array){0};
  return a;
}

erg_place erg_lines_place(erg_lines *lines, size_t from, size_t to) {
  const erg_source *s = lines->source;
  if (from < lines->line_start || lines->line == 0) {
    lines->line_start = 0;
    lines->line = 1;
  }
  const char *start = s->text + lines->line_start, *at = s->text + from, *newline;
  while ((newline = memchr(start, '\n', (size_t)(at - start)))) {
    start = newline + 1;
    lines->line++;
  }
  lines->line_start = (size_t)(start - s->text);
  return (erg_place){.source = s,
                     .line = lines->line,
                     .column = (int)(at - start) + 1,
                     .length = to > from ? (int)(to - from) : 1};
}

bool erg_is_utf8(const char *s, const char *end) {
  const unsigned char *u = (const unsigned char *)s, *stop = (const unsigned char *)end;
  while (u < stop) {
    if (*u < 0x80) {
      u++;
      continue;
    }
    int more = *u >= 0xf0 ? 3 : *u >= 0xe0 ? 2 : 1;
    if (*u < 0xc2 || *u > 0xf4 || stop - u <= more) return false;
    for (int i = 1; i <= more; i++)
      if ((u[i] & 0xc0) != 0x80) return false;
    if ((*u == 0xe0 && u[1] < 0xa0) || (*u == 0xed && u[1] > 0x9f) ||
        (*u == 0xf0 && u[1] < 0x90) || (*u == 0xf4 && u[1] > 0x8f))
      return false;
    u += more + 1;
  }
  return true;
}

static bool ends_with(const char *path, const char *ending) {
  size_t n = strlen(path), m = strlen(ending);
  return n >= m && !strcasecmp(path + n - m, ending);
}

static bool read_into(erg_dataset *d, erg_problems *p) {
  const erg_source *s = d->source;
  if (s->length >= 2 && (!memcmp(s->text, "\x1f\x8b", 2) || !memcmp(s->text, "PK", 2)) &&
      memchr(s->text, 0, s->length))
    return erg_error(p, erg_place_whole(s), "unpack it first", "the file is compressed");
  if (s->length >= 2 && (!memcmp(s->text, "\xff\xfe", 2) || !memcmp(s->text, "\xfe\xff", 2)))
    return erg_error(p, erg_place_whole(s), "save it as UTF-8 text", "the file is UTF-16 text");
  if (ends_with(s->path, ".json")) return erg_dataset_read_json(d, p);
  if (ends_with(s->path, ".csv")) return erg_dataset_read_csv(d, p);
  size_t i = s->length >= 3 && !memcmp(s->text, "\xef\xbb\xbf", 3) ? 3 : 0;
  while (i < s->length && strchr(" \t\r\n", s->text[i]) && s->text[i]) i++;
  if (i < s->length && s->text[i] == '{') return erg_dataset_read_json(d, p);
  return erg_error(p, erg_place_whole(s), "name it .json (CmdStan's JSON) or .csv",
                   "the name does not say which kind of data this is");
}

erg_dataset *erg_dataset_parse(erg_source *source, erg_problems *p) {
  erg_dataset *d = erg_alloc(sizeof *d);
  d->source = source;
  if (read_into(d, p)) {
    /* Warnings outlive the data set only if it is freed first, which the header
     * forbids for all places. */
    return d;
  }
  d->source = NULL;
  erg_problems_keep(p, source);
  erg_dataset_free(d);
  return NULL;
}

erg_dataset *erg_dataset_read(const char *path, erg_problems *p) {
  erg_source *source = erg_source_read(path, p);
  return source ? erg_dataset_parse(source, p) : NULL;
}

void erg_dataset_free(erg_dataset *d) {
  if (!d) return;
  for (int i = 0; i < d->count; i++) {
    erg_array *a = &d->arrays[i];
    for (int j = 0; j < a->n_labels; j++) free(a->labels[j]);
    free(a->labels);
    free(a->name);
    free(a->values);
  }
  free(d->arrays);
  erg_source_free(d->source);
  free(d);
}

const erg_array *erg_dataset_get(const erg_dataset *d, const char *name) {
  if (!d) return NULL;
  for (int i = 0; i < d->count; i++)
    if (!strcmp(d->arrays[i].name, name)) return &d->arrays[i];
  return NULL;
}

erg_place erg_array_place(const erg_array *a, int64_t element) {
  const erg_source *s = a->place.source;
  if (!s || element < 0 || element >= a->n) return a->place;
  size_t from = a->start, to = a->start;
  (a->column > 0 ? erg_csv_element : erg_json_element)(a, element, &from, &to);
  return erg_place_at(s, from, to - from);
}
