/* A summary as a terminal's table, as JSON and as Markdown. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "output/extra.h"
#include "output/internal.h"
#include "output/summary.h"
#include "output/table.h"
#include "read/json_write.h"
#include "read/memory.h"
#include "read/whole_file.h"

/* --- Tables ------------------------------------------------------------------------ */

/* A quantity's standing: the larger, the worse. */
static double badness(const out_summary *s, int64_t i) {
  const diag_summary *r = &s->rows[i];
  if (r->n_nan || r->n_infinite) return INFINITY;
  if (r->constant) return -INFINITY;
  double r_hat = isnan(r->r_hat) ? 0 : (r->r_hat - 1) / (s->limits.r_hat - 1);
  double ess = fmin(r->ess_bulk, r->ess_tail), least = s->limits.ess_per_chain * s->chains;
  return fmax(r_hat, ess > 0 ? least / ess : 0);
}

typedef struct {
  int64_t row;
  double badness;
} ranked;

static int worst_first(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->badness != y->badness) return x->badness > y->badness ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Rows to show, malloc'd, *count of them. */
static int64_t *select_rows(const out_summary *s, const out_report *r, int64_t *count) {
  int64_t n = r->max_rows > 0 && r->max_rows < s->n ? r->max_rows : s->n;
  int64_t *rows = erg_alloc((size_t)n * sizeof *rows);
  if (r->only_worst && n < s->n) {
    ranked *all = erg_alloc((size_t)s->n * sizeof *all);
    for (int64_t i = 0; i < s->n; i++) all[i] = (ranked){i, badness(s, i)};
    qsort(all, (size_t)s->n, sizeof *all, worst_first);
    for (int64_t i = 0; i < n; i++) rows[i] = all[i].row;
    free(all);
  } else {
    for (int64_t i = 0; i < n; i++) rows[i] = i;
  }
  *count = n;
  return rows;
}

static out_colour ess_colour(const out_summary *s, const diag_summary *r, double ess) {
  return r->constant || !(ess < s->limits.ess_per_chain * s->chains) ? OUT_PLAIN : OUT_YELLOW;
}

static out_table *summary_table(const out_summary *s, const int64_t *rows, int64_t count) {
  out_table *t = out_table_new();
  out_table_column(t, "", OUT_LEFT, 0);
  out_table_column(t, "mean", OUT_DECIMAL, 0);
  out_table_column(t, "mcse", OUT_DECIMAL, 5);
  out_table_column(t, "sd", OUT_DECIMAL, 0);
  out_table_column(t, "median", OUT_DECIMAL, 6);
  out_table_column(t, "mad", OUT_DECIMAL, 7);
  out_table_column(t, "q5", OUT_DECIMAL, 3);
  out_table_column(t, "q95", OUT_DECIMAL, 3);
  out_table_column(t, "ess_bulk", OUT_RIGHT, 0);
  out_table_column(t, "ess_tail", OUT_RIGHT, 4);
  out_table_column(t, "r_hat", OUT_RIGHT, 0);
  for (int64_t k = 0; k < count; k++) {
    const diag_summary *r = &s->rows[rows[k]];
    char name[300];
    out_element_name(s->schema, s->variable[rows[k]], s->element[rows[k]], true, name,
                     sizeof name);
    out_table_cell(t, OUT_PLAIN, "%s", name);
    out_table_number(t, OUT_PLAIN, r->mean, r->mcse_mean);
    out_table_cell(t, OUT_DIM, isnan(r->mcse_mean) ? "-" : "%.1g", r->mcse_mean);
    out_table_number(t, OUT_PLAIN, r->sd, r->mcse_sd);
    out_table_number(t, OUT_PLAIN, r->median, r->mcse_median);
    out_table_number(t, OUT_PLAIN, r->mad, r->mcse_sd);
    out_table_number(t, OUT_PLAIN, r->q5, r->mcse_q5);
    out_table_number(t, OUT_PLAIN, r->q95, r->mcse_q95);
    const double ess[2] = {r->ess_bulk, r->ess_tail};
    for (int i = 0; i < 2; i++) {
      if (isnan(ess[i]) || r->constant) {
        out_table_cell(t, OUT_DIM, "-");
      } else {
        out_table_cell(t, ess_colour(s, r, ess[i]), "%.0f", ess[i]);
      }
    }
    out_colour colour = r->r_hat > 1.05              ? OUT_RED
                        : r->r_hat > s->limits.r_hat ? OUT_YELLOW
                                                     : OUT_PLAIN;
    if (isnan(r->r_hat)) {
      out_table_cell(t, OUT_DIM, "-");
    } else {
      out_table_cell(t, colour, r->r_hat < 100 ? "%.3f" : "%.3g", r->r_hat);
    }
  }
  return t;
}

