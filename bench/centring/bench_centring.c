/* Automatic centring against both fixed forms, on the models where they differ.
 *
 *   bench_centring [--seeds N] [--accept P] [--warmup N] [--draws N] [--set NAME=VALUE]
 *                  [--only MODEL] [--out FILE.json] [--least RATIO] MODELS
 *
 * MODELS: the folder of the shipped models. A fixed form is made by rewriting the prior's
 * line to a table with noncentered = true or false; all such parameters of a model alike.
 * The number is the least of bulk and tail ESS over all parameters, a thousand gradients of
 * the sampling phase; the median over the seeds counts. The least over hundreds of values
 * is itself noisy, so its quartiles are shown, too. Exit code 1 where automatic centring
 * falls below RATIO times the better of the fixed forms. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../about.h"
#include "read/json_write.h"
#include "run/job.h"
#include "run/text.h"
#include "whole.h"

enum { MOST_SEEDS = 100, FORMS = 3 };
static const struct {
  const char *model, *data, *parameters[3];
} cases[] = {{"hierarchical_normal", NULL, {"mu_group"}},
             {"artist_regression", NULL, {"a"}},
             {"eight_schools", "eight_schools", {"theta"}},
             {"radon", "radon", {"alpha"}},
             {"poisson_glmm", NULL, {"a"}},
             {"horseshoe", NULL, {"beta"}},
             {"nested", NULL, {"a", "b"}}};
static const char *const forms[FORMS] = {"automatic", "centred", "noncentred"};

typedef struct {
  double per_1000[MOST_SEEDS], sorted[MOST_SEEDS]; /* ESS a thousand gradients */
  double least[MOST_SEEDS], r_hat[MOST_SEEDS];
  int64_t divergent, leapfrogs, gradients; /* all seeds; gradients with warm-up */
  char worst[64];                          /* value with the least ESS, last seed */
} outcome;

typedef struct {
  int seeds, warmup, draws;
  double least; /* of automatic to the better fixed form, for every model */
  const char *accept, *set, *only, *out, *models;
  const erg_sampler *sampler;
} request;

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}
static double quantile(const outcome *o, int n, double p) {
  double at = p * (n - 1);
  int i = (int)at;
  return i + 1 < n ? o->sorted[i] + (at - i) * (o->sorted[i + 1] - o->sorted[i]) : o->sorted[i];
}

static bool give(void *data, int64_t scalar, int slot, erg_draws *out) {
  (void)slot;
  *out = whole_draws(data, scalar);
  return true;
}

static bool sample(const request *w, const whole_model *m, int seed, outcome *o) {
  char accept[40];
  snprintf(accept, sizeof accept, "target_accept=%s", w->accept);
  whole_job job = {.sampler = w->sampler,
                   .chains = 4,
                   .warmup = w->warmup,
                   .draws = w->draws,
                   .threads = run_processors(),
                   .seed = (uint64_t)seed,
                   .set = {accept, w->set}};
  whole_run *run = whole_sample(m, &job);
  diag_summary *s = run_alloc((size_t)m->n * sizeof *s);
  bool good = run->status == ERG_OK;
  if (!good) fprintf(stderr, "%s\n", run->message);
  if (good) diag_summarise_all(m->n, give, run, run_processors(), s);
  double least = INFINITY, r_hat = 0;
  for (int64_t i = 0; i < m->n && good; i++) {
    double ess = fmin(s[i].ess_bulk, s[i].ess_tail);
    if (isnan(s[i].ess_bulk) || isnan(s[i].ess_tail)) ess = 0;
    if (ess < least) {
      least = ess;
      snprintf(o->worst, sizeof o->worst, "%s", m->names[i]);
    }
    r_hat = fmax(r_hat, s[i].r_hat);
  }
  o->least[seed - 1] = least;
  o->r_hat[seed - 1] = r_hat;
  o->per_1000[seed - 1] = o->sorted[seed - 1] = 1000 * least / (double)run->leapfrogs;
  o->divergent += run->divergent;
  o->leapfrogs += run->leapfrogs;
  for (int c = 0; c < run->chains; c++) o->gradients += run->gradients[c];
  free(s);
  whole_free(run);
  return good;
}

static bool measure(const request *w, size_t which, int form, outcome *o) {
  char *path = run_text("%s/%s.toml", w->models, cases[which].model);
  char *data =
      cases[which].data ? run_text("%s/data/%s.json", w->models, cases[which].data) : NULL;
  char *text = whole_read(path);
  for (int i = 0; i < 3 && cases[which].parameters[i] && form > 0 && text; i++) {
    char *pinned = whole_pin(text, cases[which].parameters[i], form == 2);
    if (!pinned) fprintf(stderr, "%s: no line of %s\n", path, cases[which].parameters[i]);
    free(text);
    text = pinned;
  }
  whole_model *m = text ? whole_open(path, text, data, NULL, NULL) : NULL;
  bool good = m != NULL;
  *o = (outcome){0};
  for (int seed = 1; seed <= w->seeds && good; seed++) good = sample(w, m, seed, o);
  qsort(o->sorted, (size_t)w->seeds, sizeof *o->sorted, compare);
  whole_close(m);
  free(text);
  free(data);
  free(path);
  return good;
}

