/* libnetcdf, loaded on first use (docs/adr/0050-netcdf-on-first-use.md). The functions'
 * types are those of the installed header, so the compiler checks every call. */
#ifndef ERGODE_OUTPUT_NETCDF_API_H
#define ERGODE_OUTPUT_NETCDF_API_H

#include <netcdf.h>
#include "read/source.h"

#define OUT_NETCDF_FUNCTIONS(X)                                                            \
  X(create) X(open) X(close) X(sync) X(redef) X(enddef) X(strerror) X(set_fill)            \
  X(def_grp) X(def_dim) X(def_var) X(def_var_chunking) X(def_var_fill)                     \
  X(set_var_chunk_cache) X(put_att_text) X(put_att_double) X(put_att_longlong)             \
  X(put_vara_double) X(put_vara_longlong) X(put_vara_schar) X(put_vara_string)             \
  X(put_var_double) X(put_var_longlong) X(put_var_schar)                                   \
  X(get_vara_double) X(get_vara_longlong) X(get_vara_schar) X(get_vara_string)             \
  X(free_string) X(get_att_text) X(get_att_double) X(get_att_longlong) X(get_att_string)   \
  X(inq_att) X(inq_grp_ncid) X(inq_varids) X(inq_var) X(inq_varid) X(inq_dim) X(inq_dimid)

typedef struct {
#define OUT_NETCDF_MEMBER(name) __typeof__(&nc_##name) name;
  OUT_NETCDF_FUNCTIONS(OUT_NETCDF_MEMBER)
#undef OUT_NETCDF_MEMBER
} out_netcdf_api;

/* NULL with a problem where the library is missing. Any thread. */
const out_netcdf_api *out_netcdf_load(erg_problems *p);
/* HDF5 is not re-entrant: every use of the library stands between these. */
void out_netcdf_lock(void);
void out_netcdf_unlock(void);

#endif
