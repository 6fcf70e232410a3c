/* Definitions: plain ones, index equations "K[i, j]" = "...", and their cases. */
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

/* The dimension over which an index runs, found from where it stands alone in brackets.
 * Returns -2 with a problem, -1 where nothing tells. */
static int range_of(lang_builder *b, const char *index, const ast *e) {
  int found = -1;
  if (e->kind == AST_INDEX && e->args[0]->kind == AST_NAME) {
    int item = lang_find_item(b->m, e->args[0]->name);
    for (int i = 1; i < e->n_args && item >= 0; i++) {
      if (e->args[i]->kind != AST_NAME || strcmp(e->args[i]->name, index)) continue;
      lang_value v = lang_resolve(b, item, e->args[0]->place);
      if (v.node == IR_NONE) return -2;
      if (i - 1 < v.rank) found = lang_base(b, v.order[i - 1]);
    }
  }
  for (int i = 0; i < e->n_args; i++) {
    int other = range_of(b, index, e->args[i]);
    if (other == -2) return -2;
    if (other < 0 || other == found) continue;
    if (found >= 0) {
      erg_error(b->p, e->whole,
                lang_print(&b->arena, "write \"[%s in %s]\" on the left", index,
                           b->g->dims[found].name),
                "the index '%s' runs over %s and over %s", index, b->g->dims[found].name,
                b->g->dims[other].name);
      return -2;
    }
    found = other;
  }
  return found;
}

static int said_range(lang_builder *b, const ast_index *index) {
  int dim = lang_find_dim(b->m, index->dim);
  if (dim >= 0) return dim;
  const char *names[64] = {0};
  for (int k = 0; k < b->m->n_dims; k++) names[k] = b->m->dims[k].name;
  const char *near = erg_nearest(index->dim, names);
  erg_error(b->p, index->place,
            near ? lang_print(&b->arena, "did you mean '%s'?", near) : "declare it in [dims]",
            "unknown dimension '%s'", index->dim);
  return -2;
}

/* The case of this definition that says most about index number k's range. */
static int range_in(lang_builder *b, const lang_item *item, int k) {
  const ast_index *named = NULL;
  for (int c = 0; c < item->n_equations; c++) {
    const ast_index *index = &item->equations[c].left.indices[k];
    if (index->dim) return said_range(b, index);
    if (!index->index) continue;
    named = index;
    int dim = range_of(b, index->index, item->equations[c].value);
    if (dim != -1) return dim;
  }
  erg_error(b->p, named ? named->place : item->equations[0].left.indices[k].place,
            "write its range: \"x[i in item]\" = \"...\"",
            named ? "nothing tells what '%s' runs over" : "nothing tells the dimension here",
            named ? named->index : "");
  return -2;
}

/* A case applies where its fixed positions and its condition hold. */
static bool case_test(lang_builder *b, const ast_left *left, const int *dims, ir_id *test) {
  *test = IR_NONE;
  for (int k = 0; k < left->n_indices; k++) {
    const ast_index *index = &left->indices[k];
    if (!index->fixed) continue;
    double at = index->fixed->number, size = (double)b->g->dims[dims[k]].size;
    if (at < 1 || at > size)
      return erg_error(b->p, index->place,
                       lang_print(&b->arena, "positions go from 1 to %.0f", size),
                       "index out of range: %.15g", at);
    ir_id own = ir_binary(b->g, IR_EQ, ir_position(b->g, dims[k]), ir_const(b->g, at));
    *test = *test == IR_NONE ? own : ir_binary(b->g, IR_AND, *test, own);
  }
  if (!left->test) return true;
  lang_value v = lang_lower(b, left->test);
  if (v.node == IR_NONE) return false;
  const ir_node n = *ir_at(b->g, v.node);
  if (!n.data_only || n.random)
    return erg_error(b->p, left->test->whole, "use if(test, a, b) on the right",
                     "a condition on the left can't depend on parameters");
  *test = *test == IR_NONE ? v.node : ir_binary(b->g, IR_AND, *test, v.node);
  return true;
}

bool lang_bind_left(lang_builder *b, const ast_left *left, const lang_value *target,
                    ir_id *test) {
  *test = IR_NONE;
  if (left->n_indices > target->rank)
    return erg_error(b->p, left->place, NULL, "'%s' is %s: too many indices", left->name,
                     lang_shape(b, target->order, target->rank));
  int dims[LANG_MAX_RANK];
  for (int k = 0; k < left->n_indices; k++) {
    const ast_index *index = &left->indices[k];
    dims[k] = target->order[k];
    if (index->dim) {
      int said = said_range(b, index);
      if (said < 0) return false;
      if (said != lang_base(b, dims[k]))
        return erg_error(b->p, index->place, NULL, "'%s' has %s here, not %s", left->name,
                         b->g->dims[lang_base(b, dims[k])].name, b->g->dims[said].name);
    }
    if (!index->index) {
      b->bound |= ir_bit(dims[k]);
      continue;
    }
    if (lang_find_index(b, index->index))
      return erg_error(b->p, index->place, "choose another name", "the index '%s' stands twice",
                       index->index);
    b->indices[b->n_indices++] = (lang_index){index->index, dims[k]};
    b->bound |= ir_bit(dims[k]);
  }
  return case_test(b, left, dims, test);
}

static int fixed_count(const ast_left *left) {
  int n = left->test != NULL;
  for (int k = 0; k < left->n_indices; k++) n += left->indices[k].fixed != NULL;
  return n;
}

/* The elements that are left to each case: where its own test holds and none of a more
 * special case. */
