/* Which figures the report of a run has. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"
#include "report/draws_plots.h"
#include "report/predictive.h"
#include "report/run_report.h"

enum { FOREST_ROWS = 40, FORESTS = 6, OUTCOMES = 6, NAME = 300 };

static const char chains_section[] = "Chains", forest_section[] = "Intervals",
                  energy_section[] = "Energy", pairs_section[] = "Pairs",
                  predictive_section[] = "Posterior predictive checks";

void report_figures_add(report_figures *f, const char *kind, const char *of,
                        const char *section, const char *caption, bool wide, plot *figure) {
  char name[96];
  int n = snprintf(name, sizeof name, "%02d-%s-%.60s", f->n + 1, kind, of);
  for (int i = 0; i < n; i++) {
    if (!isalnum((unsigned char)name[i])) name[i] = '-';
  }
  while (n && name[n - 1] == '-') name[--n] = 0;
  f->list = erg_realloc(f->list, (size_t)(f->n + 1) * sizeof *f->list);
  f->list[f->n++] =
      (report_figure){erg_copy(name, (size_t)n), section, caption, wide, figure};
}

void report_figures_free(report_figures *f) {
  for (int i = 0; i < f->n; i++) {
    free(f->list[i].name);
    plot_free(f->list[i].figure);
  }
  free(f->list);
  *f = (report_figures){0};
}

static void element(const out_summary *s, int64_t row, bool labels, char *text) {
  out_element_name(s->schema, s->variable[row], s->element[row], labels, text, NAME);
}

/* The summary may be of the run in memory, the draws its file: names are what they share. */
static int variable_of(out_draws *d, const out_summary *s, int64_t row) {
  const out_variable *v = &s->schema->variables[s->variable[row]];
  return out_find(out_draws_schema(d), v->group, v->name);
}

static bool read_scalar(out_draws *d, int variable, int64_t which, const char *name,
                        report_scalar *out, erg_problems *p) {
  *out = (report_scalar){.chains = out_draws_chains(d), .draws = out_draws_count(d)};
  out->values = malloc((size_t)(out->chains * out->draws) * sizeof *out->values + 1);
  if (!out->values)
    return erg_error(p, (erg_place){0}, "free memory, or thin the draws",
                     "out of memory for the figures");
  out->name = erg_copy(name, strlen(name));
  return out_draws_read(d, variable, which, 1, out->values, p);
}

static void free_scalar(report_scalar *s) {
  free(s->name);
  free(s->values);
  *s = (report_scalar){0};
}

/* --- Which parameters --------------------------------------------------------------- */

static double badness(const out_summary *s, int64_t i) {
  const diag_summary *r = &s->rows[i];
  if (r->n_nan || r->n_infinite) return INFINITY;
  if (r->constant) return -INFINITY;
  double ess = fmin(r->ess_bulk, r->ess_tail);
  return fmax(isnan(r->r_hat) ? 0 : (r->r_hat - 1) / (s->limits.r_hat - 1),
              ess > 0 ? s->limits.ess_per_chain * s->chains / ess : 0);
}

static int worst(const out_summary *s, int64_t *rows) {
  int n = 0;
  while (n < REPORT_WORST && n < s->n) {
    int64_t best = -1;
    for (int64_t i = 0; i < s->n; i++) {
      bool taken = false;
      for (int k = 0; k < n; k++) taken = taken || rows[k] == i;
      if (!taken && (best < 0 || badness(s, i) > badness(s, best))) best = i;
    }
    rows[n++] = best;
  }
  return n;
}

static bool unknown(const out_summary *s, const char *word, erg_problems *p) {
  const char **names = erg_alloc((size_t)(s->schema->n_variables + 1) * sizeof *names);
  char list[400] = "";
  int n = 0;
  for (int v = 0; v < s->schema->n_variables; v++) {
    if (!s->n || s->schema->variables[v].group != s->schema->variables[s->variable[0]].group)
      continue;
    names[n++] = s->schema->variables[v].name;
    if (strlen(list) + strlen(names[n - 1]) + 3 < sizeof list) {
      if (*list) strcat(list, ", ");
      strcat(list, names[n - 1]);
    }
  }
  char next[600];
  const char *near = erg_nearest(word, names);
  if (near)
    snprintf(next, sizeof next, "did you mean '%s'? There are %s", near, list);
  else
    snprintf(next, sizeof next, "name some of %s, or an element as theta[2]", list);
  free(names);
  return erg_error(p, (erg_place){0}, next, "the draws hold no parameter '%s'", word);
}

