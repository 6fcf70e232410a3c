/* Draws out of a NetCDF file in ArviZ's layout, by windows of elements. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/internal.h"
#include "output/netcdf_api.h"
#include "read/memory.h"

#define MAX_VARIABLES 65536
#define BUFFER_BYTES ((int64_t)8 << 20)

typedef struct {
  out_reader base;
  const out_netcdf_api *nc;
  char *path;
  int file;
  int *group, *id; /* [schema variables] */
  int64_t length;  /* of `draw` */
} netcdf_reader;

static bool failed(const netcdf_reader *r, int status, erg_problems *p) {
  return erg_error(p, (erg_place){0}, "the file may be damaged or still being written",
                   "%s can't be read: %s", r->path, r->nc->strerror(status));
}

/* A text attribute, of either kind of string; "" where there is none. malloc'd. */
static char *text_attribute(const netcdf_reader *r, int id, int variable, const char *name) {
  nc_type type;
  size_t length;
  if (r->nc->inq_att(id, variable, name, &type, &length)) return NULL;
  char *text = NULL;
  if (type == NC_CHAR) {
    text = erg_alloc(length + 1);
    if (r->nc->get_att_text(id, variable, name, text)) text[0] = '\0';
  } else if (type == NC_STRING && length == 1) {
    char *string = NULL;
    if (r->nc->get_att_string(id, variable, name, &string) == 0 && string) {
      text = erg_copy(string, strlen(string));
      r->nc->free_string(1, &string);
    }
  }
  return text;
}

static void take_text(const netcdf_reader *r, const char *name, char **member) {
  free(*member);
  *member = text_attribute(r, r->file, NC_GLOBAL, name);
}

static double number_attribute(const netcdf_reader *r, const char *name, double fallback) {
  nc_type type;
  size_t length;
  double value;
  if (r->nc->inq_att(r->file, NC_GLOBAL, name, &type, &length) || length != 1 ||
      type == NC_CHAR || type == NC_STRING ||
      r->nc->get_att_double(r->file, NC_GLOBAL, name, &value))
    return fallback;
  return value;
}

/* Labels of a dimension, from its coordinate variable; NULL where they are numbers. */
static char **labels_of(const netcdf_reader *r, int group, const char *name, size_t size) {
  int id, rank;
  nc_type type;
  if (r->nc->inq_varid(group, name, &id) ||
      r->nc->inq_var(group, id, NULL, &type, &rank, NULL, NULL) || rank != 1 ||
      type != NC_STRING)
    return NULL;
  char **labels = erg_alloc(size * sizeof *labels);
  size_t zero = 0;
  if (r->nc->get_vara_string(group, id, &zero, &size, labels)) {
    free(labels);
    return NULL;
  }
  return labels;
}

static bool add_variable(netcdf_reader *r, out_group kind, int group, int id, erg_problems *p) {
  out_schema *s = r->base.schema;
  char name[NC_MAX_NAME + 1], dim[NC_MAX_NAME + 1];
  int rank, ids[NC_MAX_VAR_DIMS], dims[OUT_MAX_RANK];
  nc_type type;
  size_t sizes[2], size;
  int status = r->nc->inq_var(group, id, name, &type, &rank, ids, NULL);
  if (status) return failed(r, status, p);
  int leading = out_group_has_draws(kind) ? 2 : 0;
  if (rank < leading || rank > OUT_MAX_RANK + leading || type == NC_STRING ||
      type == NC_CHAR || type > NC_STRING)
    return true;
  if (!leading && rank == 1) { /* a coordinate */
    status = r->nc->inq_dim(group, ids[0], dim, &size);
    if (status) return failed(r, status, p);
    if (!strcmp(dim, name)) return true;
  }
  for (int k = 0; k < leading; k++) {
    status = r->nc->inq_dim(group, ids[k], dim, &sizes[k]);
    if (status) return failed(r, status, p);
    if (strcmp(dim, k ? "draw" : "chain")) return true; /* not of draws */
  }
  if (leading && s->chains == 0) {
    s->chains = (int)sizes[0];
    r->length = (int64_t)sizes[1];
  }
  if (leading && ((int)sizes[0] != s->chains || (int64_t)sizes[1] != r->length)) return true;
  for (int k = leading; k < rank; k++) {
    status = r->nc->inq_dim(group, ids[k], dim, &size);
    if (status) return failed(r, status, p);
    char **labels = labels_of(r, group, dim, size);
    dims[k - leading] = out_add_dim(s, dim, (int64_t)size, (const char *const *)labels);
    if (labels) {
      r->nc->free_string(size, labels);
      free(labels);
    }
  }
  char *dtype = text_attribute(r, group, id, "dtype");
  out_type as = type == NC_DOUBLE || type == NC_FLOAT ? OUT_F64
                : dtype && !strcmp(dtype, "bool")     ? OUT_BOOL
                                                      : OUT_I64;
  free(dtype);
  int v = out_add_variable(s, kind, as, name, rank - leading, dims, NULL, NULL);
  r->group = erg_realloc(r->group, (size_t)(v + 1) * sizeof *r->group);
  r->id = erg_realloc(r->id, (size_t)(v + 1) * sizeof *r->id);
  r->group[v] = group;
  r->id[v] = id;
  return true;
}

