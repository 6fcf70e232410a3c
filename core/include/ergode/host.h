/* Ergode: services of the host to a plug-in. */
#ifndef ERGODE_HOST_H
#define ERGODE_HOST_H

#include <stdint.h>
#include <ergode/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum erg_log_level {
  ERG_LOG_DEBUG = 0,
  ERG_LOG_INFO = 1,
  ERG_LOG_WARNING = 2,
  ERG_LOG_ERROR = 3
} erg_log_level;

/* Owned by the host; outlives every run. Every function may be called from any
 * thread of the plug-in while one of the plug-in's functions is running. */
typedef struct erg_host {
  uint32_t size;
  void *data; /* first argument of every function below */
  /* One line for the user, without newline. */
  void (*log)(void *data, erg_log_level level, const char *text);
  /* Records why the call that is about to return `code` failed: cause and next
   * step, in one or more lines. Returns code. */
  erg_status (*fail)(void *data, erg_status code, const char *text);
  /* Non-zero once the user asked to stop: return ERG_CANCELLED soon (within some
   * 100 ms), with the draws made so far in the block. */
  int (*cancelled)(void *data);
  /* Folder for compiled kernels, created, private to the user; NULL: no caching. */
  const char *cache_dir;
  const void *(*extension)(void *data, const char *id);
} erg_host;

#ifdef __cplusplus
}
#endif
#endif
