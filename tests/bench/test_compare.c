/* Comparisons of documents made up so that the answers are known; documents on disk. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <jansson.h>

#include "bench/cell.h"
#include "bench/compare.h"
#include "run/text.h"

enum { MOST = 8, ROWS = 2 };

/* A row with one run for each entry of `work` (seconds of warm-up and sampling, ended by 0):
 * 1000 gradients, ESS 200, whole time work + 0.2 s. Zero members: the usual. */
typedef struct {
  const char *id, *verdict, *reason, *data, *digest, *driver, *backend;
  double work[MOST];
  int repeats[MOST];        /* of each run, plus one; 0: its place */
  int seed, gradients, chains;
  double cold;              /* seconds of the cold run; 0: none */
} made_row;

typedef struct {
  made_row rows[ROWS];
  const char *governor, *commit, *plugin, *skips, *model;
  double load, peak, accept;
  int draws, version;
} made;

static const char *or(const char *text, const char *otherwise) { return text ? text : otherwise; }

static void write_run(erg_json *j, const made_row *m, bool cold, int repeat, double work,
                      double total) {
  int gradients = m->gradients ? m->gradients : 1000;
  erg_json_object(j, NULL);
  erg_json_string(j, "kind", cold ? "cold" : "cached");
  erg_json_int(j, "repeat", repeat);
  erg_json_int(j, "seed", (m->seed ? m->seed : 1) + repeat);
  erg_json_object(j, "stages");
  erg_json_real(j, "warmup_s", work / 2);
  erg_json_real(j, "sampling_s", work / 2);
  erg_json_real(j, "total_s", total);
  erg_json_end(j);
  erg_json_int(j, "gradients", gradients < 0 ? 0 : gradients);
  erg_json_int(j, "warmup_gradients", gradients < 0 ? 0 : 500);
  erg_json_real(j, "min_ess_bulk", 200);
  erg_json_real(j, "min_ess_tail", 250);
  erg_json_string(j, "draws_sha256", m->digest);
  erg_json_end(j);
}

static void write_row(erg_json *j, const made_row *m) {
  erg_json_object(j, NULL);
  erg_json_string(j, "id", m->id);
  erg_json_int(j, "workload", 0);
  erg_json_string(j, "backend", or(m->backend, "cpu"));
  erg_json_string(j, "form", "");
  erg_json_string(j, "data_sha256", or(m->data, "da7a"));
  erg_json_int(j, "chains", m->chains ? m->chains : 4);
  erg_json_int(j, "threads", 1);
  erg_json_string(j, "verdict", or(m->verdict, "valid"));
  erg_json_string(j, "reason", or(m->reason, ""));
  erg_json_array(j, "devices");
  erg_json_object(j, NULL);
  erg_json_string(j, "id", "cpu");
  erg_json_string(j, "driver", m->driver);
  erg_json_end(j);
  erg_json_end(j);
  erg_json_array(j, "runs");
  if (m->cold > 0) write_run(j, m, true, 0, m->cold, m->cold);
  for (int i = 0; m->work[i] > 0; i++)
    write_run(j, m, false, m->repeats[i] ? m->repeats[i] - 1 : i, m->work[i], m->work[i] + 0.2);
  erg_json_end(j);
  erg_json_end(j);
}

static void write_environment(erg_json *j, const made *m) {
  erg_json_object(j, "environment");
  erg_json_string(j, "time", "2026-01-01T00:00:00Z");
  erg_json_string(j, "governor", m->governor);
  erg_json_string(j, "commit", m->commit);
  erg_json_real(j, "load_average_before", m->load);
  erg_json_array(j, "plugins");
  erg_json_object(j, NULL);
  erg_json_string(j, "id", "cpu");
  erg_json_string(j, "version", "1");
  erg_json_string(j, "sha256", or(m->plugin, "aaaa"));
  erg_json_end(j);
  erg_json_end(j);
  erg_json_end(j);
}

