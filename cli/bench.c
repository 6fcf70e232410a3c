/* ergode bench. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "cli/common.h"
#include "output/table.h"
#include "run/job.h"
#include "run/text.h"

#ifndef ERGODE_VERSION
#define ERGODE_VERSION "0.1.0"
#endif
#define TIME_LIMIT_S 3600 /* of one run */

typedef struct {
  bool terminal, open;
} progress;

static void say(void *data, const char *text) {
  progress *p = data;
  if (p->terminal)
    fprintf(stderr, "\r\033[K%.90s", text);
  else
    fprintf(stderr, "%s\n", text);
  p->open = p->terminal;
  fflush(stderr);
}

static void say_end(progress *p) {
  if (p->open) fputs("\r\033[K", stderr);
  p->open = false;
}

/* The models named, else the set of workloads. */
static bool get_workloads(const cli_args *args, bench_workloads *w, erg_problems *p) {
  const char **more = cli_values(args, "model"), **sizes = cli_values(args, "dim");
  const char *data = cli_value(args, "data");
  *w = (bench_workloads){0};
  for (int i = 0; i < args->n_positional; i++)
    bench_workloads_add(w, args->positional[i], data, sizes);
  for (const char **m = more; *m; m++) bench_workloads_add(w, *m, data, sizes);
  free(more);
  free(sizes);
  bool alone = cli_given(args, "data") || cli_given(args, "dim");
  if (alone && w->n != 1)
    return erg_error(p, (erg_place){0}, "name the model: ergode bench MODEL.toml --data FILE",
                     "--data and --dim are for one model");
  const char *set = cli_value(args, "set");
  if (w->n && set)
    return erg_error(p, (erg_place){0}, NULL, "models and --set: one of them");
  return w->n || bench_workloads_read(set ? set : "default", w, p);
}

/* "4,16,64" into a list that 0 ends; false with a problem. */
static bool get_numbers(const cli_args *args, const char *option, int64_t most, int64_t *wide,
                        int *narrow, erg_problems *p) {
  const char *text = cli_value(args, option);
  if (!text) return true;
  int n = 0;
  char **parts = cli_split(text, &n);
  bool good = true;
  if (n < 1 || n > BENCH_LIST)
    good = erg_error(p, (erg_place){0}, NULL, "--%s %s: 1 to %d numbers are needed", option,
                     text, BENCH_LIST);
  for (int i = 0; i < n && good; i++) {
    char *end;
    double v = strtod(parts[i], &end);
    if (end == parts[i] || *end || !(v >= 1 && v <= (double)most) || v != floor(v))
      good = erg_error(p, (erg_place){0}, "whole numbers with commas between",
                       "--%s %s: '%s' isn't a whole number from 1 to %lld", option, text,
                       parts[i], (long long)most);
    else if (wide)
      wide[i] = (int64_t)v;
    else
      narrow[i] = (int)v;
  }
  if (good && wide) wide[n] = 0;
  if (good && narrow) narrow[n] = 0;
  cli_free_list(parts);
  return good;
}

/* The command line wins over the set, the set over the preset. */
static bool get_sizes(const cli_args *args, const bench_workloads *w, bench_options *o,
                      erg_problems *p) {
  run_preset preset;
  run_preset_init(&preset);
  o->preset = cli_value(args, "preset");
  if (!o->preset) o->preset = w->preset ? w->preset : "quick";
  o->axes = w->axes;
  bool good = run_preset_read(o->preset, &preset, p) &&
              get_numbers(args, "chains", 1000000, o->axes.chains, NULL, p) &&
              get_numbers(args, "threads", 4096, NULL, o->axes.threads, p) &&
              get_numbers(args, "devices", BENCH_MAX_DEVICES, NULL, o->axes.devices, p);
  int64_t warmup = preset.warmup >= 0 ? preset.warmup : 500;
  int64_t draws = preset.draws > 0 ? preset.draws : 500;
  if (!o->axes.chains[0]) o->axes.chains[0] = preset.chains > 0 ? preset.chains : 4;
  if (!o->axes.threads[0]) o->axes.threads[0] = run_processors();
  o->warmup = cli_integer(args, "warmup", warmup);
  o->draws = cli_integer(args, "draws", draws);
  o->seed = cli_integer(args, "seed", preset.seed >= 0 ? preset.seed : 1);
  o->target_accept = cli_number(args, "target-accept", preset.target_accept);
  o->peers = cli_value(args, "peers");
  o->repeats = (int)cli_integer(args, "repeat", 1);
  o->time_limit_s = cli_number(args, "time-limit", TIME_LIMIT_S);
  run_preset_free(&preset);
  if (good && o->draws < 4)
    good = erg_error(p, (erg_place){0}, "--draws 200, for example",
                     "fewer than 4 draws a chain have no effective sample size");
  return good;
}

static bool is_stdout(const char *path) { return path && !strcmp(path, "-"); }

static int write_json(const bench_report *r, erg_json *j) {
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  bench_write_json(r, j);
  return erg_json_close(j);
}