static bool add_group(netcdf_reader *r, out_group kind, bool *found, erg_problems *p) {
  int group, n, *ids = erg_alloc(MAX_VARIABLES * sizeof *ids);
  bool good = true;
  *found = r->nc->inq_grp_ncid(r->file, out_group_name(kind), &group) == 0;
  if (*found && r->nc->inq_varids(group, &n, NULL) == 0 && n <= MAX_VARIABLES) {
    int status = r->nc->inq_varids(group, &n, ids);
    if (status) good = failed(r, status, p);
    for (int i = 0; good && i < n; i++) good = add_variable(r, kind, group, ids[i], p);
  }
  free(ids);
  return good;
}

/* Of a file that was not finished: draws before the first missing one, over all chains;
 * NaN in the first variable of real numbers tells (lp, where there is one). */
static int64_t written_draws(netcdf_reader *r) {
  const out_schema *s = r->base.schema;
  int v = out_find(s, OUT_SAMPLE_STATS, "lp");
  for (int i = 0; v < 0 && i < s->n_variables; i++) {
    const out_variable *k = &s->variables[i];
    if (k->type == OUT_F64 && k->n > 0 && out_group_has_draws(k->group)) v = i;
  }
  if (v < 0 || r->length == 0) return r->length;
  size_t start[OUT_MAX_RANK + 2] = {0}, count[OUT_MAX_RANK + 2] = {1, (size_t)r->length};
  for (int k = 0; k < OUT_MAX_RANK; k++) count[k + 2] = 1;
  double *values = erg_alloc((size_t)r->length * sizeof *values);
  int64_t least = r->length;
  for (int c = 0; c < s->chains; c++) {
    start[0] = (size_t)c;
    if (r->nc->get_vara_double(r->group[v], r->id[v], start, count, values)) break;
    int64_t n = r->length;
    while (n > 0 && isnan(values[n - 1])) n--;
    if (n < least) least = n;
  }
  free(values);
  return least;
}

/* The elements are read with whole slices along the leading dimension that hold them; of
 * chains with few draws several at once, which share chunks. */
static bool read_window(netcdf_reader *r, int variable, int64_t first, int64_t count,
                        double *values, erg_problems *p) {
  const out_schema *s = r->base.schema;
  const out_variable *v = &s->variables[variable];
  int64_t draws = r->base.draws, leading = v->rank ? s->dims[v->dims[0]].size : 1;
  int64_t inner = leading ? v->n / leading : 0;
  if (count < 1 || draws < 1 || inner < 1) return true;
  int64_t low = first / inner, high = (first + count - 1) / inner + 1;
  int64_t width = (high - low) * inner, step = BUFFER_BYTES / 8 / width;
  if (step < 1) step = 1;
  int64_t together = step / draws > 1 ? step / draws : 1;
  if (together > s->chains) together = s->chains;
  if (step > draws) step = draws;
  size_t start[OUT_MAX_RANK + 2] = {0}, size[OUT_MAX_RANK + 2] = {1};
  if (v->rank) start[2] = (size_t)low, size[2] = (size_t)(high - low);
  for (int k = 1; k < v->rank; k++) size[k + 2] = (size_t)s->dims[v->dims[k]].size;
  double *buffer = malloc((size_t)(together * step * width) * sizeof *buffer);
  if (!buffer) return erg_error(p, (erg_place){0}, NULL, "out of memory for draws");
  int status = 0;
  for (int64_t c = 0; c < s->chains && !status; c += together) {
    int64_t chains = s->chains - c < together ? s->chains - c : together;
    for (int64_t d = 0; d < draws && !status; d += step) {
      int64_t n = draws - d < step ? draws - d : step;
      start[0] = (size_t)c, size[0] = (size_t)chains, start[1] = (size_t)d, size[1] = (size_t)n;
      status = r->nc->get_vara_double(r->group[variable], r->id[variable], start, size, buffer);
      for (int64_t k = 0; k < chains * count && !status; k++) {
        int64_t chain = k / count, e = k % count;
        double *to = values + (e * s->chains + c + chain) * draws + d;
        const double *from = buffer + chain * n * width + (first - low * inner) + e;
        for (int64_t i = 0; i < n; i++) to[i] = from[i * width];
      }
    }
  }
  free(buffer);
  return status ? failed(r, status, p) : true;
}

