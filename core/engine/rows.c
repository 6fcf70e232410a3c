/* Rows of the shares' regions, numbered as in the job. */
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

#define ROWS_BYTES (32u * 1024 * 1024) /* staging of a walk over the chains */

uint64_t engine_vector_offset(const erg_run *run, int v) {
  return (uint64_t)v * (uint64_t)run->control.stride * sizeof(double);
}

/* Rows of the job, cut at the shares. */
static erg_status copy(erg_run *run, int out, engine_region region, int32_t row,
                       int32_t rows, uint64_t offset, uint64_t bytes, char *at,
                       uint64_t pitch) {
  erg_status status = ERG_OK;
  for (int32_t i = 0; i < run->n_shares && status == ERG_OK; i++) {
    const engine_shape *shape = &run->shapes[i];
    int32_t begin = row > shape->first ? row : shape->first;
    int32_t end = shape->first + shape->chains;
    if (end > row + rows) end = row + rows;
    if (begin >= end || bytes == 0) continue;
    char *p = at + (uint64_t)(begin - row) * pitch;
    status = out ? run->backend->write(run->shares[i], region, begin - shape->first,
                                       end - begin, offset, bytes, p, pitch)
                 : run->backend->read(run->shares[i], region, begin - shape->first,
                                      end - begin, offset, bytes, p, pitch);
  }
  return status;
}
erg_status engine_read(erg_run *run, engine_region region, int32_t row, int32_t rows,
                       uint64_t offset, uint64_t bytes, void *to, uint64_t pitch) {
  return copy(run, 0, region, row, rows, offset, bytes, to, pitch);
}
erg_status engine_write(erg_run *run, engine_region region, int32_t row, int32_t rows,
                        uint64_t offset, uint64_t bytes, const void *from, uint64_t pitch) {
  return copy(run, 1, region, row, rows, offset, bytes, (char *)from, pitch);
}
erg_status engine_write_scalars(erg_run *run) {
  return engine_write(run, ENGINE_SCALARS, 0, run->job->chains, 0, sizeof(erg_chain),
                      run->scalars, sizeof(erg_chain));
}

erg_status engine_each_row(erg_run *run, size_t offset, size_t doubles, int access,
                           engine_row_function f, void *data) {
  int32_t chains = run->job->chains, batch = chains;
  uint64_t bytes = doubles * sizeof(double), at = offset * sizeof(double);
  double *rows;
  erg_status status = ERG_OK;
  if (bytes * (uint64_t)batch > ROWS_BYTES) batch = (int32_t)(ROWS_BYTES / bytes);
  if (batch < 1) batch = 1;
  rows = engine_array((size_t)batch * doubles, sizeof *rows);
  if (!rows) return engine_fail(run->host, ERG_NO_MEMORY, "out of memory");
  for (int32_t c = 0; c < chains && status == ERG_OK; c += batch) {
    int32_t n = chains - c < batch ? chains - c : batch;
    if (access & ENGINE_ROWS_READ) {
      status = engine_read(run, ENGINE_STATE, c, n, at, bytes, rows, bytes);
    } else {
      memset(rows, 0, (size_t)n * bytes);
    }
    for (int32_t i = 0; i < n && status == ERG_OK; i++)
      status = f(run, data, c + i, rows + (size_t)i * doubles);
    if ((access & ENGINE_ROWS_WRITE) && status == ERG_OK)
      status = engine_write(run, ENGINE_STATE, c, n, at, bytes, rows, bytes);
  }
  free(rows);
  return status;
}
