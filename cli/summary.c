/* ergode summary, ergode diagnose: of draws on disk. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/common.h"
#include "output/summary.h"
#include "output/table.h"
#include "run/job.h"

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

int cli_diagnose(const cli_args *args) {
  read_back r;
  int code = 2;
  if (read_run(args, &r)) {
    if (cli_given(args, "json"))
      print_json(&r);
    else
      out_print_verdict(&r.summary->verdict, stdout, out_wants_colour(stdout));
    bool bad = r.summary->verdict.verdict == ERG_VERDICT_BAD;
    code = cli_given(args, "strict") && bad ? 4 : 0;
  }
  release(&r);
  return code;
}
