/* ergode summary, ergode diagnose: of draws on disk. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/common.h"
#include "output/extra.h"
#include "output/table.h"
#include "run/job.h"
#include "run/text.h"

enum { TABLE_ROWS = 40 };

typedef struct {
  out_draws *draws;
  out_summary *summary;
  out_report report;
} read_back;

static bool read_run(const cli_args *args, read_back *r) {
  erg_problems problems;
  erg_problems_init(&problems);
  *r = (read_back){0};
  int threads = (int)cli_integer(args, "threads", run_processors());
  diag_limits limits = diag_limits_default();
  r->draws = out_draws_open(args->positional, args->n_positional, &problems);
  if (r->draws && !erg_interrupted())
    r->summary = out_summary_from_draws(r->draws, &limits, threads, &problems);
  if (r->draws) r->report = (out_report){.info = &out_draws_schema(r->draws)->info};
  if (!erg_interrupted()) cli_problems(&problems);
  erg_problems_free(&problems);
  return r->summary != NULL;
}

static void release(read_back *r) {
  if (r->summary) out_summary_free(r->summary);
  if (r->draws) out_draws_close(r->draws);
}

static void print_json(const read_back *r) {
  char *text = out_json_text(r->summary, &r->report);
  puts(text);
  free(text);
}

int cli_summary(const cli_args *args) {
  read_back r;
  bool good = read_run(args, &r);
  if (good) {
    r.report.max_rows = cli_given(args, "all") ? 0 : TABLE_ROWS;
    if (cli_given(args, "json"))
      print_json(&r);
    else
      out_print_summary(r.summary, &r.report, stdout, out_wants_colour(stdout));
  }
  release(&r);
  return good ? 0 : 2;
}

static const char *reason_of(const erg_host *host, erg_status status) {
  return run_host_reason(host->data, status);
}

/* The diagnostics of --with, until one can't be found (3) or fails (6). */
static int compute_extra(const cli_args *args, const char *const *ids, run_registry *registry,
                         run_host *host, read_back *r, out_extra *extra, int *n) {
  erg_problems problems;
  erg_problems_init(&problems);
  int code = 0;
  for (int i = 0; ids[i] && !code; i++) {
    char *message = NULL;
    const erg_diagnostic *d = run_find_diagnostic(registry, ids[i], &message);
    if (!d) cli_say(args, "%s", message);
    free(message);
    if (!d) {
      code = 3;
    } else {
      run_host_clear(host);
      if (!out_extra_compute(r->draws, r->summary, d, &host->api, reason_of, &extra[(*n)++],
                             &problems))
        code = 6;
    }
  }
  if (!erg_interrupted()) cli_problems(&problems);
  erg_problems_free(&problems);
  return code;
}

/* Plug-ins are looked for where there is something to find in them. */
static int compute_with(const cli_args *args, read_back *r, out_extra *extra, int *n) {
  const char **ids = cli_values(args, "with");
  int code = 0;
  if (ids[0]) {
    run_host host;
    run_registry *registry = cli_registry(args);
    cli_host(args, &host);
    code = compute_extra(args, ids, registry, &host, r, extra, n);
    run_host_destroy(&host);
    run_registry_free(registry);
  }
  free(ids);
  return code;
}

int cli_diagnose(const cli_args *args) {
  read_back r;
  out_extra *extra = run_alloc((size_t)(args->n_given + 1) * sizeof *extra);
  int code = 2, n = 0;
  if (read_run(args, &r)) code = compute_with(args, &r, extra, &n);
  if (r.summary && !code) {
    bool colour = out_wants_colour(stdout);
    r.report.extra = extra;
    r.report.n_extra = n;
    if (cli_given(args, "json")) {
      print_json(&r);
    } else {
      out_print_verdict(&r.summary->verdict, stdout, colour);
      for (int i = 0; i < n; i++)
        out_extra_print(&extra[i], r.summary, TABLE_ROWS, stdout, colour);
    }
    bool bad = r.summary->verdict.verdict == ERG_VERDICT_BAD;
    if (cli_given(args, "strict") && bad) code = 4;
  }
  for (int i = 0; i < n; i++) out_extra_free(&extra[i]);
  free(extra);
  release(&r);
  return code;
}
