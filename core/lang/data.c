/* Data entries: found in the file, held against their declared shape and support, put into
 * canonical order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

const char *lang_element_name(lang_builder *b, const char *name, const uint8_t *order, int rank,
                              ir_dims dims, int64_t k) {
  if (rank == 0) return name;
  char *text = lang_print(&b->arena, "%s[", name);
  for (int i = 0; i < rank; i++)
    text = lang_print(&b->arena, "%s%s%lld", text, i ? ", " : "",
                      (long long)lang_project(b->g, dims, k, ir_bit(order[i])) + 1);
  return lang_print(&b->arena, "%s]", text);
}

/* Index in the order of the file of element k in canonical order. */
static int64_t file_index(const ir_graph *g, const uint8_t *order, int rank, ir_dims dims,
                          int64_t k) {
  int64_t at = 0;
  for (int i = 0; i < rank; i++)
    at = at * g->dims[order[i]].size + lang_project(g, dims, k, ir_bit(order[i]));
  return at;
}

erg_place lang_element_place(const lang_builder *b, const lang_item *item, int64_t k) {
  const lang_symbol *s = &b->symbols[item - b->m->items];
  const lang_value *v = &s->value;
  if (!s->array) return item->place;
  return erg_array_place(s->array,
                         file_index(b->g, v->order, v->rank, lang_dims(b, v->node), k));
}

static const char *shape_in_file(lang_builder *b, const erg_array *a) {
  if (a->rank == 0) return "a number";
  char *text = lang_print(&b->arena, "[");
  for (int i = 0; i < a->rank; i++)
    text = lang_print(&b->arena, "%s%s%lld", text, i ? ", " : "", (long long)a->shape[i]);
  return lang_print(&b->arena, "%s]", text);
}

static bool same_shape(const lang_builder *b, const erg_array *a, const uint8_t *order,
                       int rank) {
  int64_t n = 1;
  bool same = a->rank == rank;
  for (int i = 0; i < rank; i++) {
    int64_t size = b->g->dims[order[i]].size;
    n *= size;
    same = same && a->shape[i] == size;
  }
  /* R writes a list of one as a number */
  return a->n == n && (same || n == 1);
}

static bool wrong_shape(lang_builder *b, const lang_item *item, const erg_array *a,
                        const uint8_t *order, int rank) {
  char *declared = lang_print(&b->arena, "%s", lang_shape(b, order, rank));
  char *sizes = rank ? lang_print(&b->arena, " = [") : "";
  for (int i = 0; i < rank; i++)
    sizes = lang_print(&b->arena, "%s%s%lld", sizes, i ? ", " : "",
                       (long long)b->g->dims[order[i]].size);
  if (rank) sizes = lang_print(&b->arena, "%s]", sizes);
  return erg_error(b->p, item->place, "check the sizes in [dims] and the data file",
                   "'%s' is declared as %s%s, but in %s it is %s", item->from, declared, sizes,
                   b->data && b->data->source ? b->data->source->path : "the data",
                   shape_in_file(b, a));
}

typedef enum {
  KIND_REAL,
  KIND_POSITIVE,
  KIND_NEGATIVE,
  KIND_UNIT,
  KIND_INT,
  KIND_COUNT,
  KIND_BINARY,
  KIND_INDEX,
  KIND_BOUNDED
} data_kind;