static void write_outcome(erg_json *j, const char *form, const outcome *o, int seeds) {
  erg_json_object(j, form);
  erg_json_real(j, "median", quantile(o, seeds, 0.5));
  erg_json_real(j, "lower_quartile", quantile(o, seeds, 0.25));
  erg_json_real(j, "upper_quartile", quantile(o, seeds, 0.75));
  erg_json_reals(j, "min_ess_per_1000_gradients", o->per_1000, (size_t)seeds);
  erg_json_reals(j, "min_ess", o->least, (size_t)seeds);
  erg_json_reals(j, "max_r_hat", o->r_hat, (size_t)seeds);
  erg_json_int(j, "sampling_gradients", o->leapfrogs);
  erg_json_int(j, "gradients_with_warmup", o->gradients);
  erg_json_int(j, "divergent_draws", o->divergent);
  erg_json_string(j, "least_ess_in_last_run", o->worst);
  erg_json_end(j);
}

static void write_head(erg_json *j, const request *w, int count, char **arguments) {
  about_write(j,
              "least of bulk and tail ESS over all parameters, a thousand gradients of the "
              "sampling phase; median over the seeds",
              count, arguments);
  erg_json_string(j, "engine_bits", w->sampler->extension(w->sampler, "erg.bits/1"));
  erg_json_int(j, "chains", 4);
  erg_json_int(j, "warmup", w->warmup);
  erg_json_int(j, "draws", w->draws);
  erg_json_real(j, "target_accept", atof(w->accept));
  erg_json_int(j, "seeds", w->seeds);
}

int main(int count, char **arguments) {
  request w = {.seeds = 10, .warmup = 1000, .draws = 1000, .accept = "0.8"};
  int at = 1;
  for (; at + 1 < count && arguments[at][0] == '-'; at += 2) {
    const char *name = arguments[at], *value = arguments[at + 1];
    if (!strcmp(name, "--seeds")) w.seeds = atoi(value);
    if (!strcmp(name, "--accept")) w.accept = value;
    if (!strcmp(name, "--warmup")) w.warmup = atoi(value);
    if (!strcmp(name, "--draws")) w.draws = atoi(value);
    if (!strcmp(name, "--set")) w.set = value;
    if (!strcmp(name, "--only")) w.only = value;
    if (!strcmp(name, "--out")) w.out = value;
    if (!strcmp(name, "--least")) w.least = atof(value);
  }
  if (at >= count || w.seeds < 1 || w.seeds > MOST_SEEDS) {
    fprintf(stderr,
            "use: bench_centring [--seeds N] [--accept P] [--warmup N] [--draws N] "
            "[--set NAME=VALUE] [--only MODEL] [--out FILE.json] MODELS\n");
    return 2;
  }
  w.models = arguments[at];
  w.sampler = whole_sampler("cpu");
  if (!w.sampler) return 1;
  erg_json *j = erg_json_open(w.out ? w.out : "/dev/null");
  erg_json_object(j, NULL);
  write_head(j, &w, count, arguments);
  erg_json_object(j, "models");
  printf("%-20s %26s %26s %26s  auto/best\n", "median (quartiles)", forms[0], forms[1],
         forms[2]);
  static outcome o[FORMS];
  bool good = true, reached = true;
  for (size_t i = 0; i < sizeof cases / sizeof *cases && good; i++) {
    if (w.only && strcmp(w.only, cases[i].model) != 0) continue;
    erg_json_object(j, cases[i].model);
    printf("%-20s", cases[i].model);
    for (int form = 0; form < FORMS && good; form++) {
      good = measure(&w, i, form, &o[form]);
      if (!good) break;
      char cell[64];
      snprintf(cell, sizeof cell, "%.3g (%.3g-%.3g)%s", quantile(&o[form], w.seeds, 0.5),
               quantile(&o[form], w.seeds, 0.25), quantile(&o[form], w.seeds, 0.75),
               o[form].divergent ? " d" : "");
      printf(" %26s", cell);
      fflush(stdout);
      write_outcome(j, forms[form], &o[form], w.seeds);
    }
    double best = fmax(quantile(&o[1], w.seeds, 0.5), quantile(&o[2], w.seeds, 0.5));
    double ratio = quantile(&o[0], w.seeds, 0.5) / best;
    erg_json_real(j, "automatic_to_best_fixed", ratio);
    erg_json_end(j);
    printf("  %.2f%s\n", ratio, ratio < w.least ? "  TOO LOW" : "");
    reached = reached && ratio >= w.least;
  }
  if (!good) {
    erg_json_abandon(j);
    return 1;
  }
  printf("d: with divergences\n");
  int error = erg_json_close(j);
  if (error) fprintf(stderr, "%s: %s\n", w.out, strerror(error));
  return error != 0 || !reached;
}
