/* Right and wrong backends: each ends as the right row. */
#include <sys/resource.h>

#include "play.h"

static void right_backends(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", "right", NULL};
  scene s;
  play(&s, backends);
  s.options.repeats = 2;
  run(&s);
  assert_int_equal(s.report.n_rows, 2);
  assert_int_equal(bench_exit_code(&s.report), 0);
  for (int i = 0; i < 2; i++) {
    const bench_row *row = &s.report.rows[i];
    assert_says(row, BENCH_VALID, "");
    assert_true(row->host_gate.done && row->host_gate.passed);
    assert_int_equal(row->host_gate.points, 20);
    assert_int_equal(row->z_tests, 20);
    assert_int_equal(bench_n_cached(row), 2);
    assert_int_equal(bench_cold(row)->cached, 0);
    assert_int_equal(bench_cold(row)->kept, 400);
    assert_true(bench_cold(row)->gradients > bench_cold(row)->warmup_gradients);
    assert_true(bench_cold(row)->ess_bulk > 0);
    if (bench_cold(row)->compiled) assert_true(bench_cached(row, 0)->cached & 1);
    static const bench_figure some[] = {BENCH_GRADIENTS_S, BENCH_ESS_S, BENCH_ESS_1000_GRADIENTS};
    for (int k = 0; k < 3; k++) assert_true(row->figures[some[k]].median > 0);
  }
  /* One promises the CPU's bits and devices' gradients, the other doesn't. */
  const bench_row *cpu = row_of(&s, "cpu"), *other = row_of(&s, "right");
  assert_int_equal(cpu->bits, BENCH_BITS_SAME);
  assert_true(cpu->device_gate.done && cpu->device_gate.passed);
  assert_int_equal(other->bits, BENCH_BITS_NONE);
  assert_false(other->device_gate.done);
  /* The same model, data and seeds: the same work. */
  assert_int_equal(bench_cold(cpu)->gradients, bench_cold(other)->gradients);
  assert_int_equal(bench_cold(cpu)->gradients, bench_cached(cpu, 0)->gradients);
  assert_int_not_equal(bench_cold(cpu)->gradients, bench_cached(cpu, 1)->gradients);
  end(&s);
}

static void wrong_backends(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu",     "biased", "gradient", "errors", "bits",
                                         "crashes", "absent", "stuck",    NULL};
  scene s;
  play(&s, backends);
  run(&s);
  assert_int_equal(s.report.n_rows, 7);
  assert_says(row_of(&s, "cpu"), BENCH_VALID, "");
  assert_says(row_of(&s, "biased"), BENCH_WRONG, "Monte Carlo errors apart");
  assert_says(row_of(&s, "gradient"), BENCH_WRONG, "coordinate 10");
  assert_says(row_of(&s, "errors"), BENCH_FAILED, "the device is on fire");
  assert_says(row_of(&s, "bits"), BENCH_WRONG, "first in chain 1, draw 1");
  assert_says(row_of(&s, "crashes"), BENCH_FAILED, "crashed: signal 4");
  assert_says(row_of(&s, "stuck"), BENCH_NOT_CONVERGED, "too few effective draws");
  assert_int_equal(s.report.n_skipped, 1);
  assert_string_equal(s.report.skipped[0].backend, "absent");
  assert_string_equal(s.report.skipped[0].reason, "no driver: install one");
  assert_int_equal(bench_exit_code(&s.report), 5);
  end(&s);
}

static void one_that_hangs(void **state) {
  (void)state;
  static const char *const backends[] = {"hangs", NULL};
  scene s;
  play(&s, backends);
  s.options.time_limit_s = 1;
  run(&s);
  assert_says(row_of(&s, "hangs"), BENCH_FAILED, "no end within 1 s");
  assert_int_equal(bench_exit_code(&s.report), 6);
  end(&s);
}

/* A slow one is valid; its figure says so (it sleeps, so the bound doesn't hang on load). */
static void one_that_is_slow(void **state) {
  (void)state;
  static const char *const backends[] = {"slow", NULL};
  scene s;
  play(&s, backends);
  s.options.warmup = s.options.draws = 100;
  s.options.axes.threads[0] = 1;
  s.options.no_reference = true;
  run(&s);
  const bench_row *row = row_of(&s, "slow");
  assert_says(row, BENCH_VALID, "");
  const bench_once *f = bench_cached(row, 0);
  assert_true(1e6 * (f->stages.warmup + f->stages.sampling) / (double)f->gradients >= 50);
  end(&s);
}

