/* ergode plugin list, ergode devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static json_t *parameters_json(const erg_sampler *s) {
  static const char *const type[] = {"real", "int", "bool", "choice"};
  json_t *list = json_array();
  for (int i = 0; i < s->n_parameters; i++) {
    const erg_parameter *p = &s->parameters[i];
    char *value = run_settings_text(p, p->initial);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "name", p->name, "type", type[p->type],
                          "default", value, "help", p->help);
    if (p->choices) json_object_set_new(o, "choices", json_string(p->choices));
    json_array_append_new(list, o);
    free(value);
  }
  return list;
}

static json_t *candidate_json(const run_candidate *c) {
  json_t *o = json_object();
  json_object_set_new(o, "id", c->id ? json_string(c->id) : json_null());
  json_object_set_new(o, "summary", json_string(c->summary));
  json_object_set_new(o, "origin", json_string(origin_text(c->origin)));
  json_object_set_new(o, "manifest", c->manifest ? json_string(c->manifest) : json_null());
  json_object_set_new(o, "library", c->library ? json_string(c->library) : json_null());
  json_object_set_new(o, "refused", c->refused ? json_string(c->refused) : json_null());
  if (!c->plugin) return o;
  json_object_set_new(o, "build", json_string(c->plugin->build));
  json_t *samplers = json_array();
  for (int i = 0; i < c->plugin->n_samplers; i++) {
    const erg_sampler *s = c->plugin->samplers[i];
    json_array_append_new(samplers,
                          json_pack("{s:s, s:s, s:s, s:o}", "id", s->id, "version", s->version,
                                    "summary", s->summary, "settings", parameters_json(s)));
  }
  json_object_set_new(o, "samplers", samplers);
  return o;
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
  for (int i = 0; i < r->count && verbose; i++) run_candidate_open(&r->candidates[i]);
  if (cli_given(args, "json")) {
    json_t *list = json_array(), *folders = json_array();
    for (int i = 0; i < r->count; i++)
      json_array_append_new(list, candidate_json(&r->candidates[i]));
    for (int i = 0; i < r->n_folders; i++)
      json_array_append_new(folders, json_string(r->folders[i]));
    cli_print_json(json_pack("{s:o, s:o}", "folders", folders, "plugins", list));
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
  return 0;
}

cli_device_list cli_list_devices(const cli_args *args, run_registry *r) {
  cli_device_list list = {0};
  const char *only = cli_value(args, "backend");
  for (int i = 0; i < r->count; i++) {
    run_candidate *c = &r->candidates[i];
    if (c->refused && !only) continue;
    if (!c->id || (only && strcmp(c->id, only) != 0)) continue;
    run_host host;
    cli_host(args, &host);
    const erg_plugin *plugin = run_candidate_open(c);
    if (!plugin || plugin->n_samplers == 0) {
      list.entries = run_grow(list.entries, (size_t)(list.n + 1) * sizeof *list.entries);
      list.entries[list.n++] = (cli_device){.backend = c->id, .absent = run_text("%s",
          plugin ? "it holds no sampler" : c->refused)};
    } else {
      const erg_sampler *s = plugin->samplers[0];
      erg_device found[64];
      memset(found, 0, sizeof found);
      for (int k = 0; k < 64; k++) found[k].size = sizeof found[k];
      int32_t n = s->devices(&host.api, found, 64);
      if (n > 64) n = 64;
      list.entries =
          run_grow(list.entries, (size_t)(list.n + (n > 0 ? n : 1)) * sizeof *list.entries);
      for (int k = 0; k < n; k++)
        list.entries[list.n++] =
            (cli_device){.backend = c->id, .sampler = s, .device = found[k]};
      if (n <= 0)
        list.entries[list.n++] = (cli_device){
            .backend = c->id, .absent = run_text("%s", run_host_reason(&host, ERG_NO_DEVICE))};
    }
    run_host_destroy(&host);
  }
  for (int i = 0; i < list.n; i++) list.present += !list.entries[i].absent;
  return list;
}

void cli_free_devices(cli_device_list *list) {
  for (int i = 0; i < list->n; i++) free(list->entries[i].absent);
  free(list->entries);
}

json_t *cli_device_json(const cli_device *d) {
  if (d->absent)
    return json_pack("{s:s, s:n, s:s}", "backend", d->backend, "id", "absent", d->absent);
  const erg_device *v = &d->device;
  static const char *const kind[] = {"cpu", "gpu", "other"};
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:b, s:b, s:i, s:s}", "backend", d->backend,
                   "id", v->id, "kind", kind[v->kind > 1 ? 2 : v->kind & 1], "name", v->name,
                   "driver", v->driver, "memory_bytes", (json_int_t)v->memory_bytes, "fp64",
                   v->fp64, "fp64_fma", v->fp64_fma, "compute_units", v->compute_units,
                   "architecture", v->architecture);
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
    json_t *all = json_array();
    for (int i = 0; i < list.n; i++)
      json_array_append_new(all, cli_device_json(&list.entries[i]));
    cli_print_json(json_pack("{s:o}", "devices", all));
  } else {
    for (int i = 0; i < list.n; i++) cli_print_device(&list.entries[i]);
  }
  cli_free_devices(&list);
  run_registry_free(r);
  return code;
}
