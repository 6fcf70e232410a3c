/* Computing the summary of a run, from memory or from disk a window of draws at a time. */
#include "output/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/internal.h"
#include "read/interrupt.h"
#include "read/memory.h"

#define WINDOW_BYTES ((int64_t)64 << 20)

/* Where draws come from: exactly one of the two. */
typedef struct {
  const out_schema *schema;
  const out_sink *memory;
  out_draws *disk;
  int chains;
  int64_t draws;
  bool was_interrupted; /* before: only what comes meanwhile ends the work */
  erg_problems *problems;
} source;

typedef struct {
  const source *from;
  int variable;
  int64_t first;
  const double *window; /* of disk: [element][chain][draw] */
} piece;

static bool get_draws(void *data, int64_t scalar, int slot, erg_draws *out) {
  const piece *k = data;
  (void)slot;
  if (erg_interrupted() && !k->from->was_interrupted) return false;
  if (k->from->memory)
    return out_memory_draws(k->from->memory, k->variable, k->first + scalar, out);
  int64_t chains = k->from->chains, draws = k->from->draws;
  *out = (erg_draws){.size = sizeof *out,
                     .chains = k->from->chains,
                     .draws = draws,
                     .values = k->window + scalar * chains * draws,
                     .chain_stride = draws,
                     .draw_stride = 1};
  return true;
}

uint64_t out_summary_bytes(const out_schema *s, int64_t draws, int threads, bool disk) {
  uint64_t scalar = (uint64_t)(s->chains * draws) * sizeof(double), most = 0;
  for (int v = 0; v < s->n_variables; v++) {
    if (!out_group_has_draws(s->variables[v].group)) continue;
    int64_t step = s->variables[v].n, room = scalar ? (int64_t)(WINDOW_BYTES / scalar) : step;
    if (disk && step > room) step = room > 1 ? room : 1;
    uint64_t bytes = (uint64_t)(step < threads ? step : threads) *
                     diag_work_bytes(s->chains, draws);
    if (disk) bytes += (uint64_t)step * scalar;
    if (bytes > most) most = bytes;
  }
  return most;
}

static bool no_memory(erg_problems *p) {
  return erg_error(p, (erg_place){0}, "free memory, or thin the draws",
                   "out of memory for the summary");
}

static bool summarise_variable(const source *s, int v, int threads, diag_summary *out) {
  int64_t n = s->schema->variables[v].n, step = n;
  double *window = NULL;
  if (s->disk) {
    int64_t scalar = s->chains * s->draws * (int64_t)sizeof *window;
    step = scalar ? WINDOW_BYTES / scalar : n;
    if (step < 1) step = 1;
    if (step > n) step = n;
    window = malloc((size_t)(step * scalar) + 1);
    if (!window) return no_memory(s->problems);
  }
  bool good = true;
  for (int64_t first = 0; good && first < n; first += step) {
    int64_t count = n - first < step ? n - first : step;
    piece k = {s, v, first, window};
    if (s->disk) good = out_draws_read(s->disk, v, first, count, window, s->problems);
    if (!good) break;
    erg_status status = diag_summarise_all(count, get_draws, &k, threads, out + first);
    if (status == ERG_NO_MEMORY) no_memory(s->problems);
    good = status == ERG_OK;
  }
  free(window);
  return good;
}

/* Calls `use` with the draws of a statistic; true if there is one. */
static bool statistic(const source *s, const char *name,
                      void (*use)(out_summary *, const erg_draws *), out_summary *out) {
  int v = out_find(s->schema, OUT_SAMPLE_STATS, name);
  if (v < 0 || s->schema->variables[v].n != 1) return false;
  erg_draws d;
  piece k = {s, v, 0, NULL};
  double *window = NULL;
  if (s->disk) {
    k.window = window = malloc((size_t)(s->chains * s->draws) * sizeof *window + 1);
    if (!window || !out_draws_read(s->disk, v, 0, 1, window, s->problems)) {
      free(window);
      return false;
    }
  }
  bool good = get_draws(&k, 0, 0, &d);
  if (good) use(out, &d);
  free(window);
  return good;
}

static double value(const erg_draws *d, int c, int64_t i) {
  return d->values[c * d->chain_stride + i * d->draw_stride];
}

static int64_t *count_over(const erg_draws *d, double limit) {
  int64_t *count = erg_alloc((size_t)d->chains * sizeof *count);
  for (int c = 0; c < d->chains; c++) {
    for (int64_t i = 0; i < d->draws; i++) count[c] += value(d, c, i) >= limit;
  }
  return count;
}

static double *means(const erg_draws *d) {
  double *mean = erg_alloc((size_t)d->chains * sizeof *mean);
  for (int c = 0; c < d->chains; c++) {
    for (int64_t i = 0; i < d->draws; i++) mean[c] += value(d, c, i) / (double)d->draws;
    if (d->draws == 0) mean[c] = NAN;
  }
  return mean;
}

