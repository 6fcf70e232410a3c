/* NetCDF for ArviZ, written as draws arrive. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output/netcdf_file.h"
#include "read/clock.h"

static bool netcdf_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  out_netcdf_lock();
  out_nc *w = (out_nc *)s;
  bool good = out_nc_create(w, schema, p);
  w->last_sync = erg_clock();
  out_netcdf_unlock();
  return good;
}

/* Draws of chains first .. first+chains-1, `draws` of each, to position `at`. */
static bool put_block(out_nc *w, const out_nc_group *g, int v, const out_block *b, int first,
                      int chains, int64_t draws, int64_t at, erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  size_t start[OUT_MAX_RANK + 2] = {(size_t)first, (size_t)at},
                              count[OUT_MAX_RANK + 2] = {(size_t)chains, (size_t)draws};
  for (int k = 0; k < x->rank; k++) count[k + 2] = (size_t)w->schema->dims[x->dims[k]].size;
  void *pack = out_nc_packing(w, (size_t)chains * (size_t)draws * (size_t)x->n * 8);
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
    OUT_NC_TRY(put_vara_double(g->id, g->variables[v], start, count, reals));
  } else if (x->type == OUT_I64) {
    OUT_NC_TRY(put_vara_longlong(g->id, g->variables[v], start, count, whole));
  } else {
    OUT_NC_TRY(put_vara_schar(g->id, g->variables[v], start, count, bits));
  }
  return true;
}

static bool write_group(out_nc *w, out_group group, const out_block *b, erg_problems *p) {
  out_nc_group *g = &w->groups[group];
  const out_schema *s = w->schema;
  int64_t most = 0;
  bool together = true; /* all chains stand and move alike: one write a variable */
  for (int c = 0; c < s->chains; c++) {
    int64_t end = g->position[c] + b->filled[c];
    if (end > most) most = end;
    together = together && b->filled[c] == b->filled[0] && g->position[c] == g->position[0];
  }
  if (!out_nc_extend(w, g, most, p)) return false;
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

static bool append(out_nc *w, const out_block *b, erg_problems *p) {
  if (!out_nc_reserve(w, b, p)) return false;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    if (w->groups[g].id < 0 || !out_group_has_draws((out_group)g)) continue;
    if (out_is_warmup((out_group)g) != b->warmup) continue;
    if (!write_group(w, (out_group)g, b, p)) return false;
  }
  double time = erg_clock();
  if (time - w->last_sync >= w->sync_s) {
    OUT_NC_TRY(sync(w->file));
    w->last_sync = erg_clock();
    w->pending = 0;
  }
  return true;
}

static bool netcdf_append(out_sink *s, const out_block *b, erg_problems *p) {
  out_netcdf_lock();
  bool good = append((out_nc *)s, b, p);
  out_netcdf_unlock();
  return good;
}

static bool netcdf_adapted(out_sink *s, int chain, double step_size, const double *metric,
                           erg_problems *p) {
  out_nc *w = (out_nc *)s;
  (void)step_size; /* sample_stats has it for every draw */
  if (w->metric_variable < 0 || !metric) return true;
  out_netcdf_lock();
  bool good = out_nc_metric(w, chain, metric, p);
  out_netcdf_unlock();
  return good;
}

static bool end_attributes(out_nc *w, const out_end *end, erg_problems *p) {
  double sampling = 0;
  for (int c = 0; end->sampling_s && c < w->schema->chains; c++) {
    sampling = fmax(sampling, end->sampling_s[c]);
  }
  OUT_NC_TRY(put_att_double(w->file, NC_GLOBAL, "sampling_time", NC_DOUBLE, 1, &sampling));
  OUT_NC_TRY(put_att_double(w->file, NC_GLOBAL, "total_time", NC_DOUBLE, 1, &end->total_s));
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    if (w->groups[g].id < 0 || (g != OUT_POSTERIOR && g != OUT_SAMPLE_STATS)) continue;
    OUT_NC_TRY(
        put_att_double(w->groups[g].id, NC_GLOBAL, "sampling_time", NC_DOUBLE, 1, &sampling));
    if (!out_nc_integer(w, w->groups[g].id, "tuning_steps", w->schema->info.n_warmup, p))
      return false;
  }
  const double *times[2] = {end->warmup_s, end->sampling_s};
  const char *const names[2] = {"chain_warmup_seconds", "chain_sampling_seconds"};
  for (int i = 0; i < 2; i++) {
    if (!times[i]) continue;
    OUT_NC_TRY(put_att_double(w->file, NC_GLOBAL, names[i], NC_DOUBLE,
                              (size_t)w->schema->chains, times[i]));
  }
  return out_nc_integer(w, w->file, "interrupted", end->interrupted, p) &&
         out_nc_text(w, w->file, NC_GLOBAL, "reason", end->reason, p) &&
         out_nc_integer(w, w->file, "complete", 1, p);
}

static bool finish(out_nc *w, const out_end *end, erg_problems *p) {
  bool any_ragged = false, ragged;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    if (w->groups[g].id < 0 || !out_group_has_draws((out_group)g)) continue;
    out_nc_shortest(&w->groups[g], w->schema->chains, &ragged);
    any_ragged = any_ragged || ragged;
  }
  if (any_ragged && !out_nc_cut(w, p)) return false;
  if (!end_attributes(w, end, p)) return false;
  int file = w->file;
  w->file = -1;
  OUT_NC_TRY(close(file));
  out_nc_release(w);
  if (rename(w->part, w->path)) return out_write_failed(p, w->path, errno);
  return true;
}

static bool netcdf_close(out_sink *s, const out_end *end, erg_problems *p) {
  out_netcdf_lock();
  bool good = finish((out_nc *)s, end, p);
  out_netcdf_unlock();
  return good;
}

static void netcdf_abort(out_sink *s) {
  out_nc *w = (out_nc *)s;
  if (w->file < 0) return;
  out_netcdf_lock();
  out_nc_close(w);
  out_netcdf_unlock();
}

static void netcdf_free(out_sink *s) {
  netcdf_abort(s);
  out_nc_free((out_nc *)s);
}

out_sink *out_netcdf(const char *path, double sync_s) {
  static const out_sink_ops ops = {netcdf_open,  netcdf_append, netcdf_adapted,
                                   netcdf_close, netcdf_abort,  netcdf_free};
  out_nc *w = out_nc_new(path, sync_s);
  w->base.ops = &ops;
  return &w->base;
}