void out_print_verdict(const diag_verdict *v, FILE *out, bool colour) {
  static const char *const marks[] = {" ", "ok", "warning", "bad"};
  static const char *const codes[] = {"", "\033[32m", "\033[33m", "\033[31m"};
  for (int i = 0; i < v->n; i++) {
    const diag_finding *f = &v->findings[i];
    fprintf(out, "%s%-7s%s  %s\n", colour ? codes[f->verdict] : "", marks[f->verdict],
            colour ? "\033[0m" : "", f->text);
    if (f->next[0]) fprintf(out, "         next: %s\n", f->next);
  }
}

void out_print_summary(const out_summary *s, const out_report *r, FILE *out, bool colour) {
  int64_t count, *rows = select_rows(s, r, &count);
  out_table *t = summary_table(s, rows, count);
  out_table_print(t, out, 0, colour);
  if (count < s->n) {
    fprintf(out, "%s%" PRId64 " of %" PRId64 " quantities shown%s\n",
            r->only_worst ? "the worst " : "", count, s->n, "");
  }
  fputc('\n', out);
  out_print_verdict(&s->verdict, out, colour);
  out_table_free(t);
  free(rows);
}

/* --- JSON -------------------------------------------------------------------------- */

static void write_info(erg_json *j, const out_info *f) {
  erg_json_object(j, "run");
  erg_json_string(j, "model", f->model);
  erg_json_string(j, "model_file", f->model_file);
  erg_json_string(j, "data_file", f->data_file);
  erg_json_string(j, "backend", f->backend);
  erg_json_string(j, "device", f->device);
  erg_json_string(j, "algorithm", f->algorithm);
  erg_json_string(j, "metric", f->metric);
  erg_json_string(j, "command", f->command);
  erg_json_string(j, "ergode_version", f->version);
  erg_json_string(j, "created_at", f->created_at);
  erg_json_uint(j, "seed", f->seed);
  erg_json_int(j, "warmup_draws_planned", f->n_warmup);
  erg_json_int(j, "draws_planned", f->n_draws);
  erg_json_int(j, "thin", f->thin);
  if (f->max_depth > 0) erg_json_int(j, "max_depth", f->max_depth);
  if (f->target_accept > 0) erg_json_real(j, "target_accept", f->target_accept);
  erg_json_end(j);
}

static void write_ints(erg_json *j, const char *key, const int64_t *values, int n) {
  if (values) erg_json_ints(j, key, values, (size_t)n);
}
static void write_reals(erg_json *j, const char *key, const double *values, int n) {
  if (values) erg_json_reals(j, key, values, (size_t)n);
}

