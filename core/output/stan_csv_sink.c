/* Stan CSV as CmdStan writes it, one file a chain: read by cmdstanpy, cmdstanr, posterior,
 * stansummary. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/internal.h"
#include "read/memory.h"
#include "read/number.h"

#define STATS 7

typedef struct {
  FILE *file;
  char *path;
  long num_samples_at; /* where the number of kept draws stands */
  long kept_at;        /* where the kept draws begin */
  int64_t kept;
  bool adapted;
} chain_file;

typedef struct {
  out_sink base;
  char *prefix;
  const out_schema *schema;
  chain_file *chains;
  int stat[STATS]; /* variables of the leading columns, -1: none */
  int64_t columns; /* parameters */
  int64_t *at;     /* [columns] place in a row, in the order of columns */
  bool *whole;     /* [columns] written as integers */
  double end_s[2];
} stan_csv;

/* CmdStan's columns, and what they are called in sample_stats. */
static const char *const stat_columns[STATS] = {"lp__",        "accept_stat__", "stepsize__",
                                                "treedepth__", "n_leapfrog__",  "divergent__",
                                                "energy__"};
static const char *const stat_names[STATS] = {
    "lp", "acceptance_rate", "step_size", "tree_depth", "n_steps", "diverging", "energy"};
static const bool stat_whole[STATS] = {false, false, false, true, true, true, false};

/* Width of the padded number of draws, which an interrupted run patches in place. */
#define PADDED "%-20" PRId64

static bool is_column(const out_variable *v) {
  return v->group == OUT_POSTERIOR || v->group == OUT_PRIOR || v->group == OUT_LOG_LIKELIHOOD ||
         v->group == OUT_POSTERIOR_PREDICTIVE || v->group == OUT_PRIOR_PREDICTIVE;
}

/* theta; log_lik for the pointwise log likelihood of a single outcome, log_lik_y of
 * several; y_rep for simulated outcomes. */
static void column_name(const out_schema *s, const out_variable *v, char *name,
                        size_t capacity) {
  if (v->group == OUT_LOG_LIKELIHOOD) {
    int outcomes = 0;
    for (int i = 0; i < s->n_variables; i++) {
      outcomes += s->variables[i].group == OUT_LOG_LIKELIHOOD;
    }
    if (outcomes == 1) {
      snprintf(name, capacity, "log_lik");
    } else {
      snprintf(name, capacity, "log_lik_%s", v->name);
    }
  } else if (v->group == OUT_POSTERIOR_PREDICTIVE || v->group == OUT_PRIOR_PREDICTIVE) {
    snprintf(name, capacity, "%s_rep", v->name);
  } else {
    snprintf(name, capacity, "%s", v->name);
  }
}

/* Columns run column-major: the first index fastest. Element of the k-th column: */
static int64_t element_of(const out_schema *s, const out_variable *v, int64_t k,
                          int64_t index[OUT_MAX_RANK]) {
  int64_t element = 0;
  for (int i = 0; i < v->rank; i++) {
    int64_t size = s->dims[v->dims[i]].size;
    index[i] = k % size;
    k /= size;
  }
  for (int i = 0; i < v->rank; i++) element = element * s->dims[v->dims[i]].size + index[i];
  return element;
}

static void number(FILE *out, double x, bool whole) {
  char text[32];
  if (whole && fabs(x) < 9e15) {
    fprintf(out, "%" PRId64, (int64_t)x);
  } else {
    fwrite(text, 1, (size_t)erg_number_write(text, x), out);
  }
}

static void setting(FILE *out, int depth, const char *name, const char *value) {
  fprintf(out, "# %*s%s = %s\n", 2 * depth, "", name, value && value[0] ? value : "");
}

