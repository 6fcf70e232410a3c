/* Compiles models' CUDA for several architectures, without a GPU, and checks what the machine
 * code needs: registers within the hardware's 255 a thread, no spills. Arguments: model files
 * to compile besides the tests' own models. Exits with 77 where there is no NVRTC. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "compile/model_host.h"
#include "device/chain.h"
#include "harness.h"
#include "kernel.h"
#include "nvrtc.h"
#include "run/load.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* spills: bytes of spill stores or loads that are known and borne. */
static int check_kernel(const nvrtc *compiler, const char *name, const char *text,
                        const char *kernel, int spills) {
  static const int capabilities[] = {80, 90, 100};
  int bad = 0;
  for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
    char architecture[32];
    nvrtc_binary binary;
    nvrtc_usage u;
    if (nvrtc_architecture(compiler, capabilities[i], architecture, sizeof architecture) != 0)
      continue;
    double start = now();
    erg_status status = nvrtc_build(compiler, text, architecture, &binary);
    double seconds = now() - start;
    if (status != ERG_OK) {
      printf("%s, %s: doesn't compile\n%s\n", name, architecture, binary.log);
      bad++;
    } else if (nvrtc_inspect(binary.image, binary.bytes, binary.log, kernel, &u) != 0) {
      printf("%s, %s: can't read the cubin\n", name, architecture);
      bad++;
    } else {
      printf(
          "%-16s %-7s %3d registers, stack %4d bytes, spill stores %d loads %d bytes, "
          "%6.1f KB, %.2f s\n",
          name, architecture, u.registers, u.stack_bytes, u.spill_store_bytes,
          u.spill_load_bytes, (double)binary.bytes / 1000, seconds);
      if (u.registers < 1 || u.registers > 255 || u.spill_store_bytes > spills ||
          u.spill_load_bytes > spills) {
        printf("  too much: 255 registers and spills of %d bytes are allowed\n", spills);
        bad++;
      }
    }
    free(binary.image);
    free(binary.log);
  }
  return bad;
}

static int check(const nvrtc *compiler, const char *name, const char *text, int spills) {
  return check_kernel(compiler, name, text, "erg_kernel", spills);
}

/* The CUDA text of a model file, its data beside it or simulated. */
static int check_file(const nvrtc *compiler, const char *path) {
  erg_problems problems;
  erg_problems_init(&problems);
  run_model m;
  run_inputs inputs = {.model = path, .seed = -1};
  int bad = 1;
  if (!run_load(&inputs, &m, &problems)) {
    erg_problems_print(&problems, stdout, false);
  } else {
    char *message = NULL;
    model_host_options options = {.interpret = true}; /* the source needs no C compiler */
    erg_model *model = model_host_new(m.graph, &options, &message);
    const erg_model_source *source = model ? model->extension(model, "erg.source/1") : NULL;
    if (source == NULL) {
      printf("%s: no source: %s\n", path, message ? message : "no loop form");
    } else {
      char *text = cuda_kernel_text(model, ERG_ALGORITHM_NUTS);
      /* three levels of scales and their adjoints at once: some 100 bytes on sm_80, sm_90 */
      bad = check(compiler, m.name, text, strcmp(m.name, "nested") == 0 ? 128 : 0);
      free(text);
    }
    free(message);
    model_host_free(model);
  }
  run_unload(&m);
  erg_problems_free(&problems);
  return bad;
}

/* Kernels of models made here, and those of the peaks. */
static int check_own(const nvrtc *compiler) {
  static const char *const names[] = {"centred", "logistic", "functions", "reductions"};
  const erg_model *models[] = {
      harness_normal(13), harness_hierarchical(100, 10), harness_compiled(HARNESS_CENTRED),
      harness_compiled(HARNESS_LOGISTIC), harness_compiled(HARNESS_FUNCTIONS),
      harness_compiled(HARNESS_REDUCTIONS)};
  int bad = 0;
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    if (models[i] == NULL) continue;
    char *text = cuda_kernel_text(models[i], ERG_ALGORITHM_NUTS);
    /* "functions" holds every elementary function at once. */
    bad += check(compiler, i < 2 ? models[i]->name : names[i - 2], text, i < 4 ? 0 : 1024);
    free(text);
  }
  bad += check_kernel(compiler, "peak of reading", cuda_peaks_text(), "erg_peak_read", 0);
  bad += check_kernel(compiler, "peak of adding", cuda_peaks_text(), "erg_peak_multiply_add", 0);
  return bad;
}

/* test_cuda_compile [MODEL.toml...] */
int main(int argc, char **argv) {
  char why[800];
  const nvrtc *compiler = nvrtc_open(why, sizeof why);
  if (compiler == NULL) {
    printf("skipped: %s\n", why);
    return 77;
  }
  printf("NVRTC %d.%d, %s\n", compiler->major, compiler->minor, compiler->path);
  int bad = argc > 1 ? 0 : check_own(compiler);
  for (int i = 1; i < argc; i++) bad += check_file(compiler, argv[i]);
  return bad > 0;
}
