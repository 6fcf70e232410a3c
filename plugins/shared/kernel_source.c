#include "kernel_source.h"

#include <stdlib.h>
#include <string.h>
#include "device/device_text.h"

char *kernel_source(const char *head, const char *prologue, const erg_model_source *model,
                    const char *kernel) {
  const char *const parts[] = {head,
                               erg_device_text(prologue),
                               erg_device_text("elementary.h"),
                               erg_device_text("philox.h"),
                               erg_device_text("chain.h"),
                               erg_device_text("sampler.h"),
                               model->text,
                               kernel};
  const size_t n = sizeof parts / sizeof parts[0];
  size_t size = 1;
  for (size_t i = 0; i < n; i++) size += strlen(parts[i]) + 1;
  char *text = malloc(size), *to = text;
  if (text == NULL) return NULL;
  for (size_t i = 0; i < n; i++) {
    size_t length = strlen(parts[i]);
    memcpy(to, parts[i], length);
    to += length;
    *to++ = '\n';
  }
  *to = 0;
  return text;
}
