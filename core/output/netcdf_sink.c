/* NetCDF for ArviZ, written as draws arrive. Layout: docs/outputs.md.
 *
 * `draw` is unlimited and NaN is the fill value, so that a file cut short holds what was
 * written and nothing that looks like a draw. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "output/internal.h"
#include "output/netcdf_api.h"
#include "read/memory.h"

#define CHUNK_BYTES (128 * 1024)
#define CHUNK_ELEMENTS 1024 /* of a draw in a chunk: a parameter can be read alone */
#define MAX_CACHE ((size_t)64 << 20)

typedef struct {
  int id;              /* of the group; -1: not in the file */
  int draw_variable;   /* the coordinate `draw` */
  int64_t *position;   /* [chains] draws written */
  int64_t coordinates; /* of `draw` written */
  int *variables;      /* [schema variables], -1: not in the group */
} file_group;

/* A coordinate, written once everything is defined. */
typedef struct {
  int group, variable;
  int64_t size, first;
  char *const *labels; /* of the schema, or NULL */
} coordinate;

typedef struct {
  out_sink base;
  char *path, *part;
  double sync_s, last_sync;
  const out_schema *schema;
  const out_netcdf_api *nc;
  int file;             /* -1: not open */
  bool broken;          /* a write failed: HDF5 can't close it, what is flushed stays */
  uint64_t chunk_bytes; /* of one row of chunks, all variables */
  int space;            /* second descriptor of the file, to reserve space; or -1 */
  uint64_t reserved;    /* bytes of the file that have their place on the disk */
  uint64_t pending;     /* bytes given to HDF5 since the last flush, at most */
  file_group groups[OUT_GROUP_COUNT];
  int metric_variable; /* inverse_metric, -1: none */
  coordinate *coordinates;
  int n_coordinates;
  void *pack;
  size_t pack_bytes;
} netcdf;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool out_write_failed(erg_problems *p, const char *path, int code) {
  const char *next = code == ENOSPC || code == EDQUOT
                         ? "free space, or choose another folder with --out"
                     : code == EACCES || code == EROFS || code == EPERM
                         ? "choose a folder that you may write to with --out"
                     : code == ENOENT ? "create the folder first"
                                      : "check the disk; what was written before is kept";
  return erg_error(p, (erg_place){0}, next, "%s can't be written: %s", path,
                   code ? strerror(code) : "write error");
}

/* A negative code of libnetcdf hides errno of the system call; report what there is. */
static bool check(netcdf *w, int status, erg_problems *p) {
  if (status == NC_NOERR) return true;
  int code = status > 0 ? status : errno;
  w->broken = true;
  if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == EIO || code == EROFS) {
    return out_write_failed(p, w->part, code);
  }
  return erg_error(p, (erg_place){0}, "check the disk; what was written before is kept",
                   "%s can't be written: %s", w->part, w->nc->strerror(status));
}

#define TRY(call)                                \
  do {                                           \
    errno = 0;                                   \
    if (!check(w, w->nc->call, p)) return false; \
  } while (0)

/* --- Definition -------------------------------------------------------------------- */

static bool text_attribute(netcdf *w, int id, int variable, const char *name, const char *text,
                           erg_problems *p) {
  if (text) TRY(put_att_text(id, variable, name, strlen(text), text));
  return true;
}

static bool integer_attribute(netcdf *w, int id, const char *name, long long value,
                              erg_problems *p) {
  TRY(put_att_longlong(id, NC_GLOBAL, name, NC_INT64, 1, &value));
  return true;
}

static bool library_attributes(netcdf *w, int id, erg_problems *p) {
  const out_info *f = &w->schema->info;
  const char *version = f->version ? f->version : "unknown";
  return text_attribute(w, id, NC_GLOBAL, "created_at", f->created_at, p) &&
         text_attribute(w, id, NC_GLOBAL, "creation_library", "Ergode", p) &&
         text_attribute(w, id, NC_GLOBAL, "creation_library_version", version, p) &&
         text_attribute(w, id, NC_GLOBAL, "creation_library_language", "C", p) &&
         text_attribute(w, id, NC_GLOBAL, "inference_library", "Ergode", p) &&
         text_attribute(w, id, NC_GLOBAL, "inference_library_version", version, p);
}

