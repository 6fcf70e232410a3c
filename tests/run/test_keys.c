/* Nothing is accepted and ignored: for every key that a model, a preset, a set of workloads
 * or a manifest may have there is a pair of files here that differ by this key alone, and
 * what is made of them differs, too. Keys are listed by their readers: a new one without a
 * pair fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "lang/lang.h"
#include "run/job.h"
#include "run/manifest.h"
#include "run/text.h"

typedef struct {
  const char *where, *key, *with, *without;
} pair;

static char folder[64];

static char *write_file(const char *name, const char *text) {
  char *path = run_text("%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  assert_int_equal(fclose(f), 0);
  return path;
}

static void print_problems(const erg_problems *p, FILE *out) {
  for (int i = 0; i < p->count; i++) fprintf(out, "%s\n", p->list[i].cause);
}

/* Runs `describe` on both texts and wants two descriptions. */
static void check(const pair *c, void (*describe)(const char *text, FILE *out)) {
  char *said[2] = {0};
  for (int i = 0; i < 2; i++) {
    size_t length;
    FILE *out = open_memstream(&said[i], &length);
    describe(i ? c->without : c->with, out);
    fclose(out);
  }
  if (!strcmp(said[0], said[1]))
    fail_msg("%s %s has no effect: %s\n%s", c->where, c->key, c->with, said[0]);
  free(said[0]);
  free(said[1]);
}

static void check_all(const char *where, const char *const *keys, const pair *pairs, int n,
                      void (*describe)(const char *text, FILE *out)) {
  for (const char *const *k = keys; *k; k++) {
    const pair *found = NULL;
    for (int i = 0; i < n; i++)
      if (!strcmp(pairs[i].where, where) && !strcmp(pairs[i].key, *k)) found = &pairs[i];
    if (!found) fail_msg("%s %s: no pair of files shows what it does", where, *k);
    check(found, describe);
  }
}

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

/* ---- models ------------------------------------------------------------------------ */

#define PARAM "[params]\nm = \"real ~ normal(0, 1)\"\n"
#define DATA "[dims]\nn = \"N\"\n[data]\ny = \"real[n]\"\n"
#define SIMULATE "[observe]\ny = \"normal(m, 1)\"\n[simulate]\nN = 3\n"

static const pair model_pairs[] = {
    {"", "title", "title = \"A\"\n" PARAM, PARAM},
    {"", "about", "about = \"A\"\n" PARAM, PARAM},
    {"", "source", "source = \"A\"\n" PARAM, PARAM},
    {"", "data_file", "data_file = \"a.json\"\n" PARAM, PARAM},
    {"", "dims", "[dims]\nm2 = 3\n" PARAM, PARAM},
    {"", "data", "[data]\nx = \"real\"\n" PARAM, PARAM},
    {"", "params", PARAM "k = \"real\"\n", PARAM},
    {"", "define", PARAM "[define]\na = \"2*m\"\n", PARAM},
    {"", "observe", DATA PARAM SIMULATE, DATA PARAM "[simulate]\nN = 3\ny = 1\n"},
    {"", "generate", PARAM "[generate]\na = \"2*m\"\n", PARAM},
    {"", "simulate", PARAM "[simulate]\nm = 2\n", PARAM},
    {"", "run", PARAM "[run]\nchains = 3\n", PARAM},
    {"[data]", "is", DATA "x = { is = \"real[n]\" }\n" PARAM "[simulate]\nN = 3\ny = 1\nx = 2\n",
     DATA "x = { is = \"positive[n]\" }\n" PARAM "[simulate]\nN = 3\ny = 1\nx = 2\n"},
    {"[data]", "from", "[dims]\nn = 2\n[data]\nx = { is = \"real[n]\", from = \"z\" }\n" PARAM
                       "[simulate]\nx = 2\n",
     "[dims]\nn = 2\n[data]\nx = { is = \"real[n]\" }\n" PARAM "[simulate]\nx = 2\n"},
    {"[params]", "is", "[params]\nm = { is = \"positive ~ exponential(1)\" }\n",
     "[params]\nm = { is = \"positive ~ exponential(2)\" }\n"},
    {"[params]", "noncentered", PARAM "a = { is = \"real ~ normal(m, 2)\", noncentered = true }\n",
     PARAM "a = { is = \"real ~ normal(m, 2)\" }\n"},
    {"[params]", "normalised", "[params]\na = { is = \"positive ~ normal(1, 2)\", normalised = false }\n",
     "[params]\na = { is = \"positive ~ normal(1, 2)\" }\n"},
    {"[define]", "is", PARAM "[define]\na = { is = \"2*m\" }\n",
     PARAM "[define]\na = { is = \"3*m\" }\n"},
    {"[define]", "report", PARAM "[define]\na = { is = \"2*m\", report = true }\n",
     PARAM "[define]\na = { is = \"2*m\" }\n"},
    {"[observe]", "is", DATA PARAM "[observe]\ny = { is = \"normal(m, 1)\" }\n[simulate]\nN = 3\n",
     DATA PARAM "[observe]\ny = { is = \"normal(m, 2)\" }\n[simulate]\nN = 3\n"},
    {"[generate]", "is", PARAM "[generate]\na = { is = \"2*m\" }\n",
     PARAM "[generate]\na = { is = \"3*m\" }\n"},
    {"[simulate]", "seed", DATA PARAM SIMULATE "seed = 7\n", DATA PARAM SIMULATE},
};

