/* Sinks, readers, summaries and tables; what other programs make of the files is checked
 * by check_outputs.py. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "output/read_draws.h"
#include "output/summary.h"
#include "output/table.h"

static char folder[64];

static const char *path_of(const char *name) {
  static char path[4][200];
  static int next;
  next = (next + 1) % 4;
  snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
  return path[next];
}

static bool exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0;
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/ergode_output_XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state) {
  char command[200];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static bool any_problem(const erg_problems *p, const char *part) {
  for (int i = 0; i < p->count; i++) {
    if (strstr(p->list[i].cause, part)) return p->list[i].next != NULL;
  }
  return false;
}

/* --- Schema ------------------------------------------------------------------------ */

static void schema_names(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(10, false, &p);
  assert_non_null(s);
  assert_int_equal(s->row, 41);
  const out_variable *beta = &s->variables[out_find(s, OUT_POSTERIOR, "Beta")];
  assert_string_equal(s->dims[beta->dims[1]].name, "Beta_dim_1");
  assert_int_equal(beta->n, 12);
  /* a dimension called like a variable steps back */
  const out_variable *count = &s->variables[out_find(s, OUT_POSTERIOR, "count")];
  assert_string_equal(s->dims[count->dims[0]].name, "mu_dim");
  char name[64];
  out_element_name(s, out_find(s, OUT_POSTERIOR, "Beta"), 5, false, name, sizeof name);
  assert_string_equal(name, "Beta[2,3]");
  out_element_name(s, out_find(s, OUT_POSTERIOR, "Beta"), 5, true, name, sizeof name);
  assert_string_equal(name, "Beta[Deerfield,3]");
  out_element_name(s, out_find(s, OUT_POSTERIOR, "mu"), 0, true, name, sizeof name);
  assert_string_equal(name, "mu");
  out_element_name(s, out_find(s, OUT_POSTERIOR, "Beta"), 5, true, name, 8);
  assert_string_equal(name, "Beta[De");
  /* the same name with another size is another dimension */
  assert_int_equal(out_add_dim(s, "school", 4, (const char *const *)s->dims[0].labels), 0);
  int other = out_add_dim(s, "school", 5, NULL);
  assert_string_equal(s->dims[other].name, "school_2");
  assert_int_equal(out_add_dim(s, "school", 5, NULL), other);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "mu", 0, NULL, NULL, NULL);
  assert_false(out_schema_finish(s, &p));
  assert_true(any_problem(&p, "'mu'"));
  out_schema_free(s);
  s = out_schema_new(1);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "draw", 0, NULL, NULL, NULL);
  assert_false(out_schema_finish(s, &p));
  assert_true(any_problem(&p, "reserved"));
  out_schema_free(s);
  erg_problems_free(&p);
}

/* --- Tables ------------------------------------------------------------------------ */

static void number_format(void **state) {
  (void)state;
  const struct {
    double value, error;
    const char *text;
  } cases[] = {
      {8.01234, 0.093, "8.01"}, {8.01234, 0.93, "8.0"},        {123456.7, 20, "123460"},
      {-0.001, 0.05, "0.00"},   {0.00123, 0.00004, "0.00123"}, {1.23456e-9, 1e-11, "1.23e-09"},
      {3e12, 1e9, "3.000e+12"}, {3.14159, NAN, "3.142"},       {12345, 0, "12345"},
      {NAN, 0.1, "-"},          {-INFINITY, 0.1, "-inf"}};
  char text[64];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    out_format(cases[i].value, cases[i].error, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
}

static char *printed(const out_table *t, int width, bool markdown) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (markdown) {
    out_table_markdown(t, out);
  } else {
    out_table_print(t, out, width, false);
  }
  fclose(out);
  return text;
}

static void tables(void **state) {
  (void)state;
  out_table *t = out_table_new();
  out_table_column(t, "", OUT_LEFT, 0);
  out_table_column(t, "mean", OUT_DECIMAL, 0);
  out_table_column(t, "ess", OUT_RIGHT, 2);
  out_table_cell(t, OUT_PLAIN, "Ährenfeld|x");
  out_table_number(t, OUT_RED, 10.25, 0.01);
  out_table_cell(t, OUT_PLAIN, "%d", 4000);
  out_table_cell(t, OUT_PLAIN, "mu");
  out_table_number(t, OUT_PLAIN, -3.5, 0.1);
  out_table_cell(t, OUT_PLAIN, "%d", 12);
  char *text = printed(t, 80, false);
  assert_string_equal(text,
                      "              mean   ess\n"
                      "Ährenfeld|x  10.25  4000\n"
                      "mu           -3.5     12\n");
  free(text);
  text = printed(t, 20, false); /* too narrow: the column that may go goes */
  assert_string_equal(text,
                      "              mean\n"
                      "Ährenfeld|x  10.25\n"
                      "mu           -3.5\n");
  free(text);
  text = printed(t, 15, false); /* then the first column is cut */
  assert_non_null(strstr(text, "Ährenfe…  10.25\n"));
  free(text);
  text = printed(t, 80, true);
  assert_string_equal(text,
                      "|  | mean | ess |\n|---|---:|---:|\n"
                      "| Ährenfeld\\|x | 10.25 | 4000 |\n| mu | -3.5 | 12 |\n");
  free(text);
  out_table_free(t);
}

