/* NVRTC compiles every elementary function and Philox to machine code for several
 * architectures; no GPU is needed. Skips where NVRTC isn't installed. */
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
#include "nvrtc.h"

static void append(char **text, const char *more) {
  size_t a = *text ? strlen(*text) : 0;
  *text = realloc(*text, a + strlen(more) + 1);
  assert_non_null(*text);
  strcpy(*text + a, more);
}

static void build(const nvrtc *compiler, const char *architecture) {
  char *text = NULL;
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
         "  z = erg_pick(ERG_PASS z, erg_splat(7.0) - erg_lane_number());\n"
         "  erg_store(r, z);\n}\n");
  nvrtc_binary binary;
  erg_status status = nvrtc_build(compiler, text, architecture, &binary);
  if (status != ERG_OK || strstr(binary.log, "error") || strstr(binary.log, "warning"))
    fail_msg("%s: %s", architecture, binary.log);
  assert_true(binary.bytes > 10000);
  free(binary.image);
  free(binary.log);
  free(text);
}

static void architectures(void **state) {
  (void)state;
  char why[800];
  const nvrtc *compiler = nvrtc_open(why, sizeof why);
  if (compiler == NULL) {
    print_message("SKIPPED: %s\n", why);
    skip();
  }
  build(compiler, "sm_80");
  build(compiler, "sm_90");
  build(compiler, "sm_100");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(architectures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
