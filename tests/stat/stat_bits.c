/* The same bits over whole runs of one model: warm-up, automatic centring, metric, draws,
 * statistics and natural values.
 *
 *   stat_bits cpu MODEL [DATA]      threads, block sizes, launches; gcc and clang; AVX-512,
 *                                   AVX2 and baseline, in the sampler and in the model
 *   stat_bits opencl MODEL [DATA]   every OpenCL device alone, two together, against the CPU
 *   stat_bits cuda MODEL [DATA]     the same on CUDA devices
 *   stat_bits hash MODEL [DATA]     prints the CPU's SHA-256 of a run
 *   stat_bits engine -              prints which engine's bits these are
 *
 * With --stored FILE at the end the hash must also be the one in that file, so that another
 * machine's run is held against this one's; `ninja store_draws` writes tests/gpu/draws.sha256.
 * Exit code 77 (skipped) where there is no device; what else could not be compared is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/text.h"
#include "whole.h"

enum { SKIPPED = 77, CHAINS = 4, WARMUP = 300, DRAWS = 200, FEW_WARMUP = 60, FEW_DRAWS = 20 };

typedef struct {
  const whole_model *model;
  const whole_run *reference;
  int compared, different;
} comparison;

static whole_job job_of(const erg_sampler *sampler) {
  return (whole_job){.sampler = sampler,
                     .chains = CHAINS,
                     .warmup = WARMUP,
                     .draws = DRAWS,
                     .threads = 1,
                     .seed = 20};
}

static void compare(comparison *c, const char *what, const whole_model *model,
                    const whole_job *job) {
  whole_run *run = whole_sample(model, job);
  const char *difference = whole_difference(c->reference, run);
  printf("  %-40s %s\n", what, difference ? difference : "same");
  fflush(stdout);
  c->compared++;
  c->different += difference != NULL;
  whole_free(run);
}

static void compare_code(comparison *c, const char *what, const whole_code *code,
                         const whole_job *job) {
  whole_model *other = whole_recompile(c->model, code);
  if (other) {
    compare(c, what, other, job);
  } else {
    printf("  %-40s could not be compiled\n", what);
    c->different++;
  }
  whole_close(other);
}

/* Whether CC finds this compiler. */
static bool there_is(const char *compiler) {
  char command[128];
  snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", compiler);
  return system(command) == 0;
}

static void cpu_threads(comparison *c, const erg_sampler *cpu) {
  static const struct {
    const char *what, *launch;
    int threads, capacity;
  } cases[] = {{"2 threads, blocks of 7", NULL, 2, 7},
               {"4 threads, blocks of 1000", NULL, 4, 1000},
               {"launches of 1 gradient", "launch=1", 2, 13},
               {"launches of 101, blocks of 1", "launch=101", 2, 1},
               {"launches of 1000000, 3 threads", "launch=1000000", 3, 256}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    whole_job job = job_of(cpu);
    job.threads = cases[i].threads;
    job.capacity = cases[i].capacity;
    job.set[0] = cases[i].launch;
    compare(c, cases[i].what, c->model, &job);
  }
}

/* Machine code by another compiler or for another instruction set, on a shorter run where
 * baseline code calls the C library for every fma. */
static void cpu_code(comparison *c, const erg_sampler *cpu) {
  static const struct {
    const char *what, *isa_set;
    cc_isa isa;
    const char *needs;
  } isas[] = {{"AVX-512", "isa=avx512", CC_ISA_AVX512, "avx512f"},
              {"AVX2", "isa=avx2", CC_ISA_AVX2, "avx2"},
              {"baseline", "isa=base", CC_ISA_BASELINE, ""}};
  static const char *const compilers[] = {"gcc", "clang"};
  for (size_t k = 0; k < sizeof compilers / sizeof *compilers; k++) {
    if (!there_is(compilers[k])) {
      printf("  %-40s skipped: no %s\n", compilers[k], compilers[k]);
      continue;
    }
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
      whole_code code = {.compiler = compilers[k], .isa = isas[i].isa};
      whole_job job = job_of(cpu);
      char what[96];
      snprintf(what, sizeof what, "%s, %s", compilers[k], isas[i].what);
      if (!strstr(cc_cpu_features(), isas[i].needs)) {
        printf("  %-40s skipped: this processor has none\n", what);
        continue;
      }
      job.threads = 2;
      job.warmup = c->reference->warmup;
      job.draws = c->reference->count;
      job.set[0] = isas[i].isa_set;
      compare_code(c, what, &code, &job);
    }
  }
}