static void write_header(stan_csv *w, int c) {
  const out_schema *s = w->schema;
  const out_info *f = &s->info;
  FILE *out = w->chains[c].file;
  bool hmc = f->algorithm && !strcmp(f->algorithm, "hmc");
  fprintf(out,
          "# stan_version_major = 2\n# stan_version_minor = 36\n# stan_version_patch = 0\n");
  fprintf(out, "# ergode_version = %s\n", f->version ? f->version : "unknown");
  setting(out, 0, "model", f->model ? f->model : "model");
  setting(out, 0, "start_datetime", f->created_at);
  fprintf(out, "# method = sample (Default)\n#   sample\n");
  w->chains[c].num_samples_at = ftell(out);
  fprintf(out, "#     num_samples = " PADDED "\n", f->n_draws);
  fprintf(out, "#     num_warmup = %" PRId64 "\n", f->n_warmup);
  fprintf(out, "#     save_warmup = %d\n", f->save_warmup);
  fprintf(out, "#     thin = %" PRId64 "\n", f->thin > 1 ? f->thin : 1);
  fprintf(out, "#     adapt\n#       engaged = %d\n", f->n_warmup > 0);
  if (f->target_accept > 0) fprintf(out, "#       delta = %g\n", f->target_accept);
  fprintf(out, "#     algorithm = hmc (Default)\n#       hmc\n");
  if (hmc) {
    fprintf(out, "#         engine = static\n#           static\n");
  } else {
    fprintf(out, "#         engine = nuts (Default)\n#           nuts\n");
    fprintf(out, "#             max_depth = %d\n", f->max_depth ? f->max_depth : 10);
  }
  setting(out, 4, "metric", f->metric ? f->metric : "diag_e");
  fprintf(out, "#         metric_file =\n#         stepsize = 1 (Default)\n");
  fprintf(out, "#         stepsize_jitter = 0 (Default)\n");
  fprintf(out, "#     num_chains = 1 (Default)\n");
  fprintf(out, "# id = %d\n# data\n", s->first_chain + c + 1);
  setting(out, 1, "file", f->data_file);
  setting(out, 0, "init", f->init ? f->init : "2 (Default)");
  fprintf(out, "# random\n#   seed = %" PRIu64 "\n# output\n", f->seed);
  setting(out, 1, "file", w->chains[c].path);
  fprintf(out, "#   diagnostic_file =\n#   refresh = 100 (Default)\n#   sig_figs = 17\n");
  fprintf(out, "#   profile_file =\n#   save_cmdstan_config = 0 (Default)\n");
  fprintf(out, "# num_threads = 1 (Default)\n");
  if (f->backend) setting(out, 0, "backend", f->backend);
  if (f->device) setting(out, 0, "device", f->device);

  for (int i = 0; i < STATS; i++) fprintf(out, "%s%s", i ? "," : "", stat_columns[i]);
  for (int v = 0; v < s->n_variables; v++) {
    const out_variable *x = &s->variables[v];
    char name[300];
    if (!is_column(x)) continue;
    column_name(s, x, name, sizeof name);
    for (int64_t k = 0; k < x->n; k++) {
      int64_t index[OUT_MAX_RANK];
      element_of(s, x, k, index);
      fprintf(out, ",%s", name);
      for (int i = 0; i < x->rank; i++) fprintf(out, ".%" PRId64, index[i] + 1);
    }
  }
  fputc('\n', out);
}

static bool check(stan_csv *w, int c, erg_problems *p) {
  return !ferror(w->chains[c].file) || out_write_failed(p, w->chains[c].path, errno);
}

static bool stan_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  stan_csv *w = (stan_csv *)s;
  w->schema = schema;
  w->chains = erg_alloc((size_t)schema->chains * sizeof *w->chains);
  for (int i = 0; i < STATS; i++)
    w->stat[i] = out_find(schema, OUT_SAMPLE_STATS, stat_names[i]);
  for (int v = 0; v < schema->n_variables; v++) {
    if (is_column(&schema->variables[v])) w->columns += schema->variables[v].n;
  }
  w->at = erg_alloc((size_t)w->columns * sizeof *w->at);
  w->whole = erg_alloc((size_t)w->columns * sizeof *w->whole);
  int64_t column = 0;
  for (int v = 0; v < schema->n_variables; v++) {
    const out_variable *x = &schema->variables[v];
    if (!is_column(x)) continue;
    for (int64_t k = 0; k < x->n; k++) {
      int64_t index[OUT_MAX_RANK];
      w->at[column] = x->offset + element_of(schema, x, k, index);
      w->whole[column++] = x->type != OUT_F64;
    }
  }
  for (int c = 0; c < schema->chains; c++) {
    size_t length = strlen(w->prefix) + 32;
    chain_file *f = &w->chains[c];
    f->path = erg_alloc(length);
    snprintf(f->path, length, "%s_%d.csv", w->prefix, schema->first_chain + c + 1);
    f->file = fopen(f->path, "w+e");
    if (!f->file) return out_write_failed(p, f->path, errno);
    setvbuf(f->file, NULL, _IOFBF, 1 << 16);
    write_header(w, c);
    fflush(f->file);
    if (!check(w, c, p)) return false;
  }
  return true;
}

static bool stan_adapted(out_sink *s, int c, double step_size, const double *metric,
                         erg_problems *p) {
  stan_csv *w = (stan_csv *)s;
  FILE *out = w->chains[c].file;
  int64_t n = w->schema->n_unconstrained;
  if (w->chains[c].adapted) return true;
  w->chains[c].adapted = true;
  fprintf(out, "# Adaptation terminated\n# Step size = ");
  number(out, step_size, false);
  fprintf(out, "\n# Diagonal elements of inverse mass matrix:\n# ");
  for (int64_t i = 0; i < n; i++) {
    if (i) fputs(", ", out);
    number(out, metric ? metric[i] : 1, false);
  }
  fputc('\n', out);
  fflush(out);
  w->chains[c].kept_at = ftell(out);
  return check(w, c, p);
}