static bool root_attributes(netcdf *w, erg_problems *p) {
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
    if (!text_attribute(w, id, NC_GLOBAL, texts[i].name, texts[i].text, p)) return false;
  }
  if (!integer_attribute(w, id, "schema_version", OUT_SCHEMA_VERSION, p) ||
      !integer_attribute(w, id, "complete", 0, p) ||
      !integer_attribute(w, id, "tuning_steps", f->n_warmup, p) ||
      !integer_attribute(w, id, "planned_draws", f->n_draws, p) ||
      !integer_attribute(w, id, "thin", f->thin, p) ||
      !integer_attribute(w, id, "max_depth", f->max_depth, p))
    return false;
  if (f->target_accept > 0) {
    TRY(put_att_double(id, NC_GLOBAL, "target_accept", NC_DOUBLE, 1, &f->target_accept));
  }
  for (int i = 0; i < s->n_attributes; i++) {
    const out_attribute *a = &s->attributes[i];
    if (a->text) {
      if (!text_attribute(w, id, NC_GLOBAL, a->name, a->text, p)) return false;
    } else if (a->integer) {
      if (!integer_attribute(w, id, a->name, (long long)a->number, p)) return false;
    } else {
      TRY(put_att_double(id, NC_GLOBAL, a->name, NC_DOUBLE, 1, &a->number));
    }
  }
  return true;
}

/* A dimension's coordinate: labels, or first, first + 1, ... */
static bool define_coordinate(netcdf *w, int group, const char *name, int dim, int64_t size,
                              char *const *labels, int64_t first, erg_problems *p) {
  int id;
  TRY(def_var(group, name, labels ? NC_STRING : NC_INT64, 1, &dim, &id));
  w->coordinates =
      erg_realloc(w->coordinates, (size_t)(w->n_coordinates + 1) * sizeof *w->coordinates);
  w->coordinates[w->n_coordinates++] = (coordinate){group, id, size, first, labels};
  return true;
}

static bool put_coordinate(netcdf *w, const coordinate *k, erg_problems *p) {
  size_t zero = 0, count = (size_t)k->size;
  if (k->labels) {
    TRY(put_vara_string(k->group, k->variable, &zero, &count,
                        (const char **)(void *)k->labels));
    return true;
  }
  long long *values = erg_alloc(count * sizeof *values);
  for (int64_t i = 0; i < k->size; i++) values[i] = k->first + i;
  errno = 0;
  int status = w->nc->put_vara_longlong(k->group, k->variable, &zero, &count, values);
  free(values);
  return check(w, status, p);
}

/* Chunks hold several draws of one chain; of many short chains, several chains. */
static bool set_chunks(netcdf *w, int id, int variable, const out_variable *v, int64_t draws,
                       erg_problems *p) {
  size_t chunk[OUT_MAX_RANK + 2], elements = 1;
  for (int k = v->rank - 1; k >= 0; k--) {
    int64_t size = w->schema->dims[v->dims[k]].size, room = CHUNK_ELEMENTS / (int64_t)elements;
    chunk[k + 2] = (size_t)(size < room ? size : room > 1 ? room : 1);
    elements *= chunk[k + 2];
  }
  int64_t room = CHUNK_BYTES / 8 / (int64_t)elements;
  if (draws < 1 || draws > room) draws = room;
  if (draws < 1) draws = 1;
  int64_t chains = room / draws;
  if (chains > w->schema->chains) chains = w->schema->chains;
  if (draws * (int64_t)elements * 8 >= CHUNK_BYTES / 8 || chains < 1) chains = 1;
  chunk[0] = (size_t)chains;
  chunk[1] = (size_t)draws;
  TRY(def_var_chunking(id, variable, NC_CHUNKED, chunk));
  /* a row of chunks, which blocks of draws fill bit by bit */
  size_t bytes = (size_t)w->schema->chains * (size_t)draws * (size_t)v->n * 8;
  w->chunk_bytes += bytes;
  if (bytes > MAX_CACHE) bytes = MAX_CACHE;
  if (bytes < (size_t)1 << 20) bytes = (size_t)1 << 20;
  TRY(set_var_chunk_cache(id, variable, bytes, 1021, 0.75f));
  return true;
}