static char *text_of(const made *m, size_t *size) {
  char *text = NULL;
  FILE *f = open_memstream(&text, size);
  erg_json *j = erg_json_to(f);
  erg_json_object(j, NULL);
  erg_json_int(j, "bench_schema_version", m->version ? m->version : 2);
  write_environment(j, m);
  erg_json_object(j, "settings");
  erg_json_int(j, "warmup", 500);
  erg_json_int(j, "draws", m->draws ? m->draws : 500);
  erg_json_real(j, "target_accept", m->accept > 0 ? m->accept : 0.8);
  erg_json_end(j);
  erg_json_array(j, "peaks");
  erg_json_object(j, NULL);
  erg_json_string(j, "backend", "cpu");
  erg_json_string(j, "device", "cpu");
  erg_json_int(j, "threads", 1);
  erg_json_real(j, "read_gb_s", m->peak > 0 ? m->peak : 10);
  erg_json_end(j);
  erg_json_end(j);
  erg_json_array(j, "workloads");
  erg_json_object(j, NULL);
  erg_json_string(j, "name", "radon");
  erg_json_string(j, "model_sha256", or(m->model, "0de1"));
  erg_json_end(j);
  erg_json_end(j);
  erg_json_array(j, "rows");
  for (int i = 0; i < ROWS && m->rows[i].id; i++) write_row(j, &m->rows[i]);
  erg_json_end(j);
  erg_json_array(j, "skipped");
  if (m->skips) {
    erg_json_object(j, NULL);
    erg_json_string(j, "backend", m->skips);
    erg_json_string(j, "reason", "no driver");
    erg_json_end(j);
  }
  erg_json_close(j);
  fclose(f);
  return text;
}

static bench_stored *document(const char *name, const made *m) {
  size_t size = 0;
  erg_problems p;
  erg_problems_init(&p);
  char *text = text_of(m, &size);
  bench_stored *d = bench_stored_from_text(name, name, text, size, &p);
  if (!d) fail_msg("%s", p.list[0].cause);
  erg_problems_free(&p);
  free(text);
  return d;
}

static bench_comparison *compare(const made *a, const made *b) {
  bench_stored *x = document("a", a), *y = document("b", b);
  bench_comparison *c = bench_compare(x, y);
  bench_stored_free(x);
  bench_stored_free(y);
  return c;
}

static bench_comparison *compare_rows(made_row a, made_row b) {
  if (!a.id) a.id = "row";
  if (!b.id) b.id = "row";
  made x = {.rows = {a}}, y = {.rows = {b}};
  return compare(&x, &y);
}

static void near(double got, double expected) {
  if (!(fabs(got - expected) <= 1e-12 * fabs(expected)))
    fail_msg("%.17g, not %.17g", got, expected);
}

static void is(statistic_verdict got, statistic_verdict expected) {
  assert_string_equal(statistic_verdict_text(got), statistic_verdict_text(expected));
}

static void holds(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("'%s' isn't in: %s", part, text);
}

/* --- verdicts ------------------------------------------------------------------------- */

