/* The definition of a file of draws: groups, dimensions, variables, attributes. Layout:
 * docs/outputs.md.
 *
 * `draw` is unlimited and NaN is the fill value, so that a file cut short holds what was
 * written and nothing that looks like a draw. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/netcdf_file.h"
#include "read/memory.h"

#define CHUNK_BYTES (128 * 1024)
#define CHUNK_ELEMENTS 1024 /* of a draw in a chunk: a parameter can be read alone */
#define MAX_CACHE ((size_t)64 << 20)

static bool library_attributes(out_nc *w, int id, erg_problems *p) {
  const out_info *f = &w->schema->info;
  const char *version = f->version ? f->version : "unknown";
  return out_nc_text(w, id, NC_GLOBAL, "created_at", f->created_at, p) &&
         out_nc_text(w, id, NC_GLOBAL, "creation_library", "Ergode", p) &&
         out_nc_text(w, id, NC_GLOBAL, "creation_library_version", version, p) &&
         out_nc_text(w, id, NC_GLOBAL, "creation_library_language", "C", p) &&
         out_nc_text(w, id, NC_GLOBAL, "inference_library", "Ergode", p) &&
         out_nc_text(w, id, NC_GLOBAL, "inference_library_version", version, p);
}

static bool root_attributes(out_nc *w, erg_problems *p) {
  const out_schema *s = w->schema;
  const out_info *f = &s->info;
  int id = w->file;
  char seed[32];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)f->seed); /* 64 bits, no sign */
  const struct {
    const char *name, *text;
  } texts[] = {{"model", f->model},         {"model_file", f->model_file},
               {"data_file", f->data_file}, {"init", f->init},
               {"backend", f->backend},     {"device", f->device},
               {"algorithm", f->algorithm}, {"metric", f->metric},
               {"command", f->command},     {"seed", seed}};
  if (!library_attributes(w, id, p)) return false;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (!out_nc_text(w, id, NC_GLOBAL, texts[i].name, texts[i].text, p)) return false;
  }
  if (!out_nc_integer(w, id, "schema_version", OUT_SCHEMA_VERSION, p) ||
      !out_nc_integer(w, id, "complete", 0, p) ||
      !out_nc_integer(w, id, "tuning_steps", f->n_warmup, p) ||
      !out_nc_integer(w, id, "planned_draws", f->n_draws, p) ||
      !out_nc_integer(w, id, "thin", f->thin, p) ||
      !out_nc_integer(w, id, "max_depth", f->max_depth, p))
    return false;
  if (f->target_accept > 0) {
    OUT_NC_TRY(put_att_double(id, NC_GLOBAL, "target_accept", NC_DOUBLE, 1, &f->target_accept));
  }
  for (int i = 0; i < s->n_attributes; i++) {
    const out_attribute *a = &s->attributes[i];
    if (a->text) {
      if (!out_nc_text(w, id, NC_GLOBAL, a->name, a->text, p)) return false;
    } else if (a->integer) {
      if (!out_nc_integer(w, id, a->name, (long long)a->number, p)) return false;
    } else {
      OUT_NC_TRY(put_att_double(id, NC_GLOBAL, a->name, NC_DOUBLE, 1, &a->number));
    }
  }
  return true;
}

/* A dimension's coordinate: labels, or first, first + 1, ... */
static bool define_coordinate(out_nc *w, int group, const char *name, int dim, int64_t size,
                              char *const *labels, int64_t first, erg_problems *p) {
  int id;
  OUT_NC_TRY(def_var(group, name, labels ? NC_STRING : NC_INT64, 1, &dim, &id));
  w->coordinates =
      erg_realloc(w->coordinates, (size_t)(w->n_coordinates + 1) * sizeof *w->coordinates);
  w->coordinates[w->n_coordinates++] = (out_nc_coordinate){group, id, size, first, labels};
  return true;
}

static bool put_coordinate(out_nc *w, const out_nc_coordinate *k, erg_problems *p) {
  size_t zero = 0, count = (size_t)k->size;
  if (k->labels) {
    OUT_NC_TRY(put_vara_string(k->group, k->variable, &zero, &count,
                               (const char **)(void *)k->labels));
    return true;
  }
  long long *values = erg_alloc(count * sizeof *values);
  for (int64_t i = 0; i < k->size; i++) values[i] = k->first + i;
  errno = 0;
  int status = w->nc->put_vara_longlong(k->group, k->variable, &zero, &count, values);
  free(values);
  return out_nc_check(w, status, p);
}

/* Chunks hold several draws of one chain; of many short chains, several chains. Of so many
 * chains that a row of chunks wouldn't fit the cache, fewer draws: a block of draws would
 * read and write the whole row. */
