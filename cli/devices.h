/* Devices of all backends, for `devices` and `verify`. */
#ifndef ERGODE_CLI_DEVICES_H
#define ERGODE_CLI_DEVICES_H

#include "cli/common.h"

typedef struct {
  const char *backend;         /* owned by the registry */
  const erg_sampler *sampler;  /* NULL where absent */
  erg_device device;
  char *absent;                /* why there is none, or NULL */
} cli_device;

typedef struct {
  cli_device *entries;
  int n, present;
} cli_device_list;

/* Of all backends, or of --backend. Opens the plug-ins; drivers are asked in processes of
 * their own. */
cli_device_list cli_list_devices(const cli_args *args, run_registry *r);
void cli_free_devices(cli_device_list *list);
/* Members of an object that is open. */
void cli_device_json(erg_json *j, const cli_device *d);
void cli_print_device(const cli_device *d);

#endif
