/* [simulate]: the graph that makes data and true values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

static lang_value as_declared(lang_builder *b, ir_id node, const lang_value *target) {
  if (node == IR_NONE) return LANG_BAD;
  lang_value v = *target;
  ir_dims dims = 0;
  for (int i = 0; i < target->rank; i++) dims |= ir_bit(target->order[i]);
  v.node = lang_widen(b, node, dims);
  return v;
}

/* The entry's expression; distributions in it draw, one value an element. */
static lang_value from_entry(lang_builder *b, const lang_simulated *s, const lang_item *item,
                             const lang_value *target) {
  ir_dims dims = 0;
  for (int i = 0; i < target->rank; i++) dims |= ir_bit(target->order[i]);
  lang_scope scope = lang_enter(b);
  ir_id test;
  lang_value v = LANG_BAD;
  if (lang_bind_left(b, &s->left, target, &test)) {
    if (test != IR_NONE) {
      erg_error(b->p, s->left.place, "write if(test, a, b) on the right",
                "an entry of [simulate] gives the whole of '%s'", item->name);
    } else {
      b->random = true;
      b->random_dims = dims;
      v = lang_lower(b, s->value);
    }
  }
  lang_leave(b, scope);
  if (v.node == IR_NONE) return v;
  v.node = lang_fit_vector(b, v.node, dims);
  if (lang_dims(b, v.node) & ~dims) {
    erg_error(b->p, s->value->whole, "index it to match", "the value is %s, but '%s' is %s",
              lang_shape_of(b, lang_dims(b, v.node)), item->name, lang_shape_of(b, dims));
    return LANG_BAD;
  }
  return as_declared(b, v.node, target);
}

static lang_value data_value(lang_builder *b, const lang_item *item, const lang_value *target,
                             int i) {
  const lang_simulated *s = lang_find_simulated(b->m, item->name);
  if (target->rank == 0) { /* a size given on the command line */
    const lang_size *given = lang_override(b, item->name);
    if (given) return as_declared(b, ir_const(b->g, (double)given->size), target);
  }
  if (s && s->value) return from_entry(b, s, item, target);
  if (lang_is_outcome(b, item->name)) {
    lang_value v = lang_draw_outcome(b, i, item->place);
    return as_declared(b, v.node, target);
  }
  erg_error(b->p, item->place,
            lang_print(&b->arena, "add %s = ... to [simulate], for example \"normal(0, 1)\"",
                       item->name),
            "[simulate] doesn't say how to make '%s'", item->name);
  return LANG_BAD;
}

/* A true value outside its support can't be what the data come from. */
static bool check_truth(lang_builder *b, const lang_item *item, const lang_simulated *s,
                        ir_id node, lang_bounds bounds) {
  ir_id tests[2] = {IR_NONE, IR_NONE};
  if (bounds.lower != IR_NONE) tests[0] = ir_binary(b->g, IR_GE, node, bounds.lower);
  if (bounds.upper != IR_NONE) tests[1] = ir_binary(b->g, IR_LE, node, bounds.upper);
  bool good = true;
  for (int i = 0; i < 2 && good; i++) {
    double *v = tests[i] == IR_NONE ? NULL : lang_evaluate(b->g, tests[i]);
    if (!v) continue;
    int64_t n = ir_size(b->g, lang_dims(b, tests[i]));
    for (int64_t k = 0; k < n && good; k++)
      if (v[k] == 0)
        good = erg_error(b->p, s->value->whole, NULL,
                         "the value of '%s' lies outside its support, %s", item->name,
                         item->type.text);
    free(v);
  }
  return good;
}

