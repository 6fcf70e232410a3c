/* Building and looking up schemas. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/internal.h"
#include "read/memory.h"

const char *out_group_name(out_group g) {
  static const char *const names[] = {
#define OUT_GROUP_TEXT(name, text) text,
      OUT_GROUPS(OUT_GROUP_TEXT)
#undef OUT_GROUP_TEXT
  };
  return g < OUT_GROUP_COUNT ? names[g] : "";
}

bool out_group_has_draws(out_group g) {
  return g != OUT_OBSERVED_DATA && g != OUT_CONSTANT_DATA;
}

out_group out_warmup_group(out_group g) {
  switch (g) {
    case OUT_POSTERIOR:
      return OUT_WARMUP_POSTERIOR;
    case OUT_SAMPLE_STATS:
      return OUT_WARMUP_SAMPLE_STATS;
    case OUT_UNCONSTRAINED:
      return OUT_WARMUP_UNCONSTRAINED;
    default:
      return OUT_GROUP_COUNT;
  }
}

bool out_is_warmup(out_group g) {
  return g == OUT_WARMUP_POSTERIOR || g == OUT_WARMUP_SAMPLE_STATS ||
         g == OUT_WARMUP_UNCONSTRAINED;
}

static char *copy_text(const char *text) { return text ? erg_copy(text, strlen(text)) : NULL; }

void out_set(char **member, const char *text) {
  char *copy = copy_text(text); /* before the free: text may be *member */
  free(*member);
  *member = copy;
}

out_schema *out_schema_new(int chains) {
  out_schema *s = erg_alloc(sizeof *s);
  s->chains = chains;
  s->info.thin = 1;
  return s;
}

void out_schema_free(out_schema *s) {
  if (!s) return;
  for (int i = 0; i < s->n_dims; i++) {
    for (int64_t k = 0; s->dims[i].labels && k < s->dims[i].size; k++)
      free(s->dims[i].labels[k]);
    free(s->dims[i].labels);
    free(s->dims[i].name);
  }
  for (int i = 0; i < s->n_variables; i++) {
    free(s->variables[i].name);
    free(s->variables[i].values);
    free(s->variables[i].help);
  }
  for (int i = 0; i < s->n_attributes; i++) {
    free(s->attributes[i].name);
    free(s->attributes[i].text);
  }
  out_info *f = &s->info;
  free(f->model), free(f->model_file), free(f->data_file), free(f->init), free(f->backend);
  free(f->device), free(f->algorithm), free(f->metric), free(f->command), free(f->version);
  free(f->created_at);
  free(s->dims);
  free(s->variables);
  free(s->attributes);
  free(s);
}

static bool same_labels(const out_dim *d, const char *const *labels) {
  if (!labels || !d->labels) return !labels == !d->labels;
  for (int64_t i = 0; i < d->size; i++) {
    if (strcmp(d->labels[i], labels[i])) return false;
  }
  return true;
}

static bool is_anonymous(const char *name) { return !name || !name[0] || name[0] == '#'; }

int out_add_dim(out_schema *s, const char *name, int64_t size, const char *const *labels) {
  char unique[300];
  if (!is_anonymous(name)) {
    snprintf(unique, sizeof unique, "%s", name);
    for (int n = 2, i = 0; i < s->n_dims; i++) {
      if (!s->dims[i].name || strcmp(s->dims[i].name, unique)) continue;
      if (s->dims[i].size == size && same_labels(&s->dims[i], labels)) return i;
      snprintf(unique, sizeof unique, "%s_%d", name, n++);
      i = -1;
    }
  }
  s->dims = erg_realloc(s->dims, (size_t)(s->n_dims + 1) * sizeof *s->dims);
  out_dim *d = &s->dims[s->n_dims];
  *d = (out_dim){.name = is_anonymous(name) ? NULL : copy_text(unique), .size = size};
  if (labels) {
    d->labels = erg_alloc((size_t)size * sizeof *d->labels);
    for (int64_t i = 0; i < size; i++) d->labels[i] = copy_text(labels[i]);
  }
  return s->n_dims++;
}

int out_add_variable(out_schema *s, out_group group, out_type type, const char *name, int rank,
                     const int *dims, const double *values, const char *help) {
  s->variables = erg_realloc(s->variables, (size_t)(s->n_variables + 1) * sizeof *s->variables);
  out_variable *v = &s->variables[s->n_variables];
  *v = (out_variable){.name = copy_text(name),
                      .group = group,
                      .type = type,
                      .rank = rank,
                      .n = 1,
                      .offset = -1,
                      .help = copy_text(help)};
  for (int i = 0; i < rank; i++) {
    v->dims[i] = dims[i];
    v->n *= s->dims[dims[i]].size;
  }
  if (values) {
    v->values = erg_alloc((size_t)v->n * sizeof *values);
    if (v->n) memcpy(v->values, values, (size_t)v->n * sizeof *values);
  }
  return s->n_variables++;
}

