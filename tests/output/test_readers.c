/* What was written comes back, from either format; files of others and damaged ones. What
 * other programs make of the files is checked by check_outputs.py. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"
#include "folder.h"
#include "output/read_draws.h"
#include "output/summary.h"

static void check_draws(const char *const *paths, int n, int64_t draws, bool csv) {
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, false, &p);
  out_draws *d = out_draws_open(paths, n, &p);
  assert_non_null(d);
  const out_schema *r = out_draws_schema(d);
  assert_int_equal(out_draws_chains(d), FIX_CHAINS);
  assert_int_equal(out_draws_count(d), draws);
  assert_string_equal(r->info.model, "eight_schools");
  assert_true(r->info.seed == 18446744073709551615u && r->info.max_depth == 10);
  assert_true(r->info.target_accept == 0.8);
  double *values = malloc((size_t)(12 * FIX_CHAINS * draws) * sizeof *values + 1);
  for (int v = 0; v < s->n_variables; v++) {
    const out_variable *x = &s->variables[v];
    if (x->group != OUT_POSTERIOR && x->group != OUT_SAMPLE_STATS) continue;
    int back = out_find(r, x->group, x->name);
    if (back < 0 && csv && x->group == OUT_SAMPLE_STATS) continue;
    assert_true(back >= 0);
    assert_int_equal(r->variables[back].n, x->n);
    for (int64_t first = 0; first < x->n; first += 5) {
      int64_t count = x->n - first < 5 ? x->n - first : 5;
      assert_true(out_draws_read(d, back, first, count, values, &p));
      for (int64_t e = 0; e < count; e++) {
        for (int c = 0; c < FIX_CHAINS; c++) {
          for (int64_t i = 0; i < draws; i++) {
            double row[64];
            fix_row(s, c, FIX_WARMUP + i, row);
            assert_true(values[(e * FIX_CHAINS + c) * draws + i] == row[x->offset + first + e]);
          }
        }
      }
    }
    if (!csv && !strcmp(x->name, "theta")) {
      assert_string_equal(r->dims[r->variables[back].dims[0]].name, "school");
      assert_string_equal(r->dims[r->variables[back].dims[0]].labels[3], "Ährenfeld");
    }
  }
  free(values);
  out_draws_close(d);
  out_schema_free(s);
  erg_problems_free(&p);
}

static void netcdf_there_and_back(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  char path[200], part[210];
  for (int lag = 0; lag <= 4; lag += 4) {
    snprintf(path, sizeof path, "%s", path_of(lag ? "ragged.nc" : "even.nc"));
    snprintf(part, sizeof part, "%s.part", path);
    out_schema *s = fix_schema(FIX_DRAWS, lag == 0, &p);
    out_sink *k = out_netcdf(path, 1);
    assert_true(fix_run(k, s, lag, lag > 0, &p));
    k->ops->free(k);
    assert_true(exists(path) && !exists(part));
    check_draws((const char *const[]){path}, 1, FIX_DRAWS - 3 * lag, false);
    out_schema_free(s);
  }
  /* aborted: the .part stays and is read */
  out_schema *s = fix_schema(FIX_DRAWS, false, &p);
  mkdir(path_of("aborted"), 0777);
  snprintf(path, sizeof path, "%s", path_of("aborted/draws.nc"));
  out_sink *k = out_netcdf(path, 1);
  assert_true(k->ops->open(k, s, &p) && fix_append(k, s, false, 0, 20, 2, &p));
  k->ops->abort(k);
  k->ops->free(k);
  assert_false(exists(path));
  check_draws((const char *const[]){path_of("aborted")}, 1, 14, false);
  out_draws *d = out_draws_open((const char *const[]){path_of("aborted")}, 1, &p);
  assert_true(out_draws_partial(d));
  out_draws_close(d);
  out_schema_free(s);
  assert_int_equal(p.count, 0);
  erg_problems_free(&p);
}

