/* Parameters: declared, transformed to the real line, given their priors. */
#include <string.h>

#include "lang/build.h"

static bool check_type(lang_builder *b, const lang_item *item) {
  static const char *const known[] = {"real",     "positive", "negative", "unit",
                                      "interval", "lower",    "upper",    NULL};
  static const char *const later[] = {"simplex",
                                      "ordered",
                                      "positive_ordered",
                                      "unit_vector",
                                      "sum_to_zero",
                                      "corr_cholesky",
                                      "cov_cholesky",
                                      "corr",
                                      "cov",
                                      NULL};
  static const char *const discrete[] = {"count", "int", "integer", "binary", "bool", NULL};
  const char *name = item->type.name;
  for (int i = 0; known[i]; i++)
    if (!strcmp(known[i], name)) return true;
  for (int i = 0; later[i]; i++)
    if (!strcmp(later[i], name))
      return erg_error(b->p, item->type.place,
                       "supports: real, positive, negative, unit, "
                       "interval(a, b), lower(a), upper(b)",
                       "the support '%s' is not built yet", name);
  for (int i = 0; discrete[i]; i++)
    if (!strcmp(discrete[i], name))
      return erg_error(b->p, item->type.place, "discrete unknowns belong to [latent]",
                       "a parameter can't be of type '%s'", name);
  const char *near = erg_nearest(name, known);
  return erg_error(b->p, item->type.place,
                   near ? lang_print(&b->arena, "did you mean '%s'?", near)
                        : "supports: real, positive, negative, unit, interval(a, b), lower(a), "
                          "upper(b)",
                   "unknown support '%s'", name);
}

bool lang_declare_params(lang_builder *b) {
  bool good = true;
  double total = 0;
  for (int i = 0; i < b->m->n_items; i++) {
    const lang_item *item = &b->m->items[i];
    if (item->kind != ITEM_PARAM) continue;
    uint8_t order[LANG_MAX_RANK] = {0};
    int rank = 0;
    if (!check_type(b, item) || !lang_type_dims(b, &item->type, order, &rank)) {
      b->symbols[i].state = LANG_FAILED;
      good = false;
      continue;
    }
    b->symbols[i].number = b->g->n_params;
    ir_param *p = ir_add_param(b->g, item->name);
    p->rank = rank;
    memcpy(p->order, order, sizeof order);
    for (int k = 0; k < rank; k++) p->dims |= ir_bit(order[k]);
    p->support = strdup(item->type.text);
    p->n = ir_size(b->g, p->dims);
    p->line = item->place.line;
    p->column = item->place.column;
    total += (double)p->n;
    if (total > (double)LANG_MAX_ELEMENTS / 4)
      return erg_error(b->p, item->place, "make its dimensions smaller",
                       "the model would have %.3g unknowns", total);
  }
  return good;
}

void lang_lay_out_params(lang_builder *b) {
  ir_graph *g = b->g;
  int64_t offset = 0, previous = INT64_MAX;
  for (;;) {
    int64_t longest = 0; /* of the lengths below the previous one */
    for (int i = 0; i < g->n_params; i++)
      if (g->params[i].n < previous && g->params[i].n > longest) longest = g->params[i].n;
    if (!longest) break;
    for (int i = 0; i < g->n_params; i++) {
      if (g->params[i].n != longest) continue;
      g->params[i].offset = offset;
      offset += longest;
    }
    previous = longest;
  }
  g->dim = offset;
}

/* The parts of a transform: natural value, log Jacobian (IR_NONE: 0), and back. */
typedef struct {
  ir_id natural, jacobian, back;
} transform;