/* --- what the runs hold --------------------------------------------------------------- */

static void figures_of_a_run(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", NULL};
  scene s;
  play(&s, backends);
  bench_workloads_free(&s.workloads);
  bench_workloads_add(&s.workloads, MODELS "/hierarchical_normal.toml", NULL, NULL);
  s.options.axes.chains[0] = 4;
  s.options.draws = 1000;
  run(&s);
  const bench_row *row = row_of(&s, "cpu");
  const bench_once *f = bench_cold(row);
  assert_says(row, BENCH_VALID, "");
  assert_true(row->r_hat_limit == 1.01 && row->ess_limit == 400);
  assert_true(fmin(f->ess_bulk, f->ess_tail) >= 400);
  assert_true(f->ess_square > 0 && f->ess_lp > 0);
  /* The mean of squares is the squared mean and the variance of n, not of n - 1. */
  for (int i = 0; i < row->n_agreements; i++) {
    const bench_agreement *a = &row->agreements[i];
    double mean = a->mean.value, sd = a->sd.value, n = 4000;
    double expected = mean * mean + sd * sd * (n - 1) / n;
    assert_true(fabs(a->square.value - expected) <= 1e-12 * expected);
    assert_true(a->square.error > 0 && fabs(a->square.z) < 6);
  }
  /* Whole grid steps of the sampling. */
  double step = (f->converged_s - f->stages.warmup) / f->stages.sampling * BENCH_PREFIXES;
  assert_true(step >= 1 && step <= BENCH_PREFIXES + 1e-9 && fabs(step - round(step)) < 1e-6);
  assert_int_equal(f->n_chain_gradients, 4);
  int64_t sum = 0;
  for (int c = 0; c < 4; c++) sum += f->chain_gradients[c];
  assert_true(sum > 0 && sum <= f->gradients - f->warmup_gradients);
  /* mu_pop, two sigmas and 100 group means made the data. */
  assert_int_equal(row->truth_of, 103);
  assert_true(row->truth_inside >= row->truth_least && row->truth_least > 70);
  end(&s);
}

static void random_order(void **state) {
  (void)state;
  enum { N = 12 };
  int a[N], b[N], seen = 0, same = 0;
  bench_order(7, 3, N, a);
  bench_order(7, 3, N, b);
  assert_memory_equal(a, b, sizeof a);
  for (int i = 0; i < N; i++) seen |= 1 << a[i];
  assert_int_equal(seen, (1 << N) - 1);
  bench_order(7, 4, N, b);
  for (int i = 0; i < N; i++) same += a[i] == b[i];
  assert_true(same < N);
}

/* --- the matrix and its order ---------------------------------------------------------- */

static void a_matrix(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", NULL};
  scene s;
  play(&s, backends);
  s.options.axes = (bench_axes){.chains = {1, 2}, .threads = {1, 2, 4096}, .devices = {1, 2}};
  s.options.repeats = 2;
  run(&s);
  assert_string_equal(s.report.skipped[s.report.n_skipped - 1].backend, "cpu");
  assert_non_null(strstr(s.report.skipped[s.report.n_skipped - 1].reason,
                         "4096 threads: this process may use "));
  if (s.report.environment.cores < 2) { /* two threads aren't there, either */
    assert_int_equal(s.report.n_rows, 2);
    assert_int_equal(s.report.n_skipped, 3);
    end(&s);
    return;
  }
  assert_int_equal(s.report.n_rows, 4);
  assert_int_equal(s.report.n_skipped, 2);
  assert_non_null(strstr(s.report.skipped[0].reason, "2 devices: it has 1"));
  assert_string_equal(s.report.rows[3].id, "eight_schools/cpu/cpu/chains=2/threads=2");
  int seen = 0;
  for (int i = 0; i < 4; i++)
    for (int k = 0; k < s.report.rows[i].n_runs; k++) {
      const bench_once *f = &s.report.rows[i].runs[k];
      seen |= 1 << f->order;
      /* Block by block: the cold runs, then each repeat. */
      assert_int_equal(f->order / 4, f->kind == BENCH_COLD ? 0 : 1 + f->repeat);
    }
  assert_int_equal(seen, (1 << 12) - 1);
  assert_int_equal(s.report.rows[3].bits, BENCH_BITS_SAME);
  end(&s);
}