/* A comma in brackets belongs to the element. */
static bool chosen(const out_summary *s, const char *params, int64_t *rows, int *n,
                   erg_problems *p) {
  *n = 0;
  for (const char *from = params; *from;) {
    const char *to = from;
    for (int depth = 0; *to && (*to != ',' || depth > 0); to++)
      depth += *to == '[' ? 1 : *to == ']' ? -1 : 0;
    while (from < to && *from == ' ') from++;
    size_t length = (size_t)(to - from);
    while (length && from[length - 1] == ' ') length--;
    char *word = erg_copy(from, length);
    bool found = false;
    for (int64_t i = 0; i < s->n; i++) {
      char number[NAME], label[NAME];
      element(s, i, false, number);
      element(s, i, true, label);
      if (strcmp(s->schema->variables[s->variable[i]].name, word) && strcmp(number, word) &&
          strcmp(label, word))
        continue;
      found = true;
      bool taken = false;
      for (int k = 0; k < *n; k++) taken = taken || rows[k] == i;
      if (taken) continue;
      if (*n == REPORT_MOST_PARAMETERS) {
        free(word);
        return erg_error(p, (erg_place){0}, "name fewer, or single elements as theta[2]",
                         "--params names more than %d parameters", REPORT_MOST_PARAMETERS);
      }
      rows[(*n)++] = i;
    }
    if (!found && (length || !*params)) {
      unknown(s, word, p);
      free(word);
      return false;
    }
    free(word);
    from = *to ? to + 1 : to;
  }
  return *n > 0 || erg_error(p, (erg_place){0}, "name parameters as mu,theta[2]",
                             "--params names no parameter");
}

/* --- Figures ------------------------------------------------------------------------ */

static double quantile(const report_scalar *s, diag_work *w, double prob) {
  erg_draws d = {.size = sizeof d, .chains = s->chains, .draws = s->draws,
                 .values = s->values, .chain_stride = s->draws, .draw_stride = 1};
  return diag_quantile(w, &d, prob);
}

/* Rows first, first + 1, ... or those with no dimension, in one figure. */
static bool forest(out_draws *d, const out_summary *s, const int64_t *rows, int n,
                   const char *title, report_figures *f, erg_problems *p) {
  char **names = erg_alloc((size_t)n * sizeof *names);
  diag_summary *shown = erg_alloc((size_t)n * sizeof *shown);
  double *low = erg_alloc((size_t)n * 2 * sizeof *low), *high = low + n;
  diag_work *w = diag_work_new();
  bool good = true;
  for (int i = 0; i < n; i++) {
    char name[NAME];
    element(s, rows[i], true, name);
    names[i] = erg_copy(name, strlen(name));
    shown[i] = s->rows[rows[i]];
    report_scalar x = {0};
    good = good && read_scalar(d, variable_of(d, s, rows[i]), s->element[rows[i]], name, &x, p);
    if (good) low[i] = quantile(&x, w, 0.25);
    if (good) high[i] = quantile(&x, w, 0.75);
    free_scalar(&x);
  }
  if (good)
    report_figures_add(f, "forest", title, forest_section, "", true,
                       report_forest(title, (const char *const *)names, shown, low, high, n));
  for (int i = 0; i < n; i++) free(names[i]);
  diag_work_free(w);
  free(names);
  free(shown);
  free(low);
  return good;
}

static bool forests(out_draws *d, const out_summary *s, report_figures *f, erg_problems *p) {
  int64_t rows[FOREST_ROWS];
  int made = 0, n = 0;
  bool good = true;
  for (int64_t i = 0; i < s->n && n < FOREST_ROWS; i++) {
    if (s->schema->variables[s->variable[i]].n == 1) rows[n++] = i;
  }
  if (n) good = forest(d, s, rows, n, "Scalars", f, p);
  for (int64_t i = 0; good && i < s->n && made < FORESTS; i += n) {
    const out_variable *v = &s->schema->variables[s->variable[i]];
    n = (int)(v->n < INT32_MAX ? v->n : INT32_MAX);
    if (n == 1) continue;
    char title[NAME];
    int shown = n < FOREST_ROWS ? n : FOREST_ROWS;
    if (shown < n)
      snprintf(title, sizeof title, "%.200s (the first %d of %d)", v->name, shown, n);
    else
      snprintf(title, sizeof title, "%.200s", v->name);
    for (int k = 0; k < shown; k++) rows[k] = i + k;
    good = forest(d, s, rows, shown, title, f, p);
    made++;
  }
  return good;
}

