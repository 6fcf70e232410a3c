/* A report as Markdown, for a pull request. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/show.h"
#include "read/whole_file.h"
#include "run/text.h"

static void put_table(FILE *out, out_table *t) {
  if (!t) return;
  fputc('\n', out);
  out_table_markdown(t, out);
  out_table_free(t);
}

static void begin_details(FILE *out, const char *summary) {
  fprintf(out, "\n<details><summary>%s</summary>\n", summary);
}

static void end_details(FILE *out) { fputs("\n</details>\n", out); }

/* The sentence in bold; hardware and settings; sentences of workloads as a list. */
static void write_head(const bench_report *r, FILE *out) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  if (!f) return;
  show_head(r, f, "- ");
  fclose(f);
  char *hardware = strchr(text, '\n') + 1, *rest = strchr(hardware, '\n') + 1,
       *settings = show_settings(r);
  fprintf(out, "# Benchmark\n\n**%.*s**\n\n%.*s  \n%s\n", (int)(hardware - text - 1), text,
          (int)(rest - hardware - 1), hardware, settings);
  if (*rest) fprintf(out, "\n%s", rest);
  free(settings);
  free(text);
}

static void write_workload(const bench_report *r, int workload, FILE *out, int *rows) {
  int n = show_order(r, workload, rows);
  if (!n) return;
  char *title = show_workload_title(r, workload);
  fprintf(out, "\n## %s\n", title);
  free(title);
  put_table(out, show_figures(r, rows, n));
  put_table(out, show_pairs(r, workload, false));
  put_table(out, show_times(r, rows, n));
  begin_details(out, "All pairs, limits, stages, checks");
  put_table(out, show_pairs(r, workload, true));
  put_table(out, show_limits(r, rows, n));
  put_table(out, show_stage_table(r, rows, n));
  put_table(out, show_checks(r, rows, n));
  end_details(out);
}

static void write_note(void *data, const char *mark, out_colour colour, const char *text) {
  (void)colour;
  fprintf(data, "- **%s** %s\n", mark, text);
}

static void write_backends(const bench_report *r, FILE *out) {
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    bool seen = false;
    for (int k = 0; k < i && !seen; k++)
      seen = !strcmp(r->rows[k].backend, row->backend) &&
             !strcmp(r->rows[k].devices[0].id, row->devices[0].id);
    if (seen) continue;
    fprintf(out, "- %s %s", row->backend, row->backend_version);
    for (int k = 0; k < row->n_versions; k++)
      fprintf(out, "%s%s %s", k ? ", " : ": ", row->versions[k].name, row->versions[k].version);
    const erg_device *d = &row->devices[0];
    if (row->n_devices) fprintf(out, " on %s: %s", d->id, d->name);
    if (*d->driver) fprintf(out, ", %s", d->driver);
    fprintf(out, "\n");
    if (*row->compiler)
      fprintf(out, "  - models compiled by %s, `%s`\n", row->compiler, row->flags);
  }
}

static void write_environment(const bench_report *r, FILE *out) {
  const bench_environment *e = &r->environment;
  const bench_options *o = r->options;
  char number[SHOW_NUMBER];
  begin_details(out, "Environment and command");
  fprintf(out, "\n- %s, %s\n- %s, %s, %s\n- Ergode %s, built by %s\n", e->when, e->cpu, e->os,
          e->kernel, e->libc, o->version, e->host_build);
  if (*e->governor) fprintf(out, "- governor %s\n", e->governor);
  write_backends(r, out);
  for (int i = 0; i < r->n_peaks; i++) {
    const bench_peak *p = &r->peaks[i];
    fprintf(out, "- %s, %d thread%s: reads %s GB/s, ", p->device, p->threads,
            p->threads == 1 ? "" : "s", show_number(p->read_gb_s, number));
    fprintf(out, "%s GFLOP/s, measured in this run\n", show_number(p->gflops, number));
  }
  for (int i = 0; i < r->n_subjects; i++) {
    const bench_subject *s = &r->subjects[i];
    fprintf(out, "- %s: %s, model %.12s, data %.12s%s\n", s->name, s->model, s->model_hash,
            s->data_hash, s->simulated ? " (simulated)" : "");
  }
  if (o->command) fprintf(out, "\n```\n%s\n```\n", o->command);
  end_details(out);
}

static void write_page(const bench_report *r, FILE *out) {
  write_head(r, out);
  int *rows = run_alloc((size_t)(r->n_rows + 1) * sizeof *rows);
  for (int i = 0; i < r->n_subjects; i++) write_workload(r, i, out, rows);
  free(rows);
  for (int i = 0; i < r->n_scaling; i++) {
    char *title = show_curve_title(r, &r->scaling[i]);
    fprintf(out, "\n## %s\n", title);
    free(title);
    put_table(out, show_curve(r, &r->scaling[i]));
  }
  if (r->n_rows) {
    char *text = show_checked(r);
    fprintf(out, "\n%s\n%s%s", show_legend, text, *text ? "\n" : "");
    free(text);
  }
  fprintf(out, "\n");
  show_notes(r, 0, write_note, out);
  if (r->baseline) {
    fprintf(out, "\n");
    bench_compare_markdown(r->baseline, out);
  }
  write_environment(r, out);
}

int bench_write_markdown(const bench_report *r, const char *path) {
  erg_whole_file f = erg_whole_open(path);
  if (f.out) write_page(r, f.out);
  return erg_whole_close(&f, 0);
}