static void verdicts(void **state) {
  (void)state;
  const made_row one = {.work = {1, 1, 1, 1, 1}, .cold = 3};
  static const struct {
    double work[MOST];
    statistic_verdict ess, cached;
    double ratio;
    bool bad;
  } all[] = {
      {{0.5, 0.5, 0.5, 0.5, 0.5}, STATISTIC_FASTER, STATISTIC_FASTER, 2, false},
      {{2, 2, 2, 2, 2}, STATISTIC_SLOWER, STATISTIC_SLOWER, 0.5, true},
      {{1, 1, 1, 1, 1}, STATISTIC_SAME, STATISTIC_SAME, 1, false},
      {{1.01, 0.98, 1, 0.99, 1.02}, STATISTIC_SAME, STATISTIC_SAME, 1, false},
      {{0.7, 1.3, 1, 0.8, 1.2}, STATISTIC_AMBIGUOUS, STATISTIC_AMBIGUOUS, 1, true},
      {{0.5, 0.5}, STATISTIC_AMBIGUOUS, STATISTIC_AMBIGUOUS, 2, true},
      {{0.5, 0.5, 0.5}, STATISTIC_FASTER, STATISTIC_FASTER, 2, false},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    made_row other = {.cold = 1.5};
    memcpy(other.work, all[i].work, sizeof other.work);
    bench_comparison *c = compare_rows(one, other);
    assert_int_equal(c->n_rows, 1);
    const compare_row *row = &c->rows[0];
    assert_int_equal(row->n_figures, 4);
    is(row->verdict, all[i].ess);
    is(row->figures[0].verdict, all[i].ess);
    is(row->figures[1].verdict, all[i].ess); /* as many gradients: the same ratio */
    is(row->figures[2].verdict, all[i].cached);
    near(row->figures[0].ratio.median, all[i].ratio);
    near(row->figures[1].ratio.median, all[i].ratio);
    assert_int_equal(row->figures[0].figure, BENCH_ESS_S);
    /* One cold run each says nothing certain. */
    assert_int_equal(row->figures[3].figure, BENCH_COLD_S);
    assert_false(row->figures[3].judged);
    near(row->figures[3].ratio.median, 0.5);
    assert_true(isnan(row->figures[3].ratio.low));
    assert_int_equal(bench_compare_is_bad(c), all[i].bad);
    assert_int_equal(bench_compare_count(c, all[i].ess), 1);
    assert_true(*row->reason);
    bench_comparison_free(c);
  }
  bench_comparison *c = compare_rows(one, (made_row){.work = {2, 2, 2, 2, 2}});
  const compare_figure *f = c->rows[0].figures;
  near(f[0].a, 200);
  near(f[0].b, 100);
  near(f[2].a, 1.2);
  near(f[2].ratio.median, 2.2 / 1.2);
  near(f[2].ratio.low, 2.2 / 1.2);
  holds(f[0].reason, "0.500 to 0.500 times as much");
  holds(f[2].reason, "1.833 to 1.833 times as long: more than 2 % worse");
  assert_int_equal(c->rows[0].n_figures, 3); /* B has no cold run */
  bench_comparison_free(c);
}

/* Every repeat has another time, so that wrong pairs would have other ratios. */
static void pairs(void **state) {
  (void)state;
  const made_row a = {.work = {1, 2, 3, 4, 5}};
  bench_comparison *c = compare_rows(a, (made_row){.work = {2.5, 1, 2, 0.5},
                                                   .repeats = {5, 2, 4, 1}});
  assert_int_equal(c->rows[0].pairs, 4);
  near(c->rows[0].figures[0].ratio.median, 2);
  near(c->rows[0].figures[0].ratio.low, 2);
  near(c->rows[0].figures[0].ratio.high, 2);
  near(c->rows[0].figures[0].a, 0.5 * (200. / 2 + 200. / 4)); /* of repeats 0, 1, 3, 4 */
  bench_comparison_free(c);
  /* The same repeats with other seeds are other runs. */
  c = compare_rows(a, (made_row){.work = {1, 2, 3, 4, 5}, .seed = 100});
  assert_int_equal(c->rows[0].pairs, 0);
  assert_int_equal(c->rows[0].n_figures, 0);
  is(c->rows[0].verdict, STATISTIC_AMBIGUOUS);
  holds(c->rows[0].reason, "first seeds are 1 and 100");
  assert_true(bench_compare_is_bad(c));
  bench_comparison_free(c);
  /* So are other repeats with the same seeds. */
  c = compare_rows((made_row){.work = {1, 2, 3}, .seed = 2},
                   (made_row){.work = {1, 2}, .repeats = {2, 3}, .seed = 1});
  assert_int_equal(c->rows[0].pairs, 0);
  bench_comparison_free(c);
  c = compare_rows(a, (made_row){.work = {1, 2}, .repeats = {2, 3}});
  assert_int_equal(c->rows[0].pairs, 2);
  holds(c->rows[0].reason, "2 pairs of runs, 3 are needed: --repeat 3");
  bench_comparison_free(c);
  c = compare_rows(a, (made_row){.cold = 1});
  holds(c->rows[0].reason, "no cached runs in B");
  bench_comparison_free(c);
}