static out_attribute *add_attribute(out_schema *s, const char *name) {
  s->attributes =
      erg_realloc(s->attributes, (size_t)(s->n_attributes + 1) * sizeof *s->attributes);
  out_attribute *a = &s->attributes[s->n_attributes++];
  *a = (out_attribute){.name = copy_text(name)};
  return a;
}

void out_add_attribute(out_schema *s, const char *name, const char *text) {
  add_attribute(s, name)->text = copy_text(text ? text : "");
}

void out_add_number(out_schema *s, const char *name, double number, bool integer) {
  out_attribute *a = add_attribute(s, name);
  a->number = number;
  a->integer = integer;
}

int out_find(const out_schema *s, out_group group, const char *name) {
  for (int i = 0; i < s->n_variables; i++) {
    if (s->variables[i].group == group && !strcmp(s->variables[i].name, name)) return i;
  }
  return -1;
}

enum { MAX_NAME = 250 }; /* NetCDF's 256 less what a dimension's name may add */

static bool is_reserved(const char *name) {
  return !strcmp(name, "chain") || !strcmp(name, "draw") || !strcmp(name, "sample");
}

static bool dim_name_taken(const out_schema *s, const char *name, int except) {
  for (int i = 0; i < s->n_dims; i++) {
    if (i != except && s->dims[i].name && !strcmp(s->dims[i].name, name)) return true;
  }
  for (int i = 0; i < s->n_variables; i++) {
    if (!strcmp(s->variables[i].name, name)) return true;
  }
  return is_reserved(name);
}

/* A dimension may share its name with no variable and no reserved word. */
static void rename_dims(out_schema *s) {
  char name[320];
  for (int i = 0; i < s->n_dims; i++) {
    char *old = s->dims[i].name;
    if (!old || !dim_name_taken(s, old, i)) continue;
    snprintf(name, sizeof name, "%s_dim", old);
    for (int n = 2; dim_name_taken(s, name, i); n++)
      snprintf(name, sizeof name, "%s_dim%d", old, n);
    out_set(&s->dims[i].name, name);
  }
  for (int v = 0; v < s->n_variables; v++) { /* anonymous ones, as ArviZ names them */
    for (int k = 0; k < s->variables[v].rank; k++) {
      int d = s->variables[v].dims[k];
      if (s->dims[d].name) continue;
      snprintf(name, sizeof name, "%.250s_dim_%d", s->variables[v].name, k);
      for (int n = 2; dim_name_taken(s, name, d); n++) {
        snprintf(name, sizeof name, "%.250s_dim_%d_%d", s->variables[v].name, k, n);
      }
      s->dims[d].name = copy_text(name);
    }
  }
  for (int i = 0; i < s->n_dims; i++) {
    if (s->dims[i].name) continue;
    snprintf(name, sizeof name, "dim_%d", i);
    s->dims[i].name = copy_text(name);
  }
}

bool out_schema_finish(out_schema *s, erg_problems *p) {
  static const erg_place nowhere;
  s->row = 0;
  for (int i = 0; i < s->n_variables; i++) {
    out_variable *v = &s->variables[i];
    if (strlen(v->name) > MAX_NAME) {
      return erg_error(p, nowhere, "name it more briefly in the model",
                       "the name '%.40s...' has %zu characters; output files take %d", v->name,
                       strlen(v->name), MAX_NAME);
    }
    if (is_reserved(v->name)) {
      return erg_error(p, nowhere, "name it differently in the model",
                       "'%s' is reserved in output files", v->name);
    }
    if (out_find(s, v->group, v->name) != i) {
      return erg_error(p, nowhere, "give the two different names in the model",
                       "two quantities named '%s' in the outputs", v->name);
    }
    v->offset = -1;
    if (out_group_has_draws(v->group)) {
      v->offset = s->row;
      s->row += v->n;
    }
  }
  rename_dims(s);
  if (!s->info.created_at) {
    char text[40];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    s->info.created_at = copy_text(text);
  }
  return true;
}

void out_element_name(const out_schema *s, int variable, int64_t element, bool labels,
                      char *text, int capacity) {
  const out_variable *v = &s->variables[variable];
  int64_t index[OUT_MAX_RANK];
  for (int k = v->rank - 1; k >= 0; k--) {
    int64_t size = s->dims[v->dims[k]].size;
    index[k] = size ? element % size : 0;
    element /= size ? size : 1;
  }
  int used = snprintf(text, (size_t)capacity, "%s", v->name);
  for (int k = 0; k < v->rank && used < capacity; k++) {
    const out_dim *d = &s->dims[v->dims[k]];
    size_t left = (size_t)(capacity - used);
    if (labels && d->labels) {
      used += snprintf(text + used, left, "%c%s", k ? ',' : '[', d->labels[index[k]]);
    } else {
      used += snprintf(text + used, left, "%c%" PRId64, k ? ',' : '[', index[k] + 1);
    }
  }
  if (v->rank && used < capacity) snprintf(text + used, (size_t)(capacity - used), "]");
}
