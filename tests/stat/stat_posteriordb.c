/* Posteriors against reference moments made by others.
 *
 *   stat_posteriordb [--backend ID] [--verbose] MODELS DATA [NAME ...]
 *
 * MODELS: folder of NAME.toml; DATA: folder with data/ and reference/. Without names: every
 * model that has a reference. Means and standard deviations are compared in standard errors
 * of both sides together; quantiles by the share of our draws under the reference's
 * quantile, against its nominal share, with the binomial variance of both sides' effective
 * numbers of draws. No comparison of all may be further off than chance allows for the
 * whole family: a false alarm once in a thousand runs (Bonferroni). The seed is fixed. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/text.h"
#include "whole.h"

#define FAMILY 1e-3
enum { CHAINS = 4, WARMUP = 1000, DRAWS = 2500, MOST = 16384, MIN_ESS = 400 };

/* ---- the reference ----------------------------------------------------------------- */

typedef struct {
  char **names;
  double *values[16];
  int n;
} reference;
static const char *const keys[] = {"mean",    "sd",       "q5",        "q50",
                                   "q95",     "ess",      "mcse_mean", "mcse_sd",
                                   "mcse_q5", "mcse_q50", "mcse_q95"};
enum { MEAN, SD, Q5, Q50, Q95, ESS, MCSE_MEAN, MCSE_SD, MCSE_Q5, MCSE_Q50, MCSE_Q95, KEYS };
static const double probabilities[] = {0.05, 0.5, 0.95};

/* The flat list behind `key`, or NULL. */
static const char *list_of(const char *text, const char *key) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\n \"%s\": [", key);
  const char *s = strstr(text, quoted);
  return s ? s + strlen(quoted) : NULL;
}

static bool read_reference(const char *path, reference *r) {
  char *text = whole_read(path);
  *r = (reference){0};
  const char *s = text ? list_of(text, "params") : NULL;
  if (!s) {
    free(text);
    return false;
  }
  r->names = run_alloc(512 * sizeof *r->names);
  /* names hold brackets: the list ends where something else than a name follows */
  for (; *(s += strspn(s, " \n,")) == '"' && r->n < 512; s = strchr(s + 1, '"') + 1)
    r->names[r->n++] = run_text("%.*s", (int)strcspn(s + 1, "\""), s + 1);
  for (int k = 0; k < KEYS; k++) {
    if ((s = list_of(text, keys[k])) == NULL) continue;
    r->values[k] = run_alloc((size_t)r->n * sizeof(double));
    for (int i = 0; i < r->n; i++) {
      char *end;
      r->values[k][i] = strtod(s, &end);
      s = end + strspn(end, " \n,");
    }
  }
  free(text);
  return r->n > 0 && r->values[MEAN];
}

static void free_reference(reference *r) {
  for (int i = 0; i < r->n; i++) free(r->names[i]);
  for (int k = 0; k < KEYS; k++) free(r->values[k]);
  free(r->names);
}

/* ---- comparisons ------------------------------------------------------------------- */

typedef struct {
  char text[160];
  double z;
} comparison;
typedef struct {
  comparison all[MOST];
  int n, posteriors, failed;
  bool verbose;
} family;

static void add(family *f, const char *model, const char *name, const char *what, double ours,
                double theirs, double error) {
  if (f->n == MOST) abort();
  comparison *c = &f->all[f->n++];
  c->z = (ours - theirs) / error;
  snprintf(c->text, sizeof c->text, "%.48s %.24s %s: %.6g, reference %.6g, %.2f errors", model,
           name, what, ours, theirs, c->z);
  if (f->verbose) printf("    %s\n", c->text);
}

/* Share of the draws not above x. */
static double share(const erg_draws *d, double x) {
  int64_t count = 0;
  for (int c = 0; c < d->chains; c++)
    for (int64_t i = 0; i < d->draws; i++)
      count += d->values[c * d->chain_stride + i * d->draw_stride] <= x;
  return (double)count / (double)(d->chains * d->draws);
}

static void compare(family *f, const char *model, const reference *r, int i, const erg_draws *d,
                    const diag_summary *s, diag_work *work) {
  const char *name = r->names[i];
  double *const *v = r->values;
  /* Where only a mean's error is told, the effective number of draws follows from it. */
  double ess = v[ESS] ? v[ESS][i] : pow(v[SD][i] / v[MCSE_MEAN][i], 2);
  double mean_error = v[MCSE_MEAN] ? v[MCSE_MEAN][i] : v[SD][i] / sqrt(ess);
  double sd_error = v[MCSE_SD] ? v[MCSE_SD][i] : s->mcse_sd * sqrt(s->ess_sd / ess);
  add(f, model, name, "mean", s->mean, v[MEAN][i], hypot(s->mcse_mean, mean_error));
  add(f, model, name, "sd", s->sd, v[SD][i], hypot(s->mcse_sd, sd_error));
  for (int k = 0; k < 3 && v[Q5]; k++) {
    double p = probabilities[k], x = v[Q5 + k][i], variance = p * (1 - p);
    double theirs = sqrt(variance / ess);
    if (v[MCSE_Q5]) /* an error of the quantile: to shares by our own draws */
      theirs = (share(d, x + v[MCSE_Q5 + k][i]) - share(d, x - v[MCSE_Q5 + k][i])) / 2;
    double ours = sqrt(variance / diag_ess_quantile(work, d, p));
    add(f, model, name, keys[Q5 + k], share(d, x), p, hypot(ours, theirs));
  }
}

