#include "run/settings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "read/source.h"
#include "run/text.h"

void run_settings_defaults(const erg_sampler *sampler, double *values) {
  for (int i = 0; i < sampler->n_parameters; i++) values[i] = sampler->parameters[i].initial;
}

int run_settings_find(const erg_sampler *sampler, const char *name) {
  for (int i = 0; i < sampler->n_parameters; i++)
    if (!strcmp(sampler->parameters[i].name, name)) return i;
  return -1;
}

static char *unknown(const erg_sampler *s, const char *name) {
  if (s->n_parameters == 0) return run_text("'%s' has no settings", s->id);
  const char **names = run_alloc((size_t)(s->n_parameters + 1) * sizeof *names);
  char *list = run_text("%s", "");
  for (int i = 0; i < s->n_parameters; i++) {
    names[i] = s->parameters[i].name;
    run_append(&list, "%s%s", i ? ", " : "", names[i]);
  }
  const char *near = erg_nearest(name, names);
  char *message = near ? run_text("'%s' has no setting '%s': did you mean '%s'?\n"
                                  "its settings: %s", s->id, name, near, list)
                       : run_text("'%s' has no setting '%s'\nits settings: %s", s->id, name,
                                  list);
  free(list);
  free(names);
  return message;
}

/* Number of `value` among "a|b|c", or -1. */
static int choice_index(const char *choices, const char *value) {
  int i = 0;
  for (const char *p = choices; *p; i++) {
    size_t n = strcspn(p, "|");
    if (strlen(value) == n && !strncmp(p, value, n)) return i;
    p += n + (p[n] == '|');
  }
  return -1;
}

static bool parse_bool(const char *value, double *out) {
  static const char *const yes[] = {"true", "yes", "on", "1"};
  static const char *const no[] = {"false", "no", "off", "0"};
  for (int i = 0; i < 4; i++) {
    if (!strcasecmp(value, yes[i])) return *out = 1, true;
    if (!strcasecmp(value, no[i])) return *out = 0, true;
  }
  return false;
}

bool run_settings_set(const erg_sampler *sampler, const char *name, const char *value,
                      double *values, char **message) {
  int i = run_settings_find(sampler, name);
  if (i < 0) {
    *message = unknown(sampler, name);
    return false;
  }
  const erg_parameter *p = &sampler->parameters[i];
  double v = 0;
  if (p->type == ERG_TYPE_CHOICE) {
    int k = choice_index(p->choices, value);
    if (k < 0) {
      *message = run_text("%s = '%s': choose one of %s", name, value, p->choices);
      return false;
    }
    v = k;
  } else if (p->type == ERG_TYPE_BOOL) {
    if (!parse_bool(value, &v)) {
      *message = run_text("%s = '%s': write true or false", name, value);
      return false;
    }
  } else {
    char *end;
    errno = 0;
    v = strtod(value, &end);
    if (end == value || *end || isnan(v)) {
      *message = run_text("%s = '%s' is not a number", name, value);
      return false;
    }
    if (p->type == ERG_TYPE_INT && v != floor(v)) {
      *message = run_text("%s = %s: a whole number is needed", name, value);
      return false;
    }
    if (v < p->low || v > p->high) {
      *message = run_text("%s = %s lies outside %g to %g (%s)", name, value, p->low, p->high,
                          p->help);
      return false;
    }
  }
  values[i] = v;
  return true;
}

bool run_settings_apply(const erg_sampler *sampler, const char *assignment, double *values,
                        char **message) {
  const char *equal = strchr(assignment, '=');
  if (!equal || equal == assignment) {
    *message = run_text("'%s' is not NAME=VALUE", assignment);
    return false;
  }
  char *name = run_text("%.*s", (int)(equal - assignment), assignment);
  bool good = run_settings_set(sampler, name, equal + 1, values, message);
  free(name);
  return good;
}

char *run_settings_text(const erg_parameter *p, double value) {
  if (p->type == ERG_TYPE_BOOL) return run_text(value != 0 ? "true" : "false");
  if (p->type == ERG_TYPE_CHOICE) {
    const char *c = p->choices;
    for (int i = 0; *c; i++) {
      size_t n = strcspn(c, "|");
      if (i == (int)value) return run_text("%.*s", (int)n, c);
      c += n + (c[n] == '|');
    }
  }
  return run_text("%.15g", value);
}
