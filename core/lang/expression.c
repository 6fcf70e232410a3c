/* Expressions to nodes: names, arithmetic, vectors. Operands align by dimension name. */
#include <math.h>
#include <string.h>

#include "lang/build.h"

#define MAX_DEPTH 3000

const lang_index *lang_find_index(const lang_builder *b, const char *name) {
  for (int i = b->n_indices - 1; i >= 0; i--)
    if (!strcmp(b->indices[i].name, name)) return &b->indices[i];
  return NULL;
}

bool lang_bind_index(lang_builder *b, const char *name, int dim, erg_place place, int *bound) {
  if (b->n_indices == (int)(sizeof b->indices / sizeof *b->indices))
    return erg_error(b->p, place, "give parts of it names in [define]", "too many indices");
  if (lang_find_index(b, name))
    return erg_error(b->p, place, "choose another name", "the index '%s' is already in use",
                     name);
  int own = lang_alias(b, dim, b->bound, place);
  if (own < 0) return false;
  b->indices[b->n_indices++] = (lang_index){name, own};
  b->bound |= ir_bit(own);
  *bound = own;
  return true;
}

const char *lang_known_names(lang_builder *b, const char *name) {
  const char *names[512] = {0};
  int n = 0;
  for (int i = 0; i < b->n_indices; i++) names[n++] = b->indices[i].name;
  for (int i = 0; i < b->m->n_items && n < 450; i++) names[n++] = b->m->items[i].name;
  for (int i = 0; i < b->m->n_dims; i++) names[n++] = b->m->dims[i].name;
  const char *near = erg_nearest(name, names);
  char *text = near ? lang_print(&b->arena, "did you mean '%s'? ", near)
                    : lang_print(&b->arena, "%s", "");
  text = lang_print(&b->arena, "%snames here:", text);
  for (int i = 0; i < n && i < 40; i++)
    text = lang_print(&b->arena, "%s%s %s", text, i ? "," : "", names[i]);
  return n > 40 ? lang_print(&b->arena, "%s, ...", text) : text;
}

/* A name without brackets stands for the whole array: where an index runs over one of its
 * dimensions, it keeps them apart. */
static lang_value apart(lang_builder *b, lang_value v, erg_place place) {
  ir_dims clash = lang_dims(b, v.node) & b->bound;
  for (int d = 0; clash && d < b->g->n_dims; d++) {
    if (!(clash & ir_bit(d))) continue;
    int other = lang_alias(b, d, b->bound | lang_dims(b, v.node), place);
    if (other < 0) return LANG_BAD;
    v.node = ir_rename(b->g, v.node, d, other);
    for (int i = 0; i < v.rank; i++)
      if (v.order[i] == d) v.order[i] = (uint8_t)other;
  }
  return v;
}

lang_value lang_name(lang_builder *b, const ast *e, bool whole) {
  const lang_index *index = lang_find_index(b, e->name);
  if (index) {
    lang_value v = lang_make(b, ir_position(b->g, index->dim));
    v.into = lang_base(b, index->dim);
    return v;
  }
  int i = lang_find_item(b->m, e->name);
  if (i >= 0) {
    lang_value v = lang_resolve(b, i, e->place);
    return v.node == IR_NONE || !whole ? v : apart(b, v, e->place);
  }
  if (!strcmp(e->name, "pi")) return lang_scalar(b, M_PI);
  if (!strcmp(e->name, "inf")) return lang_scalar(b, INFINITY);
  int dim = lang_find_dim(b->m, e->name);
  if (dim >= 0) return lang_scalar(b, (double)b->g->dims[dim].size);
  if (ir_distribution_find(e->name) >= 0 || lang_is_function(e->name))
    erg_error(b->p, e->place, lang_print(&b->arena, "write %s(...)", e->name),
              "'%s' needs arguments", e->name);
  else
    erg_error(b->p, e->place, lang_known_names(b, e->name), "unknown name '%s'", e->name);
  return LANG_BAD;
}

/* Two lists of unequal length without names are a mistake, not a table. */
static bool anonymous_clash(lang_builder *b, ir_dims x, ir_dims y, erg_place place) {
  ir_dims only_x = x & ~y, only_y = y & ~x;
  int dx = -1, dy = -1;
  for (int d = 0; d < b->g->n_dims; d++) {
    if (b->g->dims[lang_base(b, d)].name[0] != '#') continue;
    if (only_x & ir_bit(d)) dx = d;
    if (only_y & ir_bit(d)) dy = d;
  }
  if (dx < 0 || dy < 0) return false;
  erg_error(b->p, place, "give the dimensions names in [dims] if a table is meant",
            "shapes %s and %s don't fit", lang_shape_of(b, x), lang_shape_of(b, y));
  return true;
}

