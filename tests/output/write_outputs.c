/* usage: write_outputs FOLDER: runs of every kind, for check_outputs.py to read.
 * A killed run is left as a killed process leaves it. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "output/read_draws.h"
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

enum { KILLED_DRAWS = 40, KILLED_LAG = 3 };

static void write_until_killed(erg_problems *p) {
  out_schema *s = fix_schema(FIX_DRAWS, false, p);
  out_sink *k = out_tee((out_sink *[]){sinks("killed", true)}, 1);
  k->ops->open(k, s, p);
  fix_adapted(k, p);
  fix_append(k, s, false, 0, KILLED_DRAWS, KILLED_LAG, p);
  for (;;) pause();
}

/* Draws that a copy of the file has: HDF5 locks the file itself. */
static int64_t draws_on_disk(const char *path, const char *copy) {
  char bytes[1 << 16];
  size_t n;
  int64_t draws = 0;
  FILE *from = fopen(path, "rb"), *to = fopen(copy, "wb");
  while (from && to && (n = fread(bytes, 1, sizeof bytes, from)) > 0) fwrite(bytes, 1, n, to);
  if (from) fclose(from);
  if (to) fclose(to);
  erg_problems ignored; /* of a file that isn't there yet or is half written */
  erg_problems_init(&ignored);
  out_draws *d = from ? out_draws_open(&copy, 1, &ignored) : NULL;
  if (d) {
    draws = out_draws_count(d);
    out_draws_close(d);
  }
  erg_problems_free(&ignored);
  remove(copy);
  return draws;
}

/* The writing thread flushes after each block: the child dies once its block is there. */
static void kill_when_written(pid_t child) {
  char path[600], copy[600];
  snprintf(path, sizeof path, "%s/killed.nc.part", folder);
  snprintf(copy, sizeof copy, "%s/killed-copy.nc", folder);
  const int64_t shortest = KILLED_DRAWS - KILLED_LAG * (FIX_CHAINS - 1);
  while (draws_on_disk(path, copy) < shortest && waitpid(child, NULL, WNOHANG) == 0)
    usleep(20000);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
  erg_problems p;
  erg_problems_init(&p);
  if (argc != 2) return 2;
  snprintf(folder, sizeof folder, "%s", argv[1]);
  pid_t child = fork();
  if (child == 0) write_until_killed(&p);
  kill_when_written(child);
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
