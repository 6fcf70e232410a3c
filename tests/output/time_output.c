/* Prints what writing 4 x 2000 draws of 103 quantities costs. Not a test.
 * usage: time_output PATH */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "output/summary.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  erg_problems p;
  erg_problems_init(&p);
  if (argc != 2) return 2;
  enum { CHAINS = 4, DRAWS = 2000, BLOCK = 100 };
  for (int kind = 0; kind < 3; kind++) {
    out_schema *s = out_schema_new(CHAINS);
    int group = out_add_dim(s, "group", 100, NULL);
    const char *const scalars[] = {"mu", "tau", "sigma"};
    for (int i = 0; i < 3; i++)
      out_add_variable(s, OUT_POSTERIOR, OUT_F64, scalars[i], 0, NULL, NULL, NULL);
    out_add_variable(s, OUT_POSTERIOR, OUT_F64, "theta", 1, &group, NULL, NULL);
    const char *const stats[] = {"lp",     "acceptance_rate", "step_size",
                                 "energy", "energy_error",    "max_energy_error"};
    for (int i = 0; i < 6; i++)
      out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, stats[i], 0, NULL, NULL, NULL);
    out_add_variable(s, OUT_SAMPLE_STATS, OUT_I64, "tree_depth", 0, NULL, NULL, NULL);
    out_add_variable(s, OUT_SAMPLE_STATS, OUT_I64, "n_steps", 0, NULL, NULL, NULL);
    out_add_variable(s, OUT_SAMPLE_STATS, OUT_BOOL, "diverging", 0, NULL, NULL, NULL);
    s->info.n_draws = DRAWS;
    s->n_unconstrained = 103;
    out_schema_finish(s, &p);
    double *rows = malloc((size_t)(CHAINS * BLOCK * s->row) * sizeof *rows);
    for (int64_t i = 0; i < CHAINS * BLOCK * s->row; i++)
      rows[i] = (rand() + rand() / 2147483648.0) / 1e9;
    const int64_t filled[CHAINS] = {BLOCK, BLOCK, BLOCK, BLOCK};
    const out_block b = {.capacity = BLOCK, .filled = filled, .rows = rows};
    const char *const names[] = {"NetCDF, first", "NetCDF again", "Stan CSV"};
    out_sink *k = kind < 2 ? out_netcdf(argv[1], 1) : out_stan_csv(argv[1]);
    double t0 = now();
    bool good = k->ops->open(k, s, &p);
    double t1 = now();
    for (int i = 0; good && i < DRAWS / BLOCK; i++) good = k->ops->append(k, &b, &p);
    double t2 = now();
    const out_end end = {0};
    good = good && k->ops->close(k, &end, &p);
    double t3 = now();
    k->ops->free(k);
    printf("%s: open %.1f, append %.1f, close %.1f, all %.1f ms%s\n", names[kind], t1 - t0,
           t2 - t1, t3 - t2, t3 - t0, good ? "" : " FAILED");
    free(rows);
    out_schema_free(s);
  }
  double t0 = now();
  out_draws *d = out_draws_open((const char *const[]){argv[1]}, 1, &p);
  out_summary *s = d ? out_summary_from_draws(d, NULL, 2, &p) : NULL;
  printf("summary from NetCDF, 2 threads: %.1f ms\n", now() - t0);
  out_summary_free(s);
  out_draws_close(d);
  erg_problems_print(&p, stderr, false);
  erg_problems_free(&p);
  return 0;
}
