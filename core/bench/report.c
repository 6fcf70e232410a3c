/* Tables for the terminal and for Markdown. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "output/table.h"
#include "run/text.h"

/* Three significant digits at most: "12300", "1.23", "0.0123"; from 1e6 on "1.23e6". */
static const char *number(double v, char text[static 32]) {
  double a = fabs(v);
  if (!isfinite(v))
    snprintf(text, 32, "-");
  else if (a >= 999500) {
    int e = (int)floor(log10(a));
    snprintf(text, 32, "%.2fe%d", v / pow(10, e), e);
  } else if (a >= 1000) {
    double unit = pow(10, floor(log10(a)) - 2);
    snprintf(text, 32, "%.0f", round(v / unit) * unit);
  } else {
    snprintf(text, 32, "%.3g", v);
  }
  return text;
}

static const char *bits_text(const bench_row *row) {
  return row->bits == BENCH_BITS_SAME ? "same" : row->bits == BENCH_BITS_OTHER ? "OTHER" : "-";
}

/* With the form in which another engine has the model. */
static void backend_cell(out_table *t, const bench_row *row) {
  out_table_cell(t, OUT_PLAIN, "%s%s%s", row->backend, *row->form ? " " : "", row->form);
}

static void number_cell(out_table *t, double v) {
  char text[32];
  out_table_cell(t, OUT_PLAIN, "%s", number(v, text));
}

static out_table *figures_table(const bench_report *r, bool plain) {
  out_table *t = out_table_new();
  out_table_column(t, "model", OUT_LEFT, 0);
  out_table_column(t, "backend", OUT_LEFT, 0);
  out_table_column(t, "device", OUT_LEFT, 2);
  out_table_column(t, "state", OUT_LEFT, 0);
  out_table_column(t, "gradients/s", OUT_RIGHT, 0);
  out_table_column(t, "bulk ESS/s", OUT_RIGHT, 0);
  out_table_column(t, "tail ESS/s", OUT_RIGHT, 0);
  out_table_column(t, "ESS/1000 gr.", OUT_RIGHT, 1);
  out_table_column(t, "cold s", OUT_RIGHT, 1);
  out_table_column(t, "cached s", OUT_RIGHT, 1);
  out_table_column(t, "R-hat", OUT_RIGHT, 3);
  out_table_column(t, "diverg.", OUT_RIGHT, 3);
  out_table_column(t, "bits", OUT_LEFT, 3);
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (bench_is_lesser_form(r, i)) continue;
    const char *name = r->subjects[row->workload].name;
    bool repeated = !plain && i && r->rows[i - 1].workload == row->workload;
    out_table_cell(t, OUT_PLAIN, "%s", repeated ? "" : name);
    backend_cell(t, row);
    out_table_cell(t, OUT_PLAIN, "%s", row->devices[0].id);
    if (row->verdict != BENCH_VALID) {
      out_table_cell(t, OUT_RED, "INVALID");
      for (int k = 0; k < 9; k++) out_table_cell(t, OUT_DIM, "-");
      continue;
    }
    bench_rates b = bench_rates_of(row);
    out_table_cell(t, OUT_GREEN, "valid");
    number_cell(t, b.gradients_s);
    number_cell(t, b.bulk_s);
    number_cell(t, b.tail_s);
    number_cell(t, b.per_1000);
    number_cell(t, b.cold_s);
    number_cell(t, b.cached_s);
    out_table_cell(t, OUT_PLAIN, "%.3f", b.r_hat);
    out_table_cell(t, OUT_PLAIN, "%lld", (long long)b.divergent);
    out_table_cell(t, OUT_PLAIN, "%s", bits_text(row));
  }
  return t;
}

static void stage_cells(out_table *t, const bench_stages *s) {
  double all[] = {s->load,        s->compile, s->upload, s->warmup, s->sampling, s->download,
                  s->diagnostics, s->output,  s->rest,   s->total};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) number_cell(t, 1000 * all[i]);
}

