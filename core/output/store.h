/* The storage interface: where draws go while a run makes them.
 *
 * A schema describes every variable once (group, name, named dimensions with labels,
 * type); a sink takes blocks of draws in that layout. Sinks compose: out_tee writes to
 * several at once, out_threaded puts one writing thread before another sink. A run sees
 * one `out_sink *` and calls only through its table, so core/run needs no library of
 * core/output:
 *
 *   sink->ops->open(sink, schema, problems)       once
 *   sink->ops->append(sink, block, problems)      any number of times
 *   sink->ops->adapted(sink, chain, ...)          once a chain, between its warm-up and
 *                                                 its first kept draw
 *   sink->ops->close(sink, end, problems)         once, good or interrupted; or
 *   sink->ops->abort(sink)                        after a failure: keeps the .part file
 *   sink->ops->free(sink)
 *
 * One thread at a time calls a sink. A false return carries a problem (full disk, write
 * error: file, cause, next step); what was written before stays readable. After a false
 * return only abort and free may follow.
 */
#ifndef ERGODE_OUTPUT_STORE_H
#define ERGODE_OUTPUT_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include "read/source.h"

#define OUT_SCHEMA_VERSION 1
#define OUT_MAX_RANK 8

typedef enum { OUT_F64, OUT_I64, OUT_BOOL } out_type;

/* Groups, named as ArviZ names them. */
#define OUT_GROUPS(X)                                        \
  X(POSTERIOR, "posterior")                                  \
  X(SAMPLE_STATS, "sample_stats")                            \
  X(UNCONSTRAINED, "unconstrained_posterior")                \
  X(LOG_LIKELIHOOD, "log_likelihood")                        \
  X(LOG_PRIOR, "log_prior")                                  \
  X(POSTERIOR_PREDICTIVE, "posterior_predictive")            \
  X(PRIOR, "prior")                                          \
  X(PRIOR_PREDICTIVE, "prior_predictive")                    \
  /* warm-up: made by out_schema_finish, never added by hand */ \
  X(WARMUP_POSTERIOR, "warmup_posterior")                    \
  X(WARMUP_SAMPLE_STATS, "warmup_sample_stats")              \
  X(WARMUP_UNCONSTRAINED, "warmup_unconstrained_posterior")  \
  /* without chain and draw */                               \
  X(OBSERVED_DATA, "observed_data")                          \
  X(CONSTANT_DATA, "constant_data")
typedef enum {
#define OUT_GROUP_ENUM(name, text) OUT_##name,
  OUT_GROUPS(OUT_GROUP_ENUM)
#undef OUT_GROUP_ENUM
  OUT_GROUP_COUNT
} out_group;
const char *out_group_name(out_group g);

typedef struct {
  char *name;               /* a variable never has a dimension's name: the writer of
                             * NetCDF renames such a dimension to NAME_dim */
  int64_t size;
  char **labels;            /* size strings, or NULL: coordinates 0, 1, ... */
} out_dim;

typedef struct {
  char *name;
  out_group group;
  out_type type;
  int rank;
  int dims[OUT_MAX_RANK];   /* into schema.dims, outermost first */
  int64_t n;                /* elements (a draw) */
  int64_t offset;           /* of its first element in a row; -1 for data groups */
  double *values;           /* data groups only: n values, row-major; owned */
  char *help;               /* long_name, or NULL */
} out_variable;

typedef struct { char *name; char *text; double number; bool integer; } out_attribute;

/* What headers and reports say about the run. Strings are owned (NULL: unknown). */
typedef struct {
  char *model;              /* "eight_schools" */
  char *model_file;
  char *data_file;
  char *init;               /* "2", a file, ... */
  char *backend;            /* sampler id, "cpu" */
  char *device;             /* name of the device really used */
  char *algorithm;          /* "nuts", "hmc" */
  char *metric;             /* "diag_e", "dense_e", "unit_e" */
  char *command;            /* command line, for repeating it */
  char *version;            /* of Ergode */
  char *created_at;         /* ISO 8601, UTC; set by out_schema_finish where NULL */
  uint64_t seed;
  int64_t n_warmup, n_draws; /* planned, a chain */
  int64_t thin;             /* 1 */
  bool save_warmup;
  int max_depth;            /* 0: not applicable */
  double target_accept;     /* 0: no adaptation */
} out_info;

typedef struct out_schema {
  out_dim *dims;            int n_dims;
  out_variable *variables;  int n_variables;
  out_attribute *attributes; int n_attributes; /* of the NetCDF root */
  out_info info;
  int chains;
  int first_chain;          /* coordinate of the first chain, 0 */
  int64_t row;              /* doubles a draw, all draw variables one after another */
  int64_t n_unconstrained;  /* length of `inverse_metric`; 0: none */
} out_schema;

