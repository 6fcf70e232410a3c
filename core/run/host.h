/* The host's side of erg_host: messages, reasons of failure, the wish to stop. */
#ifndef ERGODE_RUN_HOST_H
#define ERGODE_RUN_HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <ergode/host.h>
#include <ergode/sampler.h>

typedef struct run_host {
  erg_host api;               /* give &host->api to plug-ins */
  pthread_mutex_t lock;
  char *reason;               /* text of the last fail(), or NULL */
  erg_log_level least;        /* messages below it are dropped */
  /* Where messages go; called under the lock, from any thread. NULL: nowhere. */
  void (*print)(void *data, erg_log_level level, const char *text);
  void *print_data;
  atomic_int cancel;          /* set by the host's own code to stop a run */
} run_host;

/* cache_dir may be NULL; it is copied. */
void run_host_init(run_host *h, const char *cache_dir);
void run_host_destroy(run_host *h);
/* The last reason, or the code's own text; valid until the next call of fail. */
const char *run_host_reason(run_host *h, erg_status code);
/* The sampler's devices, `capacity` at most; none: 0, and run_host_reason says why. May load
 * the driver. */
int run_host_devices(run_host *h, const erg_sampler *s, erg_device *list, int capacity);
void run_host_clear(run_host *h);
const char *run_status_text(erg_status code);
/* Exit code of the command for a failure with this status (CONTRIBUTING.md). */
int run_status_exit(erg_status code);

#endif