static bool kind_of(lang_builder *b, const lang_item *item, data_kind *kind) {
  static const char *const names[] = {"real",     "positive", "negative", "unit",
                                      "int",      "count",    "binary",   "bool",
                                      "interval", "lower",    "upper",    NULL};
  static const data_kind kinds[] = {KIND_REAL,    KIND_POSITIVE, KIND_NEGATIVE, KIND_UNIT,
                                    KIND_INT,     KIND_COUNT,    KIND_BINARY,   KIND_BINARY,
                                    KIND_BOUNDED, KIND_BOUNDED,  KIND_BOUNDED};
  const char *name = item->type.name;
  for (int i = 0; names[i]; i++)
    if (!strcmp(names[i], name)) {
      *kind = kinds[i];
      return true;
    }
  if (lang_find_dim(b->m, name) >= 0) {
    *kind = KIND_INDEX;
    return true;
  }
  const char *known[80] = {0};
  int n = 0;
  for (; names[n]; n++) known[n] = names[n];
  for (int i = 0; i < b->m->n_dims; i++) known[n++] = b->m->dims[i].name;
  const char *near = erg_nearest(name, known);
  return erg_error(b->p, item->type.place,
                   near ? lang_print(&b->arena, "did you mean '%s'?", near)
                        : "data are real, positive, negative, unit, interval(a, b), lower(a), "
                          "upper(b), int, count, binary, bool, or an index into a dimension",
                   "unknown type '%s'", name);
}

/* What is wrong with a value, or NULL. */
static const char *fault(data_kind kind, double v, double size, double low, double high) {
  if (isnan(v)) return "is not a number (NaN)";
  bool whole = v == floor(v) && isfinite(v);
  if (whole && fabs(v) >= 0x1p53 && (kind == KIND_INT || kind == KIND_COUNT))
    return "is too large: whole numbers are exact below 2^53";
  switch (kind) {
    case KIND_POSITIVE:
      return v > 0 ? NULL : "is not positive";
    case KIND_NEGATIVE:
      return v < 0 ? NULL : "is not negative";
    case KIND_UNIT:
      return v >= 0 && v <= 1 ? NULL : "is not between 0 and 1";
    case KIND_INT:
      return whole ? NULL : "is not an integer";
    case KIND_COUNT:
      return whole && v >= 0 ? NULL : "is not a count (0, 1, 2, ...)";
    case KIND_BINARY:
      return v == 0 || v == 1 ? NULL : "is neither 0 nor 1";
    case KIND_INDEX:
      if (!whole) return "is not an integer";
      return v >= 1 && v <= size ? NULL : "is out of range";
    case KIND_BOUNDED:
      return v >= low && v <= high ? NULL : "is outside its bounds";
    default:
      return NULL;
  }
}

static bool check_values(lang_builder *b, const lang_item *item, data_kind kind, int into,
                         const double *values, int64_t n, const lang_value *v) {
  double size = into >= 0 ? (double)b->g->dims[into].size : 0;
  double *low = NULL, *high = NULL;
  ir_dims dims = lang_dims(b, v->node), low_dims = 0, high_dims = 0;
  if (kind == KIND_BOUNDED) {
    lang_bounds bounds;
    if (!lang_support_bounds(b, &item->type, &bounds)) return false;
    if (bounds.lower != IR_NONE) low = lang_evaluate(b->g, bounds.lower);
    if (bounds.upper != IR_NONE) high = lang_evaluate(b->g, bounds.upper);
    if (low) low_dims = lang_dims(b, bounds.lower);
    if (high) high_dims = lang_dims(b, bounds.upper);
    if ((low_dims | high_dims) & ~dims) {
      free(low);
      free(high);
      return erg_error(b->p, item->type.place, NULL,
                       "the bounds have a dimension that '%s' lacks", item->name);
    }
  }
  bool good = true, told = false;
  for (int64_t k = 0; k < n && good; k++) {
    /* It may be meant, as a bound; mostly a number was too large to be read. */
    if (isinf(values[k]) && !told && kind <= KIND_NEGATIVE) {
      told = true;
      erg_warn(b->p, lang_element_place(b, item, k), "is that meant?", "%s is infinite",
               lang_element_name(b, item->from, v->order, v->rank, dims, k));
    }
    double l = low ? low[lang_project(b->g, dims, k, low_dims)] : -INFINITY;
    double h = high ? high[lang_project(b->g, dims, k, high_dims)] : INFINITY;
    const char *trouble = fault(kind, values[k], size, l, h);
    if (!trouble) continue;
    const char *element = lang_element_name(b, item->from, v->order, v->rank, dims, k);
    const char *next = NULL;
    if (isnan(values[k])) next = "leave out rows with missing values";
    if (kind == KIND_INDEX && into >= 0 && !isnan(values[k]))
      next = lang_print(&b->arena, "'%s' indexes %s, from 1 to %lld", item->name,
                        b->g->dims[into].name, (long long)b->g->dims[into].size);
    erg_place place = lang_element_place(b, item, k);
    good = isnan(values[k])
               ? erg_error(b->p, place, next, "%s %s", element, trouble)
               : erg_error(b->p, place, next, "%s = %.15g %s", element, values[k], trouble);
  }
  free(low);
  free(high);
  return good;
}

