/* Supports, and what they do to priors: bounds, truncation, draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

static bool bound(lang_builder *b, const ast_type *type, int i, ir_id *node) {
  lang_value v = lang_lower(b, type->bounds[i]);
  *node = v.node;
  return v.node != IR_NONE;
}

static bool const_value(const lang_builder *b, ir_id n, double *value) {
  if (n == IR_NONE || ir_at(b->g, n)->op != IR_CONST) return false;
  *value = ir_at(b->g, n)->value;
  return true;
}

bool lang_support_bounds(lang_builder *b, const ast_type *type, lang_bounds *bounds) {
  const char *name = type->name;
  *bounds = (lang_bounds){IR_NONE, IR_NONE};
  struct {
    const char *name;
    int n;
  } arity[] = {{"interval", 2}, {"lower", 1}, {"upper", 1}};
  int wanted = 0;
  for (int i = 0; i < 3; i++)
    if (!strcmp(arity[i].name, name)) wanted = arity[i].n;
  if (type->n_bounds != wanted)
    return erg_error(b->p, type->place, "write interval(a, b), lower(a) or upper(b)",
                     "%s takes %d bound%s, not %d", name, wanted, wanted == 1 ? "" : "s",
                     type->n_bounds);
  ir_id zero = ir_const(b->g, 0);
  if (!strcmp(name, "positive")) bounds->lower = zero;
  if (!strcmp(name, "negative")) bounds->upper = zero;
  if (!strcmp(name, "unit")) {
    bounds->lower = zero;
    bounds->upper = ir_const(b->g, 1);
  }
  if (!strcmp(name, "lower") && !bound(b, type, 0, &bounds->lower)) return false;
  if (!strcmp(name, "upper") && !bound(b, type, 0, &bounds->upper)) return false;
  if (!strcmp(name, "interval") &&
      (!bound(b, type, 0, &bounds->lower) || !bound(b, type, 1, &bounds->upper)))
    return false;
  double low, high;
  if (const_value(b, bounds->lower, &low)) {
    if (isnan(low) || low == INFINITY)
      return erg_error(b->p, type->place, NULL, "a lower bound can't be %g", low);
    if (low == -INFINITY) bounds->lower = IR_NONE;
  }
  if (const_value(b, bounds->upper, &high)) {
    if (isnan(high) || high == -INFINITY)
      return erg_error(b->p, type->place, NULL, "an upper bound can't be %g", high);
    if (high == INFINITY) bounds->upper = IR_NONE;
  }
  if (const_value(b, bounds->lower, &low) && const_value(b, bounds->upper, &high) &&
      !(low < high))
    return erg_error(b->p, type->place, "write interval(lower, upper)",
                     "the interval from %g to %g is empty", low, high);
  return true;
}

/* Limits of a distribution's own range. */
static void range_limits(const ir_distribution *d, double *low, double *high) {
  *low = -INFINITY;
  *high = INFINITY;
  if (d->range == IR_RANGE_POSITIVE || d->range == IR_RANGE_NONNEGATIVE) *low = 0;
  if (d->range == IR_RANGE_UNIT) {
    *low = 0;
    *high = 1;
  }
}

static bool outside(lang_builder *b, const lang_item *item, const ir_distribution *d,
                    const lang_distribution *use) {
  const char *next = d->range == IR_RANGE_UNIT      ? "declare it unit"
                     : d->range == IR_RANGE_BETWEEN ? "declare it interval(a, b) with the "
                                                      "bounds of the uniform distribution"
                                                    : "declare it positive";
  return erg_error(b->p, use->call->whole, next,
                   "'%s' is %s, but %s has values only where they are %s", item->name,
                   item->type.text, d->name, ir_range_text(d->range));
}

/* Whether a <= b at every element is known to be false. */
static bool surely_greater(lang_builder *b, ir_id x, ir_id y) {
  if (x == y) return false;
  ir_id greater = ir_binary(b->g, IR_GT, x, y);
  double *v = lang_evaluate(b->g, greater);
  if (!v) return false;
  int64_t n = ir_size(b->g, lang_dims(b, greater));
  bool any = false;
  for (int64_t k = 0; k < n; k++) any = any || v[k] != 0;
  free(v);
  return any;
}

static bool uniform_prior(lang_builder *b, const lang_item *item, const lang_distribution *d,
                          lang_bounds bounds, ir_id *log_constant) {
  const ir_distribution *entry = ir_distribution_at(d->number);
  ir_id low = d->args[0].node, high = d->args[1].node;
  if (bounds.lower == IR_NONE || bounds.upper == IR_NONE ||
      surely_greater(b, low, bounds.lower) || surely_greater(b, bounds.upper, high))
    return outside(b, item, entry, d);
  if (bounds.lower == low && bounds.upper == high) return true;
  ir_graph *g = b->g;
  ir_id part = ir_unary(g, IR_LOG, ir_binary(g, IR_SUB, bounds.upper, bounds.lower));
  ir_id whole = ir_unary(g, IR_LOG, ir_binary(g, IR_SUB, high, low));
  *log_constant = ir_binary(g, IR_SUB, part, whole);
  return true;
}

