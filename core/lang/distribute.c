/* Distributions: arguments checked and broadcast, log densities and draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

static const char *signature(lang_builder *b, int number) {
  char text[96];
  ir_distribution_signature(number, text, sizeof text);
  return lang_print(&b->arena, "%s", text);
}

static bool is_later(const char *name) {
  static const char *const later[] = {"von_mises",
                                      "hypergeometric",
                                      "categorical",
                                      "categorical_logit",
                                      "ordered_logistic",
                                      "ordered_probit",
                                      "multinomial",
                                      "dirichlet",
                                      "dirichlet_multinomial",
                                      "multi_normal",
                                      "multi_normal_cholesky",
                                      "multi_normal_precision",
                                      "multi_student_t",
                                      "lkj_corr",
                                      "lkj_corr_cholesky",
                                      "wishart",
                                      "inv_wishart",
                                      "gaussian_random_walk",
                                      "ar",
                                      "zero_inflated",
                                      "hurdle",
                                      "mixture",
                                      "truncated",
                                      "censored",
                                      "custom",
                                      "markov",
                                      "icar",
                                      NULL};
  for (int i = 0; later[i]; i++)
    if (!strcmp(later[i], name)) return true;
  return false;
}

/* What to write for if(test, dist, dist). */
static const char *where_to_test(const lang_builder *b) {
  bool prior = b->n_active && b->m->items[b->active[b->n_active - 1]].kind == ITEM_PARAM;
  return prior ? "put the test into the arguments: normal(0, if(test, a, b))"
               : "put the test into the arguments, normal(if(test, a, b), sigma), or write the "
                 "parts as two entries: \"y[t > 5]\" = ...";
}

static void not_a_distribution(lang_builder *b, const ast *e) {
  const char *example = "a distribution is written normal(mu, sigma)";
  if (e->kind != AST_CALL && !(e->kind == AST_NAME && ir_distribution_find(e->name) >= 0)) {
    erg_error(b->p, e->whole, example, "expected a distribution");
    return;
  }
  if (e->kind == AST_NAME) {
    erg_error(b->p, e->whole,
              lang_print(&b->arena, "write %s", signature(b, ir_distribution_find(e->name))),
              "'%s' needs arguments", e->name);
    return;
  }
  if (is_later(e->name)) {
    erg_error(b->p, e->place, "the manual's table of distributions lists those that are",
              "the distribution '%s' is not built yet", e->name);
    return;
  }
  const char *names[IR_DISTRIBUTION_COUNT + 1] = {0};
  for (int i = 0; i < IR_DISTRIBUTION_COUNT; i++) names[i] = ir_distribution_at(i)->name;
  const char *near = erg_nearest(e->name, names);
  if (!strcmp(e->name, "if"))
    erg_error(b->p, e->place, where_to_test(b), "'if' can't choose between distributions");
  else if (lang_is_function(e->name))
    erg_error(b->p, e->place, example, "'%s' is a function, not a distribution", e->name);
  else
    erg_error(b->p, e->place,
              near ? lang_print(&b->arena, "did you mean '%s'?", near) : example,
              "unknown distribution '%s'", e->name);
}

static bool in_range(ir_range range, double v) {
  switch (range) {
    case IR_RANGE_POSITIVE:
      return v > 0;
    case IR_RANGE_NONNEGATIVE:
      return v >= 0;
    case IR_RANGE_UNIT:
      return v >= 0 && v <= 1;
    case IR_RANGE_COUNT:
      return v >= 0 && v == floor(v);
    default:
      return !isnan(v);
  }
}

/* A parameter whose support reaches outside what the argument may be. */
static bool check_support(lang_builder *b, const ir_distribution *d, int arg,
                          const lang_value *v, const ast *e) {
  ir_range range = d->arg_ranges[arg];
  const lang_item *item = v->item;
  if (range == IR_RANGE_REAL || !item || item->kind != ITEM_PARAM) return true;
  const char *s = item->type.name;
  bool positive = !strcmp(s, "positive") || !strcmp(s, "unit");
  bool unit = !strcmp(s, "unit");
  if (!strcmp(s, "interval") || !strcmp(s, "lower")) {
    const ast *low = item->type.n_bounds > 0 ? item->type.bounds[0] : NULL;
    const ast *high = item->type.n_bounds > 1 ? item->type.bounds[1] : NULL;
    positive = !low || low->kind != AST_NUMBER || low->number >= 0;
    unit = positive && (!high || high->kind != AST_NUMBER || high->number <= 1) &&
           !strcmp(s, "interval");
  }
  if (range == IR_RANGE_COUNT)
    return erg_error(b->p, e->whole, NULL, "%s of %s is a count, but '%s' is a parameter",
                     d->arg_names[arg], d->name, item->name);
  if (range == IR_RANGE_UNIT ? unit : positive) return true;
  const char *next = lang_print(&b->arena, "declare %s = \"%s ...\"", item->name,
                                range == IR_RANGE_UNIT ? "unit" : "positive");
  if (range == IR_RANGE_UNIT)
    next = lang_print(&b->arena, "%s, or use a logit: bernoulli_logit, binomial_logit", next);
  return erg_error(b->p, e->whole, next, "%s of %s must be %s, but '%s' is %s",
                   d->arg_names[arg], d->name, ir_range_text(range), item->name,
                   item->type.text);
}