static lang_value param_value(lang_builder *b, const lang_item *item,
                              const lang_value *target) {
  lang_bounds bounds;
  if (!lang_support_bounds(b, &item->type, &bounds)) return LANG_BAD;
  const lang_simulated *s = lang_find_simulated(b->m, item->name);
  bool prior = item->type.has_prior && item->type.prior->kind == AST_CALL;
  bool from_prior = prior && b->options && b->options->from_prior;
  if (s && s->value && !from_prior) {
    lang_value v = from_entry(b, s, item, target);
    if (v.node == IR_NONE || !check_truth(b, item, s, v.node, bounds)) return LANG_BAD;
    return v;
  }
  if (!item->type.has_prior ||
      (item->type.prior->kind == AST_NAME && !strcmp(item->type.prior->name, "flat"))) {
    erg_error(b->p, item->place,
              lang_print(&b->arena, "give it a value in [simulate]: %s = ...", item->name),
              "'%s' has a flat prior: it can't be drawn", item->name);
    return LANG_BAD;
  }
  ir_dims dims = 0;
  for (int i = 0; i < target->rank; i++) dims |= ir_bit(target->order[i]);
  lang_distribution d = lang_apply(b, item->type.prior);
  if (d.number < 0 || !lang_fit_args(b, &d, dims, item->name)) return LANG_BAD;
  return as_declared(b, lang_prior_draw(b, item, &d, bounds, dims), target);
}

lang_value lang_simulate_item(lang_builder *b, int i) {
  const lang_item *item = &b->m->items[i];
  lang_value target = {.into = -1, .item = item};
  if (!lang_type_dims(b, &item->type, target.order, &target.rank)) return LANG_BAD;
  if (item->kind == ITEM_PARAM) return param_value(b, item, &target);
  target.into = lang_find_dim(b->m, item->type.name);
  return data_value(b, item, &target, i);
}

/* Numbers of the data that only sizes use are data, too. */
static bool size_entries(lang_builder *b) {
  const char *names[64];
  int n = lang_size_entries(b, names, 64);
  for (int i = 0; i < n; i++) {
    if (lang_find_item(b->m, names[i]) >= 0) continue;
    const lang_size *given = lang_override(b, names[i]);
    const lang_simulated *s = lang_find_simulated(b->m, names[i]);
    lang_value v = LANG_BAD;
    if (given)
      v = lang_scalar(b, (double)given->size);
    else if (s && s->value)
      v = lang_lower(b, s->value);
    else
      continue; /* its dimension's size came from elsewhere */
    if (v.node == IR_NONE) return false;
    ir_add_quantity(b->g, names[i], v.node);
  }
  return true;
}

static bool add_items(lang_builder *b, item_kind kind) {
  bool good = true;
  for (int i = 0; i < b->m->n_items; i++) {
    const lang_item *item = &b->m->items[i];
    if (item->kind != kind) continue;
    lang_value v = lang_resolve(b, i, item->place);
    if (v.node == IR_NONE) {
      good = false;
      continue;
    }
    ir_quantity *q = ir_add_quantity(b->g, kind == ITEM_DATA ? item->from : item->name, v.node);
    q->rank = v.rank;
    memcpy(q->order, v.order, sizeof v.order);
  }
  return good;
}

static bool check_names(lang_builder *b) {
  bool good = true;
  const char *sizes[64];
  int n = lang_size_entries(b, sizes, 64);
  for (int k = 0; k < b->m->n_simulated; k++) {
    const ast_left *left = &b->m->simulated[k].left;
    int i = lang_find_item(b->m, left->name);
    bool used = i >= 0 && b->m->items[i].kind <= ITEM_PARAM;
    for (int j = 0; j < n; j++) used = used || !strcmp(sizes[j], left->name);
    if (!used)
      good =
          erg_error(b->p, left->place, lang_known_names(b, left->name),
                    "[simulate] gives '%s', which is neither data nor a parameter", left->name);
  }
  return good;
}

bool lang_simulate(lang_builder *b, int *n_data) {
  bool good = check_names(b);
  good = size_entries(b) && good;
  good = add_items(b, ITEM_DATA) && good;
  if (n_data) *n_data = b->g->n_quantities;
  return add_items(b, ITEM_PARAM) && good;
}