/* All that a model file gives, but for [run], which run_pairs have. */
static void describe_model(const char *text, FILE *out) {
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_from_text("model.toml", text, strlen(text));
  lang_model *m = lang_parse(source, &p);
  ir_graph *g = NULL, *made = NULL;
  if (m) {
    erg_place place;
    const char *texts[] = {lang_title(m), lang_about(m), lang_citation(m),
                           lang_data_file(m, &place)};
    for (int i = 0; i < 4; i++) fprintf(out, "%s\n", texts[i] ? texts[i] : "-");
    fprintf(out, "%d %d %lu %d\n", lang_needs_data(m), lang_has_simulation(m),
            (unsigned long)lang_simulation_seed(m, 1), lang_run_defaults(m) != NULL);
    const char data[] = "{\"N\": 2, \"y\": [1, 2], \"x\": [-1, 1], \"z\": [3, 4]}";
    erg_dataset *d = erg_dataset_parse(erg_source_from_text("d.json", data, strlen(data)), &p);
    g = lang_build(m, d, NULL, &p);
    if (g) {
      ir_print(g, out);
      for (int i = 0; i < g->n_params; i++) fprintf(out, "%d\n", (int)g->params[i].centring);
      for (int i = 0; i < g->n_quantities; i++)
        fprintf(out, "%s %d\n", g->quantities[i].name, g->quantities[i].generated);
      for (int i = 0; i < g->n_data; i++)
        for (int64_t k = 0; g->data[i].values && k < g->data[i].n; k++)
          fprintf(out, " %g", g->data[i].values[k]);
    }
    if (lang_has_simulation(m)) made = lang_build_simulation(m, NULL, NULL, &p);
    if (made) ir_print(made, out);
    erg_dataset_free(d);
  }
  print_problems(&p, out);
  ir_graph_free(g);
  ir_graph_free(made);
  lang_free(m);
  erg_problems_free(&p);
  erg_source_free(source);
}

/* ---- [run] and presets: what a job makes of them -------------------------------------- */

#define RUN(line) PARAM "[run]\nwarmup = 20\n" line "\n"
static const pair run_pairs[] = {
    {"[run]", "chains", RUN("chains = 3"), RUN("")},
    {"[run]", "warmup", PARAM "[run]\nwarmup = 33\n", RUN("")},
    {"[run]", "draws", RUN("draws = 44"), RUN("")},
    {"[run]", "thin", RUN("thin = 2"), RUN("")},
    {"[run]", "seed", RUN("seed = 5"), RUN("")},
    {"[run]", "target_accept", RUN("target_accept = 0.9"), RUN("")},
    {"[run]", "max_depth", RUN("max_depth = 4"), RUN("")},
    {"[run]", "sampler", RUN("sampler = \"hmc\""), RUN("")},
    {"[run]", "metric", RUN("metric = \"stan\""), RUN("")},
    {"[run]", "backend", RUN("backend = \"none\""), RUN("")},
    {"[run]", "init_radius", RUN("init_radius = 1"), RUN("")},
};
static const pair preset_pairs[] = {
    {"[preset]", "chains", "[preset]\nchains = 3\n", "[preset]\n"},
    {"[preset]", "warmup", "[preset]\nwarmup = 3\n", "[preset]\n"},
    {"[preset]", "draws", "[preset]\ndraws = 3\n", "[preset]\n"},
    {"[preset]", "thin", "[preset]\nthin = 3\n", "[preset]\n"},
    {"[preset]", "max_depth", "[preset]\nmax_depth = 3\n", "[preset]\n"},
    {"[preset]", "seed", "[preset]\nseed = 3\n", "[preset]\n"},
    {"[preset]", "target_accept", "[preset]\ntarget_accept = 0.9\n", "[preset]\n"},
    {"[preset]", "init_radius", "[preset]\ninit_radius = 1\n", "[preset]\n"},
};
static const pair preset_bench_pairs[] = {
    {"[bench]", "repeats", "[bench]\nrepeats = 7\n", "[bench]\n"},
};