/* --- Sinks ------------------------------------------------------------------------- */

/* Counts calls; fails from the n-th append on. */
typedef struct {
  out_sink base;
  int fail_at, appends, adapted, opened, closed, aborted;
  double sum;
  const out_schema *schema;
} probe;
static bool probe_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  probe *k = (probe *)s;
  (void)p;
  k->opened++;
  k->schema = schema;
  return true;
}
static bool probe_append(out_sink *s, const out_block *b, erg_problems *p) {
  probe *k = (probe *)s;
  if (++k->appends == k->fail_at) {
    return erg_error(p, (erg_place){0}, "free space", "probe can't be written");
  }
  for (int c = 0; c < k->schema->chains; c++) {
    for (int64_t d = 0; d < b->filled[c]; d++) {
      k->sum += b->rows[(c * b->capacity + d) * k->schema->row];
    }
  }
  return true;
}
static bool probe_adapted(out_sink *s, int chain, double step, const double *metric,
                          erg_problems *p) {
  probe *k = (probe *)s;
  (void)p;
  assert_int_equal(chain, k->adapted);
  assert_true(step == 0.25 + chain && metric[5] == 1 + chain + 0.1 * 5);
  k->adapted++;
  return true;
}
static bool probe_close(out_sink *s, const out_end *end, erg_problems *p) {
  (void)p;
  assert_true(end->sampling_s[3] == 4);
  ((probe *)s)->closed++;
  return true;
}
static void probe_abort(out_sink *s) { ((probe *)s)->aborted++; }
static void probe_free(out_sink *s) { (void)s; }
static const out_sink_ops probe_ops = {probe_open,  probe_append, probe_adapted,
                                       probe_close, probe_abort,  probe_free};

static void composed(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, false, &p);
  probe good = {.base.ops = &probe_ops}, bad = {.base.ops = &probe_ops, .fail_at = 2};
  /* a small queue makes the caller wait */
  out_sink *k = out_threaded(out_tee((out_sink *[]){&good.base}, 1), 1000);
  assert_true(fix_run(k, s, 3, false, &p));
  k->ops->free(k);
  assert_true(good.opened == 1 && good.appends == 4 && good.adapted == 4 && good.closed == 1);
  double sum = 0;
  for (int c = 0; c < FIX_CHAINS; c++) {
    for (int d = 0; d < FIX_WARMUP + FIX_DRAWS - 3 * c; d++) sum += fix_uniform(c, d, 0);
  }
  assert_true(fabs(good.sum - sum) < 1e-9);

  /* one fails: the other still gets everything, the caller hears of it once */
  good = (probe){.base.ops = &probe_ops};
  k = out_threaded(out_tee((out_sink *[]){&bad.base, &good.base}, 2), 0);
  assert_false(fix_run(k, s, 0, false, &p));
  assert_true(any_problem(&p, "probe"));
  assert_int_equal(p.count, 1);
  k->ops->abort(k);
  k->ops->free(k);
  assert_true(good.aborted == 1 && bad.aborted == 1 && bad.appends == 2);
  out_schema_free(s);
  erg_problems_free(&p);
}

