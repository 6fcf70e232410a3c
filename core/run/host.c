#include "run/host.h"

#include <stdlib.h>
#include <string.h>

#include "read/interrupt.h"
#include "run/text.h"

static void host_log(void *data, erg_log_level level, const char *text) {
  run_host *h = data;
  if (level < h->least || !text) return;
  pthread_mutex_lock(&h->lock);
  if (h->print) h->print(h->print_data, level, text);
  pthread_mutex_unlock(&h->lock);
}

static erg_status host_fail(void *data, erg_status code, const char *text) {
  run_host *h = data;
  pthread_mutex_lock(&h->lock);
  free(h->reason);
  h->reason = text && *text ? run_text("%s", text) : NULL;
  pthread_mutex_unlock(&h->lock);
  return code;
}

static int host_cancelled(void *data) {
  run_host *h = data;
  return erg_interrupted() || atomic_load_explicit(&h->cancel, memory_order_relaxed);
}

static const void *host_extension(void *data, const char *id) {
  (void)data;
  (void)id;
  return NULL;
}

void run_host_init(run_host *h, const char *cache_dir) {
  *h = (run_host){.least = ERG_LOG_INFO};
  pthread_mutex_init(&h->lock, NULL);
  atomic_init(&h->cancel, 0);
  h->api = (erg_host){.size = sizeof h->api,
                      .data = h,
                      .log = host_log,
                      .fail = host_fail,
                      .cancelled = host_cancelled,
                      .cache_dir = cache_dir ? run_text("%s", cache_dir) : NULL,
                      .extension = host_extension};
}

void run_host_destroy(run_host *h) {
  free((char *)h->api.cache_dir);
  free(h->reason);
  pthread_mutex_destroy(&h->lock);
}

void run_host_clear(run_host *h) { host_fail(h, ERG_OK, NULL); }

const char *run_host_reason(run_host *h, erg_status code) {
  return h->reason ? h->reason : run_status_text(code);
}

int run_host_devices(run_host *h, const erg_sampler *s, erg_device *list, int capacity) {
  memset(list, 0, (size_t)capacity * sizeof *list);
  for (int i = 0; i < capacity; i++) list[i].size = sizeof list[i];
  run_host_clear(h);
  int n = s->devices(&h->api, list, capacity);
  return n > capacity ? capacity : n < 0 ? 0 : n;
}

const char *run_status_text(erg_status code) {
  switch (code) {
#define TEXT(name, value, text) \
  case name:                    \
    return text;
    ERG_STATUS_LIST(TEXT)
#undef TEXT
  }
  return "unknown error code";
}

int run_status_exit(erg_status code) {
  switch (code) {
    case ERG_OK: return 0;
    case ERG_CANCELLED: return 130;
    case ERG_UNSUPPORTED:
    case ERG_NO_DEVICE: return 3;
    case ERG_INVALID: return 2;
    case ERG_IO: return 7;
    case ERG_DEVICE:
    case ERG_REJECT:
    case ERG_INIT: return 6;
    default: return 1;
  }
}