/* Draws that don't fit: said, and not begun. A limit of files stands for a small disk. */
static void no_room(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", NULL};
  struct rlimit old, small;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  small = (struct rlimit){.rlim_cur = 64 << 20, .rlim_max = old.rlim_max};
  scene s;
  play(&s, backends);
  s.options.axes = (bench_axes){.chains = {2, 1000000}, .threads = {2}};
  s.options.draws = 4000; /* of a million chains more than memory may hold, too */
  s.options.no_reference = true;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  run(&s);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_int_equal(s.report.n_rows, 1);
  assert_true(s.report.rows[0].chains == 2);
  assert_says(&s.report.rows[0], BENCH_VALID, "");
  assert_int_equal(s.report.n_skipped, 1);
  assert_string_equal(s.report.skipped[0].backend, "cpu");
  assert_non_null(strstr(s.report.skipped[0].reason, "eight_schools with 1000000 chains: its"));
  assert_non_null(strstr(s.report.skipped[0].reason, "has room for 67 MB"));
  assert_int_equal(bench_exit_code(&s.report), 0);
  end(&s);
}

/* --- files ---------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text, size_t n) {
  FILE *f = fopen(path, "w");
  fwrite(text, 1, n, f);
  fclose(f);
}

/* --- data ------------------------------------------------------------------------------- */

typedef struct {
  char *path;
  bool other;                   /* the file changes once the data are made */
} moving_model;

static void write_model(const char *path, int simulation_seed) {
  char *text = run_text("[dims]\nobs = 20\n[data]\ny = \"real[obs]\"\n"
                        "[params]\nmu = \"real ~ normal(0, 1)\"\n"
                        "[observe]\ny = \"normal(mu, 1)\"\n"
                        "[simulate]\nseed = %d\nmu = 1\n", simulation_seed);
  write_file(path, text, strlen(text));
  free(text);
}

static void move_model(void *data, const char *said) {
  const moving_model *m = data;
  if (m->other && strstr(said, "cold")) write_model(m->path, 2);
}

/* Digest of the cold run's draws, and the data's hash. */
static void digest_with(bool other, int seed, char draws[65], char hash[65]) {
  static const char *const backends[] = {"cpu", NULL};
  char *folder = erg_private_folder(NULL, "ergode-test");
  moving_model m = {.path = run_text("%s/moving.toml", folder), .other = other};
  write_model(m.path, seed);
  scene s;
  play(&s, backends);
  bench_workloads_free(&s.workloads);
  bench_workloads_add(&s.workloads, m.path, NULL, NULL);
  s.options.no_reference = true;
  s.options.say = move_model;
  s.options.say_data = &m;
  run(&s);
  assert_says(row_of(&s, "cpu"), BENCH_VALID, "");
  assert_int_equal(row_of(&s, "cpu")->truth_of, 1);
  memcpy(draws, bench_cold(row_of(&s, "cpu"))->draws_sha256, 65);
  memcpy(hash, s.report.subjects[0].data_hash, 65);
  end(&s);
  free(m.path);
  erg_private_folder_remove(folder);
}

/* Runs get the data of the benchmark, whatever the model would simulate by now. */
static void data_made_once(void **state) {
  (void)state;
  char first[2][65], moved[2][65], second[2][65];
  digest_with(false, 1, first[0], first[1]);
  digest_with(true, 1, moved[0], moved[1]);
  digest_with(false, 2, second[0], second[1]);
  assert_string_equal(first[0], moved[0]);
  assert_string_equal(first[1], moved[1]);
  assert_string_not_equal(first[0], second[0]);
  assert_string_not_equal(first[1], second[1]);
}

/* --- the journal ---------------------------------------------------------------------- */

