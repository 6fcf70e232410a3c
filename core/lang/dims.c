/* Sizes of dimensions: integer expressions of numbers, of other dimensions and of the
 * data as they stand in the file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

const lang_size *lang_override(const lang_builder *b, const char *name) {
  if (!b->options) return NULL;
  for (int i = 0; i < b->options->n_sizes; i++)
    if (!strcmp(b->options->sizes[i].name, name)) return &b->options->sizes[i];
  return NULL;
}

static const erg_array *find_array(const lang_builder *b, const char *name) {
  if (!b->data) return NULL;
  int i = lang_find_item(b->m, name);
  if (i >= 0 && b->m->items[i].kind == ITEM_DATA) name = b->m->items[i].from;
  return erg_dataset_get(b->data, name);
}

static const char *list_of_data(lang_builder *b) {
  if (b->simulation) return "give it in [simulate], or on the command line by --dim NAME=SIZE";
  if (!b->data) return "name a data file";
  if (!b->data->count) return "the data file is empty";
  char *text = lang_print(&b->arena, "the data file has:");
  for (int i = 0; i < b->data->count && i < 40; i++)
    text = lang_print(&b->arena, "%s%s %s", text, i ? "," : "", b->data->arrays[i].name);
  return text;
}

/* The file's list, and before it the length of an entry along this dimension: a CSV file, and
 * JSON often, doesn't hold it as a number. */
static const char *how_to_size(lang_builder *b, int self) {
  const char *list = list_of_data(b);
  if (b->simulation || !b->data || self < 0) return list;
  for (int i = 0; i < b->m->n_items; i++) {
    const lang_item *item = &b->m->items[i];
    if (item->kind != ITEM_DATA || item->type.n_dims != 1) continue;
    const ast *dim = item->type.dims[0];
    if (dim->kind != AST_NAME || strcmp(dim->name, b->m->dims[self].name)) continue;
    if (!erg_dataset_get(b->data, item->from)) continue;
    return lang_print(&b->arena, "write \"size(%s)\" for the number of values of %s; %s",
                      item->name, item->name, list);
  }
  return list;
}

/* A number with or without a value: `fine` false means that a problem was reported. */
typedef struct {
  bool fine;
  double value;
} number;

#define FAIL ((number){.fine = false})
static number ok(double v) { return (number){.fine = true, .value = v}; }

static number size_value(lang_builder *b, const ast *e, int self);

static number size_name(lang_builder *b, const ast *e, int self) {
  int dim = lang_find_dim(b->m, e->name);
  if (dim >= 0 && dim != self) {
    int64_t n = lang_dim_size(b, dim);
    return n < 0 ? FAIL : ok((double)n);
  }
  const lang_size *given = lang_override(b, e->name);
  if (given) return ok((double)given->size);
  const erg_array *a = find_array(b, e->name);
  if (a && a->n == 1 && a->rank <= 1) return ok(a->values[0]);
  if (a) {
    erg_error(
        b->p, e->place,
        lang_print(&b->arena, "write size(%s), max(%s) or min(%s)", e->name, e->name, e->name),
        "'%s' has %lld values: not a size", e->name, (long long)a->n);
    return FAIL;
  }
  if (b->simulation) {
    const lang_simulated *s = lang_find_simulated(b->m, e->name);
    if (s && s->value && s->left.n_indices == 0) return size_value(b, s->value, self);
  }
  erg_error(b->p, e->place, how_to_size(b, self), "no number '%s' in %s to make a size from",
            e->name, b->simulation ? "[simulate]" : "the data");
  return FAIL;
}

static number array_function(lang_builder *b, const ast *e) {
  const ast *arg = e->args[0];
  const erg_array *a = arg->kind == AST_NAME ? find_array(b, arg->name) : NULL;
  if (!a) {
    erg_error(b->p, arg->whole, list_of_data(b), "%s(...) needs an entry of the data", e->name);
    return FAIL;
  }
  if (!strcmp(e->name, "size")) return ok((double)a->n);
  if (!a->n) {
    erg_error(b->p, arg->whole, NULL, "'%s' is empty", arg->name);
    return FAIL;
  }
  double best = a->values[0];
  bool smallest = !strcmp(e->name, "min");
  for (int64_t i = 1; i < a->n; i++)
    if (smallest ? a->values[i] < best : a->values[i] > best) best = a->values[i];
  return ok(best);
}

