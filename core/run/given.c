#include "run/given.h"

#include <stdlib.h>
#include <string.h>

#include "run/text.h"

/* Next top-level object of a list at or after *at: [*at, *end). Strings are skipped. */
static bool next_object(const erg_source *s, size_t *at, size_t *end) {
  const char *t = s->text;
  size_t i = *at;
  while (i < s->length && t[i] != '{') i++;
  if (i >= s->length) return false;
  *at = i;
  int depth = 0;
  for (bool quoted = false; i < s->length; i++) {
    if (quoted) {
      if (t[i] == '\\') i++;
      else if (t[i] == '"') quoted = false;
    } else if (t[i] == '"') {
      quoted = true;
    } else if (t[i] == '{') {
      depth++;
    } else if (t[i] == '}' && --depth == 0) {
      *end = i + 1;
      return true;
    }
  }
  *end = s->length;
  return true;
}

/* Each object is parsed from a copy of the text with all else blanked out, so that places
 * stay those of the file. */
run_given *run_given_read(const char *path, erg_problems *p) {
  erg_source *whole = erg_source_read(path, p);
  if (!whole) return NULL;
  run_given *points = run_alloc(sizeof *points);
  size_t at = 0, end = 0, first = strspn(whole->text, " \t\r\n");
  points->list = whole->text[first] == '[';
  bool good = true;
  while (good && (points->list ? next_object(whole, &at, &end) : at == 0)) {
    if (!points->list) end = whole->length;
    char *text = run_alloc(whole->length + 1);
    for (size_t i = 0; i < whole->length; i++) {
      char c = whole->text[i];
      text[i] = (i >= at && i < end) || c == '\n' ? c : ' ';
    }
    erg_source *part = erg_source_from_text(path, text, whole->length);
    free(text);
    erg_dataset *d = erg_dataset_parse(part, p);
    good = d != NULL;
    if (d) {
      points->all = run_grow(points->all, (size_t)(points->n + 1) * sizeof *points->all);
      points->all[points->n++] = d;
    }
    at = end > at ? end : at + 1;
  }
  if (good && points->n == 0) {
    erg_error(p, erg_place_whole(whole), "write {\"mu\": 1, ...}, or a list of such objects",
              "no point in the file");
    good = false;
  }
  if (!p->count) erg_source_free(whole);
  if (good) return points;
  run_given_free(points);
  return NULL;
}

void run_given_free(run_given *points) {
  if (!points) return;
  for (int i = 0; i < points->n; i++) erg_dataset_free(points->all[i]);
  free(points->all);
  free(points);
}

bool run_given_bind(const ir_graph *g, const erg_dataset *d, bool partial,
                     const double **values, erg_problems *p) {
  const char **names = run_alloc((size_t)(g->n_params + 1) * sizeof *names);
  for (int i = 0; i < g->n_params; i++) names[i] = g->params[i].name;
  bool good = true;
  for (int i = 0; i < d->count && good; i++) {
    bool known = false;
    for (int k = 0; k < g->n_params; k++) known |= !strcmp(names[k], d->arrays[i].name);
    if (known) continue;
    const char *near = erg_nearest(d->arrays[i].name, names);
    char *next = near ? run_text("did you mean '%s'?", near) : NULL;
    good = erg_error(p, d->arrays[i].place, next, "the model has no parameter '%s'",
                     d->arrays[i].name);
    free(next);
  }
  for (int k = 0; k < g->n_params && good; k++) {
    const ir_param *param = &g->params[k];
    const erg_array *a = erg_dataset_get(d, names[k]);
    if (!a && partial) {
      values[k] = NULL;
      continue;
    }
    if (!a) {
      good = erg_error(p, erg_place_whole(d->source), "give every parameter's natural value",
                       "no value for parameter '%s'", names[k]);
      break;
    }
    int64_t n = 1;
    bool same = a->rank == param->rank;
    for (int i = 0; i < param->rank; i++) {
      int64_t size = g->dims[param->order[i]].size;
      n *= size;
      same &= i < a->rank && a->shape[i] == size;
    }
    if (!same && !(a->n == n && n <= 1)) {
      char *shape = run_text("%s", "");
      for (int i = 0; i < param->rank; i++) {
        const ir_dimension *dim = &g->dims[param->order[i]];
        run_append(&shape, "%s%s (%lld)", i ? ", " : "", dim->name,
                                (long long)dim->size);
      }
      good = erg_error(p, a->place, NULL, "'%s' needs the shape [%s]", names[k], shape);
      free(shape);
    }
    values[k] = a->values;
  }
  free(names);
  return good;
}
