/* ergode report: a page and figures of draws on disk, or of a benchmark. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/bench_views.h"
#include "cli/common.h"
#include "report/run_report.h"
#include "run/job.h"
#include "run/text.h"

/* report.html in the run's folder, or here for single files. */
static char *page_path(const cli_args *args) {
  struct stat status;
  const char *given = cli_value(args, "html");
  if (given) return run_text("%s", given);
  if (args->n_positional == 1 && stat(args->positional[0], &status) == 0 &&
      S_ISDIR(status.st_mode))
    return run_text("%s/report.html", args->positional[0]);
  return run_text("report.html");
}

static bool write_all(const cli_args *args, const out_summary *s,
                      const report_figures *figures, erg_problems *problems) {
  const char *folder = cli_value(args, "plots");
  const char *format = folder ? cli_value(args, "format") : NULL;
  bool good = true;
  if (cli_given(args, "html") || !folder) {
    char *path = page_path(args);
    good = report_run_html(s, figures, path, problems);
    if (good) printf("%s\n", path);
    free(path);
  }
  if (good && folder) {
    good = report_run_save(figures, folder, format ? format : "svg", problems);
    if (good) printf("%s: %d figures\n", folder, figures->n);
  }
  return good;
}

/* The first bench.json among the files and folders; to be freed, NULL: draws alone. */
static char *benchmark(const cli_args *args) {
  char *json = NULL;
  for (int i = 0; i < args->n_positional && !json; i++)
    json = cli_bench_path(args->positional[i]);
  return json;
}

int cli_report(const cli_args *args) {
  char *json = benchmark(args);
  if (json) {
    int done = cli_bench_report(args, json);
    free(json);
    return done;
  }
  erg_problems problems;
  erg_problems_init(&problems);
  if (cli_given(args, "markdown") || cli_given(args, "csv")) {
    erg_error(&problems, (erg_place){0}, "name a bench.json of 'ergode bench', or its folder",
              "--markdown and --csv are for benchmarks");
    cli_problems(&problems);
    erg_problems_free(&problems);
    return 2;
  }
  int threads = (int)cli_integer(args, "threads", run_processors()), code = 2;
  diag_limits limits = diag_limits_default();
  out_summary *summary = NULL;
  report_figures figures = {0};
  out_draws *draws = out_draws_open(args->positional, args->n_positional, &problems);
  if (draws && !erg_interrupted())
    summary = out_summary_from_draws(draws, &limits, threads, &problems);
  if (summary &&
      report_run_figures(draws, summary, cli_value(args, "params"), &figures, &problems))
    code = write_all(args, summary, &figures, &problems) ? 0 : 7;
  if (!erg_interrupted()) cli_problems(&problems);
  erg_problems_free(&problems);
  report_figures_free(&figures);
  if (summary) out_summary_free(summary);
  if (draws) out_draws_close(draws);
  return code;
}
