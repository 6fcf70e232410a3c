/* A NetCDF file of draws while it is written: what the files netcdf_*.c share. Every
 * function is called with the library locked (netcdf_api.h). */
#ifndef ERGODE_OUTPUT_NETCDF_FILE_H
#define ERGODE_OUTPUT_NETCDF_FILE_H

#include "output/internal.h"
#include "output/netcdf_api.h"

typedef struct {
  int id;              /* of the group; -1: not in the file */
  int draw_variable;   /* the coordinate `draw` */
  int64_t *position;   /* [chains] draws written */
  int64_t coordinates; /* of `draw` written */
  int *variables;      /* [schema variables], -1: not in the group */
} out_nc_group;

/* A coordinate, written once everything is defined. */
typedef struct {
  int group, variable;
  int64_t size, first;
  char *const *labels; /* of the schema, or NULL */
} out_nc_coordinate;

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
  out_nc_group groups[OUT_GROUP_COUNT];
  int metric_variable; /* inverse_metric, -1: none */
  out_nc_coordinate *coordinates;
  int n_coordinates;
  void *pack;
  size_t pack_bytes;
} out_nc;

out_nc *out_nc_new(const char *path, double sync_s);
/* Closes nothing: see out_nc_close. */
void out_nc_free(out_nc *w);
/* Closes what is open and gives reserved space back; the .part stays. */
void out_nc_close(out_nc *w);

/* True for NC_NOERR; otherwise records why and marks the file as broken. */
bool out_nc_check(out_nc *w, int status, erg_problems *p);

/* Calls a function of the library; returns false from the caller where it fails. */
#define OUT_NC_TRY(call)                                \
  do {                                                  \
    errno = 0;                                          \
    if (!out_nc_check(w, w->nc->call, p)) return false; \
  } while (0)

/* Reserves what `b` may take on the disk; gives back what wasn't used past the file's end. */
bool out_nc_reserve(out_nc *w, const out_block *b, erg_problems *p);
void out_nc_release(out_nc *w);

/* A buffer of at least so many bytes, until the next call. */
void *out_nc_packing(out_nc *w, size_t bytes);

/* Attributes of the group `id`; a text may be NULL: none is written. */
bool out_nc_text(out_nc *w, int id, int variable, const char *name, const char *text,
                 erg_problems *p);
bool out_nc_integer(out_nc *w, int id, const char *name, long long value, erg_problems *p);

/* netcdf_define.c: creates the .part with all groups, variables, coordinates and data. */
bool out_nc_create(out_nc *w, const out_schema *schema, erg_problems *p);

/* Makes the coordinate `draw` of a group at least so long. */
bool out_nc_extend(out_nc *w, out_nc_group *g, int64_t draws, erg_problems *p);
/* Writes a chain's inverse metric. */
bool out_nc_metric(out_nc *w, int chain, const double *metric, erg_problems *p);

/* netcdf_cut.c. Draws that all chains of a group have; *ragged: some have more. */
int64_t out_nc_shortest(const out_nc_group *g, int chains, bool *ragged);
/* Cuts every group to what all its chains have. On failure the long file stays. */
bool out_nc_cut(out_nc *old, erg_problems *p);

#endif