static void in_memory(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, true, &p);
  s->info.n_draws = 7; /* more come than planned */
  out_sink *k = out_memory(1u << OUT_POSTERIOR | 1u << OUT_SAMPLE_STATS);
  const out_end end = {0};
  assert_true(k->ops->open(k, s, &p) && fix_append(k, s, true, 0, 5, 0, &p) &&
              fix_adapted(k, &p) && fix_append(k, s, false, 0, 6, 0, &p) &&
              fix_append(k, s, false, 6, 60, 2, &p) && k->ops->close(k, &end, &p));
  assert_int_equal(out_memory_count(k, 0), 60);
  assert_int_equal(out_memory_count(k, 3), 54);
  int v = out_find(s, OUT_POSTERIOR, "Beta");
  erg_draws d;
  assert_true(out_memory_draws(k, v, 7, &d));
  assert_int_equal(d.draws, 54);
  for (int c = 0; c < FIX_CHAINS; c++) {
    for (int i = 0; i < 54; i++) {
      assert_true(d.values[c * d.chain_stride + i * d.draw_stride] ==
                  fix_uniform(c, FIX_WARMUP + i, s->variables[v].offset + 7));
    }
  }
  assert_false(out_memory_draws(k, out_find(s, OUT_LOG_LIKELIHOOD, "y"), 0, &d));
  assert_false(out_memory_draws(k, v, 12, &d));
  assert_int_equal(out_memory_bytes(s, 1u << OUT_POSTERIOR, 10), 19 * 4 * 10 * 8);
  out_summary *m = out_summary_from_memory(s, k, NULL, 2, false, &p);
  assert_non_null(m);
  assert_int_equal(m->n, 19);
  assert_true(m->rows[0].r_hat > 0.9 && m->bfmi[0] > 0.5 && m->divergent[0] >= 0);
  out_summary_free(m);
  k->ops->free(k);
  out_schema_free(s);
  erg_problems_free(&p);
}

/* What was written comes back, from either format. */
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

/* --- Failures ---------------------------------------------------------------------- */

static void no_folder(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, false, &p);
  out_sink *sinks[2] = {out_netcdf(path_of("nowhere/draws.nc"), 1),
                        out_stan_csv(path_of("nowhere/chain"))};
  for (int i = 0; i < 2; i++) {
    assert_false(sinks[i]->ops->open(sinks[i], s, &p));
    sinks[i]->ops->abort(sinks[i]);
    sinks[i]->ops->free(sinks[i]);
    assert_int_equal(p.count, i + 1);
    assert_non_null(strstr(p.list[i].cause, "nowhere"));
    assert_non_null(strstr(p.list[i].cause, "No such file"));
    assert_non_null(p.list[i].next);
  }
  out_schema_free(s);
  erg_problems_free(&p);
}

/* Files may grow to `bytes` only, as on a disk that fills. Runs in a process of its own;
 * 0 where the failure is reported as it should. */
static int full_disk(bool csv, rlim_t bytes) {
  erg_problems p;
  erg_problems_init(&p);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  out_schema *s = fix_schema(2000, false, &p);
  out_sink *k = csv ? out_stan_csv(path_of("full")) : out_netcdf(path_of("full.nc"), 0);
  k = out_threaded(k, 0);
  bool good = k->ops->open(k, s, &p);
  for (int64_t n = 0; good && n < 20000; n += 50) {
    good = fix_append(k, s, false, n, n + 50, 0, &p);
  }
  const out_end end = {0};
  if (good) good = k->ops->close(k, &end, &p);
  if (!good) k->ops->abort(k);
  k->ops->free(k);
  out_schema_free(s);
  if (good || p.count != 1 || !any_problem(&p, "can't be written")) return 1;
  erg_problems_free(&p);
  return 0;
}

/* What was flushed before is read back. */
static void disk_fills(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  for (int csv = 0; csv < 2; csv++) {
    pid_t child = fork();
    if (child == 0) _exit(full_disk(csv, csv ? 400000 : 12000000));
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    const char *file = path_of(csv ? "full_1.csv" : "full.nc.part");
    out_draws *d = out_draws_open(&file, 1, &p);
    assert_non_null(d);
    assert_true(out_draws_partial(d));
    print_message("%s: %d draws\n", file, (int)out_draws_count(d));
    assert_in_range(out_draws_count(d), 500, 19999);
    double *values = malloc((size_t)(4 * out_draws_count(d)) * sizeof *values);
    int v = out_find(out_draws_schema(d), OUT_POSTERIOR, "mu");
    assert_true(out_draws_read(d, v, 0, 1, values, &p));
    for (int64_t i = 0; i < out_draws_count(d); i++) {
      assert_true(values[i] == fix_uniform(0, FIX_WARMUP + i, 0));
    }
    free(values);
    out_draws_close(d);
  }
  assert_int_equal(p.count, 0);
  erg_problems_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(schema_names), cmocka_unit_test(number_format),
      cmocka_unit_test(tables),       cmocka_unit_test(composed),
      cmocka_unit_test(in_memory),    cmocka_unit_test(netcdf_there_and_back),
      cmocka_unit_test(wide),         cmocka_unit_test(csv_there_and_back),
      cmocka_unit_test(foreign_csv),  cmocka_unit_test(damaged_netcdf),
      cmocka_unit_test(no_folder),    cmocka_unit_test(disk_fills)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