static bool case_tests(lang_builder *b, const lang_item *item, const lang_value *target,
                       ir_id *tests, ir_id *covers) {
  for (int c = 0; c < item->n_equations; c++) {
    lang_scope scope = lang_enter(b);
    bool good = lang_bind_left(b, &item->equations[c].left, target, &tests[c]);
    lang_leave(b, scope);
    if (!good) return false;
  }
  for (int c = 0; c < item->n_equations; c++) {
    covers[c] = tests[c];
    for (int k = 0; k < item->n_equations; k++) {
      if (fixed_count(&item->equations[k].left) <= fixed_count(&item->equations[c].left) ||
          tests[k] == IR_NONE)
        continue;
      ir_id other = ir_unary(b->g, IR_NOT, tests[k]);
      covers[c] = covers[c] == IR_NONE ? other : ir_binary(b->g, IR_AND, covers[c], other);
    }
  }
  return true;
}

/* Whether some element of a data-only test is true. */
static bool anywhere(lang_builder *b, ir_id test) {
  double *v = lang_evaluate(b->g, test);
  bool any = false;
  for (int64_t k = 0, n = ir_size(b->g, lang_dims(b, test)); v && k < n && !any; k++)
    any = v[k] != 0;
  free(v);
  return any;
}

/* Every element belongs to one case: no gap, and no two equally special ones. */
static bool check_cases(lang_builder *b, const lang_item *item, const ir_id *tests) {
  ir_id none = ir_const(b->g, 1);
  for (int c = 0; c < item->n_equations; c++) {
    const ast_left *left = &item->equations[c].left;
    ir_id own = tests[c] == IR_NONE ? ir_const(b->g, 1) : tests[c];
    for (int k = 0; k < c; k++) {
      const ast_left *other = &item->equations[k].left;
      ir_id test = tests[k] == IR_NONE ? ir_const(b->g, 1) : tests[k];
      if (fixed_count(other) == fixed_count(left) &&
          anywhere(b, ir_binary(b->g, IR_AND, own, test)))
        return erg_error(
            b->p, left->place,
            "make one of them more special, or their conditions exclude each other",
            "this case of '%s' overlaps with that of line %d", item->name, other->place.line);
    }
    none = ir_binary(b->g, IR_AND, none, ir_unary(b->g, IR_NOT, own));
  }
  if (anywhere(b, none))
    return erg_error(b->p, item->place, "add the general case, for example \"x[i]\" = 0",
                     "the cases of '%s' leave a gap", item->name);
  return true;
}

static lang_value lower_case(lang_builder *b, const lang_equation *eq, const lang_value *target,
                             ir_id covers) {
  lang_scope scope = lang_enter(b);
  ir_id test;
  lang_value v = LANG_BAD;
  if (lang_bind_left(b, &eq->left, target, &test)) {
    b->guard = covers;
    v = lang_lower(b, eq->value);
  }
  lang_leave(b, scope);
  return v;
}

/* The most general case, and over it each more special one. */
static lang_value join_cases(lang_builder *b, const lang_item *item, const lang_value *target) {
  ir_id *tests = lang_alloc(&b->arena, 2 * (size_t)item->n_equations * sizeof *tests);
  ir_id *covers = tests + item->n_equations, result = IR_NONE;
  if (!case_tests(b, item, target, tests, covers) || !check_cases(b, item, tests))
    return LANG_BAD;
  int into = -1;
  for (int special = 0; special <= LANG_MAX_RANK + 1; special++)
    for (int c = 0; c < item->n_equations; c++) {
      const lang_equation *eq = &item->equations[c];
      if (fixed_count(&eq->left) != special) continue;
      lang_value v = lower_case(b, eq, target, covers[c]);
      if (v.node == IR_NONE) return v;
      if (item->n_equations == 1) into = v.into;
      result = result == IR_NONE ? v.node : ir_if(b->g, tests[c], v.node, result);
    }
  lang_value v = lang_make(b, result);
  v.into = into;
  return v;
}

static lang_value index_equation(lang_builder *b, const lang_item *item) {
  int rank = item->equations[0].left.n_indices;
  lang_value target = {.rank = rank, .into = -1, .item = item};
  ir_dims all = 0;
  for (int k = 0; k < rank; k++) {
    int dim = range_in(b, item, k);
    if (dim < 0 || (dim = lang_alias(b, dim, all, item->place)) < 0) return LANG_BAD;
    all |= ir_bit(dim);
    target.order[k] = (uint8_t)dim;
  }
  if (!lang_check_size(b, all, item->place)) return LANG_BAD;
  lang_value found = join_cases(b, item, &target);
  if (found.node == IR_NONE || !lang_check_size(b, lang_dims(b, found.node) | all, item->place))
    return LANG_BAD;
  lang_value v = lang_make(b, lang_widen(b, found.node, all));
  v.into = found.into;
  /* the left side's order first, then what else there is */
  uint8_t order[LANG_MAX_RANK];
  int n = rank;
  memcpy(order, target.order, sizeof order);
  for (int i = 0; i < v.rank; i++)
    if (!(all & ir_bit(v.order[i])) && n < LANG_MAX_RANK) order[n++] = v.order[i];
  memcpy(v.order, order, sizeof order);
  return v;
}

lang_value lang_equations(lang_builder *b, const lang_item *item) {
  if (item->equations[0].left.n_indices > 0) return index_equation(b, item);
  lang_value v = lang_lower(b, item->equations[0].value);
  if (v.node != IR_NONE) {
    int into = v.into;
    v = lang_make(b, lang_unalias(b, v.node));
    v.into = into;
  }
  return v;
}