static nc_type type_of(out_type t) {
  return t == OUT_F64 ? NC_DOUBLE : t == OUT_I64 ? NC_INT64 : NC_BYTE;
}

static bool define_variable(netcdf *w, file_group *g, out_group group, int v, int chain_dim,
                            int draw_dim, const int *dims, int64_t draws, erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  bool has_draws = out_group_has_draws(group);
  int ids[OUT_MAX_RANK + 2], rank = 0, id;
  if (has_draws) ids[rank++] = chain_dim, ids[rank++] = draw_dim;
  for (int k = 0; k < x->rank; k++) ids[rank++] = dims[x->dims[k]];
  TRY(def_var(g->id, x->name, type_of(x->type), rank, ids, &id));
  g->variables[v] = id;
  if (has_draws && !set_chunks(w, g->id, id, x, draws, p)) return false;
  if (x->type == OUT_F64) {
    double nan = NAN;
    TRY(def_var_fill(g->id, id, NC_FILL, &nan));
  } else if (x->type == OUT_BOOL) {
    TRY(put_att_text(g->id, id, "dtype", 4, "bool"));
  }
  return text_attribute(w, g->id, id, "long_name", x->help, p);
}

static bool put_data(netcdf *w, const file_group *g, int v, erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  if (!x->values) return true;
  if (x->type == OUT_F64) {
    TRY(put_var_double(g->id, g->variables[v], x->values));
    return true;
  }
  long long *whole = erg_alloc((size_t)x->n * sizeof *whole);
  for (int64_t i = 0; i < x->n; i++)
    whole[i] = isnan(x->values[i]) ? 0 : (long long)x->values[i];
  errno = 0;
  int status = w->nc->put_var_longlong(g->id, g->variables[v], whole);
  free(whole);
  return check(w, status, p);
}

static bool define_metric(netcdf *w, file_group *g, int chain_dim, const int *dims,
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
    TRY(def_dim(g->id, "unconstrained", (size_t)s->n_unconstrained, &ids[1]));
    if (!define_coordinate(w, g->id, "unconstrained", ids[1], s->n_unconstrained, NULL, 0, p))
      return false;
  }
  TRY(def_var(g->id, "inverse_metric", NC_DOUBLE, 2, ids, &w->metric_variable));
  TRY(def_var_fill(g->id, w->metric_variable, NC_FILL, &nan));
  return text_attribute(w, g->id, w->metric_variable, "long_name",
                        "diagonal of the inverse metric after warm-up", p);
}

static bool in_group(const out_schema *s, int v, out_group group) {
  out_group own = s->variables[v].group;
  return (own == group || out_warmup_group(own) == group) && s->variables[v].n > 0;
}

