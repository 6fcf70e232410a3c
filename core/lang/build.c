/* The order of a building. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

static void begin(lang_builder *b, const lang_model *m, const lang_options *o,
                  erg_problems *p) {
  *b = (lang_builder){.m = m, .options = o, .p = p, .guard = IR_NONE};
  b->g = ir_graph_new();
  b->g->title = m->title ? strdup(m->title) : NULL;
  b->g->file = strdup(m->source->path);
  b->symbols = lang_alloc(&b->arena, (size_t)m->n_items * sizeof *b->symbols);
  b->dim_state = lang_alloc(&b->arena, (size_t)m->n_dims * sizeof *b->dim_state);
  for (int i = 0; i < m->n_items; i++) b->symbols[i].number = -1;
}

static ir_graph *end(lang_builder *b, bool good) {
  lang_arena_free(&b->arena);
  if (good) return b->g;
  ir_graph_free(b->g);
  return NULL;
}

static bool resolve_all(lang_builder *b, item_kind kind) {
  bool good = true;
  for (int i = 0; i < b->m->n_items; i++)
    if (b->m->items[i].kind == kind)
      good = lang_resolve(b, i, b->m->items[i].place).node != IR_NONE && good;
  return good;
}

static void add_quantities(lang_builder *b, item_kind kind) {
  for (int i = 0; i < b->m->n_items; i++) {
    if (b->m->items[i].kind != kind) continue;
    const lang_value *v = &b->symbols[i].value;
    ir_quantity *q = ir_add_quantity(b->g, b->m->items[i].name, v->node);
    q->generated = kind == ITEM_GENERATE || b->m->items[i].report;
    q->rank = v->rank;
    memcpy(q->order, v->order, sizeof v->order);
  }
}

static bool density(lang_builder *b) {
  if (!lang_size_dims(b) || !lang_bind_data(b) || !lang_declare_params(b)) return false;
  bool good = resolve_all(b, ITEM_PARAM);
  good = resolve_all(b, ITEM_DEFINE) && good;
  good = lang_observe(b) && good;
  good = resolve_all(b, ITEM_GENERATE) && good;
  if (!good) return false;
  add_quantities(b, ITEM_DEFINE);
  add_quantities(b, ITEM_GENERATE);
  lang_lay_out_params(b);
  return true;
}

ir_graph *lang_build(const lang_model *m, const erg_dataset *data, const lang_options *o,
                     erg_problems *p) {
  lang_builder b;
  begin(&b, m, o, p);
  b.data = data;
  return end(&b, density(&b));
}

ir_graph *lang_build_simulation(const lang_model *m, const lang_options *o,
                                int *n_data_quantities, erg_problems *p) {
  lang_builder b;
  begin(&b, m, o, p);
  b.simulation = true;
  bool good = m->has_simulate || erg_error(p, erg_place_whole(m->source),
                                           "add a section [simulate], or name a data file",
                                           "the model doesn't say how to make data");
  good = good && lang_size_dims(&b) && lang_simulate(&b, n_data_quantities);
  return end(&b, good);
}