/* Building; strings, labels and values are copied. Life: new, add..., finish, free. */
out_schema *out_schema_new(int chains);
void out_schema_free(out_schema *s);
/* Dimension by name: found if there is one of the same name and size, else made (of the
 * same name and another size: made as NAME_2). Anonymous dimensions ("#3", or NULL) are
 * named VARIABLE_dim_N by out_schema_finish, as ArviZ does. labels may be NULL. */
int out_add_dim(out_schema *s, const char *name, int64_t size, const char *const *labels);
/* Returns the variable's number. dims outermost first. values: data groups only. */
int out_add_variable(out_schema *s, out_group group, out_type type, const char *name, int rank,
                     const int *dims, const double *values, const char *help);
void out_add_attribute(out_schema *s, const char *name, const char *text);
void out_add_number(out_schema *s, const char *name, double number, bool integer);
/* Replaces a string of info by a copy. */
void out_set(char **member, const char *text);
/* Computes n, offset and row. The order of draw variables is that of adding. With
 * info.save_warmup the posterior, sample_stats and unconstrained_posterior variables are
 * stored for warm-up draws too. false with a problem: a name twice in a group, a
 * reserved name (chain, draw, sample). */
bool out_schema_finish(out_schema *s, erg_problems *p);
/* Variable by group and name, or -1. */
int out_find(const out_schema *s, out_group group, const char *name);
/* Name of an element as people and Stan write it: "theta[2,3]", 1-based, with the label
 * in place of the number where `labels` and there is one: "theta[Choate]". */
void out_element_name(const out_schema *s, int variable, int64_t element, bool labels,
                      char *text, int capacity);

/* Draws of all chains, each at its own pace. Row of draw d of chain c starts at
 * rows[(c * capacity + d) * schema.row]; variables lie at their offsets, row-major.
 * Booleans and integers are doubles holding 0, 1, ... Owned by the caller, free after
 * append returns. */
typedef struct {
  bool warmup;
  int64_t capacity;
  const int64_t *filled;    /* [chains] draws in this block */
  const double *rows;
} out_block;

/* How the run ended; [chains] arrays may be NULL. */
typedef struct {
  bool interrupted;
  const double *warmup_s, *sampling_s; /* wall time of each chain */
  double compile_s, total_s;
  const char *reason;       /* NULL, or why it ended early: one line */
} out_end;

typedef struct out_sink out_sink;
typedef struct {
  bool (*open)(out_sink *s, const out_schema *schema, erg_problems *p);
  bool (*append)(out_sink *s, const out_block *block, erg_problems *p);
  /* step_size, inverse_metric [schema.n_unconstrained] (NULL: none) of one chain */
  bool (*adapted)(out_sink *s, int chain, double step_size, const double *inverse_metric,
                  erg_problems *p);
  bool (*close)(out_sink *s, const out_end *end, erg_problems *p);
  void (*abort)(out_sink *s);
  void (*free)(out_sink *s);
} out_sink_ops;
struct out_sink {
  const out_sink_ops *ops;
};

/* --- The sinks --------------------------------------------------------------------- */

/* NetCDF for ArviZ: PATH.part while it runs, PATH once closed (also when interrupted).
 * Chains that end early leave the file cut to the shortest. sync_s: seconds between
 * flushes to disk (1). The schema must outlive the sink. */
out_sink *out_netcdf(const char *path, double sync_s);
/* Stan CSV, one file a chain: PREFIX_1.csv ... (first_chain + 1 ...). */
out_sink *out_stan_csv(const char *prefix);
/* Kept draws in memory, for diagnostics; of the groups in the bit set `groups`
 * (1u << OUT_POSTERIOR | ...). Freed with the sink. out_memory_draws: element `element`
 * of variable `variable`; draws is the shortest chain's number. */
struct erg_draws;
out_sink *out_memory(unsigned groups);
int64_t out_memory_count(const out_sink *s, int chain); /* kept draws of a chain so far */
bool out_memory_draws(const out_sink *s, int variable, int64_t element,
                      struct erg_draws *out);
/* Bytes that out_memory will need for a schema with n draws a chain. */
uint64_t out_memory_bytes(const out_schema *schema, unsigned groups, int64_t draws);

/* Writes to all; takes the sinks (free frees them). The first failure is returned, the
 * other sinks still get everything. */
out_sink *out_tee(out_sink *const *sinks, int n);
/* One writing thread before `inner`, which it takes: append copies the block and returns;
 * it waits while more than `max_bytes` are queued (0: 64 MiB). A failure of the inner
 * sink is returned by the next call. adapted and close keep their place in the order. */
out_sink *out_threaded(out_sink *inner, uint64_t max_bytes);

#endif