static bool stan_append(out_sink *s, const out_block *b, erg_problems *p) {
  stan_csv *w = (stan_csv *)s;
  const out_schema *schema = w->schema;
  if (b->warmup && !schema->info.save_warmup) return true;
  for (int c = 0; c < schema->chains; c++) {
    FILE *out = w->chains[c].file;
    /* readers want the block, also of a run without warm-up */
    if (!b->warmup && b->filled[c] && !stan_adapted(s, c, 1, NULL, p)) return false;
    for (int64_t d = 0; d < b->filled[c]; d++) {
      const double *row = out_row(schema, b, c, d);
      for (int i = 0; i < STATS; i++) {
        if (i) putc_unlocked(',', out);
        number(out, w->stat[i] < 0 ? 0 : row[schema->variables[w->stat[i]].offset],
               stat_whole[i]);
      }
      for (int64_t k = 0; k < w->columns; k++) {
        putc_unlocked(',', out);
        number(out, row[w->at[k]], w->whole[k]);
      }
      putc_unlocked('\n', out);
    }
    if (!b->warmup) w->chains[c].kept += b->filled[c];
    if (b->filled[c]) fflush(out); /* whole lines on disk */
    if (!check(w, c, p)) return false;
  }
  return true;
}

/* Cuts a chain's file to its first `draws` kept draws: readers want chains of one length. */
static bool cut(chain_file *k, int64_t draws) {
  char *line = NULL;
  size_t capacity = 0;
  if (fflush(k->file) || fseek(k->file, k->kept_at, SEEK_SET)) return false;
  for (int64_t i = 0; i < draws; i++) {
    if (getline(&line, &capacity, k->file) < 0) break;
  }
  free(line);
  long end = ftell(k->file);
  if (end < 0 || ftruncate(fileno(k->file), end) || fseek(k->file, end, SEEK_SET)) return false;
  k->kept = draws;
  return true;
}

static bool stan_close(out_sink *s, const out_end *end, erg_problems *p) {
  stan_csv *w = (stan_csv *)s;
  const out_info *f = &w->schema->info;
  int64_t shortest = INT64_MAX, thin = f->thin > 1 ? f->thin : 1;
  bool good = true;
  for (int c = 0; c < w->schema->chains; c++) {
    if (w->chains[c].kept < shortest) shortest = w->chains[c].kept;
  }
  for (int c = 0; c < w->schema->chains; c++) {
    chain_file *k = &w->chains[c];
    double warmup = end->warmup_s ? end->warmup_s[c] : 0;
    double sampling = end->sampling_s ? end->sampling_s[c] : 0;
    if (!stan_adapted(s, c, 1, NULL, p)) good = false;
    if (k->kept > shortest && !cut(k, shortest)) good = out_write_failed(p, k->path, errno);
    fprintf(k->file, "# \n#  Elapsed Time: %.3f seconds (Warm-up)\n", warmup);
    fprintf(k->file, "#                %.3f seconds (Sampling)\n", sampling);
    fprintf(k->file, "#                %.3f seconds (Total)\n# \n", warmup + sampling);
    /* readers count the lines: the header must say how many there are */
    if (k->kept != (f->n_draws + thin - 1) / thin && fflush(k->file) == 0 &&
        fseek(k->file, k->num_samples_at, SEEK_SET) == 0) {
      fprintf(k->file, "#     num_samples = " PADDED, k->kept * thin);
    }
    if (!check(w, c, p)) good = false;
    if (fclose(k->file) && good) good = out_write_failed(p, k->path, errno);
    k->file = NULL;
  }
  return good;
}

static void stan_abort(out_sink *s) {
  stan_csv *w = (stan_csv *)s;
  for (int c = 0; w->chains && c < w->schema->chains; c++) {
    if (w->chains[c].file) fclose(w->chains[c].file);
    w->chains[c].file = NULL;
  }
}

static void stan_free(out_sink *s) {
  stan_csv *w = (stan_csv *)s;
  stan_abort(s);
  for (int c = 0; w->chains && c < w->schema->chains; c++) free(w->chains[c].path);
  free(w->chains);
  free(w->at);
  free(w->whole);
  free(w->prefix);
  free(w);
}

out_sink *out_stan_csv(const char *prefix) {
  static const out_sink_ops ops = {stan_open,  stan_append, stan_adapted,
                                   stan_close, stan_abort,  stan_free};
  stan_csv *w = erg_alloc(sizeof *w);
  w->base.ops = &ops;
  w->prefix = erg_copy(prefix, strlen(prefix));
  return &w->base;
}
