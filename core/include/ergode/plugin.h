/* Ergode: the entry point of a plug-in.
 *
 * A plug-in is a shared object that exports exactly one function, erg_plugin_v1, and
 * an INI manifest beside it (NAME.ini):
 *
 *   [plugin]
 *   id      = rwm
 *   library = ergode-rwm.so
 *   abi     = 1
 *   summary = random-walk Metropolis
 *
 * The host lists plug-ins from their manifests and opens the shared object on first
 * use only (RTLD_NOW | RTLD_LOCAL); it never closes it in a normal run.
 */
#ifndef ERGODE_PLUGIN_H
#define ERGODE_PLUGIN_H

#include <ergode/diagnostic.h>
#include <ergode/sampler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ERG_ABI_MAJOR 1
#define ERG_ABI_MINOR 0

#if defined(__GNUC__)
#define ERG_EXPORT __attribute__((visibility("default")))
#else
#define ERG_EXPORT
#endif

typedef struct erg_plugin {
  uint32_t size;
  uint32_t abi_minor;        /* ERG_ABI_MINOR it was built with */
  const char *name;
  const char *build;         /* version, compiler: for people */
  const erg_sampler *const *samplers;
  int32_t n_samplers;
  const erg_diagnostic *const *diagnostics;
  int32_t n_diagnostics;
} erg_plugin;

/* Returns static const data. Allocates nothing and touches no device. */
ERG_EXPORT const erg_plugin *erg_plugin_v1(void);
typedef const erg_plugin *(*erg_plugin_entry)(void);

#ifdef __cplusplus
}
#endif
#endif
