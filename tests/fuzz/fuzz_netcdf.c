/* NetCDF files of any layout, made by instructions: groups, dimensions, variables of every
 * type and rank, attributes with the names that are looked for. Whether libnetcdf can stand
 * damaged bytes is its own business. */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "output/netcdf_api.h"
#include "output/summary.h"

typedef struct {
  const uint8_t *at, *end;
} bytes;

static int next(bytes *b, int below) { return b->at < b->end ? *b->at++ % below : 0; }

static const char *const groups[] = {"posterior", "sample_stats", "prior", "observed_data",
                                     "posterior_predictive", "warmup_posterior", "other"};
static const char *const dims[] = {"chain", "draw", "group", "obs", "theta", "k_dim"};
static const char *const names[] = {"theta", "mu", "lp", "diverging", "energy", "chain", "draw",
                                    "group", "y", "step_size", "tree_depth", "n_steps"};
static const char *const attributes[] = {"complete", "interrupted", "seed", "thin", "max_depth",
                                         "model", "planned_draws", "dtype", "tuning_steps",
                                         "target_accept"};
static const nc_type types[] = {NC_BYTE, NC_CHAR, NC_SHORT, NC_INT, NC_FLOAT, NC_DOUBLE,
                                NC_UBYTE, NC_INT64, NC_UINT64, NC_STRING};
#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

static void add_attribute(const out_netcdf_api *nc, int id, int variable, bytes *b) {
  const char *name = attributes[next(b, COUNT(attributes))];
  double value = (double)next(b, 256) - 100;
  long long whole = (long long)value << next(b, 56);
  switch (next(b, 4)) {
    case 0: nc->put_att_text(id, variable, name, (size_t)next(b, 5), "bool!"); break;
    case 1: nc->put_att_double(id, variable, name, NC_DOUBLE, 1, &value); break;
    case 2: nc->put_att_longlong(id, variable, name, NC_INT64, 1, &whole); break;
    default: nc->put_att_double(id, variable, name, NC_DOUBLE, 0, &value);
  }
}

static void add_variable(const out_netcdf_api *nc, int group, const int *ids, int n, bytes *b) {
  int of[12], id, rank = next(b, 12);
  nc_type type = types[next(b, COUNT(types))];
  const char *name = names[next(b, COUNT(names))];
  /* HDF5 puts each text of a chunk into its heap, by itself; labels have one dimension. */
  if (type == NC_STRING && rank > 2) rank = 2;
  if (n <= 2 && rank > 4) rank = 4;
  for (int k = 0; k < rank && n; k++) {
    /* mostly as ArviZ has them; of many dimensions all but two are short, so that no variable
     * has more than some ten thousand elements */
    int which = next(b, 8);
    if (k < 2)
      of[k] = which < 6 && k < n ? ids[k] : ids[next(b, n)];
    else
      of[k] = n > 2 ? ids[2 + next(b, n - 2)] : ids[next(b, n)];
  }
  if (!n) rank = 0;
  if (nc->def_var(group, name, type, rank, of, &id)) return;
  if (next(b, 3) == 0) add_attribute(nc, group, id, b);
  if (type == NC_CHAR || type == NC_STRING) {
    const char *labels[8] = {"a", "b", "c", "", "a", "\xff", "e", "f"};
    size_t start[12] = {0}, one[12];
    for (int k = 0; k < 12; k++) one[k] = 1;
    if (type == NC_STRING) nc->put_vara_string(group, id, start, one, labels);
    return;
  }
  size_t start[12] = {0}, count[12], total = 1;
  for (int k = 0; k < rank; k++) {
    count[k] = (size_t)next(b, 4) + 1;
    if (total * count[k] > 4096) count[k] = 1;
    total *= count[k];
  }
  double values[4096];
  for (size_t i = 0; i < total; i++) values[i] = next(b, 256) / 7.0;
  nc->put_vara_double(group, id, start, count, values);
}

static void make(const out_netcdf_api *nc, const char *path, bytes *b) {
  int file;
  if (nc->create(path, NC_NETCDF4 | NC_CLOBBER, &file)) abort();
  for (int k = next(b, 4); k > 0; k--) add_attribute(nc, file, NC_GLOBAL, b);
  for (int g = next(b, 5); g > 0; g--) {
    int group, ids[COUNT(dims)], n = 0;
    if (nc->def_grp(file, groups[next(b, COUNT(groups))], &group)) continue;
    for (int k = next(b, COUNT(dims) + 1), i = 0; i < k; i++) {
      size_t size = (size_t)next(b, i < 2 ? 7 : 3);
      if (!nc->def_dim(group, dims[i], size, &ids[n])) n++; /* 0: unlimited */
    }
    for (int k = next(b, 6); k > 0; k--) add_variable(nc, group, ids, n, b);
  }
  nc->close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  erg_problems p;
  erg_problems_init(&p);
  const out_netcdf_api *nc = out_netcdf_load(&p);
  if (!nc) abort();
  char path[64]; /* on a disk in memory where there is one: HDF5 wants a real name */
  snprintf(path, sizeof path, "%s/ergode-fuzz-%d.nc", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
           (int)getpid());
  bytes b = {data, data + size};
  make(nc, path, &b);
  const char *const paths[] = {path};
  out_draws *d = out_draws_open(paths, 1, &p);
  require((d != NULL) != erg_problems_any_error(&p));
  diag_limits limits = diag_limits_default();
  out_summary *s = d ? out_summary_from_draws(d, &limits, 1, &p) : NULL;
  if (s) {
    out_report report = {.info = &out_draws_schema(d)->info};
    free(out_json_text(s, &report));
    out_summary_free(s);
  }
  out_draws_close(d);
  unlink(path);
  finish(&p, !erg_problems_any_error(&p));
  return 0;
}
