#include "plot/cairo_api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

/* The library's state is the process's, so is ours. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static plot_cairo_api api;
static bool loaded;
static char reason[512];

static void load(void) {
  const char *named = getenv("ERGODE_CAIRO"); /* a library elsewhere */
  const char *const names[] = {named && *named ? named : ERGODE_CAIRO_SONAME, "libcairo.so.2",
                               "libcairo.so"};
  void *library = NULL;
  for (size_t i = 0; i < (named && *named ? 1 : 3) && !library; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library && !reason[0]) snprintf(reason, sizeof reason, "%s", dlerror());
  }
  if (!library) return;
#define LOAD(name)                                                               \
  api.name = (__typeof__(api.name))dlsym(library, "cairo_" #name);               \
  if (!api.name) {                                                               \
    snprintf(reason, sizeof reason, "libcairo has no function cairo_%s", #name); \
    return;                                                                      \
  }
  PLOT_CAIRO_FUNCTIONS(LOAD)
#undef LOAD
  loaded = true;
}

const plot_cairo_api *plot_cairo_load(erg_problems *p) {
  pthread_once(&once, load);
  if (loaded) return &api;
  erg_error(p, (erg_place){0}, "install it (Debian: apt install libcairo2)",
            "figures need libcairo, which can't be loaded: %s", reason);
  return NULL;
}

bool plot_available(erg_problems *p) { return plot_cairo_load(p) != NULL; }
