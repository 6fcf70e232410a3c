/* Whole runs for tests: a model file as it is compiled, sampled through a plug-in as the
 * program finds it, everything that a run gives kept in memory. */
#ifndef STAT_WHOLE_H
#define STAT_WHOLE_H

#include "compile/model_host.h"
#include "compile/natural.h"
#include "diagnostics/diagnostics.h"
#include "run/load.h"
#include "run/registry.h"

/* How the model is compiled; zero: as the program does. */
typedef struct {
  const char *compiler;
  cc_isa isa;
  bool interpret;
} whole_code;

typedef struct {
  run_model model;
  erg_model *compiled;
  natural *plan;
  int64_t n;    /* natural values a draw: parameters and [generate] */
  char **names; /* [n] "theta[2]" */
} whole_model;

/* text: the model itself in place of the file; data, sizes (NULL-terminated) may be NULL.
 * Prints why and returns NULL where that fails. */
whole_model *whole_open(const char *path, const char *text, const char *data,
                        const char *const *sizes, const whole_code *code);
/* Data and true values simulated with parameters from their priors; *truth has every
 * parameter's value, and is owned by the model. */
whole_model *whole_open_prior(const char *path, const char *text, const char *const *sizes,
                              int64_t seed, const erg_dataset **truth);
/* The same model with other code; `m` must outlive it. */
whole_model *whole_recompile(const whole_model *m, const whole_code *code);
void whole_close(whole_model *m);

typedef struct {
  const erg_sampler *sampler;
  const char *devices[4]; /* NULL-terminated; none: the sampler's first */
  int chains, warmup, draws, threads, capacity;
  uint64_t seed;
  const char *set[8]; /* "name=value" */
} whole_job;

typedef struct {
  erg_status status;
  char message[1024];
  int chains, warmup, count, dim, n_statistics; /* count: kept draws a chain */
  int64_t n;
  double *draws;      /* [chains][warmup + count][dim] unconstrained */
  double *statistics; /* [chains][warmup + count][n_statistics] */
  double *values;     /* [chains][count][n] natural, of the kept draws */
  double *metric, *step, *centring;
  int64_t *gradients; /* [chains] */
  int64_t n_centring;
  int64_t leapfrogs, divergent; /* of the kept draws */
} whole_run;

whole_run *whole_sample(const whole_model *m, const whole_job *job);
void whole_free(whole_run *r);
/* NULL where every bit is the same: draws, statistics, natural values, metric, step sizes,
 * centring, gradients. Otherwise the first difference (static memory). */
const char *whole_difference(const whole_run *a, const whole_run *b);
/* SHA-256 of all of that. */
void whole_hash(const whole_run *r, char hex[65]);
/* The draws of natural value i. */
erg_draws whole_draws(const whole_run *r, int64_t i);

/* The sampler of a plug-in of this build; NULL with a reason printed. */
const erg_sampler *whole_sampler(const char *id);
/* Its devices' ids (static memory of the caller); 0 with the reason in `message`. */
int whole_devices(const erg_sampler *s, erg_device *devices, int capacity, char *message,
                  size_t size);

/* A model's text, to be freed, in which the prior line of parameter `name` is a table:
 * name = { is = "...", noncentered = true or false }. NULL where there is no such line. */
char *whole_pin(const char *text, const char *name, bool noncentered);
/* A file's text, or NULL with a message. */
char *whole_read(const char *path);

#endif
