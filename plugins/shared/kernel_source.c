#include "kernel_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/chain.h"
#include "device/device_text.h"
#include "engine/engine.h"

char *kernel_source(const char *head, const char *prologue, const erg_model *model,
                    int algorithm, const char *kernel) {
  const erg_model_source *source = model->extension(model, "erg.source/1");
  char scope[128];
  snprintf(scope, sizeof scope,
           "#define ERG_WITH_NUTS %d\n#define ERG_WITH_HMC %d\n#define ERG_WITH_MOMENTS %d\n",
           algorithm == ERG_ALGORITHM_NUTS, algorithm == ERG_ALGORITHM_HMC,
           model->n_elements > 0);
  const char *const users[] = {erg_device_text("philox.h"), erg_device_text("chain.h"),
                               erg_device_text("sampler.h"), source->text, kernel, NULL};
  char *functions = erg_device_functions_in(users);
  if (functions == NULL) return NULL;
  const char *const parts[] = {head,     scope,    erg_device_text(prologue), functions,
                               users[0], users[1], users[2],                  users[3],
                               users[4]};
  const size_t n = sizeof parts / sizeof parts[0];
  size_t size = 1;
  for (size_t i = 0; i < n; i++) size += strlen(parts[i]) + 1;
  char *text = malloc(size), *to = text;
  for (size_t i = 0; i < n && text != NULL; i++) {
    size_t length = strlen(parts[i]);
    memcpy(to, parts[i], length);
    to += length;
    *to++ = '\n';
  }
  if (text != NULL) *to = 0;
  free(functions);
  return text;
}

erg_status kernel_source_supports(const erg_host *host, const erg_job *job, const char *what) {
  const erg_model *model = job->model;
  const erg_model_source *source =
      model->extension ? model->extension(model, "erg.source/1") : NULL;
  if (source == NULL)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "model %s has no source in the portable dialect, which %s needs: use "
                       "the CPU backend",
                       model->name, what);
  if (source->lanes != ERG_PADDING)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "model %s was compiled for %u lanes, and the kernels for %s have %d",
                       model->name, source->lanes, what, ERG_PADDING);
  if (job->n_devices < 1)
    return engine_fail(host, ERG_NO_DEVICE,
                       "the job names no device: `ergode devices` lists them");
  return ERG_OK;
}