lang_value lang_binary(lang_builder *b, ir_op op, lang_value x, lang_value y, erg_place place) {
  if (x.node == IR_NONE || y.node == IR_NONE) return LANG_BAD;
  x.node = lang_fit_vector(b, x.node, lang_dims(b, y.node));
  y.node = lang_fit_vector(b, y.node, lang_dims(b, x.node));
  ir_dims dx = lang_dims(b, x.node), dy = lang_dims(b, y.node);
  if (anonymous_clash(b, dx, dy, place) || !lang_check_size(b, dx | dy, place)) return LANG_BAD;
  return lang_make(b, ir_binary(b->g, op, x.node, y.node));
}

static lang_value power(lang_builder *b, lang_value x, const ast *exponent, lang_value y,
                        erg_place place) {
  ir_graph *g = b->g;
  if (exponent->kind == AST_NUMBER) {
    double n = exponent->number;
    if (n == 1) return lang_make(b, x.node);
    if (n == 2) return lang_make(b, ir_unary(g, IR_SQUARE, x.node));
    if (n == 3)
      return lang_make(b, ir_binary(g, IR_MUL, x.node, ir_unary(g, IR_SQUARE, x.node)));
    if (n == 4) return lang_make(b, ir_unary(g, IR_SQUARE, ir_unary(g, IR_SQUARE, x.node)));
    if (n == 0.5) return lang_make(b, ir_unary(g, IR_SQRT, x.node));
    if (n == -0.5) return lang_make(b, ir_unary(g, IR_RSQRT, x.node));
    if (n == -1) return lang_make(b, ir_unary(g, IR_INV, x.node));
    if (n == -2) return lang_make(b, ir_unary(g, IR_INV, ir_unary(g, IR_SQUARE, x.node)));
  }
  return lang_binary(b, IR_POW, x, y, place);
}

static lang_value operation(lang_builder *b, const ast *e) {
  static const ir_op ops[] = {
      [OP_OR] = IR_OR,
      [OP_AND] = IR_AND,
      [OP_LT] = IR_LT,
      [OP_LE] = IR_LE,
      [OP_GT] = IR_GT,
      [OP_GE] = IR_GE,
      [OP_EQ] = IR_EQ,
      [OP_NE] = IR_NE,
      [OP_ADD] = IR_ADD,
      [OP_SUB] = IR_SUB,
      [OP_MUL] = IR_MUL,
      [OP_DIV] = IR_DIV,
      [OP_CONTRACT] = IR_CONTRACT,
      [OP_POW] = IR_POW,
  };
  lang_value x = lang_lower(b, e->args[0]);
  lang_value y = lang_lower(b, e->args[1]);
  if (x.node == IR_NONE || y.node == IR_NONE) return LANG_BAD;
  if (e->op == OP_CONTRACT) return lang_contraction(b, e, x, y);
  if (e->op == OP_POW) return power(b, x, e->args[1], y, e->place);
  return lang_binary(b, ops[e->op], x, y, e->place);
}

static lang_value vector(lang_builder *b, const ast *e) {
  ir_id *parts = lang_alloc(&b->arena, (size_t)e->n_args * sizeof *parts);
  int dim = lang_anonymous(b, e->n_args, e->whole);
  if (dim < 0) return LANG_BAD;
  ir_dims dims = ir_bit(dim);
  for (int i = 0; i < e->n_args; i++) {
    lang_value v = lang_lower(b, e->args[i]);
    if (v.node == IR_NONE) return v;
    if (lang_dims(b, v.node) & ir_bit(dim)) {
      erg_error(b->p, e->args[i]->whole, "write an index equation \"x[i, k]\" = \"...\"",
                "an element of a list can't be a list of the same length");
      return LANG_BAD;
    }
    dims |= lang_dims(b, v.node);
    parts[i] = v.node;
  }
  if (!lang_check_size(b, dims, e->whole)) return LANG_BAD;
  return lang_make(b, ir_pack(b->g, dim, parts, e->n_args));
}

static lang_value lower(lang_builder *b, const ast *e) {
  switch (e->kind) {
    case AST_NUMBER:
      return lang_scalar(b, e->number);
    case AST_NAME:
      return lang_name(b, e, true);
    case AST_INDEX:
      return lang_indexed(b, e);
    case AST_CALL:
      return lang_call(b, e);
    case AST_LOOP:
      return lang_loop(b, e);
    case AST_VECTOR:
      return vector(b, e);
    case AST_BINARY:
      return operation(b, e);
    case AST_NEG:
    case AST_NOT: {
      lang_value v = lang_lower(b, e->args[0]);
      if (v.node == IR_NONE) return v;
      return lang_make(b, ir_unary(b->g, e->kind == AST_NEG ? IR_NEG : IR_NOT, v.node));
    }
  }
  return LANG_BAD;
}

lang_value lang_lower(lang_builder *b, const ast *e) {
  if (b->depth >= MAX_DEPTH) {
    erg_error(b->p, e->place, "make the chain of definitions shorter",
              "definitions are nested too deeply");
    return LANG_BAD;
  }
  b->depth++;
  lang_value v = lower(b, e);
  b->depth--;
  return v;
}
