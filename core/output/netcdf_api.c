#include "output/netcdf_api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* The library's state is the process's, so is ours. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static out_netcdf_api api;
static atomic_bool loaded;
static char reason[512];

/* H5Eset_auto2(H5E_DEFAULT, NULL, NULL): HDF5 prints every error that libnetcdf meets and
 * handles, but in the thread that loaded it. Not there if libnetcdf has HDF5 inside. */
static int (*set_printing)(int64_t stack, void *function, void *data);

static void quiet(void) {
  if (atomic_load(&loaded) && set_printing) set_printing(0, NULL, NULL);
}

static void load(void) {
  static const char *const names[] = {ERGODE_NETCDF_SONAME, "libnetcdf.so.19",
                                      "libnetcdf.so.22", "libnetcdf.so.18", "libnetcdf.so"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
    library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    if (!library && !reason[0]) snprintf(reason, sizeof reason, "%s", dlerror());
  }
  if (!library) return;
#define LOAD(name)                                                             \
  api.name = (__typeof__(api.name))dlsym(library, "nc_" #name);                \
  if (!api.name) {                                                             \
    snprintf(reason, sizeof reason, "libnetcdf has no function nc_%s", #name); \
    return;                                                                    \
  }
  OUT_NETCDF_FUNCTIONS(LOAD)
#undef LOAD
  set_printing = (__typeof__(set_printing))dlsym(library, "H5Eset_auto2");
  /* At exit HDF5 would close what a full disk left half-written, and crash or loop. Files
   * that can be closed are, long before. */
  int (*no_exit)(void) = (int (*)(void))dlsym(library, "H5dont_atexit");
  if (no_exit) no_exit();
  atomic_store(&loaded, true);
}

const out_netcdf_api *out_netcdf_load(erg_problems *p) {
  pthread_once(&once, load);
  quiet();
  if (atomic_load(&loaded)) return &api;
  erg_error(p, (erg_place){0},
            "install it (Debian: apt install libnetcdf19), or write Stan CSV instead",
            "libnetcdf can't be loaded: %s", reason);
  return NULL;
}

void out_netcdf_lock(void) {
  pthread_mutex_lock(&lock);
  quiet();
}
void out_netcdf_unlock(void) { pthread_mutex_unlock(&lock); }
