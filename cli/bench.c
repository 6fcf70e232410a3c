/* ergode bench. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/compare.h"
#include "cli/bench_views.h"
#include "cli/common.h"
#include "output/table.h"
#include "run/job.h"
#include "run/text.h"

#define TIME_LIMIT_S 3600 /* of one run */

typedef struct {
  bool terminal, open;
} progress;

static void say(void *data, const char *text) {
  progress *p = data;
  size_t n = strlen(text);
  bool stays = n && text[n - 1] == '\n';
  if (p->terminal && !stays)
    fprintf(stderr, "\r\033[K%.90s", text);
  else
    fprintf(stderr, "%s%s%s", p->terminal ? "\r\033[K" : "", text, stays ? "" : "\n");
  p->open = p->terminal && !stays;
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
  *w = (bench_workloads){.warmup = -1, .draws = -1};
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
  if (w->n && set) return erg_error(p, (erg_place){0}, NULL, "models and --set: one of them");
  for (int i = 0; i < w->n; i++)
    for (int k = 0; k < i; k++)
      if (!strcmp(w->list[i].name, w->list[k].name))
        return erg_error(p, (erg_place){0},
                         "name it once, or give one of the files another name",
                         "two models are called '%s'", w->list[i].name);
  return w->n || bench_workloads_read(set ? set : "default", w, p);
}

/* "4,16,64" into a list that 0 ends, each number once; false with a problem. */
static bool get_numbers(const cli_args *args, const char *option, int64_t most, int64_t *wide,
                        int *narrow, erg_problems *p) {
  const char *text = cli_value(args, option);
  if (!text) return true;
  int64_t list[BENCH_LIST + 1] = {0};
  int n = 0, kept = 0;
  char **parts = cli_split(text, &n);
  bool good = true;
  if (n < 1 || n > BENCH_LIST)
    good = erg_error(p, (erg_place){0}, NULL, "--%s %s: 1 to %d numbers are needed", option,
                     text, BENCH_LIST);
  else if (*text == ',' || text[strlen(text) - 1] == ',' || strstr(text, ",,"))
    good = erg_error(p, (erg_place){0}, "whole numbers with commas between",
                     "--%s %s: a number is missing", option, text);
  for (int i = 0; i < n && good; i++) {
    char *end;
    double v = strtod(parts[i], &end);
    if (end == parts[i] || *end || !(v >= 1 && v <= (double)most) || v != floor(v))
      good = erg_error(p, (erg_place){0}, "whole numbers with commas between",
                       "--%s %s: '%s' isn't a whole number from 1 to %lld", option, text,
                       parts[i], (long long)most);
    bool again = !good;
    for (int k = 0; k < kept && good; k++) again |= list[k] == (int64_t)v;
    if (!again) list[kept++] = (int64_t)v;
  }
  if (good && wide) memcpy(wide, list, (size_t)(kept + 1) * sizeof *wide);
  for (int i = 0; good && narrow && i <= kept; i++) narrow[i] = (int)list[i];
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
  if (w->warmup >= 0) warmup = w->warmup;
  if (w->draws > 0) draws = w->draws;
  o->reference_draws = w->reference_draws;
  o->warmup = cli_integer(args, "warmup", warmup);
  o->draws = cli_integer(args, "draws", draws);
  o->seed = cli_integer(args, "seed", preset.seed >= 0 ? preset.seed : 1);
  o->target_accept = cli_number(args, "target-accept", preset.target_accept);
  o->peers = cli_value(args, "peers");
  o->repeats = (int)cli_integer(args, "repeat", preset.repeats > 0 ? preset.repeats : 1);
  o->time_limit_s = cli_number(args, "time-limit", TIME_LIMIT_S);
  if (good && (preset.thin > 1 || preset.max_depth >= 0 || !isnan(preset.init_radius)))
    good = erg_error(p, (erg_place){0}, "leave them out of a preset for bench",
                     "preset %s: thin, max_depth and init_radius have no effect in a benchmark",
                     o->preset);
  if (good && o->draws < 4)
    good = erg_error(p, (erg_place){0}, "--draws 200, for example",
                     "fewer than 4 draws a chain have no effective sample size");
  return good;
}

static bool is_stdout(const char *path) { return path && !strcmp(path, "-"); }

static int write_json(const bench_report *r, const char *path) {
  erg_json *j = erg_json_open(path);
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  bench_write_json(r, j);
  return erg_json_close(j);
}

