/* The end of a file whose chains have unequal numbers of draws. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/netcdf_file.h"
#include "read/memory.h"

int64_t out_nc_shortest(const out_nc_group *g, int chains, bool *ragged) {
  int64_t least = g->position[0], most = g->position[0];
  for (int c = 1; c < chains; c++) {
    if (g->position[c] < least) least = g->position[c];
    if (g->position[c] > most) most = g->position[c];
  }
  *ragged = most > least;
  return least;
}

/* Copies `draws` of a variable, a few at a time, between two files of one schema. */
static bool copy_variable(out_nc *from, out_nc *w, out_group group, int v, int64_t draws,
                          erg_problems *p) {
  const out_variable *x = &w->schema->variables[v];
  out_nc_group *source = &from->groups[group], *target = &w->groups[group];
  size_t start[OUT_MAX_RANK + 2] = {0}, count[OUT_MAX_RANK + 2] = {1};
  for (int k = 0; k < x->rank; k++) count[k + 2] = (size_t)w->schema->dims[x->dims[k]].size;
  int64_t step = ((int64_t)4 << 20) / 8 / x->n;
  if (step < 1) step = 1;
  void *pack = out_nc_packing(w, (size_t)(step * x->n) * 8);
  for (int c = 0; c < w->schema->chains; c++) {
    for (int64_t d = 0; d < draws; d += step) {
      start[0] = (size_t)c;
      start[1] = (size_t)d;
      count[1] = (size_t)(draws - d < step ? draws - d : step);
      int a = source->variables[v], b = target->variables[v];
      if (x->type == OUT_F64) {
        OUT_NC_TRY(get_vara_double(source->id, a, start, count, pack));
        OUT_NC_TRY(put_vara_double(target->id, b, start, count, pack));
      } else if (x->type == OUT_I64) {
        OUT_NC_TRY(get_vara_longlong(source->id, a, start, count, pack));
        OUT_NC_TRY(put_vara_longlong(target->id, b, start, count, pack));
      } else {
        OUT_NC_TRY(get_vara_schar(source->id, a, start, count, pack));
        OUT_NC_TRY(put_vara_schar(target->id, b, start, count, pack));
      }
    }
  }
  return true;
}

/* An unlimited dimension can't shrink, and chains of unequal length would reach readers as
 * NaN: what all chains have is copied to a new file, which takes the old one's place. */
bool out_nc_cut(out_nc *old, erg_problems *p) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s.cut", old->path);
  out_nc *w = out_nc_new(path, old->sync_s);
  bool good = out_nc_create(w, old->schema, p);
  for (int g = 0; good && g < OUT_GROUP_COUNT; g++) {
    out_nc_group *target = &w->groups[g];
    if (target->id < 0 || !out_group_has_draws((out_group)g)) continue;
    bool ragged;
    int64_t draws = out_nc_shortest(&old->groups[g], old->schema->chains, &ragged);
    good = out_nc_extend(w, target, draws, p);
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
      good = out_nc_check(w,
                          w->nc->get_vara_double(old->groups[OUT_SAMPLE_STATS].id,
                                                 old->metric_variable, start, count, metric),
                          p) &&
             out_nc_metric(w, c, metric, p);
    }
    free(metric);
  }
  if (!good) { /* the long file stays: nothing is lost */
    out_nc_close(w);
    unlink(w->part);
    out_nc_free(w);
    return false;
  }
  old->nc->close(old->file);
  out_nc_release(old);
  old->space = w->space;
  w->space = -1;
  if (rename(w->part, old->part)) good = out_write_failed(p, old->part, errno);
  old->file = w->file;
  w->file = -1;
  old->metric_variable = w->metric_variable;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) {
    out_nc_group swap = old->groups[g];
    old->groups[g] = w->groups[g];
    w->groups[g] = swap;
  }
  out_nc_free(w);
  return good;
}
