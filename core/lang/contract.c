/* x @ y: the sum over the dimension that they share. */
#include "lang/build.h"

/* The alias of `base` among dims, or -1. */
static int alias_in(const lang_builder *b, ir_dims dims, int base) {
  for (int d = 0; d < b->g->n_dims; d++)
    if ((dims & ir_bit(d)) && b->g->dims[d].alias_of == base) return d;
  return -1;
}

static ir_dims bases(const lang_builder *b, ir_dims dims) {
  ir_dims result = 0;
  for (int d = 0; d < b->g->n_dims; d++)
    if (dims & ir_bit(d)) result |= ir_bit(lang_base(b, d));
  return result;
}

lang_value lang_contraction(lang_builder *b, const ast *e, lang_value x, lang_value y) {
  ir_graph *g = b->g;
  ir_dims dx = lang_dims(b, x.node), dy = lang_dims(b, y.node);
  y.node = lang_fit_vector(b, y.node, dx & ~b->bound);
  x.node = lang_fit_vector(b, x.node, dy & ~b->bound);
  dx = lang_dims(b, x.node);
  dy = lang_dims(b, y.node);
  /* dimensions that an index holds fast don't take part */
  ir_dims shared = bases(b, dx & ~b->bound) & bases(b, dy & ~b->bound);
  int count = __builtin_popcountll(shared);
  int base = count ? __builtin_ctzll(shared) : -1;
  if (count > 1) {
    int last = x.rank ? lang_base(b, x.order[x.rank - 1]) : -1;
    int first = y.rank ? lang_base(b, y.order[0]) : -1;
    if (last != first || last < 0) {
      erg_error(b->p, e->place,
                lang_print(&b->arena, "write the loop out: sum(k in %s: ...[k] * ...[k])",
                           g->dims[base].name),
                "%s @ %s could sum over any of %s", lang_shape(b, x.order, x.rank),
                lang_shape(b, y.order, y.rank), lang_shape_of(b, shared));
      return LANG_BAD;
    }
    base = last;
  }
  if (base < 0) {
    bool unnamed = false;
    for (int d = 0; d < g->n_dims; d++)
      unnamed = unnamed || (((dx | dy) & ir_bit(d)) && g->dims[d].name[0] == '#');
    erg_error(b->p, e->place,
              unnamed ? "declare both with the same named dimension: \"real[feature]\""
                      : "'@' sums over a dimension that both sides have",
              "%s and %s share no dimension", lang_shape(b, x.order, x.rank),
              lang_shape(b, y.order, y.rank));
    return LANG_BAD;
  }
  int square_x = alias_in(b, dx, base), square_y = alias_in(b, dy, base);
  bool base_x = dx & ir_bit(base), base_y = dy & ir_bit(base);
  ir_dims all = dx | dy;
  if (square_x < 0 && square_y < 0) {
    if (!lang_check_size(b, all, e->place)) return LANG_BAD;
    return lang_make(b, ir_contract(g, x.node, y.node, ir_bit(base)));
  }
  /* rows of x, columns of y: the inner dimension is moved to an alias of its own */
  int inner = lang_alias(b, base, all | ir_bit(base) | b->bound, e->place);
  if (inner < 0) return LANG_BAD;
  int from_x = square_x >= 0 ? square_x : base;
  int from_y = base_y ? base : square_y;
  if (square_x >= 0 && !base_x) from_x = square_x;
  ir_id left = ir_rename(g, x.node, from_x, inner);
  ir_id right = ir_rename(g, y.node, from_y, inner);
  if (!lang_check_size(b, lang_dims(b, left) | lang_dims(b, right), e->place)) return LANG_BAD;
  return lang_make(b, lang_unalias(b, ir_contract(g, left, right, ir_bit(inner))));
}
