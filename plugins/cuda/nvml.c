#include "nvml.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Written once under `once`, read only afterwards. */
static nvml loaded;
static int usable;
static char cause[512];

static void load(void) {
  const char *named = secure_getenv("ERGODE_NVML");
  const char *path = named != NULL && *named ? named : "libnvidia-ml.so.1";
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(cause, sizeof cause, "NVML is not there (%.300s)", dlerror());
    return;
  }
  struct {
    void (**slot)(void);
    const char *symbol;
  } table[] = {
#define ENTRY(member, symbol, arguments) {(void (**)(void)) & loaded.member, #symbol},
      NVML_FUNCTIONS(ENTRY)
#undef ENTRY
          {(void (**)(void)) & loaded.error_string, "nvmlErrorString"},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    void *address = dlsym(library, table[i].symbol);
    memcpy(table[i].slot, &address, sizeof address);
  }
  if (loaded.init == NULL || loaded.error_string == NULL) {
    snprintf(cause, sizeof cause, "%.300s is no NVML: it lacks %s", path,
             loaded.init == NULL ? "nvmlInit_v2" : "nvmlErrorString");
    return;
  }
  nvml_result code = loaded.init();
  if (code != ERG_NVML_SUCCESS) {
    snprintf(cause, sizeof cause, "NVML does not start: %.200s", loaded.error_string(code));
    return;
  }
  loaded.library = library;
  usable = 1;
}

const nvml *nvml_open(char *why, size_t size) {
  pthread_once(&once, load);
  if (usable) return &loaded;
  snprintf(why, size, "%s", cause);
  return NULL;
}