static bool define_group(netcdf *w, out_group group, erg_problems *p) {
  const out_schema *s = w->schema;
  file_group *g = &w->groups[group];
  bool warmup = out_is_warmup(group), has_draws = out_group_has_draws(group), any = false;
  for (int v = 0; v < s->n_variables; v++) any = any || in_group(s, v, group);
  if (!any || (warmup && (!s->info.save_warmup || s->info.n_warmup < 1))) return true;

  int chain_dim = -1, draw_dim = -1;
  int *dims = erg_alloc((size_t)(s->n_dims + 1) * sizeof *dims);
  for (int i = 0; i < s->n_dims; i++) dims[i] = -1;
  bool good = check(w, w->nc->def_grp(w->file, out_group_name(group), &g->id), p) &&
              library_attributes(w, g->id, p);
  if (good && has_draws) {
    good =
        check(w, w->nc->def_dim(g->id, "chain", (size_t)s->chains, &chain_dim), p) &&
        define_coordinate(w, g->id, "chain", chain_dim, s->chains, NULL, s->first_chain, p) &&
        check(w, w->nc->def_dim(g->id, "draw", NC_UNLIMITED, &draw_dim), p) &&
        check(w, w->nc->def_var(g->id, "draw", NC_INT64, 1, &draw_dim, &g->draw_variable), p);
    size_t chunk = 1024;
    good = good &&
           check(w, w->nc->def_var_chunking(g->id, g->draw_variable, NC_CHUNKED, &chunk), p);
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
      good = check(w, w->nc->def_dim(g->id, d->name, (size_t)d->size, dim), p) &&
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

static bool create(netcdf *w, const out_schema *schema, erg_problems *p) {
  w->schema = schema;
  /* the plain call tells why it can't be done */
  int probe = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (probe < 0) return out_write_failed(p, w->part, errno);
  close(probe);
  w->nc = out_netcdf_load(p);
  if (!w->nc) return false;
  TRY(create(w->part, NC_NETCDF4 | NC_CLOBBER, &w->file));
  w->space = open(w->part, O_WRONLY | O_CLOEXEC);
  if (!root_attributes(w, p)) return false;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    file_group *f = &w->groups[g];
    f->position = erg_alloc((size_t)schema->chains * sizeof *f->position);
    f->variables = erg_alloc((size_t)(schema->n_variables + 1) * sizeof *f->variables);
    for (int v = 0; v < schema->n_variables; v++) f->variables[v] = -1;
    if (!define_group(w, (out_group)g, p)) return false;
  }
  TRY(enddef(w->file));
  for (int i = 0; i < w->n_coordinates; i++) {
    if (!put_coordinate(w, &w->coordinates[i], p)) return false;
  }
  for (int v = 0; v < schema->n_variables; v++) {
    out_group group = schema->variables[v].group;
    if (!out_group_has_draws(group) && w->groups[group].variables[v] >= 0 &&
        !put_data(w, &w->groups[group], v, p))
      return false;
  }
  TRY(sync(w->file)); /* readable from now on, whatever happens */
  w->last_sync = now();
  return true;
}

static bool netcdf_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  out_netcdf_lock();
  bool good = create((netcdf *)s, schema, p);
  out_netcdf_unlock();
  return good;
}

/* --- Draws ------------------------------------------------------------------------- */

static void *packing(netcdf *w, size_t bytes) {
  if (bytes > w->pack_bytes) {
    free(w->pack);
    w->pack = erg_alloc(bytes);
    w->pack_bytes = bytes;
  }
  return w->pack;
}

/* Draws of chains first .. first+chains-1, `draws` of each, to position `at`. */
static bool put_block(netcdf *w, const file_group *g, int v, const out_block *b, int first,
                      int chains, int64_t draws, int64_t at, erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  size_t start[OUT_MAX_RANK + 2] = {(size_t)first, (size_t)at},
                              count[OUT_MAX_RANK + 2] = {(size_t)chains, (size_t)draws};
  for (int k = 0; k < x->rank; k++) count[k + 2] = (size_t)w->schema->dims[x->dims[k]].size;
  void *pack = packing(w, (size_t)chains * (size_t)draws * (size_t)x->n * 8);
  double *reals = pack;
  long long *whole = pack;
  signed char *bits = pack;
  int64_t to = 0;
  for (int c = first; c < first + chains; c++) {
    for (int64_t d = 0; d < draws; d++) {
      const double *from = out_row(w->schema, b, c, d) + x->offset;
      if (x->type == OUT_F64) {
        memcpy(reals + to, from, (size_t)x->n * sizeof *reals);
        to += x->n;
      } else if (x->type == OUT_I64) {
        for (int64_t i = 0; i < x->n; i++)
          whole[to++] = fabs(from[i]) < 9.2e18 ? (long long)from[i] : 0;
      } else {
        for (int64_t i = 0; i < x->n; i++) bits[to++] = from[i] != 0 && !isnan(from[i]);
      }
    }
  }
  if (x->type == OUT_F64) {
    TRY(put_vara_double(g->id, g->variables[v], start, count, reals));
  } else if (x->type == OUT_I64) {
    TRY(put_vara_longlong(g->id, g->variables[v], start, count, whole));
  } else {
    TRY(put_vara_schar(g->id, g->variables[v], start, count, bits));
  }
  return true;
}

static bool extend_coordinate(netcdf *w, file_group *g, int64_t draws, erg_problems *p) {
  if (draws <= g->coordinates) return true;
  size_t start = (size_t)g->coordinates, count = (size_t)(draws - g->coordinates);
  int64_t thin = w->schema->info.thin > 1 ? w->schema->info.thin : 1;
  long long *values = packing(w, count * sizeof *values);
  for (size_t i = 0; i < count; i++) values[i] = (long long)(start + i) * thin;
  TRY(put_vara_longlong(g->id, g->draw_variable, &start, &count, values));
  g->coordinates = draws;
  return true;
}

