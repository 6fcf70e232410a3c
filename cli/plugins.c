/* ergode plugin list, ergode devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cell.h"
#include "cli/common.h"
#include "cli/devices.h"
#include "run/settings.h"
#include "run/text.h"

static const char *origin_text(run_origin o) {
  switch (o) {
    case RUN_ORIGIN_OPTION: return "--plugin";
    case RUN_ORIGIN_ENVIRONMENT: return "ERGODE_PLUGIN_PATH";
    default: return "installed";
  }
}

static void parameters_json(erg_json *j, const erg_sampler *s) {
  static const char *const type[] = {"real", "int", "bool", "choice"};
  erg_json_array(j, "settings");
  for (int i = 0; i < s->n_parameters; i++) {
    const erg_parameter *p = &s->parameters[i];
    char *value = run_settings_text(p, p->initial);
    erg_json_object(j, NULL);
    erg_json_string(j, "name", p->name);
    erg_json_string(j, "type", type[p->type]);
    erg_json_string(j, "default", value);
    if (p->type < ERG_TYPE_BOOL) {
      erg_json_real(j, "low", p->low);
      erg_json_real(j, "high", p->high);
    }
    if (p->choices) erg_json_string(j, "choices", p->choices);
    erg_json_string(j, "help", p->help);
    erg_json_end(j);
    free(value);
  }
  erg_json_end(j);
}

static void candidate_json(erg_json *j, const run_candidate *c) {
  erg_json_object(j, NULL);
  erg_json_string(j, "id", c->id);
  erg_json_string(j, "summary", c->summary);
  erg_json_string(j, "origin", origin_text(c->origin));
  erg_json_string(j, "manifest", c->manifest);
  erg_json_string(j, "library", c->library);
  erg_json_string(j, "refused", c->refused);
  if (c->plugin) {
    erg_json_string(j, "build", c->plugin->build);
    erg_json_array(j, "samplers");
    for (int i = 0; i < c->plugin->n_samplers; i++) {
      const erg_sampler *s = c->plugin->samplers[i];
      erg_json_object(j, NULL);
      erg_json_string(j, "id", s->id);
      erg_json_string(j, "version", s->version);
      erg_json_string(j, "summary", s->summary);
      parameters_json(j, s);
      erg_json_end(j);
    }
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void print_candidate(const run_candidate *c) {
  printf("%s  %s\n", c->id ? c->id : "?", c->refused ? "REFUSED" : c->summary);
  if (c->refused) printf("  refused   %s\n", c->refused);
  printf("  found by  %s\n", origin_text(c->origin));
  if (c->manifest) printf("  manifest  %s\n", c->manifest);
  if (c->library) printf("  library   %s\n", c->library);
  if (!c->plugin) return;
  printf("  build     %s\n", c->plugin->build);
  for (int i = 0; i < c->plugin->n_samplers; i++) {
    const erg_sampler *s = c->plugin->samplers[i];
    printf("  sampler   %s %s: %s\n", s->id, s->version, s->summary);
    for (int k = 0; k < s->n_parameters; k++) {
      const erg_parameter *p = &s->parameters[k];
      char *value = run_settings_text(p, p->initial);
      printf("    --set %s=%s%s%s%s  %s\n", p->name, value, p->choices ? " (" : "",
             p->choices ? p->choices : "", p->choices ? ")" : "", p->help);
      free(value);
    }
  }
  for (int i = 0; i < c->plugin->n_diagnostics; i++)
    printf("  diagnostic %s: %s\n", c->plugin->diagnostics[i]->id,
           c->plugin->diagnostics[i]->summary);
}

int cli_plugin_list(const cli_args *args) {
  run_registry *r = cli_registry(args);
  bool verbose = cli_given(args, "verbose");
  int code = 0;
  for (int i = 0; i < r->count && verbose; i++) run_candidate_open(&r->candidates[i]);
  if (cli_given(args, "json")) {
    erg_json *j = cli_json_open();
    erg_json_strings(j, "folders", (const char *const *)r->folders, (size_t)r->n_folders);
    erg_json_array(j, "plugins");
    for (int i = 0; i < r->count; i++) candidate_json(j, &r->candidates[i]);
    code = cli_json_close(args, j);
  } else if (verbose) {
    printf("searched: ");
    for (int i = 0; i < r->n_folders; i++) printf("%s%s", i ? ", " : "", r->folders[i]);
    printf("%s\n", r->n_folders ? "" : "no folder");
    for (int i = 0; i < r->count; i++) print_candidate(&r->candidates[i]);
  } else {
    int refused = 0;
    for (int i = 0; i < r->count; i++) {
      const run_candidate *c = &r->candidates[i];
      if (c->refused)
        refused++;
      else
        printf("%-12s %s\n", c->id, c->summary);
    }
    if (refused)
      cli_say(args, "%d more can't be used; --verbose says why", refused);
    else if (!r->count)
      cli_say(args, "no plug-in found; --verbose says where was searched");
  }
  run_registry_free(r);
  return code;
}

typedef struct {
  const cli_args *args;
  const erg_sampler *sampler;
  int n;
  erg_device devices[64];
  char absent[BENCH_TEXT];
} asked;

static void ask(void *data) {
  asked *a = data;
  run_host host;
  cli_host(a->args, &host);
  a->n = run_host_devices(&host, a->sampler, a->devices,
                          sizeof a->devices / sizeof *a->devices);
  if (a->n == 0)
    snprintf(a->absent, sizeof a->absent, "%s", run_host_reason(&host, ERG_NO_DEVICE));
  run_host_destroy(&host);
}

static cli_device *one_more(cli_device_list *list) {
  list->entries = run_grow(list->entries, (size_t)(list->n + 1) * sizeof *list->entries);
  return &list->entries[list->n++];
}

/* In a process of its own: drivers have ended the one that asked them. */
static void add_devices(const cli_args *args, const char *backend, const erg_sampler *s,
                        cli_device_list *list) {
  char fault[BENCH_TEXT];
  asked *a = cell_share(sizeof *a);
  a->args = args;
  a->sampler = s;
  bool answered = cell_apart(ask, a, CELL_DRIVER_LIMIT_S, fault);
  for (int k = 0; answered && k < a->n; k++)
    *one_more(list) = (cli_device){.backend = backend, .sampler = s, .device = a->devices[k]};
  if (!answered)
    *one_more(list) = (cli_device){
        .backend = backend,
        .absent = run_text("asking its driver for devices failed: %s", fault)};
  else if (a->n == 0)
    *one_more(list) = (cli_device){.backend = backend, .absent = run_text("%s", a->absent)};
  cell_unshare(a, sizeof *a);
}