static bool posterior(family *f, const erg_sampler *sampler, const char *models,
                      const char *folder, const char *name) {
  char *path = run_text("%s/%s.toml", models, name);
  char *data = run_text("%s/data/%.*s.json", folder, (int)strcspn(name, "-"), name);
  char *file = run_text("%s/reference/%s.json", folder, name);
  reference r;
  whole_model *m = read_reference(file, &r) ? whole_open(path, NULL, data, NULL, NULL) : NULL;
  whole_job job = {.sampler = sampler,
                   .chains = CHAINS,
                   .warmup = WARMUP,
                   .draws = DRAWS,
                   .threads = 2,
                   .seed = 1};
  whole_run *run = m ? whole_sample(m, &job) : NULL;
  bool good = run && run->status == ERG_OK;
  double worst = 0, least = INFINITY, r_hat = 0;
  int first = f->n;
  diag_work *work = diag_work_new();
  if (run && !good) fprintf(stderr, "%s: %s\n", name, run->message);
  for (int i = 0; i < r.n && good; i++) {
    int64_t k = 0;
    while (k < m->n && strcmp(m->names[k], r.names[i]) != 0) k++;
    if (k == m->n) {
      fprintf(stderr, "%s: the model has no %s\n", name, r.names[i]);
      good = false;
      break;
    }
    diag_summary s;
    erg_draws d = whole_draws(run, k);
    diag_summarise(work, &d, &s);
    least = fmin(least, fmin(s.ess_bulk, s.ess_tail));
    r_hat = fmax(r_hat, s.r_hat);
    compare(f, name, &r, i, &d, &s, work);
  }
  for (int i = first; i < f->n; i++) worst = fmax(worst, fabs(f->all[i].z));
  if (good) {
    f->posteriors++;
    printf("%-50s %3d values, ESS at least %5.0f, R-hat %.4f, %lld divergent, furthest %.2f\n",
           name, r.n, least, r_hat, (long long)run->divergent, worst);
    /* Standard errors mean little below it. */
    if (!(least >= MIN_ESS) || !(r_hat < 1.02)) {
      printf("  too few effective draws to compare\n");
      good = false;
    }
    fflush(stdout);
  }
  diag_work_free(work);
  whole_free(run);
  whole_close(m);
  free_reference(&r);
  free(path);
  free(data);
  free(file);
  return good;
}

static double limit_of(int n) {
  double low = 0, high = 20; /* erfc(z/sqrt 2) = FAMILY / n */
  for (int i = 0; i < 100; i++) {
    double z = (low + high) / 2;
    if (erfc(z / sqrt(2)) > FAMILY / n)
      low = z;
    else
      high = z;
  }
  return high;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}
static int is_model(const struct dirent *e) {
  size_t n = strlen(e->d_name);
  return n > 5 && !strcmp(e->d_name + n - 5, ".toml");
}

int main(int count, char **arguments) {
  static family f;
  const char *backend = "cpu";
  int at = 1;
  for (; at < count && arguments[at][0] == '-'; at++) {
    if (!strcmp(arguments[at], "--verbose")) f.verbose = true;
    if (!strcmp(arguments[at], "--backend") && at + 1 < count) backend = arguments[++at];
  }
  if (count - at < 2) {
    fprintf(stderr,
            "use: stat_posteriordb [--backend ID] [--verbose] MODELS DATA [NAME ...]\n");
    return 2;
  }
  const char *models = arguments[at], *folder = arguments[at + 1];
  const erg_sampler *sampler = whole_sampler(backend);
  if (!sampler) return 1;
  erg_device device = {0};
  char message[1024];
  if (whole_devices(sampler, &device, 1, message, sizeof message) < 1) {
    printf("skipped: %s\n", message);
    return 77;
  }
  for (int i = at + 2; i < count; i++)
    f.failed += !posterior(&f, sampler, models, folder, arguments[i]);
  struct dirent **list = NULL;
  int n = at + 2 < count ? 0 : scandir(models, &list, is_model, by_name);
  for (int i = 0; i < n; i++) {
    list[i]->d_name[strlen(list[i]->d_name) - 5] = 0;
    f.failed += !posterior(&f, sampler, models, folder, list[i]->d_name);
    free(list[i]);
  }
  free(list);
  double limit = limit_of(f.n), worst = 0;
  int off = 0;
  for (int i = 0; i < f.n; i++) {
    worst = fmax(worst, fabs(f.all[i].z));
    if (fabs(f.all[i].z) < limit) continue;
    printf("off: %s\n", f.all[i].text);
    off++;
  }
  printf("%d posteriors, %d comparisons, furthest %.2f standard errors, allowed %.2f\n",
         f.posteriors, f.n, worst, limit);
  return f.failed || off || f.n == 0;
}
