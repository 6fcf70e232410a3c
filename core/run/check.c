/* What an opened plug-in must fulfil before any of its functions is called. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/manifest.h"
#include "run/registry.h"
#include "run/text.h"

/* Size of a structure of ABI 1.0 up to and with `member`. */
#define SIZE_TO(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#define LIMIT 4096 /* of counts: beyond it the structure is garbage */

static char *stale(const char *what, uint32_t size, size_t least) {
  return run_text("%s says size = %u, ABI 1.0 needs at least %zu: built against other "
                  "headers, or `size` was not set", what, size, least);
}

static char *check_parameters(const erg_sampler *s) {
  if (s->n_parameters < 0 || s->n_parameters > LIMIT)
    return run_text("sampler '%s' declares %d parameters", s->id, s->n_parameters);
  if (s->n_parameters && !s->parameters)
    return run_text("sampler '%s': `parameters` is NULL", s->id);
  for (int i = 0; i < s->n_parameters; i++) {
    const erg_parameter *p = &s->parameters[i];
    if (!p->name || !*p->name || !p->help)
      return run_text("sampler '%s': parameter %d has no %s", s->id, i + 1,
                      p->name && *p->name ? "help" : "name");
    for (int j = 0; j < i; j++)
      if (!strcmp(s->parameters[j].name, p->name))
        return run_text("sampler '%s' declares parameter '%s' twice", s->id, p->name);
    if (p->type < ERG_TYPE_REAL || p->type > ERG_TYPE_CHOICE)
      return run_text("sampler '%s': parameter '%s' has unknown type %d", s->id, p->name,
                      p->type);
    if (p->type == ERG_TYPE_CHOICE && (!p->choices || !*p->choices))
      return run_text("sampler '%s': parameter '%s' is a choice without choices", s->id,
                      p->name);
    if (p->type != ERG_TYPE_CHOICE && p->type != ERG_TYPE_BOOL &&
        !(p->low <= p->initial && p->initial <= p->high))
      return run_text("sampler '%s': parameter '%s' has its default %g outside %g to %g",
                      s->id, p->name, p->initial, p->low, p->high);
  }
  return NULL;
}

static char *check_statistics(const erg_sampler *s) {
  if (s->n_statistics < 0 || s->n_statistics > LIMIT)
    return run_text("sampler '%s' declares %d statistics", s->id, s->n_statistics);
  if (s->n_statistics && !s->statistics)
    return run_text("sampler '%s': `statistics` is NULL", s->id);
  bool lp = false;
  for (int i = 0; i < s->n_statistics; i++) {
    const erg_statistic *k = &s->statistics[i];
    if (!k->name || !*k->name)
      return run_text("sampler '%s': statistic %d has no name", s->id, i + 1);
    for (int j = 0; j < i; j++)
      if (!strcmp(s->statistics[j].name, k->name))
        return run_text("sampler '%s' declares statistic '%s' twice", s->id, k->name);
    if (k->type < ERG_TYPE_REAL || k->type > ERG_TYPE_BOOL)
      return run_text("sampler '%s': statistic '%s' has unknown type %d", s->id, k->name,
                      k->type);
    if (!strcmp(k->name, "lp")) lp = true;
  }
  if (!lp) return run_text("sampler '%s' lacks the required statistic 'lp'", s->id);
  return NULL;
}

static char *check_sampler(const erg_sampler *s, const char *plugin_id) {
  size_t least = SIZE_TO(erg_sampler, extension);
  if (s->size < least) return stale("an erg_sampler", s->size, least);
  if (!s->id || !run_is_id(s->id))
    return run_text("a sampler's id '%s' is not made of a-z 0-9 . _ -", s->id ? s->id : "");
  size_t n = strlen(plugin_id);
  if (strncmp(s->id, plugin_id, n) != 0 || (s->id[n] && s->id[n] != '.'))
    return run_text("sampler '%s' is named neither '%s' nor '%s.NAME' after its plug-in",
                    s->id, plugin_id, plugin_id);
  const struct { const char *name; bool null; } members[] = {
      {"version", !s->version}, {"summary", !s->summary}, {"devices", !s->devices},
      {"supports", !s->supports}, {"create", !s->create}, {"advance", !s->advance},
      {"destroy", !s->destroy}, {"extension", !s->extension}};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (members[i].null)
      return run_text("sampler '%s': `%s` is NULL", s->id, members[i].name);
  char *reason = check_parameters(s);
  return reason ? reason : check_statistics(s);
}

static char *check_diagnostic(const erg_diagnostic *d) {
  size_t least = SIZE_TO(erg_diagnostic, compute);
  if (d->size < least) return stale("an erg_diagnostic", d->size, least);
  if (!d->id || !run_is_id(d->id)) return run_text("a diagnostic has no id");
  if (!d->summary || !d->compute)
    return run_text("diagnostic '%s': `%s` is NULL", d->id,
                    d->summary ? "compute" : "summary");
  if (d->n_values < 1 || d->n_values > LIMIT)
    return run_text("diagnostic '%s' declares %d values", d->id, d->n_values);
  return NULL;
}

char *run_check_plugin(const erg_plugin *p, const char *id) {
  if (!p) return run_text("erg_plugin_v1 returned NULL");
  size_t least = SIZE_TO(erg_plugin, n_diagnostics);
  if (p->size < least) return stale("its erg_plugin", p->size, least);
  if (!p->name || !run_is_id(p->name))
    return run_text("its erg_plugin has no `name` made of a-z 0-9 . _ -");
  if (id && strcmp(p->name, id) != 0)
    return run_text("its manifest says id = %s, the library calls itself '%s'", id, p->name);
  if (!p->build) return run_text("its erg_plugin: `build` is NULL");
  if (p->n_samplers < 0 || p->n_samplers > LIMIT || p->n_diagnostics < 0 ||
      p->n_diagnostics > LIMIT)
    return run_text("it declares %d samplers and %d diagnostics", p->n_samplers,
                    p->n_diagnostics);
  if (p->n_samplers + p->n_diagnostics == 0)
    return run_text("it holds neither a sampler nor a diagnostic");
  if ((p->n_samplers && !p->samplers) || (p->n_diagnostics && !p->diagnostics))
    return run_text("its erg_plugin: `%s` is NULL",
                    p->n_samplers && !p->samplers ? "samplers" : "diagnostics");
  for (int i = 0; i < p->n_samplers; i++) {
    char *reason = p->samplers[i] ? check_sampler(p->samplers[i], p->name)
                                  : run_text("its sampler %d is NULL", i + 1);
    if (reason) return reason;
  }
  for (int i = 0; i < p->n_diagnostics; i++) {
    char *reason = p->diagnostics[i] ? check_diagnostic(p->diagnostics[i])
                                     : run_text("its diagnostic %d is NULL", i + 1);
    if (reason) return reason;
  }
  return NULL;
}
