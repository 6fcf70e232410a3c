/* Outcomes: their log likelihood, checks of their values, and their draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

/* One entry of [observe], lowered over its target. */
typedef struct {
  lang_distribution d;
  ir_id test; /* elements that it covers; IR_NONE: all */
} part;

static bool lower_part(lang_builder *b, const lang_observation *o, const lang_value *target,
                       part *p) {
  lang_scope scope = lang_enter(b);
  ir_dims dims = 0;
  for (int i = 0; i < target->rank; i++) dims |= ir_bit(target->order[i]);
  bool good = lang_bind_left(b, &o->left, target, &p->test);
  if (good) {
    b->guard = p->test;
    p->d = lang_apply(b, o->distribution);
    good = p->d.number >= 0 && lang_fit_args(b, &p->d, dims, o->left.name);
  }
  lang_leave(b, scope);
  return good;
}

/* What is wrong with an outcome's value, or NULL. low, high: bounds where they count. */
static const char *fault(ir_range range, double y, double low, double high) {
  bool whole = y == floor(y);
  if (isnan(y)) return "not a number";
  switch (range) {
    case IR_RANGE_REAL:
      return isfinite(y) ? NULL : "infinite";
    case IR_RANGE_POSITIVE:
      return y > 0 && isfinite(y) ? NULL : "not positive";
    case IR_RANGE_NONNEGATIVE:
      return y >= 0 && isfinite(y) ? NULL : "negative";
    case IR_RANGE_UNIT:
      return y >= 0 && y <= 1 ? NULL : "not between 0 and 1";
    case IR_RANGE_BINARY:
      return y == 0 || y == 1 ? NULL : "neither 0 nor 1";
    case IR_RANGE_COUNT:
      return whole && y >= 0 && isfinite(y) ? NULL : "not a count";
    case IR_RANGE_COUNT_TO:
      if (!whole || y < 0) return "not a count";
      return y <= high ? NULL : "more than the number of trials";
    case IR_RANGE_BETWEEN:
      return y >= low && y <= high ? NULL : "outside the distribution";
  }
  return NULL;
}

typedef struct {
  double *values;
  ir_dims dims;
} known;

static known evaluate(lang_builder *b, ir_id node) {
  if (node == IR_NONE) return (known){0};
  return (known){lang_evaluate(b->g, node), lang_dims(b, node)};
}

static double at(const lang_builder *b, known k, ir_dims dims, int64_t i, double otherwise) {
  return k.values ? k.values[lang_project(b->g, dims, i, k.dims)] : otherwise;
}

static bool check_outcome(lang_builder *b, const lang_observation *o, const lang_value *y,
                          const lang_item *item, const part *p) {
  const ir_distribution *d = ir_distribution_at(p->d.number);
  known values = evaluate(b, y->node), test = evaluate(b, p->test), low = {0}, high = {0};
  if (d->range == IR_RANGE_COUNT_TO) high = evaluate(b, p->d.args[0].node);
  if (d->range == IR_RANGE_BETWEEN) {
    low = evaluate(b, p->d.args[0].node);
    high = evaluate(b, p->d.args[1].node);
  }
  ir_dims dims = values.dims;
  int64_t n = values.values ? ir_size(b->g, dims) : 0;
  bool good = true;
  for (int64_t k = 0; k < n && good; k++) {
    if (at(b, test, dims, k, 1) == 0) continue;
    const char *trouble = fault(d->range, values.values[k], at(b, low, dims, k, -INFINITY),
                                at(b, high, dims, k, INFINITY));
    if (!trouble) continue;
    erg_place place = item->kind == ITEM_DATA ? lang_element_place(b, item, k) : item->place;
    good = erg_error(b->p, place,
                     lang_print(&b->arena, "line %d of %s: an outcome of %s is %s",
                                o->distribution->place.line, b->m->source->path, d->name,
                                ir_range_text(d->range)),
                     "%s = %.15g is %s: impossible for %s",
                     lang_element_name(b, item->name, y->order, y->rank, dims, k),
                     values.values[k], trouble, d->name);
  }
  free(values.values);
  free(test.values);
  free(low.values);
  free(high.values);
  return good;
}

/* The outcome's value and data entry; a data-only definition becomes an entry. */
static bool target_of(lang_builder *b, int i, erg_place place, lang_value *y, int *data) {
  const lang_item *item = &b->m->items[i];
  *y = lang_resolve(b, i, place);
  if (y->node == IR_NONE) return false;
  *data = b->symbols[i].number;
  if (item->kind == ITEM_DATA) return true;
  if (item->kind == ITEM_PARAM)
    return erg_error(b->p, place, "its prior stands in [params]: \"real ~ normal(0, 1)\"",
                     "'%s' is a parameter, not data", item->name);
  double *values = item->kind == ITEM_DEFINE ? lang_evaluate(b->g, y->node) : NULL;
  if (!values)
    return erg_error(b->p, place,
                     "an outcome is an entry of [data], or a definition made of "
                     "data only",
                     "'%s' depends on parameters: it can't be an outcome", item->name);
  *data = ir_add_data(b->g, item->name, y->rank, y->order, values, -1, false);
  y->node = b->g->data[*data].node;
  free(values);
  return true;
}

