/* Indexing: x[i] with an index, a number, or positions computed from data. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

typedef struct {
  int source;     /* dimension of the array that is replaced */
  bool same;      /* the index runs over that very dimension: nothing to do */
  int rename;     /* the index runs over an alias of it: that one; else -1 */
  ir_id position; /* otherwise */
  ir_dims dims;   /* of the result */
  int into;
  erg_place place;
} step;

static const char *array_text(const ast *e) {
  return e->args[0]->kind == AST_NAME ? e->args[0]->name : "the array";
}

/* Whether all data-only positions lie in the dimension. */
static bool in_range(lang_builder *b, ir_id position, int dim, const ast *e, const ast *arg) {
  double *values = lang_evaluate(b->g, position);
  if (!values) return true;
  int64_t n = ir_size(b->g, lang_dims(b, position)), size = b->g->dims[dim].size;
  bool good = true;
  for (int64_t k = 0; k < n && good; k++) {
    if (values[k] >= 1 && values[k] <= (double)size && values[k] == floor(values[k])) continue;
    const char *name = b->g->dims[lang_base(b, dim)].name;
    const char *next =
        name[0] == '#'
            ? lang_print(&b->arena, "positions go from 1 to %lld", (long long)size)
            : lang_print(&b->arena, "positions in %s go from 1 to %lld", name, (long long)size);
    good = erg_error(b->p, arg->whole, next, "index out of range: %s[%.15g]", array_text(e),
                     values[k]);
  }
  free(values);
  return good;
}

static bool read_step(lang_builder *b, const ast *e, const ast *arg, int source, step *s) {
  *s = (step){
      .source = source, .rename = -1, .position = IR_NONE, .into = -1, .place = arg->whole};
  int base = lang_base(b, source);
  if (arg->kind == AST_NAME) {
    const lang_index *index = lang_find_index(b, arg->name);
    if (index && lang_base(b, index->dim) == base) {
      s->dims = ir_bit(index->dim);
      s->same = index->dim == source;
      s->rename = index->dim;
      return true;
    }
  }
  lang_value v = lang_lower(b, arg);
  if (v.node == IR_NONE) return false;
  const char *base_name = b->g->dims[base].name;
  if (v.into >= 0 && lang_base(b, v.into) != base && base_name[0] != '#' &&
      b->g->dims[v.into].name[0] != '#')
    return erg_error(b->p, arg->whole,
                     lang_print(&b->arena, "the index must be one into %s", base_name),
                     "the index goes through %s, but this dimension of %s is %s",
                     b->g->dims[lang_base(b, v.into)].name, array_text(e), base_name);
  const ir_node n = *ir_at(b->g, v.node);
  if (!n.data_only && !n.random)
    return erg_error(b->p, arg->whole, "positions are numbers, indices or data",
                     "a position can't depend on parameters");
  s->position = v.node;
  if (b->guard != IR_NONE) s->position = ir_if(b->g, b->guard, v.node, ir_const(b->g, 1));
  s->dims = lang_dims(b, s->position);
  bool known = v.into >= 0 && lang_base(b, v.into) == base && b->guard == IR_NONE;
  return known || in_range(b, s->position, source, e, arg);
}

/* Dimensions that a later step brings in may be those that an earlier one still has to
 * replace: then the array's own are moved out of the way first. */
static bool move_away(lang_builder *b, lang_value *v, step *steps, int n) {
  ir_dims incoming = 0;
  for (int i = 0; i < n; i++)
    if (!steps[i].same) incoming |= steps[i].dims;
  if (n < 2) return true;
  for (int i = 0; i < n; i++) {
    if (steps[i].same || !(incoming & ir_bit(steps[i].source))) continue;
    ir_dims avoid = incoming | lang_dims(b, v->node) | b->bound;
    for (int k = 0; k < n; k++) avoid |= steps[k].dims | ir_bit(steps[k].source);
    int other = lang_alias(b, steps[i].source, avoid, steps[i].place);
    if (other < 0) return false;
    v->node = ir_rename(b->g, v->node, steps[i].source, other);
    steps[i].source = other;
  }
  return true;
}

static ir_id apply(lang_builder *b, ir_id node, const step *s) {
  if (s->same) return node;
  if (s->rename >= 0) {
    if (!(lang_dims(b, node) & ir_bit(s->rename)))
      return ir_rename(b->g, node, s->source, s->rename);
    return ir_gather(b->g, node, s->source, ir_position(b->g, s->rename));
  }
  return ir_gather(b->g, node, s->source, s->position);
}

/* Trailing dimensions that an index in scope runs over stay apart from it. */
static bool free_trailing(lang_builder *b, lang_value *v, int n_steps, erg_place place) {
  for (int i = n_steps; i < v->rank; i++) {
    int d = v->order[i];
    if (!(b->bound & ir_bit(d))) continue;
    int other = lang_alias(b, d, b->bound | lang_dims(b, v->node), place);
    if (other < 0) return false;
    v->node = ir_rename(b->g, v->node, d, other);
    v->order[i] = (uint8_t)other;
  }
  return true;
}

lang_value lang_indexed(lang_builder *b, const ast *e) {
  const ast *array = e->args[0];
  int n = e->n_args - 1;
  lang_value v = array->kind == AST_NAME ? lang_name(b, array, false) : lang_lower(b, array);
  if (v.node == IR_NONE) return v;
  if (n > v.rank) {
    const char *next = v.rank ? "leave indices out: fewer indices keep the trailing dimensions"
                              : "leave the brackets out";
    erg_error(b->p, e->args[v.rank + 1]->whole, next, "%s is %s: it has no %s to index",
              array_text(e), lang_shape(b, v.order, v.rank),
              v.rank ? "further dimension" : "dimension");
    return LANG_BAD;
  }
  step steps[LANG_MAX_RANK];
  for (int i = 0; i < n; i++)
    if (!read_step(b, e, e->args[i + 1], v.order[i], &steps[i])) return LANG_BAD;
  if (!free_trailing(b, &v, n, e->place) || !move_away(b, &v, steps, n)) return LANG_BAD;
  ir_dims dims = lang_dims(b, v.node);
  for (int i = 0; i < n; i++) dims |= steps[i].dims;
  if (!lang_check_size(b, dims, e->place)) return LANG_BAD;
  ir_id node = v.node;
  for (int i = 0; i < n; i++) node = apply(b, node, &steps[i]);
  lang_value result = lang_make(b, node);
  result.into = v.into;
  return result;
}
