/* Likelihood precisions by level.
 *
 * The likelihood precisions ell of a family take at most ERG_CENTRING_LEVELS values, and
 * they come in already known numbers. What depends on nothing of an element but its ell
 * (H = P + ell, its root, its logarithm) is computed once a level, a level a lane, and
 * picked by the elements; sums of it weigh each level by its count (ADR 71). */
#include <ergode/centring.h>

#include <stdlib.h>

#include "ir/algebra.h"
#include "ir/passes.h"

typedef struct {
  ir_id *form;     /* [nodes]: the node's values over the levels, or IR_NONE */
  int32_t *family; /* [nodes]: whose levels */
  int level;       /* dimension */
} levels;

/* The node over the levels, where it hangs on one family's ell and scalars alone. */
static ir_id over_levels(ir_graph *g, ir_id old, const ir_id *args, levels *l) {
  const ir_node like = *ir_at(g, old);
  if (like.op == IR_CENTRE_L && like.dims) {
    l->family[old] = like.index;
    return ir_centre(g, IR_CENTRE_LEVEL, like.index, ir_bit(l->level));
  }
  if (!ir_is_elementwise((ir_op)like.op)) return IR_NONE;
  ir_id here[IR_MAX_ARGS];
  int32_t family = -1;
  for (int i = 0; i < like.n_args; i++) {
    ir_id a = like.args[i];
    here[i] = args[i];
    if (ir_at(g, a)->dims == 0) continue;
    if (l->form[a] == IR_NONE || (family >= 0 && family != l->family[a])) return IR_NONE;
    family = l->family[a];
    here[i] = l->form[a];
  }
  if (family < 0) return IR_NONE;
  l->family[old] = family;
  ir_id id = alg_rebuild(g, &like, here, NULL);
  return ir_at(g, id)->dims == ir_bit(l->level) ? id : IR_NONE;
}

/* Whether an operation on what was picked is as cheap as another pick. */
static bool follows_pick(const ir_graph *g, ir_id old, const levels *l) {
  const ir_node *n = ir_at(g, old);
  ir_id picked = IR_NONE;
  if (n->op != IR_ADD && n->op != IR_SUB && n->op != IR_MUL && n->op != IR_SQUARE) return false;
  for (int i = 0; i < n->n_args; i++) {
    if (l->form[n->args[i]] == IR_NONE) continue;
    if (picked != IR_NONE && picked != n->args[i]) return false;
    picked = n->args[i];
  }
  return ir_at(g, picked)->op != IR_CENTRE_L;
}

static ir_id visit(ir_graph *g, ir_id old, const ir_id *args, const ir_id *parts,
                   void *context) {
  levels *l = context;
  const ir_node like = *ir_at(g, old);
  l->form[old] = over_levels(g, old, args, l);
  if (l->form[old] != IR_NONE && like.op != IR_CENTRE_L && !follows_pick(g, old, l))
    return ir_pick(g, l->form[old], ir_centre(g, IR_CENTRE_NUMBER, l->family[old], like.dims));
  if (like.op == IR_SUM && like.dims == 0 && l->form[like.args[0]] != IR_NONE) {
    ir_id count = ir_centre(g, IR_CENTRE_COUNT, l->family[like.args[0]], ir_bit(l->level));
    return ir_reduce(g, IR_SUM, ir_binary(g, IR_MUL, count, l->form[like.args[0]]),
                     ir_bit(l->level));
  }
  return alg_rebuild(g, &like, args, parts);
}

void ir_use_levels(ir_graph *g, ir_id *roots, int n) {
  int count = g->n_nodes;
  bool any = false;
  for (ir_id id = 0; id < count; id++)
    any = any || (ir_at(g, id)->op == IR_CENTRE_L && ir_at(g, id)->dims);
  if (!any || g->n_dims >= IR_MAX_DIMS) return;
  levels l = {.form = malloc((size_t)count * sizeof *l.form),
              .family = malloc((size_t)count * sizeof *l.family),
              .level = ir_add_dim(g, "level", ERG_CENTRING_LEVELS, -1)};
  if (!l.form || !l.family) abort();
  for (ir_id id = 0; id < count; id++) l.form[id] = IR_NONE;
  free(ir_rewrite(g, roots, n, visit, &l));
  free(l.form);
  free(l.family);
}