static bool set_chunks(out_nc *w, int id, int variable, const out_variable *v, int64_t draws,
                       erg_problems *p) {
  size_t chunk[OUT_MAX_RANK + 2], elements = 1;
  for (int k = v->rank - 1; k >= 0; k--) {
    int64_t size = w->schema->dims[v->dims[k]].size, room = CHUNK_ELEMENTS / (int64_t)elements;
    chunk[k + 2] = (size_t)(size < room ? size : room > 1 ? room : 1);
    elements *= chunk[k + 2];
  }
  int64_t room = CHUNK_BYTES / 8 / (int64_t)elements;
  int64_t cached = (int64_t)MAX_CACHE / 8 / (w->schema->chains * v->n);
  if (cached < 1) cached = 1;
  if (draws < 1 || draws > room) draws = room;
  if (draws > cached) draws = cached;
  if (draws < 1) draws = 1;
  int64_t chains = room / draws;
  if (chains > w->schema->chains) chains = w->schema->chains;
  if (draws * (int64_t)elements * 8 >= CHUNK_BYTES / 8 || chains < 1) chains = 1;
  chunk[0] = (size_t)chains;
  chunk[1] = (size_t)draws;
  OUT_NC_TRY(def_var_chunking(id, variable, NC_CHUNKED, chunk));
  /* a row of chunks, which blocks of draws fill bit by bit */
  size_t bytes = (size_t)w->schema->chains * (size_t)draws * (size_t)v->n * 8;
  w->chunk_bytes += bytes;
  if (bytes > MAX_CACHE) bytes = MAX_CACHE;
  if (bytes < (size_t)1 << 20) bytes = (size_t)1 << 20;
  OUT_NC_TRY(set_var_chunk_cache(id, variable, bytes, 1021, 0.75f));
  return true;
}

static nc_type type_of(out_type t) {
  return t == OUT_F64 ? NC_DOUBLE : t == OUT_I64 ? NC_INT64 : NC_BYTE;
}

static bool define_variable(out_nc *w, out_nc_group *g, out_group group, int v, int chain_dim,
                            int draw_dim, const int *dims, int64_t draws, erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  bool has_draws = out_group_has_draws(group);
  int ids[OUT_MAX_RANK + 2], rank = 0, id;
  if (has_draws) ids[rank++] = chain_dim, ids[rank++] = draw_dim;
  for (int k = 0; k < x->rank; k++) ids[rank++] = dims[x->dims[k]];
  OUT_NC_TRY(def_var(g->id, x->name, type_of(x->type), rank, ids, &id));
  g->variables[v] = id;
  if (has_draws && !set_chunks(w, g->id, id, x, draws, p)) return false;
  if (x->type == OUT_F64) {
    double nan = NAN;
    OUT_NC_TRY(def_var_fill(g->id, id, NC_FILL, &nan));
  } else if (x->type == OUT_BOOL) {
    OUT_NC_TRY(put_att_text(g->id, id, "dtype", 4, "bool"));
  }
  return out_nc_text(w, g->id, id, "long_name", x->help, p);
}

static bool put_data(out_nc *w, const out_nc_group *g, int v, erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  if (!x->values) return true;
  if (x->type == OUT_F64) {
    OUT_NC_TRY(put_var_double(g->id, g->variables[v], x->values));
    return true;
  }
  long long *whole = erg_alloc((size_t)x->n * sizeof *whole);
  for (int64_t i = 0; i < x->n; i++)
    whole[i] = isnan(x->values[i]) ? 0 : (long long)x->values[i];
  errno = 0;
  int status = w->nc->put_var_longlong(g->id, g->variables[v], whole);
  free(whole);
  return out_nc_check(w, status, p);
}

static bool define_metric(out_nc *w, out_nc_group *g, int chain_dim, const int *dims,
                          erg_problems *p) {
  const out_schema *s = w->schema;
  int ids[2] = {chain_dim, -1};
  double nan = NAN;
  for (int i = 0; i < s->n_dims; i++) {
    if (!strcmp(s->dims[i].name, "unconstrained") && s->dims[i].size == s->n_unconstrained &&
        dims[i] >= 0)
      ids[1] = dims[i];
  }
  if (ids[1] < 0) {
    OUT_NC_TRY(def_dim(g->id, "unconstrained", (size_t)s->n_unconstrained, &ids[1]));
    if (!define_coordinate(w, g->id, "unconstrained", ids[1], s->n_unconstrained, NULL, 0, p))
      return false;
  }
  OUT_NC_TRY(def_var(g->id, "inverse_metric", NC_DOUBLE, 2, ids, &w->metric_variable));
  OUT_NC_TRY(def_var_fill(g->id, w->metric_variable, NC_FILL, &nan));
  return out_nc_text(w, g->id, w->metric_variable, "long_name",
                     "diagonal of the inverse metric after warm-up", p);
}

