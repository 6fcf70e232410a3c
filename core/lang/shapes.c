/* Shapes of values: order of dimensions, aliases, anonymous dimensions, broadcasting. */
#include <string.h>

#include "lang/build.h"

int lang_base(const lang_builder *b, int dim) {
  int base = b->g->dims[dim].alias_of;
  return base < 0 ? dim : base;
}

bool lang_order(const lang_builder *b, ir_dims dims, uint8_t *order, int *rank) {
  *rank = 0;
  for (int d = 0; d < b->g->n_dims; d++) {
    if (!(dims & ir_bit(d))) continue;
    if (*rank == LANG_MAX_RANK) return false;
    int at = (*rank)++;
    for (; at > 0 && lang_base(b, order[at - 1]) > lang_base(b, d); at--)
      order[at] = order[at - 1];
    order[at] = (uint8_t)d;
  }
  return true;
}

lang_value lang_make(lang_builder *b, ir_id node) {
  lang_value v = {.node = node, .into = -1};
  if (node != IR_NONE && !lang_order(b, lang_dims(b, node), v.order, &v.rank))
    v.rank = LANG_MAX_RANK; /* lang_check_size reports it */
  return v;
}

lang_value lang_scalar(lang_builder *b, double value) {
  return lang_make(b, ir_const(b->g, value));
}

const char *lang_shape(lang_builder *b, const uint8_t *order, int rank) {
  if (rank == 0) return "a number";
  char *text = lang_print(&b->arena, "[");
  for (int i = 0; i < rank; i++) {
    const char *name = b->g->dims[lang_base(b, order[i])].name;
    if (name[0] == '#') name++;
    text = lang_print(&b->arena, "%s%s%s", text, i ? ", " : "", name);
  }
  return lang_print(&b->arena, "%s]", text);
}

const char *lang_shape_of(lang_builder *b, ir_dims dims) {
  uint8_t order[LANG_MAX_RANK];
  int rank;
  lang_order(b, dims, order, &rank);
  return lang_shape(b, order, rank);
}

static bool room_for_dim(lang_builder *b, erg_place place) {
  if (b->g->n_dims < IR_MAX_DIMS) return true;
  return erg_error(b->p, place, "use named dimensions again",
                   "the model needs more than %d dimensions", IR_MAX_DIMS);
}

int lang_alias(lang_builder *b, int dim, ir_dims avoid, erg_place place) {
  int base = lang_base(b, dim);
  if (!(avoid & ir_bit(base))) return base;
  for (int d = 0; d < b->g->n_dims; d++)
    if (b->g->dims[d].alias_of == base && !(avoid & ir_bit(d))) return d;
  if (!room_for_dim(b, place)) return -1;
  int count = 2;
  for (int d = 0; d < b->g->n_dims; d++) count += b->g->dims[d].alias_of == base;
  char *name = lang_print(&b->arena, "%s_%d", b->g->dims[base].name, count);
  return ir_add_dim(b->g, name, b->g->dims[base].size, base);
}

int lang_anonymous(lang_builder *b, int64_t size, erg_place place) {
  const char *name = lang_print(&b->arena, "#%lld", (long long)size);
  for (int d = 0; d < b->g->n_dims; d++)
    if (!strcmp(b->g->dims[d].name, name)) return d;
  return room_for_dim(b, place) ? ir_anonymous_dim(b->g, size) : -1;
}

/* Whether `node` has the anonymous dimension `dim` from bracketed vectors only, as in
 * 2 * [1, 3]. */
static bool from_brackets(const lang_builder *b, ir_id node, int dim, int depth) {
  const ir_node *n = ir_at(b->g, node);
  if (!(n->dims & ir_bit(dim))) return true;
  if (n->op == IR_PACK) return n->dim == dim;
  if (!ir_is_elementwise((ir_op)n->op) || depth > 32) return false;
  for (int i = 0; i < n->n_args; i++)
    if (!from_brackets(b, n->args[i], dim, depth + 1)) return false;
  return true;
}

