/* The item form (a lane is a work-item, with barriers) under oclgrind, which interprets the
 * kernel and reports races, invalid memory accesses and diverging barriers; a tiny run, whose
 * bits are compared with "cpu". Exits with 77 where oclgrind isn't the OpenCL platform. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"

int main(void) {
  const erg_sampler *cpu = harness_plugin(PLUGIN_CPU), *opencl = harness_plugin(PLUGIN_OPENCL);
  erg_device devices[8];
  char why[512];
  int n = harness_devices(opencl, devices, 8, why, sizeof why), found = -1;
  for (int i = 0; i < n; i++)
    if (strncmp(devices[i].id, "oclgrind:", 9) == 0) found = i;
  if (found < 0) {
    printf("skipped: oclgrind is not installed as an OpenCL platform (Debian: oclgrind)\n");
    return 77;
  }
  const erg_model *model = harness_hierarchical(6, 2);
  harness_job a = {.sampler = cpu,
                   .model = model,
                   .chains = 2,
                   .warmup = 6,
                   .draws = 2,
                   .capacity = 8,
                   .seed = 3,
                   .devices = {"cpu"},
                   .set = {{"max_depth", 3}, {"launch", 40}}};
  harness_job b = a;
  b.sampler = opencl;
  b.devices[0] = devices[found].id;
  b.set[2].name = "form";
  b.set[2].value = 2;
  harness_result *x = harness_run(&a), *y = harness_run(&b);
  const char *difference = harness_difference(x, y);
  printf("%lld gradients in %.1f s; %s\n", (long long)(x->gradients[0] + x->gradients[1]),
         y->first_s, difference != NULL ? difference : "the same bits");
  harness_free(x);
  harness_free(y);
  return difference != NULL;
}