static bool statistic(out_draws *d, const char *name, report_scalar *out, erg_problems *p) {
  const out_schema *schema = out_draws_schema(d);
  int v = out_find(schema, OUT_SAMPLE_STATS, name);
  if (v < 0 || schema->variables[v].n != 1) return true;
  return read_scalar(d, v, 0, name, out, p);
}

/* Each outcome that was drawn anew besides being observed. */
static bool predictive(out_draws *d, report_figures *f, erg_problems *p) {
  const out_schema *schema = out_draws_schema(d);
  bool good = true;
  int made = 0;
  for (int v = 0; good && v < schema->n_variables && made < OUTCOMES; v++) {
    const out_variable *drawn = &schema->variables[v];
    if (drawn->group != OUT_POSTERIOR_PREDICTIVE || drawn->n < 1) continue;
    int observed = out_find(schema, OUT_OBSERVED_DATA, drawn->name);
    if (observed < 0 || schema->variables[observed].n != drawn->n) continue;
    report_predictive r;
    good = report_predictive_read(d, v, observed, &r, p);
    if (!good) break;
    made++;
    if (r.n > 1)
      report_figures_add(f, "ppc", r.name, predictive_section, "", false,
                         report_predictive_plot(&r));
    report_figures_add(f, "ppc-mean", r.name, predictive_section, "", false,
                       report_predictive_statistic(&r, REPORT_MEAN));
    if (r.n > 1)
      report_figures_add(f, "ppc-sd", r.name, predictive_section, "", false,
                         report_predictive_statistic(&r, REPORT_SD));
    report_predictive_free(&r);
  }
  return good;
}

bool report_run_figures(out_draws *d, const out_summary *s, const char *params,
                        report_figures *f, erg_problems *p) {
  int64_t rows[REPORT_MOST_PARAMETERS];
  int n = 0;
  *f = (report_figures){0};
  if (s->draws < 1 || s->n < 1)
    return erg_error(p, (erg_place){0}, "let the run go on until it has draws",
                     "there are no draws to show");
  if (!params)
    n = worst(s, rows);
  else if (!chosen(s, params, rows, &n, p))
    return false;
  report_scalar divergent = {0}, energy = {0}, *x = erg_alloc((size_t)n * sizeof *x);
  bool good = statistic(d, "diverging", &divergent, p) && statistic(d, "energy", &energy, p);
  const report_scalar *bad = divergent.values ? &divergent : NULL;
  for (int i = 0; good && i < n; i++) {
    char name[NAME];
    element(s, rows[i], true, name);
    good = read_scalar(d, variable_of(d, s, rows[i]), s->element[rows[i]], name, &x[i], p);
    if (!good) break;
    report_figures_add(f, "trace", name, chains_section, "", false, report_trace(&x[i], bad));
    report_figures_add(f, "rank", name, chains_section, "", false, report_rank(&x[i]));
    report_figures_add(f, "posterior", name, chains_section, "", false,
                       report_density(&x[i], &s->rows[rows[i]]));
  }
  good = good && forests(d, s, f, p);
  if (good && energy.values)
    report_figures_add(f, "energy", "", energy_section,
                       "Where the changes are much narrower than the energy itself (E-BFMI "
                       "below 0.3), the chains cross the tails slowly.",
                       true, report_energy(&energy, s->bfmi));
  for (int i = 0, pairs = 0; good && i < n; i++) {
    for (int k = i + 1; k < n && pairs < 6; k++, pairs++) {
      char name[2 * NAME];
      snprintf(name, sizeof name, "%s-%s", x[i].name, x[k].name);
      report_figures_add(f, "pair", name, pairs_section, "", false, report_pair(&x[i], &x[k], bad));
    }
  }
  good = good && predictive(d, f, p);
  for (int i = 0; i < n; i++) free_scalar(&x[i]);
  free(x);
  free_scalar(&divergent);
  free_scalar(&energy);
  if (!good) report_figures_free(f);
  return good;
}
