#include "run/schema.h"

#include <stdlib.h>
#include <string.h>

#include "run/text.h"

static int dim_of(out_schema *s, const ir_graph *g, int dim) {
  const ir_dimension *d = &g->dims[dim];
  /* The second use of a dimension in one table ("K[i,j]") is an alias of its own name. */
  return out_add_dim(s, d->name, d->size, (const char *const *)d->labels);
}

static int dims_of(out_schema *s, const ir_graph *g, int rank, const uint8_t *order,
                   int dims[OUT_MAX_RANK]) {
  if (rank > OUT_MAX_RANK) rank = OUT_MAX_RANK;
  for (int i = 0; i < rank; i++) dims[i] = dim_of(s, g, order[i]);
  return rank;
}

static out_group group_of(natural_what kind) {
  switch (kind) {
    case NATURAL_LOG_LIKELIHOOD: return OUT_LOG_LIKELIHOOD;
    case NATURAL_REPLICATED: return OUT_POSTERIOR_PREDICTIVE;
    case NATURAL_TERMS: return OUT_LOG_PRIOR;
    default: return OUT_POSTERIOR;
  }
}

/* Values as declared from the canonical order of the graph. */
static void add_data(out_schema *s, const ir_graph *g, const ir_data *d, bool observed) {
  int dims[OUT_MAX_RANK];
  int rank = dims_of(s, g, d->rank, d->order, dims);
  ir_dims set = 0;
  for (int i = 0; i < d->rank; i++) set |= ir_bit(d->order[i]);
  int32_t *offsets = interp_offsets(g, set, d->order, d->rank);
  double *values = run_alloc((size_t)d->n * sizeof *values);
  for (int64_t i = 0; i < d->n; i++) values[i] = d->values[offsets[i]];
  out_add_variable(s, observed ? OUT_OBSERVED_DATA : OUT_CONSTANT_DATA,
                   d->integer ? OUT_I64 : OUT_F64, d->name, rank, dims, values, NULL);
  free(values);
  free(offsets);
}

static bool is_outcome(const ir_graph *g, int data) {
  for (int i = 0; i < g->n_outcomes; i++)
    if (g->outcomes[i].data == data) return true;
  return false;
}

static bool is_natural(const ir_graph *g, int data) {
  for (int i = 0; i < g->n_params; i++)
    if (g->params[i].natural_data == data && g->params[i].unconstrain != IR_NONE) return true;
  return false;
}

out_schema *run_schema(const ir_graph *g, const natural *plan, const erg_sampler *sampler,
                       int chains, int32_t unconstrained, int64_t data_limit) {
  out_schema *s = out_schema_new(chains);
  int n = 0, dims[OUT_MAX_RANK];
  const natural_column *columns = natural_columns(plan, &n);
  for (int i = 0; i < n; i++) {
    int rank = dims_of(s, g, columns[i].rank, columns[i].dims, dims);
    out_add_variable(s, group_of(columns[i].kind), OUT_F64, columns[i].name, rank, dims, NULL,
                     NULL);
  }
  for (int i = 0; i < sampler->n_statistics; i++) {
    const erg_statistic *k = &sampler->statistics[i];
    out_type type = k->type == ERG_TYPE_BOOL  ? OUT_BOOL
                    : k->type == ERG_TYPE_INT ? OUT_I64
                                              : OUT_F64;
    out_add_variable(s, OUT_SAMPLE_STATS, type, k->name, 0, NULL, NULL, k->help);
  }
  if (unconstrained) {
    int dim = out_add_dim(s, "coordinate", unconstrained, NULL);
    out_add_variable(s, OUT_UNCONSTRAINED, OUT_F64, "unconstrained", 1, &dim, NULL,
                     "unconstrained coordinates, centring in force");
  }
  for (int i = 0; i < g->n_data; i++) {
    const ir_data *d = &g->data[i];
    if (!d->name || !d->values || d->n > data_limit || is_natural(g, i)) continue;
    add_data(s, g, d, is_outcome(g, i));
  }
  return s;
}