static number size_call(lang_builder *b, const ast *e, int self) {
  bool smallest = !strcmp(e->name, "min"), largest = !strcmp(e->name, "max");
  if (!strcmp(e->name, "size") && e->n_args == 1) {
    const ast *arg = e->args[0];
    if (arg->kind == AST_NAME && lang_find_dim(b->m, arg->name) >= 0 &&
        lang_find_dim(b->m, arg->name) != self)
      return size_name(b, arg, self);
    return array_function(b, e);
  }
  if ((smallest || largest) && e->n_args == 1) return array_function(b, e);
  bool rounded = !strcmp(e->name, "floor") || !strcmp(e->name, "ceil");
  if (!(rounded && e->n_args == 1) && !((smallest || largest) && e->n_args == 2)) {
    erg_error(b->p, e->whole, "sizes know + - * / ^, size, min, max, floor and ceil",
              "'%s' with %d argument%s can't make a size", e->name, e->n_args,
              e->n_args == 1 ? "" : "s");
    return FAIL;
  }
  number x = size_value(b, e->args[0], self);
  if (!x.fine) return x;
  if (rounded) return ok(!strcmp(e->name, "floor") ? floor(x.value) : ceil(x.value));
  number y = size_value(b, e->args[1], self);
  if (!y.fine) return y;
  return ok((x.value < y.value) == smallest ? x.value : y.value);
}

static number size_value(lang_builder *b, const ast *e, int self) {
  switch (e->kind) {
    case AST_NUMBER:
      return ok(e->number);
    case AST_NAME:
      return size_name(b, e, self);
    case AST_CALL:
      return size_call(b, e, self);
    case AST_NEG: {
      number x = size_value(b, e->args[0], self);
      return x.fine ? ok(-x.value) : x;
    }
    case AST_BINARY: {
      number x = size_value(b, e->args[0], self);
      if (!x.fine) return x;
      number y = size_value(b, e->args[1], self);
      if (!y.fine) return y;
      switch (e->op) {
        case OP_ADD:
          return ok(x.value + y.value);
        case OP_SUB:
          return ok(x.value - y.value);
        case OP_MUL:
          return ok(x.value * y.value);
        case OP_DIV:
          return ok(x.value / y.value);
        case OP_POW:
          return ok(pow(x.value, y.value));
        default:
          break;
      }
      break;
    }
    default:
      break;
  }
  erg_error(b->p, e->whole, "write for example \"J\", \"K - 1\" or \"max(category)\"",
            "a size is an integer expression of numbers, dimensions and data");
  return FAIL;
}

static int64_t measure(lang_builder *b, int dim) {
  const lang_dim *d = &b->m->dims[dim];
  const lang_size *given = lang_override(b, d->name);
  double value;
  erg_place place = d->size_place;
  if (d->labels) {
    value = d->n_labels;
    if (given && given->size != d->n_labels) {
      erg_error(b->p, d->place, NULL, "'%s' has %d labels: its size can't be %lld", d->name,
                d->n_labels, (long long)given->size);
      return -1;
    }
  } else if (given) {
    value = (double)given->size;
    place = (erg_place){0}; /* the command line's, not the model's */
  } else {
    number n = size_value(b, d->size, dim);
    if (!n.fine) return -1;
    value = n.value;
    place = d->size->whole;
  }
  if (!(value >= 1) || value > 2147483647.0 || value != floor(value)) {
    erg_error(b->p, place,
              value > 2147483647.0 ? "the largest size is 2147483647"
              : given              ? lang_print(&b->arena, "write --dim %s=1 or more", d->name)
                                   : "a size is an integer from 1",
              "the size of '%s' would be %.15g", d->name, value);
    return -1;
  }
  return (int64_t)value;
}