static void journal_and_resume(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", "right", NULL};
  char *folder = erg_private_folder(NULL, "ergode-test"), *path = bench_journal_path(folder);
  scene s;
  play(&s, backends);
  s.options.repeats = 2;
  s.options.out = folder;
  run(&s);
  char *text = read_file(path), *at = text;
  for (int line = 0; line < 4; line++) at = strchr(at, '\n') + 1;
  int64_t gradients = bench_cold(row_of(&s, "right"))->gradients;
  double total = bench_cold(row_of(&s, "right"))->stages.total;
  assert_true(s.report.n_runs == 6);
  bench_report_free(&s.report);
  /* There is something already. */
  assert_false(bench_run(&s.options, &s.report, &s.problems));
  assert_non_null(strstr(s.problems.list[0].cause, "has results already"));
  bench_report_free(&s.report);
  /* Cut in the middle of the fifth line: three runs are missing. */
  write_file(path, text, (size_t)(at - text) + 40);
  assert_true(resume(&s, folder));
  assert_int_equal(s.report.n_runs, 6);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(bench_n_cached(&s.report.rows[i]), 2);
    assert_says(&s.report.rows[i], BENCH_VALID, "");
    assert_true(s.report.rows[i].host_gate.passed && s.report.rows[i].z_tests == 20);
  }
  assert_int_equal(row_of(&s, "cpu")->bits, BENCH_BITS_SAME);
  assert_true(bench_cold(row_of(&s, "right"))->gradients == gradients);
  assert_true(bench_cold(row_of(&s, "right"))->stages.total == total);
  bench_report_free(&s.report);
  /* Whole again: nothing is run. */
  char *before = read_file(path);
  assert_true(resume(&s, folder));
  char *after = read_file(path);
  assert_string_equal(before, after);
  bench_report_free(&s.report);
  /* A broken line, another's file. */
  write_file(path, text, (size_t)(at - text));
  FILE *f = fopen(path, "a");
  fputs("{\"row\": \n", f);
  fclose(f);
  erg_problems_free(&s.problems);
  erg_problems_init(&s.problems);
  assert_false(resume(&s, folder));
  assert_non_null(strstr(s.problems.list[0].cause, "rows.jsonl:5: not a line of JSON"));
  write_file(path, "{}\n", 3);
  assert_false(resume(&s, folder));
  assert_non_null(strstr(s.problems.list[1].cause, "no journal of ergode bench"));
  s.report = (bench_report){0};
  end(&s);
  free(before);
  free(after);
  free(text);
  free(path);
  erg_private_folder_remove(folder);
}

static void nothing_to_run(void **state) {
  (void)state;
  static const char *const backends[] = {"absent", "nowhere", NULL};
  scene s;
  play(&s, backends);
  run(&s);
  assert_int_equal(s.report.n_rows, 0);
  assert_int_equal(s.report.n_skipped, 2);
  assert_non_null(strstr(s.report.skipped[1].reason, "nowhere"));
  assert_int_equal(bench_exit_code(&s.report), 3);
  end(&s);
  static const char *const cpu[] = {"cpu", NULL}, *const devices[] = {"cuda:7", NULL};
  play(&s, cpu);
  s.options.devices = devices;
  run(&s);
  assert_int_equal(s.report.n_rows, 0);
  assert_non_null(strstr(s.report.skipped[0].reason, "it has cpu"));
  end(&s);
}

static void reports_hide_invalid_figures(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", "biased", NULL};
  scene s;
  play(&s, backends);
  run(&s);
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  bench_print(&s.report, f, &(bench_look){.width = 400});
  fclose(f);
  /* In place of figures the reason, and no other line has the row. */
  const char *line = strstr(text, "\nbiased cpu ");
  assert_non_null(line);
  assert_non_null(strstr(line, "INVALID  wrong numbers: the mean of"));
  assert_null(strstr(line + 2, "biased"));
  free(text);
  f = open_memstream(&text, &size);
  erg_json *j = erg_json_to(f);
  erg_json_object(j, NULL);
  bench_write_json(&s.report, j);
  assert_int_equal(erg_json_close(j), 0);
  fclose(f);
  assert_non_null(strstr(text, "\"verdict\": \"wrong\""));
  assert_non_null(strstr(strstr(text, "\"verdict\": \"wrong\""), "\"figures\": null"));
  free(text);
  end(&s);
}

