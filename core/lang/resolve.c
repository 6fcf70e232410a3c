/* From a name to its value: definitions are lowered when they are first needed, so the
 * order of the file doesn't matter; cycles are shown. */
#include <string.h>

#include "lang/build.h"

/* "mu -> eta -> mu" */
static void cyclic(lang_builder *b, int i, erg_place place) {
  const lang_item *item = &b->m->items[i];
  int from = b->n_active - 1;
  while (from > 0 && b->active[from] != i) from--;
  if (from == b->n_active - 1) {
    const char *next = "recursive definitions (scans) are not built yet";
    if (item->kind == ITEM_PARAM) next = "a prior may depend on other parameters only";
    if (item->kind == ITEM_DATA) next = "its bounds are made of numbers and other data";
    erg_error(b->p, place, next, "the %s of '%s' refers to itself",
              item->kind == ITEM_PARAM ? "prior" : "definition", item->name);
    return;
  }
  char *chain = lang_print(&b->arena, "%s", item->name);
  for (int k = from + 1; k < b->n_active; k++)
    chain = lang_print(&b->arena, "%s -> %s", chain, b->m->items[b->active[k]].name);
  erg_error(b->p, place, "break the circle at one of them", "cyclic definition: %s -> %s",
            chain, item->name);
}

static lang_value compute(lang_builder *b, int i) {
  const lang_item *item = &b->m->items[i];
  switch (item->kind) {
    case ITEM_PARAM:
      return b->simulation ? lang_simulate_item(b, i) : lang_param(b, i);
    case ITEM_DATA:
      return b->simulation ? lang_simulate_item(b, i) : lang_bind_item(b, i);
    default:
      return lang_equations(b, item);
  }
}

lang_value lang_resolve(lang_builder *b, int i, erg_place place) {
  lang_symbol *s = &b->symbols[i];
  const lang_item *item = &b->m->items[i];
  if (b->binding && item->kind != ITEM_DATA) {
    erg_error(b->p, place, "write numbers and data", "the bounds of data can't depend on '%s'",
              item->name);
    return LANG_BAD;
  }
  switch (s->state) {
    case LANG_DONE:
      break;
    case LANG_FAILED:
      return LANG_BAD; /* reported where it failed */
    case LANG_ACTIVE:
      cyclic(b, i, place);
      return LANG_BAD;
    case LANG_NEW: {
      if (b->n_active == (int)(sizeof b->active / sizeof *b->active)) {
        erg_error(b->p, place, "make the chain of definitions shorter",
                  "definitions are nested too deeply");
        return LANG_BAD;
      }
      s->state = LANG_ACTIVE;
      b->active[b->n_active++] = i;
      lang_scope scope = lang_enter_fresh(b);
      int hidden = b->n_indices; /* indices of the user aren't seen by the definition */
      lang_index kept[32];
      memcpy(kept, b->indices, sizeof kept);
      b->n_indices = 0;
      lang_value v = compute(b, i);
      memcpy(b->indices, kept, sizeof kept);
      b->n_indices = hidden;
      lang_leave(b, scope);
      b->n_active--;
      v.item = item;
      s->value = v;
      s->state = v.node == IR_NONE ? LANG_FAILED : LANG_DONE;
      break;
    }
  }
  if (s->state == LANG_DONE && item->kind == ITEM_GENERATE && b->n_active > 0 &&
      b->m->items[b->active[b->n_active - 1]].kind != ITEM_GENERATE) {
    erg_error(b->p, place, "move it to [define]", "'%s' is only known in [generate]",
              item->name);
    return LANG_BAD;
  }
  return s->state == LANG_DONE ? s->value : LANG_BAD;
}