static bool write_group(netcdf *w, out_group group, const out_block *b, erg_problems *p) {
  file_group *g = &w->groups[group];
  const out_schema *s = w->schema;
  int64_t most = 0;
  bool together = true; /* all chains stand and move alike: one write a variable */
  for (int c = 0; c < s->chains; c++) {
    int64_t end = g->position[c] + b->filled[c];
    if (end > most) most = end;
    together = together && b->filled[c] == b->filled[0] && g->position[c] == g->position[0];
  }
  if (!extend_coordinate(w, g, most, p)) return false;
  for (int v = 0; v < s->n_variables; v++) {
    if (g->variables[v] < 0) continue;
    if (together) {
      if (b->filled[0] && !put_block(w, g, v, b, 0, s->chains, b->filled[0], g->position[0], p))
        return false;
      continue;
    }
    for (int c = 0; c < s->chains; c++) {
      if (b->filled[c] && !put_block(w, g, v, b, c, 1, b->filled[c], g->position[c], p))
        return false;
    }
  }
  for (int c = 0; c < s->chains; c++) g->position[c] += b->filled[c];
  return true;
}

/* No HDF5 file stays readable that ran out of space half-way through a flush, so the
 * place is reserved before anything is written: chunks are allocated whole, and those of
 * two rows of chunks may not be on disk yet. */
static bool reserve_space(netcdf *w, const out_block *b, erg_problems *p) {
  struct stat file;
  uint64_t draws = 0;
  for (int c = 0; c < w->schema->chains; c++) draws += (uint64_t)b->filled[c];
  w->pending += draws * (uint64_t)w->schema->row * 8;
  uint64_t need = w->pending + 2 * w->chunk_bytes + ((uint64_t)1 << 20);
  if (w->space < 0 || fstat(w->space, &file)) return true;
  if ((uint64_t)file.st_size + need <= w->reserved) return true;
  struct rlimit limit; /* which fallocate does not look at */
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      (uint64_t)file.st_size + need > limit.rlim_cur) {
    return out_write_failed(p, w->part, EFBIG);
  }
  uint64_t more = need + need / 4;
  if (fallocate(w->space, FALLOC_FL_KEEP_SIZE, file.st_size, (off_t)more) == 0) {
    w->reserved = (uint64_t)file.st_size + more;
    return true;
  }
  if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR) {
    return out_write_failed(p, w->part, errno);
  }
  char folder[PATH_MAX]; /* a file system that can't reserve: at least look */
  struct statvfs disk;
  snprintf(folder, sizeof folder, "%s", w->part);
  if (statvfs(dirname(folder), &disk)) return true;
  return (uint64_t)disk.f_bavail * disk.f_frsize > need || out_write_failed(p, w->part, ENOSPC);
}

/* Gives back what was reserved past the file's end. */
static void release_space(netcdf *w) {
  struct stat file;
  if (w->space < 0) return;
  if (fstat(w->space, &file) == 0 && ftruncate(w->space, file.st_size)) errno = 0;
  close(w->space);
  w->space = -1;
}

static bool append(netcdf *w, const out_block *b, erg_problems *p) {
  if (!reserve_space(w, b, p)) return false;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    if (w->groups[g].id < 0 || !out_group_has_draws((out_group)g)) continue;
    if (out_is_warmup((out_group)g) != b->warmup) continue;
    if (!write_group(w, (out_group)g, b, p)) return false;
  }
  double time = now();
  if (time - w->last_sync >= w->sync_s) {
    TRY(sync(w->file));
    w->last_sync = now();
    w->pending = 0;
  }
  return true;
}

static bool netcdf_append(out_sink *s, const out_block *b, erg_problems *p) {
  out_netcdf_lock();
  bool good = append((netcdf *)s, b, p);
  out_netcdf_unlock();
  return good;
}

static bool put_metric(netcdf *w, int chain, const double *metric, erg_problems *p) {
  size_t start[2] = {(size_t)chain, 0}, count[2] = {1, (size_t)w->schema->n_unconstrained};
  TRY(put_vara_double(w->groups[OUT_SAMPLE_STATS].id, w->metric_variable, start, count,
                      metric));
  return true;
}