static bool check_argument(lang_builder *b, const ir_distribution *d, int arg,
                           const lang_value *v, const ast *e) {
  if (!check_support(b, d, arg, v, e)) return false;
  double *values = lang_evaluate(b->g, v->node);
  if (!values) return true;
  int64_t n = ir_size(b->g, lang_dims(b, v->node));
  double *guard = NULL;
  ir_dims dims = lang_dims(b, v->node), guard_dims = 0;
  if (b->guard != IR_NONE && !(lang_dims(b, b->guard) & ~dims)) {
    guard = lang_evaluate(b->g, b->guard);
    guard_dims = lang_dims(b, b->guard);
  }
  bool good = true;
  for (int64_t k = 0; k < n && good; k++) {
    if (in_range(d->arg_ranges[arg], values[k])) continue;
    if (guard && guard[lang_project(b->g, dims, k, guard_dims)] == 0) continue;
    erg_place place = e->whole;
    const char *where = "";
    if (v->item && v->item->kind == ITEM_DATA && n > 1) {
      where = lang_print(&b->arena, " (%s)",
                         lang_element_name(b, v->item->name, v->order, v->rank, dims, k));
    }
    good =
        erg_error(b->p, place, NULL, "%s of %s must be %s, but is %.15g%s", d->arg_names[arg],
                  d->name, ir_range_text(d->arg_ranges[arg]), values[k], where);
  }
  free(values);
  free(guard);
  return good;
}

lang_distribution lang_apply(lang_builder *b, const ast *e) {
  lang_distribution d = {.number = -1, .call = e};
  int number = e->kind == AST_CALL ? ir_distribution_find(e->name) : -1;
  if (number < 0) {
    not_a_distribution(b, e);
    return d;
  }
  const ir_distribution *entry = ir_distribution_at(number);
  if (e->n_args != entry->n_args) {
    erg_error(b->p, e->place, lang_print(&b->arena, "write %s", signature(b, number)),
              "%s takes %d argument%s, not %d", e->name, entry->n_args,
              entry->n_args == 1 ? "" : "s", e->n_args);
    return d;
  }
  d.n_args = e->n_args;
  bool good = true;
  for (int i = 0; i < e->n_args; i++) {
    d.args[i] = lang_lower(b, e->args[i]);
    good = good && d.args[i].node != IR_NONE;
  }
  for (int i = 0; i < e->n_args && good; i++)
    good = check_argument(b, entry, i, &d.args[i], e->args[i]);
  if (good) d.number = number;
  return d;
}

bool lang_fit_args(lang_builder *b, lang_distribution *d, ir_dims dims, const char *of) {
  const ir_distribution *entry = ir_distribution_at(d->number);
  for (int i = 0; i < d->n_args; i++) {
    d->args[i].node = lang_fit_vector(b, d->args[i].node, dims);
    ir_dims own = lang_dims(b, d->args[i].node), extra = own & ~dims;
    if (!extra || !of) continue;
    return erg_error(
        b->p, d->call->args[i]->whole,
        lang_print(&b->arena, "index it to match, or sum over %s", lang_shape_of(b, extra)),
        "%s of %s is %s, but '%s' is %s: it lacks %s", entry->arg_names[i], entry->name,
        lang_shape_of(b, own), of, lang_shape_of(b, dims), lang_shape_of(b, extra));
  }
  return true;
}

static void nodes_of(const lang_distribution *d, ir_id *args) {
  for (int i = 0; i < IR_MAX_ARGS; i++) args[i] = i < d->n_args ? d->args[i].node : IR_NONE;
}

ir_id lang_log_density(lang_builder *b, const lang_distribution *d, ir_id y) {
  ir_id args[IR_MAX_ARGS];
  nodes_of(d, args);
  return ir_distribution_at(d->number)->log_density(b->g, y, args);
}

ir_id lang_draw(lang_builder *b, const lang_distribution *d, ir_dims dims) {
  ir_id args[IR_MAX_ARGS];
  nodes_of(d, args);
  return ir_random(b->g, d->number, args, d->n_args, dims);
}

ir_distribution_use lang_use(const lang_distribution *d) {
  ir_distribution_use use = {.distribution = d->number, .n_args = d->n_args};
  nodes_of(d, use.args);
  return use;
}