static bool in_group(const out_schema *s, int v, out_group group) {
  out_group own = s->variables[v].group;
  return (own == group || out_warmup_group(own) == group) && s->variables[v].n > 0;
}

static bool define_group(out_nc *w, out_group group, erg_problems *p) {
  const out_schema *s = w->schema;
  out_nc_group *g = &w->groups[group];
  bool warmup = out_is_warmup(group), has_draws = out_group_has_draws(group), any = false;
  for (int v = 0; v < s->n_variables; v++) any = any || in_group(s, v, group);
  if (!any || (warmup && (!s->info.save_warmup || s->info.n_warmup < 1))) return true;

  int chain_dim = -1, draw_dim = -1;
  int *dims = erg_alloc((size_t)(s->n_dims + 1) * sizeof *dims);
  for (int i = 0; i < s->n_dims; i++) dims[i] = -1;
  bool good = out_nc_check(w, w->nc->def_grp(w->file, out_group_name(group), &g->id), p) &&
              library_attributes(w, g->id, p);
  if (good && has_draws) {
    good =
        out_nc_check(w, w->nc->def_dim(g->id, "chain", (size_t)s->chains, &chain_dim), p) &&
        define_coordinate(w, g->id, "chain", chain_dim, s->chains, NULL, s->first_chain, p) &&
        out_nc_check(w, w->nc->def_dim(g->id, "draw", NC_UNLIMITED, &draw_dim), p) &&
        out_nc_check(
            w, w->nc->def_var(g->id, "draw", NC_INT64, 1, &draw_dim, &g->draw_variable), p);
    size_t chunk = 1024;
    good =
        good && out_nc_check(
                    w, w->nc->def_var_chunking(g->id, g->draw_variable, NC_CHUNKED, &chunk), p);
  }
  int64_t thin = s->info.thin > 1 ? s->info.thin : 1;
  int64_t draws = ((warmup ? s->info.n_warmup : s->info.n_draws) + thin - 1) / thin;
  for (int v = 0; good && v < s->n_variables; v++) {
    const out_variable *x = &s->variables[v];
    if (!in_group(s, v, group)) continue;
    for (int k = 0; good && k < x->rank; k++) {
      const out_dim *d = &s->dims[x->dims[k]];
      int *dim = &dims[x->dims[k]];
      if (*dim >= 0) continue;
      good = out_nc_check(w, w->nc->def_dim(g->id, d->name, (size_t)d->size, dim), p) &&
             define_coordinate(w, g->id, d->name, *dim, d->size, d->labels, 0, p);
    }
    good = good && define_variable(w, g, group, v, chain_dim, draw_dim, dims, draws, p);
  }
  if (good && group == OUT_SAMPLE_STATS && s->n_unconstrained > 0) {
    good = define_metric(w, g, chain_dim, dims, p);
  }
  free(dims);
  return good;
}

bool out_nc_create(out_nc *w, const out_schema *schema, erg_problems *p) {
  w->schema = schema;
  /* the plain call tells why it can't be done */
  int probe = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (probe < 0) return out_write_failed(p, w->part, errno);
  close(probe);
  w->nc = out_netcdf_load(p);
  if (!w->nc) return false;
  OUT_NC_TRY(create(w->part, NC_NETCDF4 | NC_CLOBBER, &w->file));
  w->space = open(w->part, O_WRONLY | O_CLOEXEC);
  if (!root_attributes(w, p)) return false;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    out_nc_group *f = &w->groups[g];
    f->position = erg_alloc((size_t)schema->chains * sizeof *f->position);
    f->variables = erg_alloc((size_t)(schema->n_variables + 1) * sizeof *f->variables);
    for (int v = 0; v < schema->n_variables; v++) f->variables[v] = -1;
    if (!define_group(w, (out_group)g, p)) return false;
  }
  OUT_NC_TRY(enddef(w->file));
  for (int i = 0; i < w->n_coordinates; i++) {
    if (!put_coordinate(w, &w->coordinates[i], p)) return false;
  }
  for (int v = 0; v < schema->n_variables; v++) {
    out_group group = schema->variables[v].group;
    if (!out_group_has_draws(group) && w->groups[group].variables[v] >= 0 &&
        !put_data(w, &w->groups[group], v, p))
      return false;
  }
  OUT_NC_TRY(sync(w->file)); /* readable from now on, whatever happens */
  return true;
}
