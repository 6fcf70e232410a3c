/* ergode sample. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/progress.h"
#include "output/table.h"
#include "report/run_report.h"
#include "run/initial.h"
#include "run/job.h"
#include "run/text.h"

enum { TABLE_ROWS = 24 }; /* of the summary on a terminal; --json and report.md have all */

static unsigned report_of(const cli_args *args) {
  unsigned report = 0;
  const char **what = cli_values(args, "report");
  for (const char **w = what; *w; w++)
    report |= !strcmp(*w, "log_likelihood") ? RUN_REPORT_LOG_LIKELIHOOD
              : !strcmp(*w, "replicated")   ? RUN_REPORT_REPLICATED
              : !strcmp(*w, "define")       ? RUN_REPORT_DEFINED
                                            : RUN_REPORT_DEFINED | RUN_REPORT_LOG_LIKELIHOOD |
                                                RUN_REPORT_REPLICATED;
  free(what);
  return report;
}

static void say_start(const run_job *j) {
  char memory[32], disk[32];
  const run_request *r = &j->request;
  const model_host_info *about = model_host_about(j->compiled);
  fprintf(stderr, "%s: %d coordinates, %s", j->model.name, j->compiled->dim,
          about->compiled ? about->module->cached ? "compiled before" : "compiled"
                          : "interpreted");
  fprintf(stderr, " in %.0f ms\n", 1000 * j->times.compile_s);
  fprintf(stderr, "%s on %s (%s), %d chain%s of %lld + %lld draws, ", j->sampler->id,
          j->device.name, j->device.id, r->chains, r->chains == 1 ? "" : "s",
          (long long)r->warmup, (long long)r->draws);
  if (r->thin > 1) fprintf(stderr, "one in %lld kept, ", (long long)r->thin);
  fprintf(stderr, "seed %llu\n", (unsigned long long)r->seed);
  fprintf(stderr, "memory about %s, draws.nc at most %s\n",
          run_bytes_text((double)j->memory_bytes, memory),
          run_bytes_text((double)j->disk_bytes, disk));
  if (j->outputs.put_aside)
    fprintf(stderr, "earlier results are kept in %s/" RUN_PREVIOUS "\n", j->out);
}

static void say_end(const run_job *j) {
  char a[32], b[32], c[32];
  const run_result *r = &j->result;
  double sampling = r->warmup_s + r->sampling_s;
  fprintf(stderr, "warm-up %s, sampling %s, %.3g gradients/s; %s in all\n",
          cli_seconds(r->warmup_s, a), cli_seconds(r->sampling_s, b),
          sampling > 0 ? (double)r->gradients / sampling : 0.0,
          cli_seconds(j->times.total_s, c));
}

static void print_results(const cli_args *args, const run_job *j) {
  out_report report = run_job_report(j);
  report.max_rows = TABLE_ROWS;
  if (cli_given(args, "json")) {
    char *text = out_json_text(j->summary, &report);
    puts(text);
    free(text);
  } else {
    out_print_summary(j->summary, &report, stdout, out_wants_colour(stdout));
  }
}

static bool write_page(const run_job *j, erg_problems *problems) {
  const char *const folder[] = {j->out};
  report_figures figures = {0};
  char *path = run_text("%s/report.html", j->out);
  out_draws *draws = out_draws_open(folder, 1, problems);
  bool good = draws && report_run_figures(draws, j->summary, NULL, &figures, problems) &&
              report_run_html(j->summary, &figures, path, problems);
  report_figures_free(&figures);
  if (draws) out_draws_close(draws);
  free(path);
  return good;
}

/* What an interrupt left, and what to do with it. */
static void say_interrupted(const cli_args *args, const run_job *j) {
  const run_result *r = &j->result;
  int64_t thin = j->request.thin, planned = (j->request.draws + thin - 1) / (thin ? thin : 1);
  if (!r->any)
    cli_say(args, "interrupted while %s: no draws, so nothing is kept; the same command starts "
                  "anew", j->phase);
  else if (r->kept == 0)
    cli_say(args, "interrupted in the warm-up: its draws so far are in %s/draws.nc", j->out);
  else if (r->status == ERG_CANCELLED)
    cli_say(args, "interrupted: %lld of %lld draws a chain are kept in %s; 'ergode summary %s' "
                  "and 'ergode report %s' read them",
            (long long)r->kept, (long long)planned, j->out, j->out, j->out);
  else if (j->summary)
    cli_say(args, "interrupted at the end: draws, summary and report in %s are whole", j->out);
  else
    cli_say(args, "interrupted while %s: all draws are in %s/draws.nc; 'ergode summary %s' "
                  "makes the rest", j->phase, j->out, j->out);
}