/* The same without chain and draw. */
static bool read_data(netcdf_reader *r, int variable, int64_t first, int64_t count,
                      double *values, erg_problems *p) {
  const out_schema *s = r->base.schema;
  const out_variable *v = &s->variables[variable];
  size_t start[OUT_MAX_RANK + 1] = {0}, size[OUT_MAX_RANK + 1] = {1};
  if (count < 1) return true;
  for (int k = 0; k < v->rank; k++) size[k] = (size_t)s->dims[v->dims[k]].size;
  double *all = malloc((size_t)v->n * sizeof *all);
  if (!all) return erg_error(p, (erg_place){0}, NULL, "out of memory for data");
  int status = r->nc->get_vara_double(r->group[variable], r->id[variable], start, size, all);
  if (!status) memcpy(values, all + first, (size_t)count * sizeof *values);
  free(all);
  return status ? failed(r, status, p) : true;
}

static bool netcdf_read(out_reader *base, int variable, int64_t first, int64_t count,
                        double *values, erg_problems *p) {
  bool drawn = out_group_has_draws(base->schema->variables[variable].group);
  out_netcdf_lock();
  bool good = (drawn ? read_window : read_data)((netcdf_reader *)base, variable, first, count,
                                                values, p);
  out_netcdf_unlock();
  return good;
}

static void netcdf_close(out_reader *base) {
  netcdf_reader *r = (netcdf_reader *)base;
  if (r->file >= 0) {
    out_netcdf_lock();
    r->nc->close(r->file);
    out_netcdf_unlock();
  }
  out_schema_free(base->schema);
  free(r->group);
  free(r->id);
  free(r->path);
  free(r);
}

static bool open_file(netcdf_reader *r, erg_problems *p) {
  out_info *f = &r->base.schema->info;
  int status = r->nc->open(r->path, NC_NOWRITE, &r->file);
  if (status) {
    r->file = -1;
    return failed(r, status, p);
  }
  take_text(r, "model", &f->model);
  take_text(r, "model_file", &f->model_file);
  take_text(r, "data_file", &f->data_file);
  take_text(r, "backend", &f->backend);
  take_text(r, "device", &f->device);
  take_text(r, "algorithm", &f->algorithm);
  take_text(r, "metric", &f->metric);
  take_text(r, "command", &f->command);
  take_text(r, "created_at", &f->created_at);
  take_text(r, "inference_library_version", &f->version);
  char *seed = text_attribute(r, r->file, NC_GLOBAL, "seed");
  if (seed) f->seed = strtoull(seed, NULL, 10);
  free(seed);
  f->n_warmup = (int64_t)number_attribute(r, "tuning_steps", 0);
  f->thin = (int64_t)number_attribute(r, "thin", 1);
  f->max_depth = (int)number_attribute(r, "max_depth", 0);
  f->target_accept = number_attribute(r, "target_accept", 0);

  bool found, any;
  if (!add_group(r, OUT_POSTERIOR, &found, p)) return false;
  if (!found && !add_group(r, OUT_PRIOR, &found, p)) return false;
  if (!found) {
    return erg_error(p, (erg_place){0}, "ArviZ, PyMC and Ergode write files with this group",
                     "%s has no group 'posterior'", r->path);
  }
  if (r->base.schema->chains == 0) {
    return erg_error(p, (erg_place){0}, "in xarray: ds.transpose('chain', 'draw', ...)",
                     "%s: no variable of the posterior has the dimensions chain, draw, ...",
                     r->path);
  }
  if (!add_group(r, OUT_SAMPLE_STATS, &any, p) ||
      !add_group(r, OUT_POSTERIOR_PREDICTIVE, &any, p) ||
      !add_group(r, OUT_OBSERVED_DATA, &any, p))
    return false;
  size_t length = strlen(r->path);
  bool part = length > 5 && !strcmp(r->path + length - 5, ".part");
  double complete = number_attribute(r, "complete", part ? 0 : 1);
  r->base.partial = complete == 0 || number_attribute(r, "interrupted", 0) != 0;
  r->base.draws = complete == 0 ? written_draws(r) : r->length;
  f->n_draws = (int64_t)number_attribute(r, "planned_draws", (double)r->length);
  return true;
}

out_reader *out_read_netcdf(const char *path, erg_problems *p) {
  const out_netcdf_api *nc = out_netcdf_load(p);
  if (!nc) return NULL;
  netcdf_reader *r = erg_alloc(sizeof *r);
  r->nc = nc;
  r->file = -1;
  r->path = erg_copy(path, strlen(path));
  r->base.schema = out_schema_new(0);
  r->base.read = netcdf_read;
  r->base.close = netcdf_close;
  out_netcdf_lock();
  bool good = open_file(r, p);
  out_netcdf_unlock();
  if (!good || !out_schema_finish(r->base.schema, p)) {
    netcdf_close(&r->base);
    return NULL;
  }
  return &r->base;
}