static void write_verdict(erg_json *j, const diag_verdict *v) {
  erg_json_string(j, "verdict", diag_verdict_text(v->verdict));
  erg_json_array(j, "findings");
  for (int i = 0; i < v->n; i++) {
    const diag_finding *f = &v->findings[i];
    erg_json_object(j, NULL);
    erg_json_string(j, "id", f->id);
    erg_json_string(j, "verdict", diag_verdict_text(f->verdict));
    erg_json_real(j, "value", f->value);
    erg_json_real(j, "limit", f->limit);
    erg_json_string(j, "text", f->text);
    if (f->next[0]) erg_json_string(j, "next", f->next);
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void write_labels(erg_json *j, const out_schema *s, int variable, int64_t element) {
  const out_variable *v = &s->variables[variable];
  if (!v->rank) return;
  erg_json_object(j, "coordinates");
  int64_t index[OUT_MAX_RANK];
  for (int k = v->rank - 1; k >= 0; k--) {
    index[k] = element % s->dims[v->dims[k]].size;
    element /= s->dims[v->dims[k]].size;
  }
  for (int k = 0; k < v->rank; k++) {
    const out_dim *d = &s->dims[v->dims[k]];
    bool twice = false; /* a dimension used twice would be a key twice */
    for (int i = 0; i < k; i++) twice = twice || v->dims[i] == v->dims[k];
    char key[320];
    snprintf(key, sizeof key, twice ? "%s_2" : "%s", d->name);
    if (d->labels) {
      erg_json_string(j, key, d->labels[index[k]]);
    } else {
      erg_json_int(j, key, index[k]);
    }
  }
  erg_json_end(j);
}

/* {"range": {"range": 3.1, "range_verdict": "bad"}} */
static void write_extra(erg_json *j, const out_report *r, int64_t i) {
  if (!r->n_extra) return;
  erg_json_object(j, "diagnostics");
  for (int x = 0; x < r->n_extra; x++) {
    const out_extra *e = &r->extra[x];
    int n = e->diagnostic->n_values;
    erg_json_object(j, e->diagnostic->id);
    for (int k = 0; k < n; k++) {
      const erg_value *v = &e->values[i * n + k];
      char key[128];
      snprintf(key, sizeof key, "%.100s_verdict", out_extra_name(e, k));
      erg_json_real(j, out_extra_name(e, k), v->value);
      if (v->verdict != ERG_VERDICT_NONE)
        erg_json_string(j, key, diag_verdict_text(v->verdict));
    }
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void write_row(erg_json *j, const out_summary *s, const out_report *report, int64_t i) {
  const diag_summary *r = &s->rows[i];
  char name[300];
  erg_json_object(j, NULL);
  out_element_name(s->schema, s->variable[i], s->element[i], false, name, sizeof name);
  erg_json_string(j, "name", name);
  erg_json_string(j, "variable", s->schema->variables[s->variable[i]].name);
  write_labels(j, s->schema, s->variable[i], s->element[i]);
  const struct {
    const char *key;
    double value;
  } numbers[] = {{"mean", r->mean},
                 {"sd", r->sd},
                 {"median", r->median},
                 {"mad", r->mad},
                 {"q5", r->q5},
                 {"q95", r->q95},
                 {"low89", r->low89},
                 {"high89", r->high89},
                 {"mcse_mean", r->mcse_mean},
                 {"mcse_sd", r->mcse_sd},
                 {"mcse_median", r->mcse_median},
                 {"mcse_q5", r->mcse_q5},
                 {"mcse_q95", r->mcse_q95},
                 {"ess_bulk", r->ess_bulk},
                 {"ess_tail", r->ess_tail},
                 {"ess_mean", r->ess_mean},
                 {"ess_sd", r->ess_sd},
                 {"r_hat", r->r_hat}};
  for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
    erg_json_real(j, numbers[k].key, numbers[k].value);
  }
  if (r->n_nan) erg_json_int(j, "n_nan", r->n_nan);
  if (r->n_infinite) erg_json_int(j, "n_infinite", r->n_infinite);
  if (r->constant) erg_json_bool(j, "constant", true);
  write_extra(j, report, i);
  erg_json_end(j);
}

static const out_info *info_of(const out_summary *s, const out_report *r) {
  return r->info ? r->info : &s->schema->info;
}

static void write_json(erg_json *j, const out_summary *s, const out_report *r) {
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", OUT_SCHEMA_VERSION);
  erg_json_string(j, "kind", "summary");
  write_info(j, info_of(s, r));
  erg_json_int(j, "chains", s->chains);
  erg_json_int(j, "draws_per_chain", s->draws);
  erg_json_bool(j, "interrupted", s->interrupted);
  write_verdict(j, &s->verdict);
  erg_json_object(j, "timing");
  erg_json_real(j, "compile_seconds", r->compile_s);
  erg_json_real(j, "total_seconds", r->total_s);
  write_reals(j, "chain_warmup_seconds", r->warmup_s, s->chains);
  write_reals(j, "chain_sampling_seconds", r->sampling_s, s->chains);
  if (r->gradients > 0) erg_json_int(j, "gradients", r->gradients);
  erg_json_end(j);
  erg_json_object(j, "sampler");
  write_ints(j, "divergent_draws", s->divergent, s->chains);
  write_ints(j, "saturated_draws", s->saturated, s->chains);
  write_ints(j, "leapfrog_steps", s->n_steps, s->chains);
  write_reals(j, "bfmi", s->bfmi, s->chains);
  write_reals(j, "acceptance_rate", s->acceptance, s->chains);
  write_reals(j, "step_size", s->step_size, s->chains);
  write_reals(j, "mean_tree_depth", s->mean_depth, s->chains);
  erg_json_end(j);
  erg_json_object(j, "worst");
  erg_json_real(j, "r_hat", s->run.max_r_hat);
  erg_json_real(j, "ess_bulk", s->run.min_ess_bulk);
  erg_json_real(j, "ess_tail", s->run.min_ess_tail);
  erg_json_end(j);
  erg_json_array(j, "quantities");
  for (int64_t i = 0; i < s->n; i++) write_row(j, s, r, i);
  erg_json_end(j);
  erg_json_end(j);
}

bool out_write_json(const out_summary *s, const out_report *r, const char *path,
                    erg_problems *p) {
  erg_json *j = erg_json_open(path);
  write_json(j, s, r);
  int code = erg_json_close(j);
  return code == 0 || out_write_failed(p, path, code);
}

char *out_json_text(const out_summary *s, const out_report *r) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (!out) erg_out_of_memory();
  erg_json *j = erg_json_to(out);
  write_json(j, s, r);
  erg_json_close(j);
  fclose(out);
  return text;
}

/* --- Markdown ---------------------------------------------------------------------- */

static void fact(FILE *out, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void fact(FILE *out, const char *name, const char *format, ...) {
  va_list args;
  fprintf(out, "| %s | ", name);
  va_start(args, format);
  vfprintf(out, format, args);
  va_end(args);
  fputs(" |\n", out);
}

static void text_fact(FILE *out, const char *name, const char *text) {
  if (text && text[0]) fact(out, name, "%s", text);
}

static void write_header(FILE *out, const out_summary *s, const out_report *r) {
  const out_info *f = info_of(s, r);
  fprintf(out, "# %s\n\n", f->model && f->model[0] ? f->model : "Summary");
  fprintf(out, "| | |\n|---|---|\n");
  text_fact(out, "model", f->model_file);
  text_fact(out, "data", f->data_file);
  text_fact(out, "backend", f->backend);
  text_fact(out, "device", f->device);
  text_fact(out, "algorithm", f->algorithm);
  fact(out, "draws", "%d chain%s of %" PRId64 "%s", s->chains, s->chains == 1 ? "" : "s", s->draws,
       s->interrupted ? " (interrupted)" : "");
  if (f->thin > 1)
    fact(out, "thinned", "one draw in %" PRId64 " of %" PRId64 " is kept", f->thin, f->n_draws);
  if (f->n_warmup > 0) fact(out, "warm-up", "%" PRId64 " draws a chain", f->n_warmup);
  fact(out, "seed", "%" PRIu64, f->seed);
  if (r->total_s > 0) fact(out, "wall time", "%.3g s", r->total_s);
  if (r->compile_s > 0) fact(out, "of it compilation", "%.3g s", r->compile_s);
  if (r->gradients > 0) fact(out, "gradients", "%" PRId64, r->gradients);
  text_fact(out, "Ergode", f->version);
  text_fact(out, "started", f->created_at);
  if (f->command) fact(out, "command", "`%s`", f->command);
  fputc('\n', out);
}

static void write_findings(FILE *out, const diag_verdict *v) {
  static const char *const marks[] = {"", "good", "**warning**", "**bad**"};
  fprintf(out, "## Verdict: %s\n\n", diag_verdict_text(v->verdict));
  for (int i = 0; i < v->n; i++) {
    const diag_finding *f = &v->findings[i];
    fprintf(out, "- %s: %s", marks[f->verdict], f->text);
    if (f->next[0]) fprintf(out, ".  \n  Next: %s", f->next);
    fputc('\n', out);
  }
  fputc('\n', out);
}

static void chain_table(FILE *out, const out_summary *s, const out_report *r) {
  out_table *t = out_table_new();
  out_table_column(t, "chain", OUT_RIGHT, 0);
  if (s->divergent) out_table_column(t, "divergent", OUT_RIGHT, 0);
  if (s->saturated) out_table_column(t, "at maximum depth", OUT_RIGHT, 0);
  if (s->bfmi) out_table_column(t, "E-BFMI", OUT_RIGHT, 0);
  if (s->acceptance) out_table_column(t, "acceptance", OUT_RIGHT, 0);
  if (s->step_size) out_table_column(t, "step size", OUT_RIGHT, 0);
  if (s->mean_depth) out_table_column(t, "mean depth", OUT_RIGHT, 0);
  if (s->n_steps) out_table_column(t, "leapfrogs", OUT_RIGHT, 0);
  if (r->warmup_s) out_table_column(t, "warm-up, s", OUT_RIGHT, 0);
  if (r->sampling_s) out_table_column(t, "sampling, s", OUT_RIGHT, 0);
  for (int c = 0; c < s->chains && c < 64; c++) {
    out_table_cell(t, OUT_PLAIN, "%d", c + 1);
    if (s->divergent) out_table_cell(t, OUT_PLAIN, "%" PRId64, s->divergent[c]);
    if (s->saturated) out_table_cell(t, OUT_PLAIN, "%" PRId64, s->saturated[c]);
    if (s->bfmi) out_table_number(t, OUT_PLAIN, s->bfmi[c], 0.01);
    if (s->acceptance) out_table_number(t, OUT_PLAIN, s->acceptance[c], 0.001);
    if (s->step_size) out_table_number(t, OUT_PLAIN, s->step_size[c], NAN);
    if (s->mean_depth) out_table_number(t, OUT_PLAIN, s->mean_depth[c], 0.01);
    if (s->n_steps) out_table_cell(t, OUT_PLAIN, "%" PRId64, s->n_steps[c]);
    if (r->warmup_s) out_table_number(t, OUT_PLAIN, r->warmup_s[c], 0.001);
    if (r->sampling_s) out_table_number(t, OUT_PLAIN, r->sampling_s[c], 0.001);
  }
  fprintf(out, "## Chains\n\n");
  out_table_markdown(t, out);
  if (s->chains > 64) fprintf(out, "\nThe first 64 of %d chains.\n", s->chains);
  out_table_free(t);
}

bool out_write_markdown(const out_summary *s, const out_report *r, const char *path,
                        erg_problems *p) {
  erg_whole_file file = erg_whole_open(path);
  if (!file.out) return out_write_failed(p, path, erg_whole_close(&file, 0));
  FILE *out = file.out;
  out_report shown = *r;
  if (shown.max_rows == 0 && s->n > 500) shown.max_rows = 500, shown.only_worst = true;
  int64_t count, *rows = select_rows(s, &shown, &count);
  out_table *t = summary_table(s, rows, count);
  write_header(out, s, r);
  write_findings(out, &s->verdict);
  fprintf(out, "## Quantities\n\n");
  out_table_markdown(t, out);
  if (count < s->n) {
    fprintf(out, "\n%" PRId64 " of %" PRId64 " quantities%s.\n", count, s->n,
            shown.only_worst ? ", the worst first" : "");
  }
  fputc('\n', out);
  chain_table(out, s, r);
  out_table_free(t);
  free(rows);
  int code = erg_whole_close(&file, 0);
  return code == 0 || out_write_failed(p, path, code);
}
