/* The page's tables of the machine, and of what is needed to repeat the benchmark. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/bench_view.h"

/* --- Machine -------------------------------------------------------------------------- */

static void put_fact(FILE *out, const char *name, const char *text, const char *key) {
  if (!text || !*text || !strcmp(text, "-")) return;
  page_row_begin(out);
  page_row_head(out, NULL, name);
  view_cell_text(out, PAGE_NONE, text, "%s", key);
  page_row_end(out);
}

static void put_number(FILE *out, const char *name, double v, const char *key) {
  char text[40];
  put_fact(out, name, view_number(v, text), key);
}

static void put_environment(FILE *out, const bench_document *d) {
  const bench_environment *e = &d->report.environment;
  char text[40];
  page_table_begin(out, NULL, 2, false);
  put_fact(out, "processor", e->cpu, "environment/cpu");
  put_number(out, "cores that Ergode may use", e->cores, "environment/cores");
  put_number(out, "physical cores", e->cores_physical ? e->cores_physical : NAN,
             "environment/cores_physical");
  put_number(out, "sockets", e->sockets ? e->sockets : NAN, "environment/sockets");
  put_fact(out, "two threads a core (SMT)", e->smt < 0 ? "" : e->smt ? "yes" : "no",
           "environment/smt");
  put_number(out, "highest clock (MHz)", e->clock_mhz_max, "environment/clock_mhz_max");
  put_fact(out, "frequency governor", e->governor, "environment/governor");
  put_fact(out, "memory (bytes)", e->memory_bytes ? view_bytes((double)e->memory_bytes, text) : "",
           "environment/memory_bytes");
  put_fact(out, "system", e->os, "environment/os");
  put_fact(out, "kernel", e->kernel, "environment/kernel");
  put_fact(out, "C library", e->libc, "environment/libc");
  put_number(out, "load before the first run", e->load_average < 0 ? NAN : e->load_average,
             "environment/load_average_before");
  put_number(out, "load after the last run",
             e->load_average_after < 0 ? NAN : e->load_average_after,
             "environment/load_average_after");
  put_fact(out, "begun", e->when, "environment/time");
  page_table_end(out);
}

/* Each device of each backend once; engines with their versions. */
static void put_devices(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"backend", "version", "device", "name", "driver",
                                       "memory (bytes)", "clock (MHz)", "ECC"};
  page_subheading(out, "Backends and devices");
  page_table_begin(out, titles, 8, false);
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    bool seen = false;
    for (int k = 0; k < i && !seen; k++)
      seen = !strcmp(r->rows[k].backend, row->backend) &&
             (!row->n_devices || (r->rows[k].n_devices == row->n_devices &&
                                  !strcmp(r->rows[k].devices[0].id, row->devices[0].id)));
    if (seen) continue;
    for (int k = 0; k < row->n_devices || k == 0; k++) {
      char place[60], text[40];
      const erg_device *d = k < row->n_devices ? &row->devices[k] : NULL;
      snprintf(place, sizeof place, "rows/%d/backend", i);
      page_row_begin(out);
      page_row_head(out, place, row->backend);
      view_cell_text(out, PAGE_NONE, row->backend_version, "rows/%d/backend_version", i);
      if (d) {
        view_cell_text(out, PAGE_NONE, d->id, "rows/%d/devices/%d/id", i, k);
        view_cell_text(out, PAGE_NONE, d->name, "rows/%d/devices/%d/name", i, k);
        view_cell_text(out, PAGE_NONE, *d->driver ? d->driver : "-", "rows/%d/devices/%d/driver",
                       i, k);
        view_cell_text(out, PAGE_NONE,
                       view_bytes(d->memory_bytes ? (double)d->memory_bytes : NAN, text),
                       "rows/%d/devices/%d/memory_bytes", i, k);
        view_cell(out, row->instruments[k].clock_mhz, "rows/%d/devices/%d/clock_mhz", i, k);
        int ecc = row->instruments[k].ecc;
        view_cell_text(out, PAGE_NONE, ecc < 0 ? "-" : ecc ? "yes" : "no",
                       "rows/%d/devices/%d/ecc", i, k);
      } else {
        for (int empty = 0; empty < 6; empty++) page_cell(out, PAGE_NONE, "-");
      }
      page_row_end(out);
    }
  }
  page_table_end(out);
}

static void put_peaks(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"measured in this run", "threads", "reads (1e9 bytes/s)",
                                       "arithmetic (1e9 operations/s)", "\thow"};
  if (!r->n_peaks) return;
  page_subheading(out, "Peaks");
  page_table_begin(out, titles, 5, true);
  for (int i = 0; i < r->n_peaks; i++) {
    const bench_peak *p = &r->peaks[i];
    char place[60];
    snprintf(place, sizeof place, "peaks/%d/device", i);
    page_row_begin(out);
    char label[sizeof p->backend + sizeof p->device + 2];
    bool alone = !strcmp(p->backend, p->device);
    snprintf(label, sizeof label, "%s %s", p->backend, p->device);
    page_row_head(out, alone ? place : NULL, alone ? p->device : label);
    view_cell(out, p->threads, "peaks/%d/threads", i);
    view_cell(out, p->read_gb_s, "peaks/%d/read_gb_s", i);
    view_cell(out, p->gflops, "peaks/%d/gflops", i);
    view_cell_text(out, PAGE_TEXT, p->how, "peaks/%d/how", i);
    page_row_end(out);
  }
  page_table_end(out);
}