static bool netcdf_adapted(out_sink *s, int chain, double step_size, const double *metric,
                           erg_problems *p) {
  netcdf *w = (netcdf *)s;
  (void)step_size; /* sample_stats has it for every draw */
  if (w->metric_variable < 0 || !metric) return true;
  out_netcdf_lock();
  bool good = put_metric(w, chain, metric, p);
  out_netcdf_unlock();
  return good;
}

/* --- End --------------------------------------------------------------------------- */

static int64_t shortest(const file_group *g, int chains, bool *ragged) {
  int64_t least = g->position[0], most = g->position[0];
  for (int c = 1; c < chains; c++) {
    if (g->position[c] < least) least = g->position[c];
    if (g->position[c] > most) most = g->position[c];
  }
  *ragged = most > least;
  return least;
}

/* Copies `draws` of a variable, a few at a time, between two files of one schema. */
static bool copy_variable(netcdf *from, netcdf *w, out_group group, int v, int64_t draws,
                          erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  file_group *source = &from->groups[group], *target = &w->groups[group];
  size_t start[OUT_MAX_RANK + 2] = {0}, count[OUT_MAX_RANK + 2] = {1};
  for (int k = 0; k < x->rank; k++) count[k + 2] = (size_t)w->schema->dims[x->dims[k]].size;
  int64_t step = ((int64_t)4 << 20) / 8 / x->n;
  if (step < 1) step = 1;
  void *pack = packing(w, (size_t)(step * x->n) * 8);
  for (int c = 0; c < w->schema->chains; c++) {
    for (int64_t d = 0; d < draws; d += step) {
      start[0] = (size_t)c;
      start[1] = (size_t)d;
      count[1] = (size_t)(draws - d < step ? draws - d : step);
      int a = source->variables[v], b = target->variables[v];
      if (x->type == OUT_F64) {
        TRY(get_vara_double(source->id, a, start, count, pack));
        TRY(put_vara_double(target->id, b, start, count, pack));
      } else if (x->type == OUT_I64) {
        TRY(get_vara_longlong(source->id, a, start, count, pack));
        TRY(put_vara_longlong(target->id, b, start, count, pack));
      } else {
        TRY(get_vara_schar(source->id, a, start, count, pack));
        TRY(put_vara_schar(target->id, b, start, count, pack));
      }
    }
  }
  return true;
}

static netcdf *new_netcdf(const char *path, double sync_s);
static void free_netcdf(netcdf *w);

/* An unlimited dimension can't shrink, and chains of unequal length would reach readers as
 * NaN: what all chains have is copied to a new file, which takes the old one's place. */
static bool cut(netcdf *old, erg_problems *p) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s.cut", old->path);
  netcdf *w = new_netcdf(path, old->sync_s);
  bool good = create(w, old->schema, p);
  for (int g = 0; good && g < OUT_GROUP_COUNT; g++) {
    file_group *target = &w->groups[g];
    if (target->id < 0 || !out_group_has_draws((out_group)g)) continue;
    bool ragged;
    int64_t draws = shortest(&old->groups[g], old->schema->chains, &ragged);
    good = extend_coordinate(w, target, draws, p);
    for (int v = 0; good && v < old->schema->n_variables; v++) {
      if (target->variables[v] >= 0) good = copy_variable(old, w, (out_group)g, v, draws, p);
    }
    for (int c = 0; c < old->schema->chains; c++) target->position[c] = draws;
  }
  if (good && w->metric_variable >= 0) {
    int64_t n = old->schema->n_unconstrained;
    double *metric = erg_alloc((size_t)n * sizeof *metric);
    for (int c = 0; good && c < old->schema->chains; c++) {
      size_t start[2] = {(size_t)c, 0}, count[2] = {1, (size_t)n};
      good = check(w,
                   w->nc->get_vara_double(old->groups[OUT_SAMPLE_STATS].id,
                                          old->metric_variable, start, count, metric),
                   p) &&
             put_metric(w, c, metric, p);
    }
    free(metric);
  }
  if (!good) { /* the long file stays: nothing is lost */
    if (w->file >= 0 && !w->broken) w->nc->close(w->file);
    w->file = -1;
    release_space(w);
    unlink(w->part);
    free_netcdf(w);
    return false;
  }
  old->nc->close(old->file);
  release_space(old);
  old->space = w->space;
  w->space = -1;
  if (rename(w->part, old->part)) good = out_write_failed(p, old->part, errno);
  old->file = w->file;
  w->file = -1;
  old->metric_variable = w->metric_variable;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    file_group swap = old->groups[g];
    old->groups[g] = w->groups[g];
    w->groups[g] = swap;
  }
  free_netcdf(w);
  return good;
}