/* The sides at which a support cuts a distribution off. */
static bool cuts(lang_builder *b, const lang_item *item, const lang_distribution *d,
                 lang_bounds bounds, lang_bounds *cut) {
  const ir_distribution *entry = ir_distribution_at(d->number);
  double low, high, value;
  range_limits(entry, &low, &high);
  *cut = bounds;
  if (low > -INFINITY) {
    if (bounds.lower == IR_NONE || (const_value(b, bounds.lower, &value) && value < low))
      return outside(b, item, entry, d);
    if (const_value(b, bounds.lower, &value) && value == low) cut->lower = IR_NONE;
    if (const_value(b, bounds.upper, &value) && value <= low) return outside(b, item, entry, d);
  }
  if (high < INFINITY) {
    if (bounds.upper == IR_NONE || (const_value(b, bounds.upper, &value) && value > high))
      return outside(b, item, entry, d);
    if (const_value(b, bounds.upper, &value) && value == high) cut->upper = IR_NONE;
  }
  return true;
}

static bool at_location(const lang_distribution *d, lang_bounds cut) {
  const ir_distribution *entry = ir_distribution_at(d->number);
  if (!entry->symmetric || (cut.lower != IR_NONE) == (cut.upper != IR_NONE)) return false;
  ir_id location = d->args[entry->location].node;
  return cut.lower == location || cut.upper == location;
}

bool lang_truncation(lang_builder *b, const lang_item *item, const lang_distribution *d,
                     lang_bounds bounds, ir_id *log_constant) {
  const ir_distribution *entry = ir_distribution_at(d->number);
  *log_constant = IR_NONE;
  if (d->number == IR_DIST_UNIFORM) {
    if (!uniform_prior(b, item, d, bounds, log_constant)) return false;
    if (!item->normalised) *log_constant = IR_NONE;
    return true;
  }
  lang_bounds cut;
  if (!cuts(b, item, d, bounds, &cut)) return false;
  if ((cut.lower == IR_NONE && cut.upper == IR_NONE) || !item->normalised) return true;
  ir_graph *g = b->g;
  if (at_location(d, cut)) {
    *log_constant = ir_const(g, -M_LN2);
    return true;
  }
  if (!entry->log_cdf)
    return erg_error(b->p, d->call->whole,
                     "write it in the table form with normalised = false to leave the constant "
                     "out: { is = \"...\", normalised = false }",
                     "%s has no cdf here, so its part on %s can't be normalised", entry->name,
                     item->type.text);
  ir_id args[IR_MAX_ARGS];
  for (int i = 0; i < d->n_args; i++) args[i] = d->args[i].node;
  *log_constant = ir_log_between(g, d->number, cut.lower, cut.upper, args);
  return true;
}

ir_id lang_prior_draw(lang_builder *b, const lang_item *item, lang_distribution *d,
                      lang_bounds bounds, ir_dims dims) {
  ir_graph *g = b->g;
  lang_bounds cut;
  if (d->number == IR_DIST_UNIFORM) {
    ir_id none;
    if (!uniform_prior(b, item, d, bounds, &none)) return IR_NONE;
    d->args[0].node = bounds.lower;
    d->args[1].node = bounds.upper;
    return lang_draw(b, d, dims);
  }
  if (!cuts(b, item, d, bounds, &cut)) return IR_NONE;
  if (cut.lower == IR_NONE && cut.upper == IR_NONE) return lang_draw(b, d, dims);
  if (!at_location(d, cut)) {
    ir_id args[IR_MAX_ARGS];
    for (int i = 0; i < d->n_args; i++) args[i] = d->args[i].node;
    ir_id low = cut.lower == IR_NONE ? ir_const(g, -INFINITY) : cut.lower;
    ir_id high = cut.upper == IR_NONE ? ir_const(g, INFINITY) : cut.upper;
    return ir_random_within(g, d->number, args, d->n_args, dims, low, high);
  }
  ir_id location = d->args[ir_distribution_at(d->number)->location].node;
  ir_id off = ir_unary(g, IR_ABS, ir_binary(g, IR_SUB, lang_draw(b, d, dims), location));
  return ir_binary(g, cut.lower != IR_NONE ? IR_ADD : IR_SUB, location, off);
}