cli_device_list cli_list_devices(const cli_args *args, run_registry *r) {
  cli_device_list list = {0};
  const char *only = cli_value(args, "backend");
  for (int i = 0; i < r->count; i++) {
    run_candidate *c = &r->candidates[i];
    if (c->refused && !only) continue;
    if (!c->id || (only && strcmp(c->id, only) != 0)) continue;
    const erg_plugin *plugin = run_candidate_open(c);
    if (plugin && plugin->n_samplers)
      add_devices(args, c->id, plugin->samplers[0], &list);
    else
      *one_more(&list) = (cli_device){.backend = c->id, .absent = run_text("%s",
          plugin ? "it holds no sampler" : c->refused)};
  }
  for (int i = 0; i < list.n; i++) list.present += !list.entries[i].absent;
  return list;
}

void cli_free_devices(cli_device_list *list) {
  for (int i = 0; i < list->n; i++) free(list->entries[i].absent);
  free(list->entries);
}

void cli_device_json(erg_json *j, const cli_device *d) {
  erg_json_string(j, "backend", d->backend);
  if (d->absent) {
    erg_json_null(j, "id");
    erg_json_string(j, "absent", d->absent);
    return;
  }
  const erg_device *v = &d->device;
  static const char *const kind[] = {"cpu", "gpu", "other"};
  erg_json_string(j, "id", v->id);
  erg_json_string(j, "kind", kind[v->kind > 1 ? 2 : v->kind & 1]);
  erg_json_string(j, "name", v->name);
  erg_json_string(j, "driver", v->driver);
  erg_json_uint(j, "memory_bytes", v->memory_bytes);
  erg_json_bool(j, "fp64", v->fp64);
  erg_json_bool(j, "fp64_fma", v->fp64_fma);
  erg_json_int(j, "compute_units", v->compute_units);
  erg_json_string(j, "architecture", v->architecture);
}

void cli_print_device(const cli_device *d) {
  if (d->absent) {
    printf("%-10s no device: %s\n", d->backend, d->absent);
    return;
  }
  const erg_device *v = &d->device;
  char memory[32];
  printf("%-10s %-10s %s", d->backend, v->id, v->name);
  if (*v->architecture) printf(", %s", v->architecture);
  if (v->compute_units) printf(", %d units", v->compute_units);
  if (v->memory_bytes) printf(", %s", run_bytes_text((double)v->memory_bytes, memory));
  if (*v->driver) printf(", %s", v->driver);
  if (!v->fp64) printf(", no double precision");
  putchar('\n');
}

int cli_devices(const cli_args *args) {
  run_registry *r = cli_registry(args);
  cli_device_list list = cli_list_devices(args, r);
  const char *only = cli_value(args, "backend");
  int code = 0;
  if (only && !list.n) {
    char *message = NULL;
    run_find_sampler(r, only, NULL, &message);
    cli_say(args, "%s", message ? message : "no such backend");
    free(message);
    code = 3;
  } else if (only && !list.present) {
    code = 3;
  }
  if (cli_given(args, "json")) {
    erg_json *j = cli_json_open();
    erg_json_array(j, "devices");
    for (int i = 0; i < list.n; i++) {
      erg_json_object(j, NULL);
      cli_device_json(j, &list.entries[i]);
      erg_json_end(j);
    }
    int written = cli_json_close(args, j);
    if (!code) code = written;
  } else {
    for (int i = 0; i < list.n; i++) cli_print_device(&list.entries[i]);
  }
  cli_free_devices(&list);
  run_registry_free(r);
  return code;
}