static int on_cpu(comparison *c, const erg_sampler *cpu) {
  cpu_threads(c, cpu);
  whole_job few = job_of(cpu);
  few.warmup = FEW_WARMUP;
  few.draws = FEW_DRAWS;
  whole_run *reference = whole_sample(c->model, &few);
  c->reference = reference;
  cpu_code(c, cpu);
  whole_free(reference);
  return 0;
}

static int on_devices(comparison *c, const char *id) {
  const erg_sampler *sampler = whole_sampler(id);
  if (!sampler) return 1;
  erg_device devices[4] = {0};
  char message[1024];
  int n = whole_devices(sampler, devices, 4, message, sizeof message);
  if (n == 0) {
    printf("skipped: %s\n", message);
    return SKIPPED;
  }
  whole_job job = job_of(sampler);
  char what[160];
  for (int i = 0; i < n && i < 2; i++) {
    job.devices[0] = devices[i].id;
    job.devices[1] = NULL;
    job.capacity = i ? 17 : 256;
    snprintf(what, sizeof what, "%s alone", devices[i].id);
    compare(c, what, c->model, &job);
  }
  if (n > 1) {
    job.devices[0] = devices[1].id;
    job.devices[1] = devices[0].id;
    snprintf(what, sizeof what, "%s and %s", devices[1].id, devices[0].id);
    compare(c, what, c->model, &job);
  } else {
    printf("  %-40s skipped: there is one device\n", "two devices");
  }
  return 0;
}

/* The hash stored for this model, of this engine's bits. */
static bool as_stored(const char *file, const whole_model *model, const erg_sampler *cpu,
                      const whole_run *run) {
  char hex[65], *text = whole_read(file), *line;
  const char *bits = cpu->extension(cpu, "erg.bits/1");
  whole_hash(run, hex);
  char *engine = text ? run_text("# engine %s\n", bits ? bits : "") : NULL;
  char *wanted = text ? run_text("  %s\n", model->model.name) : NULL;
  bool good = false;
  if (text && strncmp(text, engine, strlen(engine)) != 0) {
    printf("  %s is of another engine than %s: `ninja store_draws`\n", file, bits);
  } else if (text && (line = strstr(text, wanted)) != NULL && line - text >= 64) {
    good = strncmp(line - 64, hex, 64) == 0;
    if (!good)
      printf(
          "  the draws aren't the stored ones; where that is meant, count engine_bits up and "
          "`ninja store_draws`\n");
  } else if (text) {
    printf("  %s has no draws of %s: `ninja store_draws`\n", file, model->model.name);
  }
  if (good) printf("  %-40s same\n", "stored hash");
  free(text);
  free(engine);
  free(wanted);
  return good;
}

int main(int count, char **arguments) {
  const char *stored = NULL;
  if (count > 4 && !strcmp(arguments[count - 2], "--stored")) {
    stored = arguments[count - 1];
    count -= 2;
  }
  if (count < 3) {
    fprintf(stderr,
            "use: stat_bits cpu|opencl|cuda|hash|engine MODEL [DATA] [--stored FILE]\n");
    return 2;
  }
  const char *mode = arguments[1];
  const erg_sampler *cpu = whole_sampler("cpu");
  if (cpu && !strcmp(mode, "engine")) {
    printf("# engine %s\n", (const char *)cpu->extension(cpu, "erg.bits/1"));
    return 0;
  }
  whole_model *model =
      cpu ? whole_open(arguments[2], NULL, count > 3 ? arguments[3] : NULL, NULL, NULL) : NULL;
  if (!model) return 1;
  whole_job job = job_of(cpu);
  whole_run *reference = whole_sample(model, &job);
  comparison c = {model, reference, 0, 0};
  char hex[65];
  int code = 0;
  if (reference->status != ERG_OK || reference->gradients[0] < WARMUP + DRAWS) {
    fprintf(stderr, "%s: the run on one thread failed: %s\n", model->model.name,
            reference->message);
    code = 1;
  } else if (!strcmp(mode, "hash")) {
    whole_hash(reference, hex);
    printf("%s  %s\n", hex, model->model.name);
  } else {
    printf("%s: %d coordinates, %lld leapfrogs\n", model->model.name, reference->dim,
           (long long)reference->leapfrogs);
    if (stored && !as_stored(stored, model, cpu, reference)) c.different++;
    code = !strcmp(mode, "cpu") ? on_cpu(&c, cpu) : on_devices(&c, mode);
    if (code == 0 && (c.different || !c.compared)) code = 1;
  }
  whole_free(reference);
  whole_close(model);
  return code;
}
