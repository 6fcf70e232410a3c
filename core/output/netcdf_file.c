#include "output/netcdf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/memory.h"
#include "read/disk_room.h"

out_nc *out_nc_new(const char *path, double sync_s) {
  out_nc *w = erg_alloc(sizeof *w);
  w->path = erg_copy(path, strlen(path));
  w->part = erg_alloc(strlen(path) + 6);
  sprintf(w->part, "%s.part", path);
  w->sync_s = sync_s;
  w->file = w->metric_variable = w->space = -1;
  for (int g = 0; g < OUT_GROUP_COUNT; g++) w->groups[g].id = -1;
  return w;
}

void out_nc_free(out_nc *w) {
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

void out_nc_close(out_nc *w) {
  if (w->file >= 0 && !w->broken) w->nc->close(w->file);
  w->file = -1;
  out_nc_release(w);
}

/* A negative code of libnetcdf hides errno of the system call; report what there is. */
bool out_nc_check(out_nc *w, int status, erg_problems *p) {
  if (status == NC_NOERR) return true;
  int code = status > 0 ? status : errno;
  w->broken = true;
  if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == EIO || code == EROFS) {
    return out_write_failed(p, w->part, code);
  }
  return erg_error(p, (erg_place){0}, "check the disk; what was written before is kept",
                   "%s can't be written: %s", w->part, w->nc->strerror(status));
}

/* No HDF5 file stays readable that ran out of space half-way through a flush, so the
 * place is reserved before anything is written: chunks are allocated whole, and those of
 * two rows of chunks may not be on disk yet. */
bool out_nc_reserve(out_nc *w, const out_block *b, erg_problems *p) {
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
  /* with a provision, so that not every block asks; else what is needed alone */
  if (fallocate(w->space, FALLOC_FL_KEEP_SIZE, file.st_size, (off_t)more) == 0 ||
      fallocate(w->space, FALLOC_FL_KEEP_SIZE, file.st_size, (off_t)(more = need)) == 0) {
    w->reserved = (uint64_t)file.st_size + more;
    return true;
  }
  if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR) {
    return out_write_failed(p, w->part, errno);
  }
  char folder[PATH_MAX]; /* a file system that can't reserve: at least look */
  snprintf(folder, sizeof folder, "%s", w->part);
  return erg_free_bytes(dirname(folder)) > need || out_write_failed(p, w->part, ENOSPC);
}

/* Gives back what was reserved past the file's end. */
void out_nc_release(out_nc *w) {
  struct stat file;
  if (w->space < 0) return;
  if (fstat(w->space, &file) == 0 && ftruncate(w->space, file.st_size)) errno = 0;
  close(w->space);
  w->space = -1;
}

void *out_nc_packing(out_nc *w, size_t bytes) {
  if (bytes > w->pack_bytes) {
    free(w->pack);
    w->pack = erg_alloc(bytes);
    w->pack_bytes = bytes;
  }
  return w->pack;
}

bool out_nc_text(out_nc *w, int id, int variable, const char *name, const char *text,
                 erg_problems *p) {
  if (text) OUT_NC_TRY(put_att_text(id, variable, name, strlen(text), text));
  return true;
}

bool out_nc_integer(out_nc *w, int id, const char *name, long long value, erg_problems *p) {
  OUT_NC_TRY(put_att_longlong(id, NC_GLOBAL, name, NC_INT64, 1, &value));
  return true;
}

bool out_nc_extend(out_nc *w, out_nc_group *g, int64_t draws, erg_problems *p) {
  if (draws <= g->coordinates) return true;
  size_t start = (size_t)g->coordinates, count = (size_t)(draws - g->coordinates);
  int64_t thin = w->schema->info.thin > 1 ? w->schema->info.thin : 1;
  long long *values = out_nc_packing(w, count * sizeof *values);
  for (size_t i = 0; i < count; i++) values[i] = (long long)(start + i) * thin;
  OUT_NC_TRY(put_vara_longlong(g->id, g->draw_variable, &start, &count, values));
  g->coordinates = draws;
  return true;
}

bool out_nc_metric(out_nc *w, int chain, const double *metric, erg_problems *p) {
  size_t start[2] = {(size_t)chain, 0}, count[2] = {1, (size_t)w->schema->n_unconstrained};
  OUT_NC_TRY(put_vara_double(w->groups[OUT_SAMPLE_STATS].id, w->metric_variable, start, count,
                             metric));
  return true;
}