static void invalid(void **state) {
  (void)state;
  const made_row good = {.id = "row", .work = {1, 1, 1}};
  static const struct {
    made_row a, b;
    const char *reason;
  } rows[] = {
      {{.verdict = "wrong", .reason = "the gate"}, {0}, "A is wrong: the gate"},
      {{0}, {.verdict = "failed", .reason = "crashed"}, "B is failed: crashed"},
      {{0}, {.verdict = "not_converged", .reason = "R-hat"}, "B is not_converged: R-hat"},
      {{0}, {.verdict = "interrupted", .reason = "interrupted"}, "B is interrupted"},
      {{.data = "aaaa"}, {.data = "bbbb"}, "other data: SHA-256 aaaa in A, bbbb in B"},
      {{.chains = 2}, {.chains = 3}, "chains 2 in A, 3 in B"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    made_row a = rows[i].a, b = rows[i].b;
    a.work[0] = a.work[1] = a.work[2] = b.work[0] = b.work[1] = b.work[2] = 1;
    bench_comparison *c = compare_rows(a, b);
    is(c->rows[0].verdict, STATISTIC_INVALID);
    holds(c->rows[0].reason, rows[i].reason);
    assert_int_equal(c->rows[0].n_figures, 0);
    assert_true(bench_compare_is_bad(c));
    bench_comparison_free(c);
  }
  made a = {.rows = {good}}, b = {.rows = {good}, .draws = 1000};
  bench_comparison *c = compare(&a, &b);
  is(c->rows[0].verdict, STATISTIC_INVALID);
  holds(c->rows[0].reason, "draws 500 in A, 1000 in B");
  bench_comparison_free(c);
  b = (made){.rows = {good}, .accept = 0.95};
  c = compare(&a, &b);
  holds(c->rows[0].reason, "target acceptance 0.8 in A, 0.95 in B");
  bench_comparison_free(c);
}

static void the_same_work(void **state) {
  (void)state;
  static const struct {
    made_row a, b;
    const char *work;
  } all[] = {
      {{.digest = "d1"}, {.digest = "d1"}, "same_draws"},
      {{.digest = "d1"}, {.digest = "d2"}, "other"},
      {{.digest = "d1"}, {0}, "same_counts"},
      {{0}, {.gradients = 1001}, "other"},
      {{.gradients = -1}, {0}, "unknown"},
      /* Bits decide, whatever is counted. */
      {{.digest = "d1"}, {.digest = "d1", .gradients = 1001}, "same_draws"},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    made_row a = all[i].a, b = all[i].b;
    a.work[0] = a.work[1] = a.work[2] = b.work[0] = b.work[1] = b.work[2] = 1;
    bench_comparison *c = compare_rows(a, b);
    assert_string_equal(compare_work_text(c->rows[0].work), all[i].work);
    /* Without counts there are no gradients/s. */
    assert_int_equal(c->rows[0].n_figures, a.gradients < 0 ? 2 : 3);
    bench_comparison_free(c);
  }
}

/* --- what else differs ---------------------------------------------------------------- */

static const compare_drift *drift(const bench_comparison *c, const char *what) {
  for (int i = 0; i < c->n_drift; i++)
    if (!strcmp(c->drift[i].what, what)) return &c->drift[i];
  fail_msg("no word of %s", what);
  return c->drift;
}

static void drifts(void **state) {
  (void)state;
  const made_row row = {.id = "row", .work = {1, 1, 1}, .driver = "1.0"},
                 second = {.id = "second", .work = {1, 1, 1}, .driver = "1.0"};
  const made same = {.rows = {row, second}, .governor = "performance", .load = 1, .peak = 10};
  bench_comparison *c = compare(&same, &same);
  assert_int_equal(c->n_drift, 0);
  bench_comparison_free(c);
  made other = same; /* small changes of what always changes */
  other.load = 1.4;
  other.peak = 9.2;
  c = compare(&same, &other);
  assert_int_equal(c->n_drift, 0);
  bench_comparison_free(c);
  other = (made){.rows = {row, second}, .governor = "powersave", .commit = "c0ffee", .load = 1.6,
                 .peak = 8.8, .plugin = "bbbb", .model = "ffff"};
  other.rows[0].driver = other.rows[1].driver = "2.0";
  c = compare(&same, &other);
  assert_int_equal(c->n_drift, 7); /* the driver once, though both rows have it */
  assert_string_equal(drift(c, "governor")->a, "performance");
  assert_string_equal(drift(c, "governor")->b, "powersave");
  assert_string_equal(drift(c, "commit")->a, "unknown");
  assert_string_equal(drift(c, "load before")->b, "1.6");
  holds(drift(c, "memory bandwidth of cpu, 1 thread")->b, "8.8 GB/s");
  holds(drift(c, "plug-in cpu")->b, "SHA-256 bbbb");
  holds(drift(c, "model of radon")->b, "ffff");
  assert_string_equal(drift(c, "driver of cpu")->b, "2.0");
  is(c->rows[0].verdict, STATISTIC_SAME);
  bench_comparison_free(c);
}

static void rows_of_one(void **state) {
  (void)state;
  const made a = {.rows = {{.id = "both", .work = {1, 1, 1}},
                           {.id = "four", .work = {1, 1, 1}, .chains = 4}}},
             b = {.rows = {{.id = "both", .work = {1, 1, 1}, .backend = "gpu"},
                           {.id = "eight", .work = {1, 1, 1}, .chains = 8}}},
             skips = {.rows = {{.id = "both", .work = {1, 1, 1}, .backend = "gpu"}},
                      .skips = "cpu"};
  bench_comparison *c = compare(&a, &b);
  assert_int_equal(c->n_rows, 1);
  assert_int_equal(c->n_alone, 2);
  assert_string_equal(c->alone[0].id, "four");
  assert_false(c->alone[0].in_b);
  holds(c->alone[0].text, "B has it with chains=8");
  assert_string_equal(c->alone[1].id, "eight");
  assert_true(c->alone[1].in_b);
  bench_comparison_free(c);
  c = compare(&a, &skips);
  assert_int_equal(c->n_alone, 1);
  holds(c->alone[0].text, "B skipped it: no driver");
  bench_comparison_free(c);
  const made none = {0};
  c = compare(&a, &none);
  assert_int_equal(c->n_rows, 0);
  assert_true(bench_compare_is_bad(c));
  bench_comparison_free(c);
}

static void short_runs(void **state) {
  (void)state;
  const made_row brief = {.work = {0.001, 0.001, 0.001}}, longer = {.work = {1, 1, 1}};
  bench_comparison *c = compare_rows(brief, brief);
  assert_int_equal(c->rows[0].n_notes, 1);
  holds(c->rows[0].notes[0], "take 1 ms in A, 1 ms in B");
  bench_comparison_free(c);
  c = compare_rows(brief, longer); /* the difference isn't short */
  assert_int_equal(c->rows[0].n_notes, 0);
  bench_comparison_free(c);
}

/* --- in words ------------------------------------------------------------------------- */

static void in_words(void **state) {
  (void)state;
  const made a = {.rows = {{.id = "fine", .work = {1, 1, 1}},
                           {.id = "ill", .verdict = "wrong", .reason = "the gate"}},
                  .governor = "performance"},
             b = {.rows = {{.id = "fine", .work = {0.5, 0.5, 0.5}}, {.id = "ill"}},
                  .governor = "powersave"};
  bench_comparison *c = compare(&a, &b);
  for (int markdown = 0; markdown < 2; markdown++) {
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (markdown)
      bench_compare_markdown(c, f);
    else
      bench_compare_print(c, f, &(bench_look){.width = 200});
    fclose(f);
    holds(text, "FASTER");
    holds(text, "2.000 to 2.000");
    holds(text, markdown ? "INVALID ill: A is wrong: the gate" : "ill: INVALID, A is wrong: the gate");
    holds(text, "governor: performance, then powersave");
    holds(text, "2 rows in both: 1 FASTER, 1 INVALID");
    assert_int_equal(strstr(text, "| fine | min ESS/s |") != NULL, markdown);
    assert_int_equal(strstr(text, "\nfine\n  min ESS/s ") != NULL, !markdown);
    free(text);
  }
  bench_comparison_free(c);
}

static char *json_of(const bench_comparison *c) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  erg_json *j = erg_json_to(f);
  erg_json_object(j, NULL);
  bench_compare_write(c, j);
  erg_json_close(j);
  fclose(f);
  return text;
}