void view_machine(FILE *out, const bench_document *d) {
  put_environment(out, d);
  if (d->report.n_rows) put_devices(out, &d->report);
  put_peaks(out, &d->report);
}

/* --- To repeat it ------------------------------------------------------------------------- */

static void put_workloads(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"workload", "coordinates", "quantities", "observations",
                                       "\tmodel", "\tdata", "simulation seed",
                                       "\tmodel, SHA-256", "\tdata, SHA-256"};
  page_subheading(out, "Workloads");
  page_table_begin(out, titles, 9, true);
  for (int i = 0; i < r->n_subjects; i++) {
    const bench_subject *s = &r->subjects[i];
    char place[60], text[40];
    snprintf(place, sizeof place, "workloads/%d/name", i);
    page_row_begin(out);
    page_row_head(out, place, s->name);
    view_cell(out, (double)s->dim, "workloads/%d/coordinates", i);
    view_cell(out, (double)s->quantities, "workloads/%d/quantities", i);
    view_cell(out, (double)s->observations, "workloads/%d/observations", i);
    view_cell_text(out, PAGE_TEXT, s->model, "workloads/%d/model", i);
    view_cell_text(out, PAGE_TEXT, s->data, "workloads/%d/data", i);
    snprintf(text, sizeof text, s->simulated ? "%llu" : "-",
             (unsigned long long)s->simulation_seed);
    view_cell_text(out, PAGE_NONE, text, "workloads/%d/simulation_seed", i);
    view_cell_text(out, PAGE_TEXT, s->model_hash, "workloads/%d/model_sha256", i);
    view_cell_text(out, PAGE_TEXT, s->data_hash, "workloads/%d/data_sha256", i);
    page_row_end(out);
  }
  page_table_end(out);
}

/* What the rows of each backend were made by: compiler, other engines' packages. */
static void put_builds(FILE *out, const bench_report *r) {
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    char name[BENCH_NAME + 60], place[120];
    bool seen = false;
    for (int k = 0; k < i && !seen; k++)
      seen = !strcmp(r->rows[k].backend, row->backend) &&
             !strcmp(r->rows[k].compiler, row->compiler) && !strcmp(r->rows[k].flags, row->flags);
    if (seen) continue;
    snprintf(name, sizeof name, "models of %s compiled by", row->backend);
    snprintf(place, sizeof place, "rows/%d/compiler", i);
    put_fact(out, name, row->compiler, place);
    snprintf(place, sizeof place, "rows/%d/compiler_flags", i);
    put_fact(out, "with the flags", row->flags, place);
    for (int k = 0; k < row->n_versions; k++) {
      snprintf(name, sizeof name, "%s: %s", row->backend, row->versions[k].name);
      snprintf(place, sizeof place, "rows/%d/versions/%s", i, row->versions[k].name);
      put_fact(out, name, row->versions[k].version, place);
    }
  }
}

void view_settings(FILE *out, const bench_document *d) {
  const bench_report *r = &d->report;
  const bench_options *o = &d->options;
  char name[200], place[60];
  if (o->command) {
    fputs("<pre>", out);
    view_put_text(out, o->command, "environment/command");
    fputs("</pre>\n", out);
  }
  page_table_begin(out, NULL, 2, false);
  put_fact(out, "Ergode", o->version, "environment/ergode_version");
  put_fact(out, "commit", d->commit, "environment/commit");
  put_fact(out, "built by", d->report.environment.host_build, "environment/built_by");
  put_fact(out, "with the flags", d->build_flags, "environment/build_flags");
  put_fact(out, "set", o->set, "settings/set");
  put_fact(out, "its file", d->workloads.path, "environment/configs/0/path");
  put_fact(out, "its SHA-256", d->workloads.hash, "environment/configs/0/sha256");
  put_fact(out, "preset", o->preset, "settings/preset");
  put_number(out, "warm-up draws of a chain", (double)o->warmup, "settings/warmup");
  put_number(out, "draws of a chain", (double)o->draws, "settings/draws");
  put_number(out, "seed", (double)o->seed, "settings/seed");
  put_number(out, "cached runs a row", o->repeats, "settings/repeats");
  put_number(out, "target acceptance", o->target_accept, "settings/target_accept");
  put_number(out, "time limit of a run (s)", o->time_limit_s, "settings/time_limit_s");
  for (int i = 0; i < d->n_plugins; i++) {
    snprintf(name, sizeof name, "plug-in %.60s", d->plugins[i].id ? d->plugins[i].id : "");
    snprintf(place, sizeof place, "environment/plugins/%d/path", i);
    put_fact(out, name, d->plugins[i].path, place);
    snprintf(place, sizeof place, "environment/plugins/%d/sha256", i);
    put_fact(out, "its SHA-256", d->plugins[i].hash, place);
  }
  put_builds(out, r);
  page_table_end(out);
  if (r->n_subjects) put_workloads(out, r);
  if (r->n_runs) {
    page_details_begin(out, "Every run");
    view_runs_table(out, r);
    page_details_end(out);
  }
}
