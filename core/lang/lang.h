/* The model language (docs/language.md): from a TOML file and data to a graph.
 *
 * A model is parsed once and built as often as there are data sets or sizes. Building
 * has three steps: dimensions get their sizes, data are bound and checked, expressions
 * are lowered to nodes. All three stop at the first problem of a definition and go on
 * with the next where that makes sense, so that several problems show at once.
 *
 * Places in problems and in the graph refer to the model's source and to the data set's,
 * which must outlive them. Nothing here is shared: any thread may use its own model.
 */
#ifndef ERGODE_LANG_LANG_H
#define ERGODE_LANG_LANG_H

#include <stdbool.h>
#include <stdint.h>

#include "ir/ir.h"
#include "read/dataset.h"
#include "read/source.h"
#include "read/toml.h"

typedef struct lang_model lang_model;

/* A size or number given outside of the file: `--dim group=500`. The name is a dimension,
 * or a scalar data entry that a size is made from. */
typedef struct {
  const char *name;
  int64_t size;
} lang_size;

typedef struct {
  const lang_size *sizes; /* override the file's */
  int n_sizes;
  bool from_prior;        /* simulation: every parameter with a prior is drawn from it,
                           * whatever [simulate] says (prior prediction, SBC) */
} lang_options;

/* NULL with problems. The source must outlive the model. */
lang_model *lang_parse(const erg_source *model, erg_problems *p);
void lang_free(lang_model *m);

/* The log density given data (NULL: a model without data). options may be NULL.
 * NULL with problems. */
ir_graph *lang_build(const lang_model *m, const erg_dataset *data, const lang_options *o,
                     erg_problems *p);

/* Whether the file says how to make data: it has a [simulate] section. */
bool lang_has_simulation(const lang_model *m);
/* A graph without parameters whose quantities, in this order, are every data entry that
 * a file would hold (outcomes drawn through IR_RANDOM) and then every parameter's true
 * value; g->n_params is 0. Evaluate it once; quantity `name` of rank r has its dimensions
 * in .order. n_data_quantities (may be NULL) receives how many are data. */
ir_graph *lang_build_simulation(const lang_model *m, const lang_options *o,
                                int *n_data_quantities, erg_problems *p);
/* [simulate] seed, or `otherwise`. */
uint64_t lang_simulation_seed(const lang_model *m, uint64_t otherwise);

/* Every key that a model file may have, and where: "" is the top level, "[data]" a table
 * that stands for an entry of that section. Whatever else is written is an error; keys
 * that are refused as not built yet aren't among these. */
typedef struct {
  const char *where;
  const char *const *keys; /* NULL-terminated */
} lang_keys;
const lang_keys *lang_all_keys(int *n);

/* Texts of the top level; NULL where missing. */
const char *lang_title(const lang_model *m);
const char *lang_about(const lang_model *m);
const char *lang_citation(const lang_model *m);
const char *lang_file(const lang_model *m);
/* The file of data that the model names, from the model's own folder on, and the name's
 * place; NULL where it names none. */
const char *lang_data_file(const lang_model *m, erg_place *place);
/* The [run] table (its keys have been checked), or NULL. */
const erg_toml *lang_run_defaults(const lang_model *m);
/* Whether data are needed that [simulate] or literals don't give: any [data] entry. */
bool lang_needs_data(const lang_model *m);

#endif
