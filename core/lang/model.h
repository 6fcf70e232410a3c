/* A parsed model: its sections as lists, in the order of the file. Internal. */
#ifndef ERGODE_LANG_MODEL_H
#define ERGODE_LANG_MODEL_H

#include "lang/ast.h"
#include "lang/lang.h"

typedef struct {
  const char *name;
  erg_place place;
  erg_place size_place;
  const ast *size;      /* NULL: labels */
  const char **labels;
  int n_labels;
} lang_dim;

typedef enum { ITEM_DATA, ITEM_PARAM, ITEM_DEFINE, ITEM_GENERATE } item_kind;

/* One equation of a definition; several are cases ("p[i, 1]" beside "p[i, t]"). */
typedef struct {
  ast_left left;
  const ast *value;
} lang_equation;

/* A name of [data], [params], [define] or [generate]. */
typedef struct {
  item_kind kind;
  const char *name;
  erg_place place;
  ast_type type;         /* DATA, PARAM */
  const char *from;      /* DATA: its name in the file */
  int noncentered;       /* PARAM: 1, 0, or -1 where not pinned */
  bool normalised;       /* PARAM */
  bool report;           /* DEFINE: with each draw, like [generate] */
  lang_equation *equations;
  int n_equations;
} lang_item;

typedef struct {
  ast_left left;
  const ast *distribution;
} lang_observation;

typedef struct {
  ast_left left;
  const ast *value;      /* NULL: "prior" */
} lang_simulated;

struct lang_model {
  lang_arena arena;
  const erg_source *source;
  erg_toml *toml;
  const char *title, *about, *citation, *data_file;
  erg_place data_file_place;
  lang_dim *dims;
  int n_dims, cap_dims;
  lang_item *items;
  int n_items, cap_items;
  lang_observation *observations;
  int n_observations, cap_observations;
  lang_simulated *simulated;
  int n_simulated, cap_simulated;
  bool has_simulate, has_seed;
  uint64_t seed;
  const erg_toml *run;
};

/* Number of the item or dimension of this name, or -1. */
int lang_find_item(const lang_model *m, const char *name);
int lang_find_dim(const lang_model *m, const char *name);
const lang_simulated *lang_find_simulated(const lang_model *m, const char *name);
const char *lang_section(item_kind kind);
/* Keys that may stand there (lang_all_keys). */
const char *const *lang_keys_of(const char *where);

#endif