static void use_diverging(out_summary *s, const erg_draws *d) {
  s->divergent = count_over(d, 0.5);
}
static void use_saturated(out_summary *s, const erg_draws *d) {
  s->saturated = count_over(d, 0.5);
}
static void use_acceptance(out_summary *s, const erg_draws *d) { s->acceptance = means(d); }
static void use_depth(out_summary *s, const erg_draws *d) {
  s->mean_depth = means(d);
  if (!s->saturated && s->schema->info.max_depth > 0) {
    s->saturated = count_over(d, s->schema->info.max_depth);
  }
}
static void use_energy(out_summary *s, const erg_draws *d) {
  s->bfmi = erg_alloc((size_t)d->chains * sizeof *s->bfmi);
  diag_bfmi(d, s->bfmi);
}
static void use_steps(out_summary *s, const erg_draws *d) {
  s->n_steps = erg_alloc((size_t)d->chains * sizeof *s->n_steps);
  for (int c = 0; c < d->chains; c++) {
    for (int64_t i = 0; i < d->draws; i++) {
      double n = value(d, c, i);
      if (fabs(n) < 1e15) s->n_steps[c] += (int64_t)n;
    }
  }
}
static void use_step_size(out_summary *s, const erg_draws *d) {
  s->step_size = erg_alloc((size_t)d->chains * sizeof *s->step_size);
  for (int c = 0; c < d->chains; c++) {
    s->step_size[c] = d->draws ? value(d, c, d->draws - 1) : NAN;
  }
}

static out_summary *summarise(const source *from, const diag_limits *limits, int threads,
                              bool interrupted) {
  const out_schema *schema = from->schema;
  out_summary *s = erg_alloc(sizeof *s);
  s->schema = schema;
  s->chains = from->chains;
  s->draws = from->draws;
  s->limits = limits ? *limits : diag_limits_default();
  s->interrupted = interrupted;
  bool posterior = false;
  for (int v = 0; v < schema->n_variables; v++) {
    posterior = posterior || schema->variables[v].group == OUT_POSTERIOR;
  }
  out_group group = posterior ? OUT_POSTERIOR : OUT_PRIOR;
  for (int v = 0; v < schema->n_variables; v++) {
    if (schema->variables[v].group == group) s->n += schema->variables[v].n;
  }
  s->variable = erg_alloc((size_t)s->n * sizeof *s->variable);
  s->element = erg_alloc((size_t)s->n * sizeof *s->element);
  s->rows = erg_alloc((size_t)s->n * sizeof *s->rows);
  int64_t row = 0;
  for (int v = 0; v < schema->n_variables; v++) {
    if (schema->variables[v].group != group) continue;
    if (!summarise_variable(from, v, threads, s->rows + row)) {
      out_summary_free(s);
      return NULL;
    }
    for (int64_t e = 0; e < schema->variables[v].n; e++, row++) {
      s->variable[row] = v;
      s->element[row] = e;
    }
  }
  statistic(from, "diverging", use_diverging, s);
  statistic(from, "reached_max_treedepth", use_saturated, s);
  statistic(from, "tree_depth", use_depth, s);
  statistic(from, "energy", use_energy, s);
  statistic(from, "n_steps", use_steps, s);
  if (!statistic(from, "acceptance_rate", use_acceptance, s)) {
    statistic(from, "mean_tree_accept", use_acceptance, s); /* PyMC */
  }
  statistic(from, "step_size", use_step_size, s);
  if (erg_interrupted() && !from->was_interrupted) { /* some of it is missing */
    out_summary_free(s);
    return NULL;
  }

  diag_run_init(&s->run, from->chains, from->draws);
  s->run.max_depth = schema->info.max_depth;
  s->run.target_accept = schema->info.target_accept;
  s->run.interrupted = interrupted;
  s->run.divergent = s->divergent;
  s->run.saturated = s->saturated;
  s->run.bfmi = s->bfmi;
  for (int64_t i = 0; i < s->n; i++) {
    char name[300];
    out_element_name(schema, s->variable[i], s->element[i], true, name, sizeof name);
    diag_run_add(&s->run, &s->limits, name, &s->rows[i]);
  }
  diag_judge(&s->run, &s->limits, &s->verdict);
  return s;
}

out_summary *out_summary_from_memory(const out_schema *schema, const out_sink *memory,
                                     const diag_limits *limits, int threads, bool interrupted,
                                     erg_problems *p) {
  int64_t shortest = INT64_MAX;
  for (int c = 0; c < schema->chains; c++) {
    int64_t n = out_memory_count(memory, c);
    if (n < shortest) shortest = n;
  }
  source from = {.schema = schema,
                 .memory = memory,
                 .chains = schema->chains,
                 .draws = shortest,
                 .was_interrupted = interrupted,
                 .problems = p};
  return summarise(&from, limits, threads, interrupted);
}

out_summary *out_summary_from_draws(out_draws *draws, const diag_limits *limits, int threads,
                                    erg_problems *p) {
  source from = {.schema = out_draws_schema(draws),
                 .disk = draws,
                 .chains = out_draws_chains(draws),
                 .draws = out_draws_count(draws),
                 .was_interrupted = erg_interrupted(),
                 .problems = p};
  return summarise(&from, limits, threads, out_draws_partial(draws));
}

void out_summary_free(out_summary *s) {
  if (!s) return;
  free(s->variable);
  free(s->element);
  free(s->rows);
  free(s->divergent);
  free(s->saturated);
  free(s->n_steps);
  free(s->bfmi);
  free(s->acceptance);
  free(s->step_size);
  free(s->mean_depth);
  free(s);
}