/* Bytes that this process has read and written through the system; 0: not known. */
static long long moved_bytes(void) {
  long long read = 0, written = 0;
  FILE *f = fopen("/proc/self/io", "r");
  if (f && fscanf(f, "rchar: %lld wchar: %lld", &read, &written) != 2) read = written = 0;
  if (f) fclose(f);
  return read + written;
}

/* Thousands of chains, a draw at a time: chunks aren't read and written for every draw. */
static void many_chains(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  enum { CHAINS = 8192, N = 100, DRAWS = 12 };
  const long long bytes = 8LL * CHAINS * N * DRAWS;
  out_schema *s = out_schema_new(CHAINS);
  int dim = out_add_dim(s, "group", N, NULL);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "mu", 1, &dim, NULL, NULL);
  s->info.n_draws = DRAWS;
  assert_true(out_schema_finish(s, &p));
  int64_t *filled = malloc(CHAINS * sizeof *filled);
  double *rows = malloc(sizeof(double) * CHAINS * N);
  double *back = malloc(sizeof(double) * CHAINS * DRAWS);
  const out_end end = {0};
  for (int c = 0; c < CHAINS; c++) filled[c] = 1;
  out_sink *k = out_netcdf(path_of("many.nc"), 1e9);
  long long before = moved_bytes();
  assert_true(k->ops->open(k, s, &p));
  for (int d = 0; d < DRAWS; d++) {
    for (int i = 0; i < CHAINS * N; i++) rows[i] = i + 1e-2 * d;
    out_block b = {.capacity = 1, .filled = filled, .rows = rows};
    assert_true(k->ops->append(k, &b, &p));
  }
  assert_true(k->ops->close(k, &end, &p));
  k->ops->free(k);
  assert_true(moved_bytes() - before < 2 * bytes);
  out_draws *d = out_draws_open((const char *const[]){path_of("many.nc")}, 1, &p);
  assert_non_null(d);
  int mu = out_find(out_draws_schema(d), OUT_POSTERIOR, "mu");
  assert_true(out_draws_read(d, mu, 77, 1, back, &p));
  for (int i = 0; i < CHAINS * DRAWS; i++)
    assert_true(back[i] == i / DRAWS * N + 77 + 1e-2 * (i % DRAWS));
  out_draws_close(d);
  unlink(path_of("many.nc"));
  out_schema_free(s);
  free(filled);
  free(rows);
  free(back);
  erg_problems_free(&p);
}

/* A parameter wider than chunks and windows; chains, draws and a prior of their own. */
static void wide(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  enum { ROWS = 700, COLUMNS = 5, CHAINS = 2, DRAWS = 21 };
  out_schema *s = out_schema_new(CHAINS);
  int dims[2] = {out_add_dim(s, "row", ROWS, NULL), out_add_dim(s, "column", COLUMNS, NULL)};
  int empty = out_add_dim(s, "none", 0, NULL);
  int v = out_add_variable(s, OUT_PRIOR, OUT_F64, "W", 2, dims, NULL, NULL);
  out_add_variable(s, OUT_PRIOR, OUT_F64, "nothing", 1, &empty, NULL, NULL);
  s->info.n_draws = DRAWS;
  assert_true(out_schema_finish(s, &p));
  int64_t filled[CHAINS] = {DRAWS, DRAWS};
  double *rows = malloc(sizeof(double) * CHAINS * DRAWS * ROWS * COLUMNS);
  for (int64_t i = 0; i < (int64_t)CHAINS * DRAWS * ROWS * COLUMNS; i++) rows[i] = (double)i;
  out_block b = {.capacity = DRAWS, .filled = filled, .rows = rows};
  const out_end end = {0};
  out_sink *k = out_netcdf(path_of("wide.nc"), 1);
  assert_true(k->ops->open(k, s, &p) && k->ops->append(k, &b, &p) &&
              k->ops->close(k, &end, &p));
  k->ops->free(k);
  out_draws *d = out_draws_open((const char *const[]){path_of("wide.nc")}, 1, &p);
  assert_non_null(d);
  v = out_find(out_draws_schema(d), OUT_PRIOR, "W");
  double *back = malloc(sizeof(double) * 100 * CHAINS * DRAWS);
  for (int64_t first = 0; first < ROWS * COLUMNS; first += 97) {
    int64_t count = ROWS * COLUMNS - first < 97 ? ROWS * COLUMNS - first : 97;
    assert_true(out_draws_read(d, v, first, count, back, &p));
    for (int64_t e = 0; e < count; e++) {
      for (int64_t i = 0; i < CHAINS * DRAWS; i++) {
        assert_true(back[e * CHAINS * DRAWS + i] == (double)(i * ROWS * COLUMNS + first + e));
      }
    }
  }
  free(back);
  free(rows);
  out_draws_close(d);
  out_schema_free(s);
  erg_problems_free(&p);
}