static transform constrain(lang_builder *b, lang_bounds bounds, ir_id x, ir_id value) {
  ir_graph *g = b->g;
  ir_id low = bounds.lower, high = bounds.upper;
  transform t = {x, IR_NONE, value};
  bool plain = low != IR_NONE && ir_is_const(g, low, 0);
  if (low != IR_NONE && high != IR_NONE) {
    ir_id p = ir_unary(g, IR_INV_LOGIT, x);
    ir_id width = ir_binary(g, IR_SUB, high, low);
    bool unit = plain && ir_is_const(g, high, 1);
    t.natural = unit ? p : ir_binary(g, IR_ADD, low, ir_binary(g, IR_MUL, width, p));
    ir_id soft = ir_unary(g, IR_LOG1P_EXP, x);
    t.jacobian = ir_binary(g, IR_SUB, x, ir_binary(g, IR_MUL, ir_const(g, 2), soft));
    if (!unit) t.jacobian = ir_binary(g, IR_ADD, t.jacobian, ir_unary(g, IR_LOG, width));
    ir_id below = plain ? value : ir_binary(g, IR_SUB, value, low);
    t.back = ir_binary(g, IR_SUB, ir_unary(g, IR_LOG, below),
                       ir_unary(g, IR_LOG, ir_binary(g, IR_SUB, high, value)));
  } else if (low != IR_NONE) {
    ir_id e = ir_unary(g, IR_EXP, x);
    t.natural = plain ? e : ir_binary(g, IR_ADD, low, e);
    t.jacobian = x;
    t.back = ir_unary(g, IR_LOG, plain ? value : ir_binary(g, IR_SUB, value, low));
  } else if (high != IR_NONE) {
    t.natural = ir_binary(g, IR_SUB, high, ir_unary(g, IR_EXP, x));
    t.jacobian = x;
    t.back = ir_unary(g, IR_LOG, ir_binary(g, IR_SUB, high, value));
  }
  return t;
}

static void term(lang_builder *b, ir_term_kind kind, const char *what, int number, ir_id node) {
  ir_param *p = &b->g->params[number];
  const char *name = lang_print(&b->arena, "%s of %s", what, p->name);
  int line = p->line, column = p->column;
  node = lang_widen(b, node, p->dims);
  ir_add_term(b->g, kind, name, node, number, line, column);
}

/* a ~ F((a - m)/s), sampled as u: docs/automatic-centring.md. */
static void centre(lang_builder *b, int number, const lang_distribution *d, ir_id u,
                   ir_id value, bool log_scale) {
  ir_graph *g = b->g;
  const ir_distribution *entry = ir_distribution_at(d->number);
  ir_id m = d->args[entry->location].node, s = d->args[entry->scale].node;
  ir_dims dims = g->params[number].dims;
  int family = g->n_families++;
  g->params[number].family = family;
  g->params[number].element = g->n_elements;
  g->n_elements += g->params[number].n;
  ir_id kappa = ir_centre(g, IR_CENTRE_K, family, dims);
  ir_id ell = ir_centre(g, IR_CENTRE_L, family, dims);
  ir_id h = ir_centre(g, IR_CENTRE_H, family, dims);
  ir_id precision = ir_binary(g, IR_MUL, kappa, ir_unary(g, IR_INV, ir_unary(g, IR_SQUARE, s)));
  ir_id total = ir_binary(g, IR_ADD, precision, ell);
  ir_id r = ir_unary(g, IR_RSQRT, total);
  ir_id information =
      ir_is_const(g, m, 0) ? h : ir_binary(g, IR_ADD, ir_binary(g, IR_MUL, precision, m), h);
  /* r (u + r information): r (information r) + u r with a product less, here and in the gradient */
  ir_id pull = ir_binary(g, IR_MUL, information, r);
  ir_id a = ir_binary(g, IR_MUL, r, ir_binary(g, IR_ADD, u, pull));
  ir_id args[IR_MAX_ARGS];
  for (int i = 0; i < d->n_args; i++) args[i] = d->args[i].node;
  ir_id prior = log_scale ? ir_lognormal_at_log(g, a, args) : entry->log_density(g, a, args);
  ir_id weight = IR_NONE;
  if (d->number == IR_DIST_STUDENT_T || d->number == IR_DIST_CAUCHY) {
    ir_id nu = d->number == IR_DIST_CAUCHY ? ir_const(g, 1) : args[0];
    ir_id e = ir_binary(g, IR_MUL, ir_binary(g, IR_SUB, a, m), ir_unary(g, IR_INV, s));
    ir_id below = ir_binary(g, IR_ADD, nu, ir_unary(g, IR_SQUARE, e));
    weight = ir_binary(g, IR_DIV, ir_binary(g, IR_ADD, nu, ir_const(g, 1)), below);
  }
  ir_id back = log_scale ? ir_unary(g, IR_LOG, value) : value;
  back = ir_binary(g, IR_SUB, back, ir_binary(g, IR_MUL, r, pull));
  back = ir_binary(g, IR_MUL, back, ir_unary(g, IR_SQRT, total));
  term(b, IR_TERM_PRIOR, "prior", number, prior);
  if (log_scale) term(b, IR_TERM_JACOBIAN, "log Jacobian", number, a);
  term(b, IR_TERM_CENTRING, "centring", number, ir_unary(g, IR_LOG, r));
  ir_param *p = &g->params[number];
  p->centring = IR_CENTRING_AUTO;
  p->base = a;
  p->weight = weight;
  p->natural = log_scale ? ir_unary(g, IR_EXP, a) : a;
  p->unconstrain = back;
}