static const char *what_the_file_has(lang_builder *b) {
  if (!b->data)
    return lang_print(&b->arena, "name a data file%s",
                      b->m->has_simulate ? ", or simulate the data" : "");
  char *text = lang_print(&b->arena, "the file has:");
  for (int i = 0; i < b->data->count && i < 40; i++)
    text = lang_print(&b->arena, "%s%s %s%s", text, i ? "," : "", b->data->arrays[i].name,
                      b->data->arrays[i].rank ? shape_in_file(b, &b->data->arrays[i]) : "");
  return text;
}

lang_value lang_bind_item(lang_builder *b, int i) {
  const lang_item *item = &b->m->items[i];
  lang_symbol *s = &b->symbols[i];
  data_kind kind;
  uint8_t order[LANG_MAX_RANK];
  int rank;
  if (!kind_of(b, item, &kind) || !lang_type_dims(b, &item->type, order, &rank))
    return LANG_BAD;
  const erg_array *a = b->data ? erg_dataset_get(b->data, item->from) : NULL;
  if (!a) {
    const char *next = what_the_file_has(b);
    if (b->data) {
      const char **names = lang_alloc(&b->arena, ((size_t)b->data->count + 1) * sizeof *names);
      for (int k = 0; k < b->data->count; k++) names[k] = b->data->arrays[k].name;
      const char *near = erg_nearest(item->from, names);
      if (near) next = lang_print(&b->arena, "did you mean '%s'? %s", near, next);
    }
    erg_error(b->p, item->place, next, "no data for '%s'", item->from);
    return LANG_BAD;
  }
  s->array = a;
  if (!same_shape(b, a, order, rank)) {
    wrong_shape(b, item, a, order, rank);
    return LANG_BAD;
  }
  ir_dims dims = 0;
  for (int k = 0; k < rank; k++) dims |= ir_bit(order[k]);
  double *values = malloc((size_t)(a->n > 0 ? a->n : 1) * sizeof *values);
  if (!values) abort();
  for (int64_t k = 0; k < a->n; k++)
    values[k] = a->values[rank > 1 ? file_index(b->g, order, rank, dims, k) : k];
  int into = kind == KIND_INDEX ? lang_find_dim(b->m, item->type.name) : -1;
  bool integer = kind >= KIND_INT && kind <= KIND_INDEX;
  s->number = ir_add_data(b->g, item->name, rank, order, values, into, integer);
  s->value = (lang_value){
      .node = b->g->data[s->number].node, .rank = rank, .into = into, .item = item};
  memcpy(s->value.order, order, sizeof order);
  bool good = check_values(b, item, kind, into, values, a->n, &s->value);
  free(values);
  return good ? s->value : LANG_BAD;
}

bool lang_bind_data(lang_builder *b) {
  bool good = true;
  b->binding = true;
  for (int i = 0; i < b->m->n_items; i++)
    if (b->m->items[i].kind == ITEM_DATA)
      good = lang_resolve(b, i, b->m->items[i].place).node != IR_NONE && good;
  b->binding = false;
  return good;
}
