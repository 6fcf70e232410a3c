/* Shared by the files of core/output. */
#ifndef ERGODE_OUTPUT_INTERNAL_H
#define ERGODE_OUTPUT_INTERNAL_H

#include "output/store.h"

bool out_group_has_draws(out_group g);
/* Group that holds the warm-up draws of g, or OUT_GROUP_COUNT. */
out_group out_warmup_group(out_group g);
bool out_is_warmup(out_group g);

/* Records that writing `path` failed with errno `code`; returns false. */
bool out_write_failed(erg_problems *p, const char *path, int code);

/* A window of n elements of a variable: for packing rows. */
static inline const double *out_row(const out_schema *s, const out_block *b, int chain,
                                    int64_t draw) {
  return b->rows + (chain * b->capacity + draw) * s->row;
}

/* Stan CSV read back (read_csv.c) and NetCDF (read_netcdf.c) behind out_draws. */
typedef struct out_reader out_reader;
struct out_reader {
  out_schema *schema;
  int64_t draws;
  bool partial;
  bool (*read)(out_reader *r, int variable, int64_t first, int64_t count, double *values,
               erg_problems *p);
  void (*close)(out_reader *r);
};
out_reader *out_read_netcdf(const char *path, erg_problems *p);
out_reader *out_read_csv(const char *const *paths, int n, erg_problems *p);

#endif