static void written_and_read(void **state) {
  (void)state;
  const made a = {.rows = {{.id = "fine", .work = {0.01, 0.01, 0.01}, .cold = 1, .digest = "d1"},
                           {.id = "ill", .verdict = "wrong", .reason = "the gate"}},
                  .governor = "performance"},
             b = {.rows = {{.id = "fine", .work = {0.02, 0.01}, .cold = 1, .digest = "d1"},
                           {.id = "new", .work = {1}}}};
  bench_comparison *c = compare(&a, &b);
  char *text = json_of(c);
  holds(text, "\"work\": \"same_draws\"");
  holds(text, "\"verdict\": null"); /* of cold_s */
  json_t *json = json_loads(text, 0, NULL);
  bench_comparison *again = bench_compare_read(json);
  char *second = json_of(again);
  assert_string_equal(text, second);
  assert_null(bench_compare_read(json_object_get(json, "a")));
  json_decref(json);
  bench_comparison_free(c);
  bench_comparison_free(again);
  free(text);
  free(second);
}

/* --- on disk -------------------------------------------------------------------------- */

static void put(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  fputs(text, f);
  fclose(f);
}

static void refused(const char *name, const char *cause, const char *next) {
  erg_problems p;
  erg_problems_init(&p);
  bench_stored *d = bench_stored_open(name, &p);
  if (d) fail_msg("%s was read", name);
  assert_int_equal(p.count, 1);
  holds(p.list[0].cause, cause);
  holds(p.list[0].next, next);
  erg_problems_free(&p);
}