/* The tables, and the files of --out, --json and --markdown. 0 or 7. */
static int write_reports(const cli_args *args, const bench_report *r) {
  const char *json = cli_value(args, "json"), *page = cli_value(args, "markdown");
  char *own_json = run_text("%s/bench.json", r->options->out),
       *own_page = run_text("%s/report.md", r->options->out);
  if (!is_stdout(json)) bench_print(r, stdout, out_wants_colour(stdout));
  const char *failed = NULL;
  int error = write_json(r, erg_json_open(own_json));
  if (error) failed = own_json;
  if (!error && (error = bench_write_markdown(r, own_page))) failed = own_page;
  if (!error && json &&
      (error = write_json(r, is_stdout(json) ? erg_json_to(stdout) : erg_json_open(json))))
    failed = json;
  if (!error && page && (error = bench_write_markdown(r, page))) failed = page;
  if (failed) cli_say(args, "%s can't be written: %s", failed, strerror(error));
  free(own_json);
  free(own_page);
  return failed ? 7 : 0;
}

/* For --strict: thresholds that warned, and what can't be told apart. */
static bool has_warnings(const bench_report *r) {
  bool any = r->n_warnings > 0;
  for (int i = 0; i < r->n_rows; i++)
    any |= r->rows[i].n_warnings > 0 || r->rows[i].verdict == BENCH_NOT_CONVERGED;
  return any;
}

/* bench-results/NAME-TIME; to be freed. */
static char *default_folder(const bench_options *o) {
  char when[32] = "";
  time_t t = time(NULL);
  struct tm utc;
  if (gmtime_r(&t, &utc)) strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &utc);
  char *name = run_text("%s", o->set ? o->set : o->workloads->list[0].name);
  char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
  size_t n = strlen(base);
  if (n > 4 && !strcmp(base + n - 4, ".ini")) base[n - 4] = 0;
  char *folder = run_text("bench-results/%s-%s", base, when);
  free(name);
  return folder;
}

static bool resume_alone(const cli_args *args, erg_problems *p) {
  static const char *const fit[] = {"resume", "plugin", "quiet", "json", "markdown", "strict"};
  for (int i = 0; i < args->n_given; i++) {
    bool fits = false;
    for (size_t k = 0; k < sizeof fit / sizeof *fit; k++)
      fits |= !strcmp(args->given[i].option->name, fit[k]);
    if (!fits)
      return erg_error(p, (erg_place){0}, "leave it out: the settings are those of the folder",
                       "--resume and --%s don't go together", args->given[i].option->name);
  }
  return !args->n_positional || erg_error(p, (erg_place){0}, "leave them out",
                                          "--resume and models don't go together");
}

/* What is to be run. */
static bool get_options(const cli_args *args, bench_workloads *w, bench_options *o,
                        bench_resumed *held, erg_problems *p) {
  o->out = cli_value(args, "resume");
  if (o->out) {
    o->resume = true;
    return resume_alone(args, p) && bench_resume_read(o->out, o, w, held, p);
  }
  if (!get_workloads(args, w, p) || !get_sizes(args, w, o, p)) return false;
  if (!o->backends) o->backends = (const char *const *)w->backends;
  if (w->path) o->set = cli_value(args, "set") ? cli_value(args, "set") : "default";
  o->out = cli_value(args, "out");
  return true;
}

static void say_after(const cli_args *args, const bench_report *r, int code) {
  const char *folder = r->options->out;
  if (code == 3) cli_say(args, "nothing could run: 'ergode devices' says what is missing");
  if (r->journal_error)
    cli_say(args, "%s/rows.jsonl can't be written: %s", folder, strerror(r->journal_error));
  if (run_interrupted())
    cli_say(args, "interrupted; what is missing runs with: ergode bench --resume %s", folder);
  else if (!cli_given(args, "quiet"))
    fprintf(stderr, "results in %s\n", folder);
}

int cli_bench(const cli_args *args) {
  erg_problems problems;
  erg_problems_init(&problems);
  progress shown = {.terminal = isatty(2)};
  int backends = 0, devices = 0;
  char **backend_list = cli_split(cli_value(args, "backend"), &backends);
  char **device_list = cli_split(cli_value(args, "device"), &devices);
  char *command = cli_command_text(args), *folder = NULL;
  bench_workloads workloads = {0};
  bench_resumed held = {0};
  bench_options o = {.workloads = &workloads,
                     .backends = backends ? (const char *const *)backend_list : NULL,
                     .devices = devices ? (const char *const *)device_list : NULL,
                     .command = command,
                     .version = ERGODE_VERSION,
                     .say = cli_given(args, "quiet") ? NULL : say,
                     .say_data = &shown};
  bench_report report = {.options = &o};
  bool good = get_options(args, &workloads, &o, &held, &problems);
  int code = 2;
  if (good) {
    if (!o.out) o.out = folder = default_folder(&o);
    o.registry = cli_registry(args);
    run_interrupt_install();
    good = bench_run(&o, &report, &problems);
    say_end(&shown);
  }
  if (good) {
    code = bench_exit_code(&report);
    int written = write_reports(args, &report);
    if (!code) code = report.journal_error ? 7 : written;
    if (!code && cli_given(args, "strict")) code = has_warnings(&report) ? 4 : 0;
    say_after(args, &report, code);
  }
  cli_problems(&problems);
  erg_problems_free(&problems);
  bench_report_free(&report);
  bench_workloads_free(&workloads);
  bench_resumed_free(&held);
  if (o.registry) run_registry_free(o.registry);
  cli_free_list(backend_list);
  cli_free_list(device_list);
  free(command);
  free(folder);
  return code;
}