static void workload_files(void **state) {
  (void)state;
  bench_workloads w;
  erg_problems p;
  erg_problems_init(&p);
  assert_true(bench_workloads_read(CONFIGS "/bench/default.ini", &w, &p));
  assert_int_equal(w.n, 5);
  assert_string_equal(w.list[0].name, "hierarchical_normal");
  assert_null(w.list[0].data);
  assert_string_equal(w.list[4].name, "radon");
  assert_non_null(strstr(w.list[4].data, "radon.json"));
  bench_workloads_free(&w);
  assert_false(bench_workloads_read("no_such_set", &w, &p));
  assert_int_equal(p.count, 1);
  bench_workloads_free(&w);
  erg_problems_free(&p);
}

static void set_problem(const char *text, const char *part, int line) {
  char *folder = erg_private_folder(NULL, "ergode-test"), *path = run_text("%s/set.ini", folder);
  write_file(path, text, strlen(text));
  bench_workloads w;
  erg_problems p;
  erg_problems_init(&p);
  if (bench_workloads_read(path, &w, &p)) fail_msg("no problem: %s", text);
  assert_int_equal(p.count, 1);
  if (!strstr(p.list[0].cause, part)) fail_msg("%s: %s", part, p.list[0].cause);
  assert_int_equal(p.list[0].place.line, line);
  bench_workloads_free(&w);
  erg_problems_free(&p);
  free(path);
  erg_private_folder_remove(folder);
}

static void sets(void **state) {
  (void)state;
  static const struct { const char *name; int n; } known[] = {
      {"small", 4}, {"seed", 4}, {"large", 2}, {"many-chains", 1}, {"real", 3}};
  bench_workloads w;
  erg_problems p;
  erg_problems_init(&p);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char *path = run_text(CONFIGS "/bench/%s.ini", known[i].name);
    assert_true(bench_workloads_read(path, &w, &p));
    assert_int_equal(w.n, known[i].n);
    if (!strcmp(known[i].name, "seed")) {
      assert_string_equal(w.list[1].name, "hierarchical[group=500]");
      assert_string_equal(w.list[1].sizes[0], "group=500");
    }
    if (!strcmp(known[i].name, "many-chains")) {
      assert_int_equal(w.axes.chains[6], 16384);
      assert_int_equal(w.axes.chains[7], 0);
    }
    bench_workloads_free(&w);
    free(path);
  }
  erg_problems_free(&p);
  set_problem("[bench]\nworkloads = radon\nchains = 4, many\n", "'many' isn't a whole", 3);
  set_problem("[bench]\nworkloads = a\n[a]\nsizes = group=1|x\n", "'x' isn't a size", 4);
  set_problem("[bench]\nworkloads = a\n[a]\nsizes = group\n", "isn't NAME=SIZE", 4);
  set_problem("[bench]\nworkloads = a, a\n", "named twice", 2);
  set_problem("[bench]\nworkloads = a\nprecision = single\n", "nothing would run", 3);
  set_problem("[bench]\nworkloads = a\nprecision = quad\n", "no precision 'quad'", 3);
  set_problem("[bench]\nworkloads = a\n[a]\ndata = nowhere.json\n", "nowhere.json", 4);
}

/* What can't be loaded is said before anything runs. */
static void bad_model(void **state) {
  (void)state;
  scene s;
  play(&s, NULL);
  bench_workloads_add(&s.workloads, MODELS "/nowhere.toml", NULL, NULL);
  assert_false(bench_run(&s.options, &s.report, &s.problems));
  assert_int_equal(s.report.n_rows, 0);
  assert_true(s.problems.count > 0);
  end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(right_backends),   cmocka_unit_test(wrong_backends),
      cmocka_unit_test(one_that_hangs),   cmocka_unit_test(nothing_to_run),
      cmocka_unit_test(one_that_is_slow), cmocka_unit_test(figures_of_a_run),
      cmocka_unit_test(random_order),     cmocka_unit_test(a_matrix),
      cmocka_unit_test(no_room),
      cmocka_unit_test(data_made_once),
      cmocka_unit_test(journal_and_resume), cmocka_unit_test(sets),
      cmocka_unit_test(workload_files),   cmocka_unit_test(bad_model),
      cmocka_unit_test(reports_hide_invalid_figures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
