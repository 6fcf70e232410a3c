/* What the draws of a run cost once they are made: 4 chains of 2000 draws of 103 quantities,
 * as JSON on standard output.
 *
 *   bench_draws FOLDER    files are written into it, and removed
 *
 * Medians of several. summary: all diagnostics of draws in memory, autoregressive, so that
 * effective sample sizes differ. files: a sink from its opening to its closing, and the
 * summary of what was written, read back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../about.h"
#include "bench/statistic.h"
#include "diagnostics/work.h"
#include "output/summary.h"
#include "read/clock.h"
#include "run/text.h"

enum { GROUPS = 100, N = GROUPS + 3, CHAINS = 4, DRAWS = 2000, BLOCK = 100, REPEATS = 9 };

/* --- summaries ---------------------------------------------------------------------- */

static bool give(void *data, int64_t scalar, int slot, erg_draws *out) {
  (void)slot;
  *out = (erg_draws){.size = sizeof *out,
                     .chains = CHAINS,
                     .draws = DRAWS,
                     .values = (double *)data + scalar * CHAINS * DRAWS,
                     .chain_stride = DRAWS,
                     .draw_stride = 1};
  return true;
}

static void time_summaries(erg_json *j, double *x, double rho) {
  static diag_summary out[N];
  double seconds[REPEATS];
  srand(1);
  for (int i = 0; i < N * CHAINS * DRAWS; i++) {
    double z = diag_normal_quantile((rand() + 0.5) / (RAND_MAX + 1.0));
    x[i] = i % DRAWS ? rho * x[i - 1] + sqrt(1 - rho * rho) * z : z;
  }
  for (int threads = 1; threads <= 2; threads++) {
    for (int k = 0; k < REPEATS; k++) {
      double begin = erg_clock();
      diag_summarise_all(N, give, x, threads, out);
      seconds[k] = erg_clock() - begin;
    }
    erg_json_object(j, NULL);
    erg_json_real(j, "autocorrelation", rho);
    erg_json_int(j, "threads", threads);
    erg_json_real(j, "seconds", statistic_median(seconds, REPEATS));
    erg_json_real(j, "ess_bulk_of_first", out[0].ess_bulk);
    erg_json_end(j);
  }
}

/* --- files -------------------------------------------------------------------------- */

static out_schema *make_schema(erg_problems *p) {
  static const char *const scalars[] = {"mu", "tau", "sigma"};
  static const char *const statistics[] = {"lp",     "acceptance_rate", "step_size",
                                           "energy", "energy_error",    "max_energy_error"};
  out_schema *s = out_schema_new(CHAINS);
  int group = out_add_dim(s, "group", GROUPS, NULL);
  for (int i = 0; i < 3; i++)
    out_add_variable(s, OUT_POSTERIOR, OUT_F64, scalars[i], 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "theta", 1, &group, NULL, NULL);
  for (int i = 0; i < 6; i++)
    out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, statistics[i], 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_I64, "tree_depth", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_I64, "n_steps", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_SAMPLE_STATS, OUT_BOOL, "diverging", 0, NULL, NULL, NULL);
  s->info.n_draws = DRAWS;
  s->n_unconstrained = N;
  out_schema_finish(s, p);
  return s;
}

static bool write_draws(out_sink *sink, const out_schema *s, erg_problems *p) {
  static const int64_t filled[CHAINS] = {BLOCK, BLOCK, BLOCK, BLOCK};
  double *rows = run_alloc((size_t)(CHAINS * BLOCK * s->row) * sizeof *rows);
  for (int64_t i = 0; i < CHAINS * BLOCK * s->row; i++)
    rows[i] = (rand() + rand() / 2147483648.0) / 1e9;
  const out_block block = {.capacity = BLOCK, .filled = filled, .rows = rows};
  bool good = sink->ops->open(sink, s, p);
  for (int i = 0; good && i < DRAWS / BLOCK; i++) good = sink->ops->append(sink, &block, p);
  good = good && sink->ops->close(sink, &(out_end){0}, p);
  free(rows);
  return good;
}

/* Of all draws on disk, by two threads. */
static bool read_draws(char *const *files, int n, erg_problems *p) {
  diag_limits limits = diag_limits_default();
  out_draws *d = out_draws_open((const char *const *)files, n, p);
  out_summary *s = d ? out_summary_from_draws(d, &limits, 2, p) : NULL;
  bool good = s != NULL;
  if (s) out_summary_free(s);
  if (d) out_draws_close(d);
  return good;
}

static bool time_format(erg_json *j, const char *folder, bool csv, erg_problems *p) {
  char *prefix = run_text("%s/draws", folder), *files[CHAINS];
  int n = csv ? CHAINS : 1;
  for (int i = 0; i < n; i++)
    files[i] = csv ? run_text("%s_%d.csv", prefix, i + 1) : run_text("%s.nc", prefix);
  double writing[REPEATS], reading[REPEATS];
  bool good = true;
  for (int k = 0; k < REPEATS && good; k++) {
    out_schema *s = make_schema(p);
    out_sink *sink = csv ? out_stan_csv(prefix) : out_netcdf(files[0], 1);
    double begin = erg_clock();
    good = write_draws(sink, s, p);
    double middle = erg_clock();
    good = good && read_draws(files, n, p);
    writing[k] = middle - begin;
    reading[k] = erg_clock() - middle;
    sink->ops->free(sink);
    out_schema_free(s);
  }
  if (good) {
    erg_json_object(j, NULL);
    erg_json_string(j, "format", csv ? "stan_csv" : "netcdf");
    erg_json_real(j, "write_s", statistic_median(writing, REPEATS));
    erg_json_real(j, "read_and_summarise_s", statistic_median(reading, REPEATS));
    erg_json_end(j);
  }
  for (int i = 0; i < n; i++) {
    unlink(files[i]);
    free(files[i]);
  }
  free(prefix);
  return good;
}

int main(int argc, char **argv) {
  static const double rho[] = {0, 0.5, 0.9, 0.99, 0.999};
  if (argc != 2) {
    fprintf(stderr, "usage: bench_draws FOLDER\n");
    return 2;
  }
  erg_problems p;
  erg_problems_init(&p);
  erg_json *j = erg_json_to(stdout);
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  /* without the folder, which is this machine's */
  about_write(j, "what 4 x 2000 draws of 103 quantities cost once they are made", 1, argv);
  erg_json_array(j, "summary");
  double *x = run_alloc(sizeof *x * N * CHAINS * DRAWS);
  for (size_t k = 0; k < sizeof rho / sizeof *rho; k++) time_summaries(j, x, rho[k]);
  free(x);
  erg_json_end(j);
  erg_json_array(j, "files");
  bool good = time_format(j, argv[1], false, &p) && time_format(j, argv[1], true, &p);
  erg_json_end(j);
  erg_json_end(j);
  erg_problems_print(&p, stderr, false);
  erg_problems_free(&p);
  return erg_json_close(j) == 0 && good ? 0 : 7;
}