/* Pinned: a = m + s u, u from the standard form. */
static void standardise(lang_builder *b, int number, const lang_distribution *d, ir_id u,
                        ir_id value, bool log_scale) {
  ir_graph *g = b->g;
  const ir_distribution *entry = ir_distribution_at(d->number);
  ir_id m = d->args[entry->location].node, s = d->args[entry->scale].node;
  ir_id a = ir_binary(g, IR_ADD, m, ir_binary(g, IR_MUL, s, u));
  ir_id args[IR_MAX_ARGS];
  for (int i = 0; i < d->n_args; i++) args[i] = d->args[i].node;
  args[entry->location] = ir_const(g, 0);
  args[entry->scale] = ir_const(g, 1);
  int form = log_scale ? IR_DIST_NORMAL : d->number;
  term(b, IR_TERM_PRIOR, "prior", number, ir_distribution_at(form)->log_density(g, u, args));
  ir_id back = ir_binary(g, IR_SUB, log_scale ? ir_unary(g, IR_LOG, value) : value, m);
  ir_param *p = &g->params[number];
  p->centring = IR_CENTRING_PINNED_NONCENTRED;
  p->natural = log_scale ? ir_unary(g, IR_EXP, a) : a;
  p->unconstrain = ir_binary(g, IR_MUL, back, ir_unary(g, IR_INV, s));
}

typedef enum { PLAIN, AUTOMATIC, STANDARD, IMPOSSIBLE } form;

static form choose(lang_builder *b, const lang_item *item, const lang_distribution *d) {
  if (d->number < 0) return item->noncentered == 1 ? IMPOSSIBLE : PLAIN;
  const ir_distribution *entry = ir_distribution_at(d->number);
  bool real = !strcmp(item->type.name, "real") && entry->range == IR_RANGE_REAL;
  bool log_scale = !strcmp(item->type.name, "positive") && d->number == IR_DIST_LOGNORMAL;
  if ((!real && !log_scale) || entry->location < 0)
    return item->noncentered == 1 ? IMPOSSIBLE : PLAIN;
  if (item->noncentered >= 0) return item->noncentered ? STANDARD : PLAIN;
  bool known = ir_at(b->g, d->args[entry->location].node)->data_only &&
               ir_at(b->g, d->args[entry->scale].node)->data_only;
  bool family = log_scale || d->number == IR_DIST_NORMAL || d->number == IR_DIST_STUDENT_T ||
                d->number == IR_DIST_CAUCHY;
  return known || !family ? PLAIN : AUTOMATIC;
}

