/* NVRTC compiles every elementary function and Philox to machine code for several
 * architectures; no GPU is needed. Skips where NVRTC isn't installed. */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "device/device_text.h"
#include "device/host_math.h"

typedef void *program_t;
static int (*create)(program_t *, const char *, const char *, int, const char *const *,
                     const char *const *);
static int (*compile)(program_t, int, const char *const *);
static int (*log_size)(program_t, size_t *);
static int (*get_log)(program_t, char *);
static int (*cubin_size)(program_t, size_t *);
static int (*destroy)(program_t *);

static int open_nvrtc(void) {
  static const char *const names[] = {"libnvrtc.so",
                                      "libnvrtc.so.13",
                                      "libnvrtc.so.12",
                                      "/usr/local/cuda/lib64/libnvrtc.so",
                                      "/usr/local/cuda/lib64/libnvrtc.so.13",
                                      "/usr/local/cuda/lib64/libnvrtc.so.12"};
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
    library = dlopen(names[i], RTLD_NOW);
  if (!library) return 0;
  *(void **)&create = dlsym(library, "nvrtcCreateProgram");
  *(void **)&compile = dlsym(library, "nvrtcCompileProgram");
  *(void **)&log_size = dlsym(library, "nvrtcGetProgramLogSize");
  *(void **)&get_log = dlsym(library, "nvrtcGetProgramLog");
  *(void **)&cubin_size = dlsym(library, "nvrtcGetCUBINSize");
  *(void **)&destroy = dlsym(library, "nvrtcDestroyProgram");
  return create && compile && log_size && get_log && cubin_size && destroy;
}

static void append(char **text, const char *more) {
  size_t a = *text ? strlen(*text) : 0;
  *text = realloc(*text, a + strlen(more) + 1);
  assert_non_null(*text);
  strcpy(*text + a, more);
}

static void build(const char *architecture) {
  char *text = NULL, option[64];
  append(&text, erg_device_text("prologue_cuda.h"));
  append(&text, erg_device_text("elementary.h"));
  append(&text, erg_device_text("philox.h"));
#define ONE(name, f)                                 \
  append(&text, "extern \"C\" __global__ void k_" #f \
                "(const double *x, double *r) { erg_store(r, erg_" #f "(erg_load(x))); }\n");
#define TWO(name, f)                                                  \
  append(&text, "extern \"C\" __global__ void k_" #f                  \
                "(const double *x, double *r) { erg_store(r, erg_" #f \
                "(erg_load(x), erg_load(x + 8))); }\n");
  ERGM_FUNCTIONS(ONE, TWO)
  append(&text,
         "extern \"C\" __global__ void k_random(double *r) {\n"
         "  erg_v z = erg_normal(1u, 2u, erg_splati((long)erg_lane_id()), 3u, 4u, 5u);\n"
         "  if (erg_any(ERG_PASS erg_gt(z, erg_splat(8.0)))) z = erg_sum_lanes(ERG_PASS z);\n"
         "  erg_store(r, z);\n}\n");
  program_t p;
  assert_int_equal(create(&p, text, "elementary.cu", 0, NULL, NULL), 0);
  snprintf(option, sizeof option, "--gpu-architecture=%s", architecture);
  int e = compile(p, 3, (const char *const[]){option, "--fmad=false", "--std=c++17"});
  size_t size = 0;
  log_size(p, &size);
  char *log = calloc(size + 1, 1);
  get_log(p, log);
  if (e != 0) fail_msg("%s: %s", architecture, log);
  assert_null(strstr(log, "error"));
  if (strstr(log, "warning")) fail_msg("%s: %s", architecture, log);
  assert_int_equal(cubin_size(p, &size), 0);
  assert_true(size > 10000);
  free(log);
  destroy(&p);
  free(text);
}

static void architectures(void **state) {
  (void)state;
  if (!open_nvrtc()) {
    print_message("SKIPPED: NVRTC isn't installed (libnvrtc.so, CUDA 12.8 or later)\n");
    skip();
  }
  build("sm_80");
  build("sm_90");
  build("sm_100");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(architectures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