static bool end_attributes(netcdf *w, const out_end *end, erg_problems *p) {
  double sampling = 0;
  for (int c = 0; end->sampling_s && c < w->schema->chains; c++) {
    sampling = fmax(sampling, end->sampling_s[c]);
  }
  TRY(put_att_double(w->file, NC_GLOBAL, "sampling_time", NC_DOUBLE, 1, &sampling));
  TRY(put_att_double(w->file, NC_GLOBAL, "total_time", NC_DOUBLE, 1, &end->total_s));
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    if (w->groups[g].id < 0 || (g != OUT_POSTERIOR && g != OUT_SAMPLE_STATS)) continue;
    TRY(put_att_double(w->groups[g].id, NC_GLOBAL, "sampling_time", NC_DOUBLE, 1, &sampling));
    if (!integer_attribute(w, w->groups[g].id, "tuning_steps", w->schema->info.n_warmup, p))
      return false;
  }
  const double *times[2] = {end->warmup_s, end->sampling_s};
  const char *const names[2] = {"chain_warmup_seconds", "chain_sampling_seconds"};
  for (int i = 0; i < 2; i++) {
    if (!times[i]) continue;
    TRY(put_att_double(w->file, NC_GLOBAL, names[i], NC_DOUBLE, (size_t)w->schema->chains,
                       times[i]));
  }
  return integer_attribute(w, w->file, "interrupted", end->interrupted, p) &&
         text_attribute(w, w->file, NC_GLOBAL, "reason", end->reason, p) &&
         integer_attribute(w, w->file, "complete", 1, p);
}

static bool finish(netcdf *w, const out_end *end, erg_problems *p) {
  bool any_ragged = false, ragged;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    if (w->groups[g].id < 0 || !out_group_has_draws((out_group)g)) continue;
    shortest(&w->groups[g], w->schema->chains, &ragged);
    any_ragged = any_ragged || ragged;
  }
  if (any_ragged && !cut(w, p)) return false;
  if (!end_attributes(w, end, p)) return false;
  int file = w->file;
  w->file = -1;
  TRY(close(file));
  release_space(w);
  if (rename(w->part, w->path)) return out_write_failed(p, w->path, errno);
  return true;
}

static bool netcdf_close(out_sink *s, const out_end *end, erg_problems *p) {
  out_netcdf_lock();
  bool good = finish((netcdf *)s, end, p);
  out_netcdf_unlock();
  return good;
}

static void netcdf_abort(out_sink *s) {
  netcdf *w = (netcdf *)s;
  if (w->file < 0) return;
  out_netcdf_lock();
  if (!w->broken) w->nc->close(w->file);
  w->file = -1;
  release_space(w);
  out_netcdf_unlock();
}

static void free_netcdf(netcdf *w) {
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    free(w->groups[g].position);
    free(w->groups[g].variables);
  }
  free(w->path);
  free(w->part);
  free(w->pack);
  free(w->coordinates);
  free(w);
}

static void netcdf_free(out_sink *s) {
  netcdf_abort(s);
  free_netcdf((netcdf *)s);
}

static netcdf *new_netcdf(const char *path, double sync_s) {
  static const out_sink_ops ops = {netcdf_open,  netcdf_append, netcdf_adapted,
                                   netcdf_close, netcdf_abort,  netcdf_free};
  netcdf *w = erg_alloc(sizeof *w);
  w->base.ops = &ops;
  w->path = erg_copy(path, strlen(path));
  w->part = erg_alloc(strlen(path) + 6);
  sprintf(w->part, "%s.part", path);
  w->sync_s = sync_s;
  w->file = w->metric_variable = w->space = -1;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) w->groups[g].id = -1;
  return w;
}

out_sink *out_netcdf(const char *path, double sync_s) {
  return &new_netcdf(path, sync_s)->base;
}
