/* ergode verify. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/devices.h"
#include "cli/progress.h"
#include "run/job.h"
#include "run/verify.h"

static bool wanted(char **ids, const char *id) {
  if (!ids || !*ids) return true;
  for (char **p = ids; *p; p++)
    if (!strcmp(*p, id)) return true;
  return false;
}

static void print_verdict(const run_verdict *v, const char *first_hash) {
  char time[32];
  if (!v->good) {
    printf("  WRONG  %s\n", v->reason);
    return;
  }
  char gradient[64] = "";
  if (v->gradients) snprintf(gradient, sizeof gradient, ", gradient to %.1g", v->gradient_error);
  printf("  right  log density to %.1g of the oracle's%s, moments within %.1f Monte Carlo "
         "errors, %s%s\n", v->lp_error, gradient, v->worst_z, cli_seconds(v->seconds, time),
         !strcmp(first_hash, v->hash) ? ", the same bits as the first" : "");
}

static void json_verdict(erg_json *j, const run_verdict *v) {
  erg_json_bool(j, "right", v->good);
  erg_json_string(j, "reason", v->reason);
  erg_json_int(j, "draws", v->draws);
  erg_json_real(j, "lp_relative_error", v->lp_error);
  erg_json_int(j, "gradient_points", v->gradients);
  erg_json_real(j, "gradient_relative_error", v->gradient_error);
  erg_json_real(j, "largest_z", v->worst_z);
  erg_json_string(j, "largest_z_of", v->worst_name);
  erg_json_string(j, "draws_hash", v->hash);
  erg_json_real(j, "time_s", v->seconds);
}

int cli_verify(const cli_args *args) {
  run_registry *r = cli_registry(args);
  cli_device_list list = cli_list_devices(args, r);
  char **ids = cli_given(args, "device") ? cli_split(cli_value(args, "device"), NULL) : NULL;
  int threads = (int)cli_integer(args, "threads", run_processors());
  bool json = cli_given(args, "json");
  erg_json *j = json ? cli_json_open() : NULL;
  if (j) erg_json_array(j, "devices");
  int tested = 0, wrong = 0;
  char first_hash[17] = "";
  for (int i = 0; i < list.n && !erg_interrupted(); i++) {
    const cli_device *d = &list.entries[i];
    if (ids && (d->absent || !wanted(ids, d->device.id))) continue;
    if (j) erg_json_object(j, NULL);
    if (j) cli_device_json(j, d); else cli_print_device(d);
    if (!d->absent) {
      run_host host;
      cli_host(args, &host);
      run_verdict v;
      run_verify(&host, d->sampler, d->device.id, threads, &v);
      bool whole = !erg_interrupted() || (v.good && v.draws);
      tested += whole;
      wrong += whole && !v.good;
      if (!whole && j) erg_json_bool(j, "interrupted", true);
      if (!whole && !j) printf("  interrupted\n");
      if (whole && j) json_verdict(j, &v);
      if (whole && !j) print_verdict(&v, first_hash);
      if (v.good && !*first_hash) memcpy(first_hash, v.hash, sizeof first_hash);
      free(v.reason);
      run_host_destroy(&host);
    }
    if (j) erg_json_end(j);
    fflush(stdout);
  }
  int code = wrong ? 5 : erg_interrupted() ? 130 : tested ? 0 : 3;
  if (j) {
    int written = cli_json_close(args, j);
    if (!code) code = written;
  }
  if (erg_interrupted())
    cli_say(args, "interrupted: %d device%s tested; the same command tests them all", tested,
            tested == 1 ? "" : "s");
  const char *only = cli_value(args, "backend");
  if (code == 3) {
    char *message = NULL;
    if (only && !list.n) run_find_sampler(r, only, NULL, &message);
    cli_say(args, "%s", message ? message : "no device to test");
    free(message);
  }
  cli_free_list(ids);
  cli_free_devices(&list);
  run_registry_free(r);
  return code;
}
