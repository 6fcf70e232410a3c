/* Runs samplers of several plug-ins on the same models, for tests that compare their draws
 * bit for bit. */
#ifndef PLUGIN_HARNESS_H
#define PLUGIN_HARNESS_H

#include <stdint.h>
#include <ergode/plugin.h>

/* Models in both forms: C function and source. They stay until the program ends. */
erg_model *harness_normal(int dim);
/* hierarchical.h with simulated observations; dim is 3 + groups. */
erg_model *harness_hierarchical(int groups, int each);

/* Models as the compiler makes them, from the graphs of tests/emit: hierarchical normal with
 * automatic centring, logistic regression, every elementary function, log_sum_exp and other
 * reductions. NULL after a message where there is no C compiler. */
typedef enum harness_graph {
  HARNESS_CENTRED,
  HARNESS_LOGISTIC,
  HARNESS_FUNCTIONS,
  HARNESS_REDUCTIONS,
  HARNESS_GRAPHS
} harness_graph;
const erg_model *harness_compiled(harness_graph graph);

/* Something stays until the program ends, known to leak checkers. */
void harness_keep(const void *memory);

/* Opens the plug-in file (in the folder ERGODE_TEST_PLUGINS instead of its own, where that is
 * set) and returns its first sampler; ends the test program with a message where that fails. */
const erg_sampler *harness_plugin(const char *file);

typedef struct harness_job {
  const erg_sampler *sampler;
  const erg_model *model;
  const char *devices[4]; /* NULL-terminated */
  int chains, warmup, draws, capacity;
  int threads; /* 0: two */
  uint64_t seed;
  struct {
    const char *name;
    double value;
  } set[6];          /* settings other than the defaults, name NULL ends */
  const char *cache; /* folder of compiled kernels, or NULL */
} harness_job;

typedef struct harness_result {
  erg_status status;
  double *draws, *statistics; /* [chains][warmup + draws][dim], [...][n_statistics] */
  double *metric, *step;      /* [chains][dim], [chains] */
  int64_t *gradients, total;
  int chains, dim, n_statistics;
  erg_stages stages;
  erg_telemetry telemetry;
  double first_s, first_cpu_s; /* create and first block: by the wall, processor time */
  char message[2048];          /* of the last host->fail */
  char log[2048];              /* lines of host->log, as far as there is room */
} harness_result;

harness_result *harness_run(const harness_job *job);
/* NULL if every bit is the same, otherwise a text that names the first difference (static
 * memory). */
const char *harness_difference(const harness_result *a, const harness_result *b);
void harness_free(harness_result *result);

/* A device list of a sampler, into `devices`; the message of a failure into `message`. */
int harness_devices(const erg_sampler *sampler, erg_device *devices, int capacity,
                    char *message, int size);

#endif