static void opens(const char *name) {
  erg_problems p;
  erg_problems_init(&p);
  bench_stored *d = bench_stored_open(name, &p);
  if (!d) fail_msg("%s", p.list[0].cause);
  bench_stored_free(d);
  erg_problems_free(&p);
}

static void on_disk(void **state) {
  (void)state;
  char *folder = erg_private_folder(NULL, "ergode-test"),
       *file = run_text("%s/bench.json", folder),
       *data = run_text("%s/data", folder);
  size_t size;
  const made good = {.rows = {{.id = "row", .work = {1}}}}, old = {.version = 1};
  char *text = text_of(&good, &size), *old_text = text_of(&old, &size);
  setenv("XDG_DATA_HOME", data, 1);
  refused(folder, "bench.json: no such file", "--resume DIR");
  refused("nowhere.json", "nowhere.json: no such file", "name the bench.json");
  refused("main", "no file and no baseline 'main'", "no baseline is kept yet");
  put(file, "{");
  refused(file, "isn't JSON: line 1", "name the bench.json");
  put(file, "{\"schema_version\": 1}");
  refused(folder, "has no results of ergode bench", "name the bench.json");
  put(file, old_text);
  refused(file, "has bench_schema_version 1, 2 can be compared", "run that benchmark again");
  put(file, "{\"bench_schema_version\": 2, \"environment\": {}, \"settings\": {}, "
            "\"workloads\": [], \"rows\": [{}]}");
  refused(file, "rows[0] is no row", "run that benchmark again");
  put(file, text);
  opens(file);
  opens(folder);
  /* Baselines. */
  erg_problems p;
  erg_problems_init(&p);
  static const char *const bad[] = {"", "../x", "a/b", ".x", "a b", "-x"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_null(bench_baseline_path(bad[i], &p));
  assert_int_equal(p.count, 6);
  holds(p.list[1].cause, "can't be a baseline's name");
  static const char *const names[] = {"main", "v0.1-laptop"};
  for (int i = 0; i < 2; i++) {
    char *path = bench_baseline_path(names[i], &p);
    assert_non_null(path);
    holds(path, "/data/ergode/baselines/");
    put(path, text);
    free(path);
    opens(names[i]);
  }
  refused("mian", "no file and no baseline 'mian'",
          "did you mean 'main'? baselines kept: main, v0.1-laptop");
  erg_problems_free(&p);
  erg_private_folder_remove(folder);
  free(file);
  free(data);
  free(text);
  free(old_text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(verdicts),     cmocka_unit_test(pairs),  cmocka_unit_test(invalid),
      cmocka_unit_test(the_same_work), cmocka_unit_test(drifts), cmocka_unit_test(rows_of_one),
      cmocka_unit_test(short_runs), cmocka_unit_test(in_words), cmocka_unit_test(written_and_read),     cmocka_unit_test(on_disk)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
