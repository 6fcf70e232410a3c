/* Without a driver the plug-in "cuda" loads, has no device, and says what to do. */
#include <stdio.h>
#include <string.h>
#include "harness.h"

int main(void) {
  const erg_sampler *cuda = harness_plugin(PLUGIN_CUDA);
  erg_device devices[4];
  char why[512];
  int n = harness_devices(cuda, devices, 4, why, sizeof why);
  if (n > 0) {
    printf("skipped: there is a CUDA device\n");
    return 77;
  }
  printf("%s\n", why);
  static const erg_model *model; /* reachable to the end: no leak */
  model = harness_normal(3);
  harness_job job = {.sampler = cuda,
                     .model = model,
                     .chains = 1,
                     .draws = 5,
                     .capacity = 5,
                     .devices = {"cuda:0"}};
  harness_result *r = harness_run(&job);
  int good = n == 0 && strstr(why, "install") != NULL && strstr(why, "CPU backend") != NULL &&
             r->status > 0 && r->message[0] != 0;
  harness_free(r);
  return good ? 0 : 1;
}
