/* usage: write_outputs FOLDER: runs of every kind, for check_outputs.py to read.
 * A killed run is left as a killed process leaves it. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "output/summary.h"

static char folder[400];

static out_sink *sinks(const char *name, bool csv) {
  char path[600];
  out_sink *list[2];
  snprintf(path, sizeof path, "%s/%s.nc", folder, name);
  list[0] = out_netcdf(path, 0);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  list[1] = csv ? out_stan_csv(path) : out_memory(0);
  return out_threaded(out_tee(list, 2), 0);
}

static int run(const char *name, int64_t lag, bool save_warmup, bool interrupted,
               erg_problems *p) {
  out_schema *s = fix_schema(FIX_DRAWS, save_warmup, p);
  out_sink *k = sinks(name, true);
  bool good = s && fix_run(k, s, lag, interrupted, p);
  k->ops->free(k);
  out_schema_free(s);
  return good ? 0 : 1;
}

static void killed(erg_problems *p) {
  out_schema *s = fix_schema(FIX_DRAWS, false, p);
  out_sink *k = out_tee((out_sink *[]){sinks("killed", true)}, 1);
  k->ops->open(k, s, p);
  fix_adapted(k, p);
  fix_append(k, s, false, 0, 40, 3, p);
  usleep(300000); /* the writing thread flushes after each block */
  kill(getpid(), SIGKILL);
}

int main(int argc, char **argv) {
  erg_problems p;
  erg_problems_init(&p);
  if (argc != 2) return 2;
  snprintf(folder, sizeof folder, "%s", argv[1]);
  pid_t child = fork();
  if (child == 0) killed(&p);
  waitpid(child, NULL, 0);
  int bad = run("full", 0, true, false, &p) + run("plain", 0, false, false, &p) +
            run("ragged", 5, false, true, &p);
  char path[600], json[600], report[600];
  snprintf(path, sizeof path, "%s/full.nc", folder);
  snprintf(json, sizeof json, "%s/full.json", folder);
  snprintf(report, sizeof report, "%s/full.md", folder);
  out_draws *d = out_draws_open((const char *const[]){path}, 1, &p);
  out_summary *s = d ? out_summary_from_draws(d, NULL, 2, &p) : NULL;
  const out_report r = {.compile_s = 0.25, .total_s = NAN};
  bad += !s || !out_write_json(s, &r, json, &p) || !out_write_markdown(s, &r, report, &p);
  out_summary_free(s);
  out_draws_close(d);
  erg_problems_print(&p, stderr, false);
  erg_problems_free(&p);
  return bad ? 1 : 0;
}