static void csv_there_and_back(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  for (int lag = 0; lag <= 4; lag += 4) {
    out_schema *s = fix_schema(FIX_DRAWS, lag == 0, &p);
    char paths[FIX_CHAINS][220];
    const char *list[FIX_CHAINS];
    out_sink *k = out_stan_csv(path_of("stan"));
    assert_true(fix_run(k, s, lag, lag > 0, &p));
    k->ops->free(k);
    for (int c = 0; c < FIX_CHAINS; c++) {
      snprintf(paths[c], sizeof paths[c], "%s_%d.csv", path_of("stan"), c + 1);
      list[c] = paths[c];
    }
    check_draws(list, FIX_CHAINS, FIX_DRAWS - 3 * lag, true);
    out_schema_free(s);
  }
  assert_int_equal(p.count, 0);
  erg_problems_free(&p);
}

static void write_text(const char *path, const char *text) {
  FILE *out = fopen(path, "w");
  fputs(text, out);
  fclose(out);
}

/* A file as CmdStan writes it, a file cut short, and files that are none. */
static void foreign_csv(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  const char *head =
      "# stan_version_major = 2\n# model = bernoulli_model\n# method = sample (Default)\n"
      "#   sample\n#     num_samples = 3\n#     num_warmup = 2\n#     save_warmup = true\n"
      "#     thin = 1 (Default)\n#           max_depth = 10 (Default)\n"
      "lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,"
      "L.1.1,L.2.1,L.1.2,L.2.2,p\n"
      "-1,1,1,1,1,0,2,9,9,9,9,9\n-1,1,1,1,1,0,2,9,9,9,9,9\n# Adaptation terminated\n"
      "# Step size = 0.9\n# Diagonal elements of inverse mass matrix:\n# 0.5\n";
  const char *rows =
      "-7,1,0.9,2,3,0,7.5,11,21,12,22,0.25\n-8,1,0.9,10,3,1,7.5,11,21,12,22,nan\n";
  char text[4000];
  snprintf(text, sizeof text,
           "%s%s-9,1,0.9,2,3,0,7.5,11,21,12,22,1e-3\n# \n#  Elapsed Time: 1 "
           "seconds (Warm-up)\n",
           head, rows);
  write_text(path_of("cmdstan.csv"), text);
  out_draws *d = out_draws_open((const char *const[]){path_of("cmdstan.csv")}, 1, &p);
  assert_non_null(d);
  const out_schema *s = out_draws_schema(d);
  assert_int_equal(out_draws_count(d), 3);
  assert_false(out_draws_partial(d));
  assert_string_equal(s->info.model, "bernoulli_model");
  double values[12];
  int v = out_find(s, OUT_POSTERIOR, "L");
  assert_int_equal(s->variables[v].rank, 2);
  assert_true(out_draws_read(d, v, 0, 4, values, &p));
  assert_true(values[0] == 11 && values[3] == 12 && values[6] == 21 && values[9] == 22);
  assert_true(out_draws_read(d, out_find(s, OUT_POSTERIOR, "p"), 0, 1, values, &p));
  assert_true(values[0] == 0.25 && isnan(values[1]) && values[2] == 1e-3);
  out_summary *m = out_summary_from_draws(d, NULL, 1, &p);
  assert_true(m && m->divergent[0] == 1 && m->saturated[0] == 1 && m->n_steps[0] == 9);
  out_summary_free(m);
  out_draws_close(d);

  snprintf(text, sizeof text, "%s%s-9,1,0.9,2,3,0,7.5,11,21,1", head, rows);
  write_text(path_of("cut.csv"), text);
  d = out_draws_open((const char *const[]){path_of("cut.csv")}, 1, &p);
  assert_non_null(d);
  assert_int_equal(out_draws_count(d), 2);
  assert_true(out_draws_partial(d));
  out_draws_close(d);
  assert_int_equal(p.count, 0);

  const char *const wrong[][2] = {{"hello\n", "not a Stan CSV"},
                                  {"", "no draws"},
                                  {"lp__,x.1,x.3\n1,2,3\n", "'x'"},
                                  {"lp__,x.1,x.1\n1,2,3\n", "'x'"},
                                  {"lp__,x.9999999999999,y\n1,2,3\n", "'x'"},
                                  {"lp__,a,a\n1,2,3\n", "'a'"},
                                  {"lp__,a\n1,two\n", ":2: not a row of 2"},
                                  {"lp__,a\n1,2,3\n", ":2: not a row of 2"},
                                  {"lp__,a\n1\n1,2\n", ":2: not a row of 2"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    write_text(path_of("wrong.csv"), wrong[i][0]);
    assert_null(out_draws_open((const char *const[]){path_of("wrong.csv")}, 1, &p));
    assert_true(any_problem(&p, wrong[i][1]));
    erg_problems_free(&p);
    erg_problems_init(&p);
  }
  write_text(path_of("other.csv"), "lp__,b\n1,2\n");
  write_text(path_of("one.csv"), "lp__,a\n1,2\n");
  assert_null(
      out_draws_open((const char *const[]){path_of("one.csv"), path_of("other.csv")}, 2, &p));
  assert_true(any_problem(&p, "other columns"));
  assert_null(out_draws_open((const char *const[]){path_of("missing.nc")}, 1, &p));
  assert_true(any_problem(&p, "No such file"));
  mkdir(path_of("empty"), 0777);
  assert_null(out_draws_open((const char *const[]){path_of("empty")}, 1, &p));
  assert_true(any_problem(&p, "neither"));
  write_text(path_of("broken.nc"), "\211HDF\r\n\032\nand then nothing");
  assert_null(out_draws_open((const char *const[]){path_of("broken.nc")}, 1, &p));
  assert_true(any_problem(&p, "broken.nc can't be read"));
  erg_problems_free(&p);
}

/* A run's NetCDF cut at many lengths never crashes the reader. */
static void damaged_netcdf(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  static char bytes[1 << 20];
  FILE *in = fopen(path_of("even.nc"), "rb");
  assert_non_null(in);
  size_t size = fread(bytes, 1, sizeof bytes, in);
  fclose(in);
  for (size_t n = 9; n < size; n += size / 25) {
    FILE *out = fopen(path_of("cut.nc"), "wb");
    fwrite(bytes, 1, n, out);
    fclose(out);
    out_draws *d = out_draws_open((const char *const[]){path_of("cut.nc")}, 1, &p);
    out_draws_close(d);
  }
  erg_problems_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(netcdf_there_and_back), cmocka_unit_test(many_chains),
      cmocka_unit_test(wide),
      cmocka_unit_test(csv_there_and_back), cmocka_unit_test(foreign_csv),
      cmocka_unit_test(damaged_netcdf)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