/* The dimensions whose sizes wait for each other, from the one that closes the cycle. */
static void cyclic(lang_builder *b, int dim) {
  char *chain = lang_print(&b->arena, "%s", b->m->dims[dim].name);
  int from = 0;
  while (from < b->n_active && b->active[from] != dim) from++;
  for (int i = from + 1; i < b->n_active; i++)
    chain = lang_print(&b->arena, "%s -> %s", chain, b->m->dims[b->active[i]].name);
  erg_error(b->p, b->m->dims[dim].place, "give one of them a number",
            "sizes depend on each other: %s -> %s", chain, b->m->dims[dim].name);
}

int64_t lang_dim_size(lang_builder *b, int dim) {
  switch (b->dim_state[dim]) {
    case LANG_DONE:
      return b->g->dims[dim].size;
    case LANG_FAILED:
      return -1;
    case LANG_ACTIVE:
      cyclic(b, dim);
      return -1;
    default:
      break;
  }
  b->dim_state[dim] = LANG_ACTIVE;
  b->active[b->n_active++] = dim; /* at most 40 deep */
  int64_t n = measure(b, dim);
  b->n_active--;
  b->dim_state[dim] = n < 0 ? LANG_FAILED : LANG_DONE;
  if (n >= 0) b->g->dims[dim].size = n;
  return n;
}

/* Calls for each name of data in a size. */
static void each_entry(const lang_builder *b, const ast *e, int self, const char **names,
                       int *n, int room) {
  if (e->kind == AST_NAME) {
    int dim = lang_find_dim(b->m, e->name);
    if (dim >= 0 && dim != self) return;
    for (int i = 0; i < *n; i++)
      if (!strcmp(names[i], e->name)) return;
    if (*n < room) names[(*n)++] = e->name;
    return;
  }
  for (int i = 0; i < e->n_args; i++) each_entry(b, e->args[i], self, names, n, room);
}

int lang_size_entries(const lang_builder *b, const char **names, int room) {
  int n = 0;
  for (int i = 0; i < b->m->n_dims; i++)
    if (b->m->dims[i].size) each_entry(b, b->m->dims[i].size, i, names, &n, room);
  return n;
}

/* A size that nothing takes is a mistake in the command. */
static bool check_overrides(lang_builder *b) {
  bool good = true;
  const char *entries[64];
  int n = lang_size_entries(b, entries, 64);
  for (int i = 0; b->options && i < b->options->n_sizes; i++) {
    const char *name = b->options->sizes[i].name;
    bool used = lang_find_dim(b->m, name) >= 0;
    for (int k = 0; k < n && !used; k++) used = !strcmp(entries[k], name);
    if (used) continue;
    const char *names[64] = {0};
    char *known = lang_print(&b->arena, "dimensions:");
    for (int k = 0; k < b->m->n_dims; k++) {
      names[k] = b->m->dims[k].name;
      known = lang_print(&b->arena, "%s%s %s", known, k ? "," : "", names[k]);
    }
    const char *near = erg_nearest(name, names);
    good = erg_error(b->p, erg_place_whole(b->m->source),
                     near ? lang_print(&b->arena, "did you mean '%s'? %s", near, known) : known,
                     "no dimension '%s'", name);
  }
  return good;
}

bool lang_size_dims(lang_builder *b) {
  for (int i = 0; i < b->m->n_dims; i++) ir_add_dim(b->g, b->m->dims[i].name, 1, -1);
  bool good = check_overrides(b);
  for (int i = 0; i < b->m->n_dims; i++) {
    if (lang_dim_size(b, i) < 0) {
      good = false;
      continue;
    }
    const lang_dim *d = &b->m->dims[i];
    if (!d->labels) continue;
    ir_dimension *dim = &b->g->dims[i];
    dim->labels = calloc((size_t)d->n_labels + 1, sizeof *dim->labels);
    if (!dim->labels) abort();
    for (int k = 0; k < d->n_labels; k++)
      if (!(dim->labels[k] = strdup(d->labels[k]))) abort();
  }
  return good;
}