static bool same_target(const lang_model *m, int i, int k) {
  return !strcmp(m->observations[i].left.name, m->observations[k].left.name);
}

static bool observe(lang_builder *b, int first) {
  const lang_model *m = b->m;
  const lang_observation *o = &m->observations[first];
  int i = lang_find_item(m, o->left.name), data;
  if (i < 0)
    return erg_error(b->p, o->left.place, lang_known_names(b, o->left.name),
                     "unknown outcome '%s'", o->left.name);
  lang_value y;
  if (!target_of(b, i, o->left.place, &y, &data)) return false;
  ir_graph *g = b->g;
  ir_id sum = IR_NONE;
  int count = 0;
  ir_distribution_use use = {.distribution = -1};
  bool good = true;
  for (int k = first; k < m->n_observations; k++) {
    if (!same_target(m, k, first)) continue;
    part p;
    if (!lower_part(b, &m->observations[k], &y, &p) ||
        !check_outcome(b, &m->observations[k], &y, &m->items[i], &p)) {
      good = false;
      continue;
    }
    ir_id density = lang_log_density(b, &p.d, y.node);
    if (p.test != IR_NONE) density = ir_if(g, p.test, density, ir_const(g, 0));
    sum = sum == IR_NONE ? density : ir_binary(g, IR_ADD, sum, density);
    if (++count == 1) use = lang_use(&p.d);
  }
  if (!good) return false;
  ir_dims dims = lang_dims(b, y.node);
  int number = g->n_terms;
  ir_add_term(g, IR_TERM_LIKELIHOOD, o->left.name, lang_widen(b, sum, dims), -1,
              o->left.place.line, o->left.place.column);
  ir_outcome *outcome = ir_add_outcome(g, o->left.name);
  outcome->data = data;
  outcome->term = number;
  outcome->dims = dims;
  outcome->use = use;
  if (count > 1) outcome->use = (ir_distribution_use){.distribution = -1};
  return true;
}

bool lang_observe(lang_builder *b) {
  bool good = true;
  for (int i = 0; i < b->m->n_observations; i++) {
    bool seen = false;
    for (int k = 0; k < i; k++) seen = seen || same_target(b->m, i, k);
    if (!seen) good = observe(b, i) && good;
  }
  return good;
}

bool lang_is_outcome(const lang_builder *b, const char *name) {
  for (int i = 0; i < b->m->n_observations; i++)
    if (!strcmp(b->m->observations[i].left.name, name)) return true;
  return false;
}

lang_value lang_draw_outcome(lang_builder *b, int item, erg_place place) {
  const char *name = b->m->items[item].name;
  if (!lang_is_outcome(b, name)) {
    erg_error(b->p, place, "outcomes are the entries of [observe]", "'%s' is not an outcome",
              name);
    return LANG_BAD;
  }
  lang_value target = {.into = -1};
  ir_dims dims = 0;
  if (b->simulation) {
    if (!lang_type_dims(b, &b->m->items[item].type, target.order, &target.rank))
      return LANG_BAD;
  } else {
    lang_value y = lang_resolve(b, item, place);
    if (y.node == IR_NONE) return y;
    target.rank = y.rank;
    memcpy(target.order, y.order, sizeof y.order);
  }
  for (int k = 0; k < target.rank; k++) dims |= ir_bit(target.order[k]);
  lang_scope scope = lang_enter_fresh(b);
  lang_index kept[32];
  memcpy(kept, b->indices, sizeof kept);
  b->n_indices = 0;
  ir_id result = IR_NONE;
  bool whole = false;
  for (int k = 0; k < b->m->n_observations && !whole; k++) {
    const lang_observation *o = &b->m->observations[k];
    if (strcmp(o->left.name, name)) continue;
    part p;
    if (!lower_part(b, o, &target, &p)) {
      result = IR_NONE;
      break;
    }
    ir_id y = lang_draw(b, &p.d, dims);
    whole = p.test == IR_NONE;
    if (result == IR_NONE && !whole) result = ir_const(b->g, NAN); /* where no entry is */
    if (!whole)
      result = ir_if(b->g, p.test, y, result);
    else if (result == IR_NONE)
      result = y;
    else /* the rest of an outcome whose parts have been drawn */
      result = ir_if(b->g, ir_binary(b->g, IR_EQ, result, result), result, y);
  }
  memcpy(b->indices, kept, sizeof kept);
  lang_leave(b, scope);
  if (result == IR_NONE) return LANG_BAD;
  lang_value v = lang_make(b, result);
  memcpy(v.order, target.order, sizeof v.order);
  v.rank = target.rank;
  return v;
}