/* Medians of the cached runs, stage by stage. */
static bench_stages cached_stages(const bench_row *row) {
  bench_stages out;
  enum { N = sizeof(bench_stages) / sizeof(double) };
  double *v = run_alloc((size_t)(bench_n_cached(row) + 1) * sizeof *v);
  for (int k = 0; k < N; k++) {
    for (int i = 0; i < bench_n_cached(row); i++) v[i] = ((const double *)&bench_cached(row, i)->stages)[k];
    ((double *)&out)[k] = bench_median(v, bench_n_cached(row));
  }
  free(v);
  return out;
}

static out_table *stages_table(const bench_report *r, bool plain) {
  static const char *const titles[] = {"load",     "compile", "upload",      "warm-up",
                                       "sampling", "download", "diagnostics", "output",
                                       "rest",     "total"};
  static const int priorities[] = {2, 0, 3, 0, 0, 3, 2, 2, 3, 0};
  out_table *t = out_table_new();
  out_table_column(t, "milliseconds", OUT_LEFT, 0);
  out_table_column(t, "backend", OUT_LEFT, 0);
  out_table_column(t, "cache", OUT_LEFT, 0);
  for (int i = 0; i < 10; i++) out_table_column(t, titles[i], OUT_RIGHT, priorities[i]);
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (row->verdict != BENCH_VALID || bench_is_lesser_form(r, i)) continue;
    for (int cached = 0; cached < 2; cached++) {
      bool repeated = !plain && (cached || (i && r->rows[i - 1].workload == row->workload));
      out_table_cell(t, OUT_PLAIN, "%s", repeated ? "" : r->subjects[row->workload].name);
      if (cached && !plain)
        out_table_cell(t, OUT_PLAIN, "%s", "");
      else
        backend_cell(t, row);
      out_table_cell(t, OUT_PLAIN, "%s", cached ? "filled" : "empty");
      bench_stages s = cached ? cached_stages(row) : bench_cold(row)->stages;
      stage_cells(t, &s);
    }
  }
  return t;
}

static void notes(const bench_report *r, FILE *out, bool colour, const char *bullet) {
  const char *red = colour ? "\033[31m" : "", *end = colour ? "\033[0m" : "";
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    const char *name = r->subjects[row->workload].name;
    const char *on = row->n_devices ? " on " : *row->form ? " " : "";
    const char *place = row->n_devices ? row->devices[0].id : row->form;
    if (row->verdict != BENCH_VALID)
      fprintf(out, "%s%sINVALID%s %s, %s%s%s: %s\n", bullet, red, end, name, row->backend, on,
              place, row->reason);
    else if (bench_is_lesser_form(r, i))
      fprintf(out, "%sthe other form: %s, %s%s%s: valid, %.3g ESS/s\n", bullet, name,
              row->backend, on, place, row->figures[BENCH_ESS_S].median);
  }
  for (int i = 0; i < r->n_skipped; i++)
    fprintf(out, "%sskipped %s: %s\n", bullet, r->skipped[i].backend, r->skipped[i].reason);
}

static void explain(const bench_report *r, FILE *out) {
  const bench_options *o = r->options;
  for (int i = 0; o->axes.chains[i]; i++)
    fprintf(out, "%s%lld", i ? ", " : "", (long long)o->axes.chains[i]);
  fprintf(out,
          " chains of %lld + %lld draws, seed %lld, %d cached run%s a row%s. ESS: the "
          "least of all quantities; a second: of warm-up and sampling.\n",
          (long long)o->warmup, (long long)o->draws, (long long)o->seed,
          o->repeats, o->repeats == 1 ? "" : "s", o->repeats > 1 ? ", medians" : "");
}

/* What the valid rows went through. */
static void state_gate(const bench_report *r, FILE *out) {
  int valid = 0, same = 0, devices = 0, tests = 0;
  double lp = 0, gradient = 0, z = 0;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (row->verdict != BENCH_VALID) continue;
    const run_gate *gates[2] = {&row->host_gate, &row->device_gate};
    for (int g = 0; g < 2; g++) {
      lp = fmax(lp, gates[g]->lp_error);
      gradient = fmax(gradient, gates[g]->gradient_error);
    }
    valid++;
    devices += row->device_gate.done;
    same += row->bits == BENCH_BITS_SAME;
    tests += row->z_tests;
    z = fmax(z, row->z_worst);
  }
  if (!valid) return;
  fprintf(out,
          "Of %d valid rows: log density and gradient at %d points within %.0e and %.0e of "
          "the oracle's (%d on the device itself); draws of %d with the same bits as the "
          "CPU's; %d moments compared, at most %.1f Monte Carlo errors off.\n",
          valid, RUN_GATE_POINTS, lp, gradient, devices, same, tests, z);
}