/* Before anything runs: a file whose folder isn't there can't be written in the end. One of the
 * formats at most goes to standard output, in place of the tables. */
static bool check_files(const cli_args *args, erg_problems *p) {
  static const char *const options[] = {"json", "markdown", "csv"};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    const char *path = cli_value(args, options[i]), *slash = path ? strrchr(path, '/') : NULL;
    if (!slash || slash == path) continue;
    char *folder = run_text("%.*s", (int)(slash - path), path);
    bool there = access(folder, W_OK | X_OK) == 0 || access(path, W_OK) == 0; /* /dev/stdout */
    if (!there)
      erg_error(p, (erg_place){0}, "make the folder, or name a file in another",
                "--%s %s can't be written: %s: %s", options[i], path, folder, strerror(errno));
    free(folder);
    if (!there) return false;
  }
  int n = is_stdout(cli_value(args, "json")) + is_stdout(cli_value(args, "markdown")) +
          is_stdout(cli_value(args, "csv"));
  return n < 2 || erg_error(p, (erg_place){0}, "name a file for the others",
                            "standard output takes one of --json -, --markdown - and --csv -");
}

static void print_tables(const cli_args *args, const bench_report *r) {
  bench_look look = {.width = isatty(1) ? out_terminal_width(stdout) : 80,
                     .colour = out_wants_colour(stdout),
                     .verbose = cli_given(args, "verbose")};
  if (!is_stdout(cli_value(args, "json")) && !is_stdout(cli_value(args, "markdown")) &&
      !is_stdout(cli_value(args, "csv")))
    bench_print(r, stdout, &look);
}

/* report.html, of what bench.json holds. 0 or 7. */
static int write_page(const cli_args *args, const char *folder) {
  erg_problems problems;
  erg_problems_init(&problems);
  bool good = cli_bench_page(folder, &problems);
  if (!good && problems.count) cli_say(args, "%s", problems.list[0].cause);
  erg_problems_free(&problems);
  return good ? 0 : 7;
}

/* The tables, and the files of --out and of options. 0 or 7. */
static int write_reports(const cli_args *args, const bench_report *r) {
  static const struct {
    const char *name, *option;
    int (*write)(const bench_report *r, const char *path);
  } files[] = {{"bench.json", "json", write_json},
               {"report.md", "markdown", bench_write_markdown},
               {"report.csv", "csv", bench_write_csv}};
  int code = 0;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    const char *more = cli_value(args, files[i].option);
    char *own = run_text("%s/%s", r->options->out, files[i].name);
    const char *failed = own;
    int error = files[i].write(r, own);
    if (!error && more) error = files[i].write(r, failed = more);
    if (error) {
      cli_say(args,
              "%s can't be written: %s\nnext: free space or name another file; "
              "'ergode bench --resume %s' writes it from the runs made",
              failed, strerror(error), r->options->out);
      code = 7;
    }
    free(own);
  }
  if (!code) code = write_page(args, r->options->out);
  print_tables(args, r); /* last: the pipe behind it may be closed early */
  return code;
}

/* For --strict: thresholds that warned, and what can't be told apart. */
static bool has_warnings(const bench_report *r) {
  bool any = r->n_warnings > 0;
  for (int i = 0; i < r->n_rows; i++)
    any |= r->rows[i].n_warnings > 0 || r->rows[i].verdict == BENCH_NOT_CONVERGED;
  return any || (r->baseline && bench_compare_is_bad(r->baseline));
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
  for (int again = 2; access(folder, F_OK) == 0; again++) { /* two in one second */
    free(folder);
    folder = run_text("bench-results/%s-%s-%d", base, when, again);
  }
  free(name);
  return folder;
}