static void describe_job(const char *model, const char *preset, FILE *out) {
  const char *const folders[] = {PLUGIN_FOLDER, NULL};
  const run_search search = {.installed = folders};
  run_registry *registry = run_registry_search(&search);
  run_host host;
  run_host_init(&host, folder);
  erg_problems p;
  erg_problems_init(&p);
  run_wishes w = run_no_wishes();
  char *results = run_text("%s/out", folder), *message = NULL;
  w.inputs.model = model;
  w.preset = preset;
  w.out = results;
  w.command = "test";
  run_job j;
  int code = run_job_prepare(&w, registry, &host, &j, &p, &message);
  fprintf(out, "%d %s\n", code, message ? message : "");
  if (!code) {
    fprintf(out, "%d %lld %lld %lld %llu\n", j.request.chains, (long long)j.request.warmup,
            (long long)j.request.draws, (long long)j.request.thin,
            (unsigned long long)j.request.seed);
    for (int i = 0; i < j.sampler->n_parameters; i++) fprintf(out, "%g\n", j.settings[i]);
  }
  print_problems(&p, out);
  run_job_release(&j);
  erg_problems_free(&p);
  run_host_destroy(&host);
  run_registry_free(registry);
  free(message);
  free(results);
}

static void describe_run(const char *text, FILE *out) {
  char *model = write_file("model.toml", text);
  describe_job(model, NULL, out);
  free(model);
}

static void describe_preset(const char *text, FILE *out) {
  char *model = write_file("model.toml", PARAM), *preset = write_file("preset.ini", text);
  describe_job(model, preset, out);
  free(model);
  free(preset);
}

static void describe_preset_of_bench(const char *text, FILE *out) {
  char *path = write_file("preset.ini", text);
  erg_problems p;
  erg_problems_init(&p);
  run_preset preset;
  run_preset_init(&preset);
  if (run_preset_read(path, &preset, &p))
    fprintf(out, "%lld cached runs\n", (long long)preset.repeats);
  print_problems(&p, out);
  erg_problems_free(&p);
  free(path);
}

/* ---- sets of workloads, manifests ------------------------------------------------------ */

#define SET "[bench]\nworkloads = funnel\n"
static const pair set_pairs[] = {
    {"[bench]", "workloads", SET, "[bench]\nworkloads = blr\n"},
    {"[bench]", "preset", SET "preset = standard\n", SET},
    {"[bench]", "backends", SET "backends = cpu\n", SET},
    {"[bench]", "devices", SET "devices = 2\n", SET},
    {"[bench]", "chains", SET "chains = 2\n", SET},
    {"[bench]", "threads", SET "threads = 2\n", SET},
    {"[bench]", "warmup", SET "warmup = 20\n", SET},
    {"[bench]", "draws", SET "draws = 20\n", SET},
    {"[bench]", "reference_draws", SET "reference_draws = 200\n", SET},
    {"[bench]", "precision", SET "precision = double, single\n", SET},
    {"[NAME]", "model", SET "[funnel]\nmodel = blr\n", SET},
    {"[NAME]", "data", SET "[funnel]\ndata = nothing.json\n", SET},
    {"[NAME]", "sizes", SET "[funnel]\nsizes = n=3\n", SET},
};

static void describe_set(const char *text, FILE *out) {
  char *path = write_file("set.ini", text);
  erg_problems p;
  erg_problems_init(&p);
  bench_workloads w;
  bench_workloads_read(path, &w, &p);
  fprintf(out, "%s", w.preset ? w.preset : "-");
  for (char **b = w.backends; b && *b; b++) fprintf(out, " %s", *b);
  for (char **o = w.other_precisions; o && *o; o++) fprintf(out, " %s", *o);
  fprintf(out, " %lld %d %d\n", (long long)w.axes.chains[0], w.axes.threads[0],
          w.axes.devices[0]);
  fprintf(out, "%lld %lld %lld\n", (long long)w.warmup, (long long)w.draws,
          (long long)w.reference_draws);
  for (int i = 0; i < w.n; i++) {
    fprintf(out, "%s %s %s", w.list[i].name, w.list[i].model,
            w.list[i].data ? w.list[i].data : "-");
    for (char **s = w.list[i].sizes; s && *s; s++) fprintf(out, " %s", *s);
  }
  print_problems(&p, out);
  bench_workloads_free(&w);
  erg_problems_free(&p);
  free(path);
}