static bool check_bounds_shape(lang_builder *b, const lang_item *item, lang_bounds *bounds,
                               ir_dims dims) {
  ir_id *both[] = {&bounds->lower, &bounds->upper};
  for (int i = 0; i < 2; i++) {
    if (*both[i] == IR_NONE) continue;
    *both[i] = lang_fit_vector(b, *both[i], dims);
    if (lang_dims(b, *both[i]) & ~dims)
      return erg_error(b->p, item->type.place, NULL, "the bound is %s, but '%s' is %s",
                       lang_shape_of(b, lang_dims(b, *both[i])), item->name,
                       lang_shape_of(b, dims));
  }
  return true;
}

static bool is_flat(const ast *prior) {
  return prior->kind == AST_NAME && !strcmp(prior->name, "flat");
}

lang_value lang_param(lang_builder *b, int i) {
  const lang_item *item = &b->m->items[i];
  ir_graph *g = b->g;
  int number = b->symbols[i].number;
  if (number < 0) return LANG_BAD;
  ir_dims dims = g->params[number].dims;
  lang_bounds bounds;
  if (!lang_support_bounds(b, &item->type, &bounds) ||
      !check_bounds_shape(b, item, &bounds, dims))
    return LANG_BAD;
  lang_distribution d = {.number = -1};
  ir_id constant = IR_NONE;
  if (item->type.has_prior && !is_flat(item->type.prior)) {
    d = lang_apply(b, item->type.prior);
    if (d.number < 0 || !lang_fit_args(b, &d, dims, item->name)) return LANG_BAD;
    if (ir_distribution_at(d.number)->discrete) {
      erg_error(b->p, d.call->whole, "discrete unknowns belong to [latent]",
                "the prior of '%s' is discrete", item->name);
      return LANG_BAD;
    }
    if (!lang_truncation(b, item, &d, bounds, &constant)) return LANG_BAD;
  }
  int values =
      ir_add_data(g, NULL, g->params[number].rank, g->params[number].order, NULL, -1, false);
  ir_id value = g->data[values].node;
  ir_id u = ir_input(g, number, dims);
  g->params[number].input = u;
  g->params[number].natural_data = values;
  bool log_scale = d.number == IR_DIST_LOGNORMAL;
  switch (choose(b, item, &d)) {
    case AUTOMATIC:
      centre(b, number, &d, u, value, log_scale);
      break;
    case STANDARD:
      standardise(b, number, &d, u, value, log_scale);
      break;
    case IMPOSSIBLE:
      erg_error(b->p, item->place,
                "leave noncentered out, or use a location-scale prior: normal, student_t, "
                "cauchy, laplace, logistic on real, lognormal on positive",
                "'%s' has no non-centred form", item->name);
      return LANG_BAD;
    case PLAIN: {
      transform t = constrain(b, bounds, u, value);
      g->params[number].natural = t.natural;
      g->params[number].unconstrain = t.back;
      if (d.number >= 0) {
        ir_id prior;
        if (d.number == IR_DIST_UNIFORM)
          prior = ir_unary(
              g, IR_NEG,
              ir_unary(g, IR_LOG, ir_binary(g, IR_SUB, d.args[1].node, d.args[0].node)));
        else
          prior = lang_log_density(b, &d, t.natural);
        if (constant != IR_NONE) prior = ir_binary(g, IR_SUB, prior, constant);
        term(b, IR_TERM_PRIOR, "prior", number, prior);
      }
      if (t.jacobian != IR_NONE) term(b, IR_TERM_JACOBIAN, "log Jacobian", number, t.jacobian);
      break;
    }
  }
  lang_value v = lang_make(b, lang_widen(b, g->params[number].natural, dims));
  v.rank = g->params[number].rank;
  memcpy(v.order, g->params[number].order, sizeof v.order);
  return v;
}