/* Prints what was found so far. */
static void tell(erg_problems *p) {
  cli_problems(p);
  erg_problems_free(p);
  erg_problems_init(p);
}

/* After the run: its own code, else that of an interrupt or of a failed output. */
static int fail(const cli_args *args, const run_job *j, int code) {
  if (code) return code;
  if (!erg_interrupted()) return 7;
  say_interrupted(args, j);
  return 130;
}

static int run(const cli_args *args, run_job *j, erg_problems *problems) {
  bool quiet = cli_given(args, "quiet");
  cli_progress progress;
  cli_progress_init(&progress, quiet);
  if (!quiet) say_start(j);
  int code = run_job_run(j, cli_progress_report, &progress, problems);
  cli_progress_end(&progress);
  if (j->result.output_failed) {
    char need[32];
    tell(problems);
    if (j->result.kept)
      cli_say(args, "what reached the disk is in %s/draws.nc.part; 'ergode summary %s' reads it\n"
                    "all draws may need %s", j->out, j->out,
              run_bytes_text((double)j->disk_bytes, need));
    return 7;
  }
  if (code && code != 130) cli_say(args, "%s", run_host_reason(j->host, j->result.status));
  if (j->result.status == ERG_INIT)
    run_warn_of_terms(j->model.graph, j->model.source, problems);
  if (code == 130) say_interrupted(args, j);
  if (j->result.kept == 0) return code;
  if (!run_job_summarise(j, problems)) return fail(args, j, code);
  print_results(args, j);
  fflush(stdout); /* where both go to one file */
  bool html = cli_given(args, "html");
  if (html && !write_page(j, problems)) return fail(args, j, code);
  if (!quiet) {
    say_end(j);
    fprintf(stderr, "results in %s: draws.nc, summary.json, report.md%s%s\n", j->out,
            html ? ", report.html" : "", cli_given(args, "csv") ? ", Stan CSV" : "");
  }
  if (!code && cli_given(args, "strict") && j->summary->verdict.verdict == ERG_VERDICT_BAD)
    code = 4;
  return !code && erg_interrupted() ? fail(args, j, 0) : code;
}

int cli_sample(const cli_args *args) {
  const char **sizes = cli_values(args, "dim"), **settings = cli_values(args, "set");
  char **devices = cli_given(args, "device") ? cli_split(cli_value(args, "device"), NULL) : NULL;
  char *command = cli_command_text(args);
  run_wishes w = run_no_wishes();
  w.inputs = (run_inputs){.model = args->positional[0], .data = cli_value(args, "data"),
                          .sizes = sizes, .seed = -1};
  w.backend = cli_value(args, "backend");
  w.devices = (const char *const *)devices;
  w.preset = cli_value(args, "preset");
  w.chains = cli_integer(args, "chains", -1);
  w.warmup = cli_integer(args, "warmup", -1);
  w.draws = cli_integer(args, "draws", -1);
  w.thin = cli_integer(args, "thin", -1);
  w.init = cli_value(args, "init");
  w.init_radius = cli_number(args, "init-radius", w.init_radius);
  w.max_depth = cli_integer(args, "max-depth", -1);
  w.seed = cli_integer(args, "seed", -1);
  w.threads = cli_integer(args, "threads", -1);
  w.target_accept = cli_number(args, "target-accept", w.target_accept);
  w.settings = settings;
  w.out = cli_value(args, "out");
  w.csv = cli_given(args, "csv");
  w.save_warmup = cli_given(args, "save-warmup");
  w.report = report_of(args);
  w.command = command;
  w.version = ERGODE_VERSION;

  run_registry *registry = cli_registry(args);
  run_host host;
  cli_host(args, &host);
  run_job job;
  erg_problems problems;
  erg_problems_init(&problems);
  char *message = NULL;
  /* A page that can't be drawn is told before the run, not after. */
  bool drawable = !cli_given(args, "html") || plot_available(&problems);
  job = (run_job){0};
  int code = drawable ? run_job_prepare(&w, registry, &host, &job, &problems, &message) : 7;
  if (code == 130) {
    say_interrupted(args, &job);
    erg_problems_free(&problems);
    erg_problems_init(&problems);
  } else if (message) {
    cli_say(args, "%s", message);
  }
  free(message);
  if (!code) {
    tell(&problems); /* warnings */
    code = run(args, &job, &problems);
  }
  cli_problems(&problems);
  erg_problems_free(&problems);
  run_job_release(&job);
  run_host_destroy(&host);
  run_registry_free(registry);
  cli_free_list(devices);
  free(command);
  free(settings);
  free(sizes);
  return code;
}