static void print_wrapped(FILE *out, const char *text) {
  int column = 0;
  for (const char *p = text; *p;) {
    if (*p == '\n' || *p == ' ') {
      if (*p == '\n') fputc('\n', out), column = 0;
      p++;
      continue;
    }
    int n = (int)strcspn(p, " \n");
    if (column && column + 1 + n > 96) fputc('\n', out), column = 0;
    if (column) fputc(' ', out), column++;
    fwrite(p, 1, (size_t)n, out);
    column += n;
    p += n;
  }
}

static void wrapped(const bench_report *r, FILE *out) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  if (!f) return;
  explain(r, f);
  state_gate(r, f);
  fclose(f);
  print_wrapped(out, text);
  free(text);
}

void bench_print(const bench_report *r, FILE *out, bool colour) {
  const bench_environment *e = &r->environment;
  fprintf(out, "%s, %d core%s, %s\n", *e->cpu ? e->cpu : "unknown processor", e->cores,
          e->cores == 1 ? "" : "s", *e->os ? e->os : e->kernel);
  if (r->n_rows) {
    int valid = 0;
    for (int i = 0; i < r->n_rows; i++) valid += r->rows[i].verdict == BENCH_VALID;
    fputc('\n', out);
    out_table *t = figures_table(r, false);
    out_table_print(t, out, 0, colour);
    out_table_free(t);
    if (valid) {
      fputc('\n', out);
      t = stages_table(r, false);
      out_table_print(t, out, 0, colour);
      out_table_free(t);
    }
    fputc('\n', out);
    wrapped(r, out);
  }
  notes(r, out, colour, "");
}

int bench_write_markdown(const bench_report *r, const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) return errno;
  const bench_environment *e = &r->environment;
  fprintf(f, "# Benchmark\n\n");
  explain(r, f);
  fprintf(f, "\n");
  out_table *t = figures_table(r, true);
  out_table_markdown(t, f);
  out_table_free(t);
  fprintf(f, "\n## Stages\n\n");
  t = stages_table(r, true);
  out_table_markdown(t, f);
  out_table_free(t);
  fprintf(f, "\n");
  state_gate(r, f);
  fprintf(f, "\n");
  notes(r, f, false, "- ");
  fprintf(f, "\n## Where\n\n- %s, %d cores, %.0f GB, load %.1f before the first run\n"
             "- %s, %s\n- Ergode %s, built by %s\n", e->cpu, e->cores,
          (double)e->memory_bytes / 1e9, e->load_average, e->os, e->kernel, r->options->version,
          e->host_build);
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    bool seen = false;
    for (int k = 0; k < i; k++)
      seen |= !strcmp(r->rows[k].backend, row->backend) &&
              !strcmp(r->rows[k].devices[0].id, row->devices[0].id);
    if (seen) continue;
    if (!row->n_devices) {
      fprintf(f, "- %s:", row->backend);
      for (int k = 0; k < row->n_versions; k++)
        fprintf(f, "%s %s %s", k ? "," : "", row->versions[k].name, row->versions[k].version);
      fprintf(f, "\n");
      continue;
    }
    fprintf(f, "- %s on %s: %s %s %s\n", row->backend, row->devices[0].id, row->devices[0].name,
            row->devices[0].architecture, row->devices[0].driver);
    if (*row->compiler) fprintf(f, "- models compiled by %s, `%s`\n", row->compiler, row->flags);
  }
  for (int i = 0; i < r->n_subjects; i++) {
    const bench_subject *s = &r->subjects[i];
    fprintf(f, "- %s: %lld coordinates, %lld observations, model %.12s, data %.12s%s\n", s->name,
            (long long)s->dim, (long long)s->observations, s->model_hash, s->data_hash,
            s->simulated ? " (simulated)" : "");
  }
  if (r->options->command) fprintf(f, "\n    %s\n", r->options->command);
  int error = ferror(f) ? EIO : 0;
  if (fclose(f) && !error) error = errno;
  return error;
}