ir_id lang_fit_vector(lang_builder *b, ir_id node, ir_dims dims) {
  ir_dims own = lang_dims(b, node), extra = own & ~dims;
  for (int d = 0; extra && d < b->g->n_dims; d++) {
    if (!(extra & ir_bit(d)) || b->g->dims[d].name[0] != '#') continue;
    int found = -1, count = 0;
    for (int to = 0; to < b->g->n_dims; to++)
      if ((dims & ~own & ir_bit(to)) && b->g->dims[to].size == b->g->dims[d].size) {
        found = to;
        count++;
      }
    /* where it is ambiguous the shapes won't fit, and the caller says so */
    if (count == 1 && from_brackets(b, node, d, 0)) return ir_rename(b->g, node, d, found);
  }
  return node;
}

ir_id lang_widen(lang_builder *b, ir_id node, ir_dims dims) {
  ir_graph *g = b->g;
  for (int d = 0; d < g->n_dims; d++)
    if ((dims & ir_bit(d)) && !(lang_dims(b, node) & ir_bit(d)))
      node = ir_binary(g, IR_MUL, node, ir_binary(g, IR_GE, ir_position(g, d), ir_const(g, 0)));
  return node;
}

ir_id lang_unalias(lang_builder *b, ir_id node) {
  for (int d = 0; d < b->g->n_dims; d++) {
    ir_dims dims = lang_dims(b, node);
    int base = lang_base(b, d);
    if ((dims & ir_bit(d)) && base != d && !((dims | b->bound) & ir_bit(base)) &&
        !(b->bound & ir_bit(d)))
      node = ir_rename(b->g, node, d, base);
  }
  return node;
}

bool lang_check_size(lang_builder *b, ir_dims dims, erg_place place) {
  int rank = 0;
  double size = 1;
  for (int d = 0; d < b->g->n_dims; d++)
    if (dims & ir_bit(d)) {
      rank++;
      size *= (double)b->g->dims[d].size;
    }
  if (rank > LANG_MAX_RANK)
    return erg_error(b->p, place, "sum over dimensions earlier",
                     "the value has more than %d dimensions", LANG_MAX_RANK);
  if (size > (double)LANG_MAX_ELEMENTS)
    return erg_error(b->p, place, "operands without a common dimension make a table",
                     "the value %s would have %.3g elements", lang_shape_of(b, dims), size);
  return true;
}

bool lang_type_dims(lang_builder *b, const ast_type *type, uint8_t *order, int *rank) {
  ir_dims used = 0;
  *rank = 0;
  for (int i = 0; i < type->n_dims; i++) {
    const ast *e = type->dims[i];
    if (*rank == LANG_MAX_RANK)
      return erg_error(b->p, e->whole, NULL, "more than %d dimensions", LANG_MAX_RANK);
    int dim = -1;
    if (e->kind == AST_NUMBER) {
      if (!e->integer || e->number < 1 || e->number > 2147483647.0)
        return erg_error(b->p, e->whole, "write real[2] or real[county]",
                         "a size is an integer from 1");
      dim = lang_anonymous(b, (int64_t)e->number, e->whole);
      if (dim < 0) return false;
    } else if (e->kind == AST_NAME) {
      dim = lang_find_dim(b->m, e->name);
      if (dim < 0) {
        const char *names[64] = {0};
        char *known = lang_print(&b->arena, "dimensions:");
        for (int k = 0; k < b->m->n_dims; k++) {
          names[k] = b->m->dims[k].name;
          known = lang_print(&b->arena, "%s%s %s", known, k ? "," : "", names[k]);
        }
        const char *near = erg_nearest(e->name, names);
        if (!b->m->n_dims) known = lang_print(&b->arena, "declare it in [dims]");
        return erg_error(
            b->p, e->whole,
            near ? lang_print(&b->arena, "did you mean '%s'? %s", near, known) : known,
            "unknown dimension '%s'", e->name);
      }
      if (lang_dim_size(b, dim) < 0) return false;
    } else {
      return erg_error(b->p, e->whole, "give the size a name in [dims]",
                       "a dimension is a name or an integer");
    }
    if (used & ir_bit(dim) && (dim = lang_alias(b, dim, used, e->whole)) < 0) return false;
    used |= ir_bit(dim);
    order[(*rank)++] = (uint8_t)dim;
  }
  return lang_check_size(b, used, type->place);
}