#define MANIFEST "[plugin]\nid = a\nabi = 1\nlibrary = a.so\n"
static const pair manifest_pairs[] = {
    {"[plugin]", "id", MANIFEST, "[plugin]\nid = b\nabi = 1\nlibrary = a.so\n"},
    {"[plugin]", "abi", MANIFEST, "[plugin]\nid = a\nabi = 2\nlibrary = a.so\n"},
    {"[plugin]", "library", MANIFEST, "[plugin]\nid = a\nabi = 1\nlibrary = b.so\n"},
    {"[plugin]", "summary", MANIFEST "summary = text\n", MANIFEST},
};

static void describe_manifest(const char *text, FILE *out) {
  char *path = write_file("a.ini", text), *reason = NULL;
  run_manifest m;
  run_manifest_read(path, &m, &reason);
  fprintf(out, "%s %d %s %s %s\n", m.id ? m.id : "-", m.abi, m.library ? m.library : "-",
          m.summary, reason ? reason : "good");
  run_manifest_free(&m);
  free(reason);
  free(path);
}

/* ---- tests --------------------------------------------------------------------------- */

static void models(void **state) {
  (void)state;
  int n;
  const lang_keys *all = lang_all_keys(&n);
  for (int i = 0; i < n; i++)
    if (strcmp(all[i].where, "[run]") != 0)
      check_all(all[i].where, all[i].keys, model_pairs, COUNT(model_pairs), describe_model);
}

static void runs(void **state) {
  (void)state;
  int n;
  const lang_keys *all = lang_all_keys(&n);
  for (int i = 0; i < n; i++)
    if (!strcmp(all[i].where, "[run]"))
      check_all("[run]", all[i].keys, run_pairs, COUNT(run_pairs), describe_run);
  check_all("[preset]", run_preset_keys(), preset_pairs, COUNT(preset_pairs), describe_preset);
  check_all("[bench]", run_preset_bench_keys(), preset_bench_pairs, COUNT(preset_bench_pairs),
            describe_preset_of_bench);
}

static void inis(void **state) {
  (void)state;
  check_all("[bench]", bench_set_keys(), set_pairs, COUNT(set_pairs), describe_set);
  check_all("[NAME]", bench_workload_keys(), set_pairs, COUNT(set_pairs), describe_set);
  check_all("[plugin]", run_manifest_keys(), manifest_pairs, COUNT(manifest_pairs),
            describe_manifest);
}

/* What isn't in the lists is refused, wherever it stands. */
static void others(void **state) {
  (void)state;
  static const struct {
    const char *text, *said;
    void (*describe)(const char *text, FILE *out);
  } cases[] = {
      {"titel = \"A\"\n" PARAM, "unknown key 'titel'", describe_model},
      {PARAM "[defines]\n", "unknown section 'defines'", describe_model},
      {"[params]\nm = { is = \"real\", report = true }\n", "unknown key 'report'", describe_model},
      {PARAM "[generate]\na = { is = \"m\", report = true }\n", "unknown key 'report'",
       describe_model},
      {"[data]\nx = { is = \"real\", na = -1 }\n" PARAM, "missing values are not built yet",
       describe_model},
      {PARAM "[simulate]\nsede = 3\n", "gives 'sede', which is neither", describe_model},
      {RUN("chain = 3"), "unknown key 'chain'", describe_run},
      {"[bench]\nrepeat = 3\n", "unknown key 'repeat'", describe_preset},
      {"[preset]\nabout = x\n", "unknown key 'about'", describe_preset},
      {"chains = 3\n[preset]\n", "'chains' stands outside of any section", describe_preset},
      {"[preset]\n[presets]\nchains = 3\n", "unknown section 'presets'", describe_preset},
      {SET "about = x\n", "unknown key 'about'", describe_set},
      {SET "[funnel]\nseed = 3\n", "unknown key 'seed'", describe_set},
      {MANIFEST "version = 3\n", "unknown key 'version'", describe_manifest},
      {"id = a\n" MANIFEST, "'id' stands outside of any section", describe_manifest},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *said;
    size_t length;
    FILE *out = open_memstream(&said, &length);
    cases[i].describe(cases[i].text, out);
    fclose(out);
    if (!strstr(said, cases[i].said)) fail_msg("%s: said %s", cases[i].text, said);
    free(said);
  }
}

int main(void) {
  snprintf(folder, sizeof folder, "/tmp/ergode-keys-XXXXXX");
  if (!mkdtemp(folder)) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test(models), cmocka_unit_test(runs),
                                     cmocka_unit_test(inis), cmocka_unit_test(others)};
  int code = cmocka_run_group_tests(tests, NULL, NULL);
  char *command = run_text("rm -rf '%s'", folder);
  if (system(command) != 0) code = 1;
  free(command);
  return code;
}