static bool resume_alone(const cli_args *args, erg_problems *p) {
  static const char *const fit[] = {"resume", "retry-failed", "plugin", "quiet",
                                    "json",   "markdown",     "csv",    "verbose",
                                    "strict", "baseline",     "save"};
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

/* What the settings came from; *path is to be freed. */
static void get_configs(const bench_workloads *w, bench_options *o, char **path) {
  if (w->path && bench_config_read(w->path, &o->configs[o->n_configs])) o->n_configs++;
  *path = run_preset_path(o->preset);
  if (*path && bench_config_read(*path, &o->configs[o->n_configs])) o->n_configs++;
}

/* Those given, then those that the folder remembers; NULL-terminated, to be freed. */
static const char **get_plugins(const cli_args *args, const char *const *remembered) {
  const char **files = cli_values(args, "plugin");
  size_t n = 0;
  while (files[n]) n++;
  for (; remembered && *remembered; remembered++) {
    files = run_grow(files, (n + 2) * sizeof *files);
    files[n++] = *remembered;
    files[n] = NULL;
  }
  return files;
}

/* What is to be run. */
static bool get_options(const cli_args *args, bench_workloads *w, bench_options *o,
                        bench_resumed *held, erg_problems *p) {
  if (!check_files(args, p)) return false;
  o->out = cli_value(args, "resume");
  o->retry_failed = cli_given(args, "retry-failed");
  if (o->out) {
    o->resume = true;
    return resume_alone(args, p) && bench_resume_read(o->out, o, w, held, p);
  }
  if (o->retry_failed)
    return erg_error(p, (erg_place){0}, "ergode bench --resume DIR --retry-failed",
                     "--retry-failed needs the folder with the failed runs");
  if (!get_workloads(args, w, p) || !get_sizes(args, w, o, p)) return false;
  if (!o->backends) o->backends = (const char *const *)w->backends;
  if (w->path) o->set = cli_value(args, "set") ? cli_value(args, "set") : "default";
  o->out = cli_value(args, "out");
  o->keep_draws = cli_given(args, "keep-draws");
  return true;
}

/* An interrupted benchmark is no baseline. 0 or 7. */
static int save_baseline(const cli_args *args, const bench_report *r, const char *path) {
  int invalid = 0, code = bench_exit_code(r);
  if (code == 130 || code == 3) {
    cli_say(args, "not kept as a baseline: %s",
            code == 3 ? "nothing ran" : "it was interrupted");
    return 0;
  }
  for (int i = 0; i < r->n_rows; i++) invalid += r->rows[i].verdict != BENCH_VALID;
  int error = write_json(r, path);
  if (error) {
    cli_say(args, "%s can't be written: %s", path, strerror(error));
    return 7;
  }
  if (!cli_given(args, "quiet")) fprintf(stderr, "baseline kept in %s\n", path);
  if (invalid)
    cli_say(args, "%d of its %d rows are INVALID, and will be in every comparison", invalid,
            r->n_rows);
  return 0;
}

/* The documents of --baseline and --save, before anything runs. */
static bool open_baselines(const cli_args *args, bench_stored **compare, char **save,
                           erg_problems *p) {
  const char *name = cli_value(args, "baseline"), *keep = cli_value(args, "save");
  if (name && !(*compare = bench_stored_open(name, p))) return false;
  return !keep || (*save = bench_baseline_path(keep, p));
}

static void say_after(const cli_args *args, const bench_report *r, int code) {
  const char *folder = r->options->out;
  fflush(stdout); /* where both go to one file */
  if (code == 3)
    cli_say(args,
            "nothing could run: 'ergode devices' shows what there is, and what is missing");
  if (r->journal_error)
    cli_say(args,
            "%s/rows.jsonl can't be written: %s\nnext: free space; 'ergode bench --resume "
            "%s' does the runs again that it lacks",
            folder, strerror(r->journal_error), folder);
  if (erg_interrupted())
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
  char *command = cli_command_text(args), *folder = NULL, *preset = NULL, *save = NULL;
  const char **plugins = NULL;
  bench_stored *baseline = NULL;
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
  bool good = get_options(args, &workloads, &o, &held, &problems) &&
              open_baselines(args, &baseline, &save, &problems);
  int code = 2;
  if (good) {
    if (!o.out) o.out = folder = default_folder(&o);
    if (!o.resume) get_configs(&workloads, &o, &preset);
    o.plugins = plugins = get_plugins(args, o.plugins);
    o.registry = cli_registry_of(args, plugins);
    good = bench_run(&o, &report, &problems);
    say_end(&shown);
    if (report.journal_error) code = 7;
  }
  if (good) {
    code = bench_exit_code(&report);
    if (baseline) report.baseline = bench_compare_report(baseline, &report, &problems);
    int written = write_reports(args, &report);
    int saved = save ? save_baseline(args, &report, save) : 0;
    if (!code) code = report.journal_error ? 7 : written ? written : saved;
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
  bench_stored_free(baseline);
  free(plugins);
  free(preset);
  free(save);
  free(command);
  free(folder);
  return code;
}
