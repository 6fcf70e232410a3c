/* Stan CSV files, one a chain, of Ergode or CmdStan, into memory column by column. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/internal.h"
#include "read/memory.h"
#include "read/number.h"

typedef struct {
  out_reader base;
  int64_t columns;
  int *variable;    /* [columns] */
  int64_t *element; /* [columns] */
  int chains;
  int64_t *count, *capacity; /* [chains] */
  double **values;           /* [chains] [draw][columns] while reading */
  bool save_warmup, complete;
  int64_t num_warmup, num_samples;
  char *header;
} csv_reader;

static bool starts(const char *line, const char *word) {
  return !strncmp(line, word, strlen(word));
}

/* "#     num_samples = 1000 (Default)": the value in place, or NULL. */
static char *setting(char *line, const char *key) {
  line += strspn(line, "# ");
  size_t length = strlen(key);
  if (strncmp(line, key, length) || strncmp(line + length, " = ", 3)) return NULL;
  char *value = line + length + 3, *end = strstr(value, " (Default)");
  if (end) *end = '\0';
  for (end = value + strlen(value); end > value && (end[-1] == ' ' || end[-1] == '\r');)
    *--end = '\0';
  return value;
}

static void read_comment(csv_reader *r, char *line) {
  out_info *f = &r->base.schema->info;
  char *v;
  if ((v = setting(line, "num_samples")))
    r->num_samples = f->n_draws = strtoll(v, NULL, 10);
  else if ((v = setting(line, "num_warmup")))
    r->num_warmup = f->n_warmup = strtoll(v, NULL, 10);
  else if ((v = setting(line, "save_warmup")))
    r->save_warmup = v[0] == '1' || v[0] == 't';
  else if ((v = setting(line, "thin")))
    f->thin = atoll(v) > 1 ? atoll(v) : 1;
  else if ((v = setting(line, "max_depth")))
    f->max_depth = atoi(v);
  else if ((v = setting(line, "delta")))
    f->target_accept = strtod(v, NULL);
  else if ((v = setting(line, "seed")))
    f->seed = strtoull(v, NULL, 10);
  else if ((v = setting(line, "model")))
    out_set(&f->model, v);
  else if ((v = setting(line, "metric")))
    out_set(&f->metric, v);
  else if ((v = setting(line, "engine")))
    out_set(&f->algorithm, v);
  else if ((v = setting(line, "backend")))
    out_set(&f->backend, v);
  else if ((v = setting(line, "device")))
    out_set(&f->device, v);
  else if ((v = setting(line, "start_datetime")))
    out_set(&f->created_at, v);
  else if ((v = setting(line, "ergode_version")))
    out_set(&f->version, v);
  else if (strstr(line, "Elapsed Time"))
    r->complete = true;
  f->save_warmup = false; /* of warm-up draws nothing is kept here */
}

/* Columns of CmdStan that are statistics, under ArviZ's names. */
static const struct {
  const char *column, *name;
  out_type type;
} stats[] = {{"lp__", "lp", OUT_F64},
             {"accept_stat__", "acceptance_rate", OUT_F64},
             {"stepsize__", "step_size", OUT_F64},
             {"treedepth__", "tree_depth", OUT_I64},
             {"n_leapfrog__", "n_steps", OUT_I64},
             {"divergent__", "diverging", OUT_BOOL},
             {"energy__", "energy", OUT_F64}};

/* Splits "theta.1.2" into name and 1-based indices; the number of indices. */
static int split_column(char *column, int64_t index[OUT_MAX_RANK]) {
  int rank = 0;
  char *dot = strchr(column, '.');
  if (!dot) return 0;
  for (char *at = dot; at && *at == '.' && rank < OUT_MAX_RANK;) {
    char *end;
    index[rank] = strtoll(at + 1, &end, 10);
    if (end == at + 1 || index[rank] < 1 || (*end != '.' && *end)) return 0;
    rank++;
    at = *end ? end : NULL;
  }
  *dot = '\0';
  return rank;
}

static bool read_header(csv_reader *r, const char *path, char *line, erg_problems *p) {
  out_schema *s = r->base.schema;
  r->header = erg_copy(line, strlen(line));
  char **names = NULL, *next = line;
  int64_t(*indices)[OUT_MAX_RANK] = NULL, n = 0;
  int *ranks = NULL;
  while (next) {
    char *name = strsep(&next, ",");
    names = erg_realloc(names, (size_t)(n + 1) * sizeof *names);
    indices = erg_realloc(indices, (size_t)(n + 1) * sizeof *indices);
    ranks = erg_realloc(ranks, (size_t)(n + 1) * sizeof *ranks);
    names[n] = name;
    memset(indices[n], 0, sizeof *indices);
    ranks[n] = split_column(name, indices[n]);
    n++;
  }
  r->columns = n;
  r->variable = erg_alloc((size_t)n * sizeof *r->variable);
  r->element = erg_alloc((size_t)n * sizeof *r->element);
  bool good = true;
  for (int64_t i = 0; good && i < n;) {
    int64_t end = i + 1, most[OUT_MAX_RANK], total = 1;
    memcpy(most, indices[i], sizeof most);
    for (; end < n && ranks[i] && ranks[end] == ranks[i] && !strcmp(names[end], names[i]);
         end++) {
      for (int k = 0; k < ranks[i]; k++) {
        if (indices[end][k] > most[k]) most[k] = indices[end][k];
      }
    }
    int dims[OUT_MAX_RANK], v = -1;
    for (int k = 0; k < ranks[i]; k++) {
      if (most[k] > end - i) most[k] = end - i + 1; /* a gap: refused below */
      dims[k] = out_add_dim(s, NULL, most[k], NULL);
      total *= most[k];
    }
    if (total != end - i || !names[i][0]) {
      good = erg_error(p, (erg_place){0}, "write the file anew",
                       "%s: the columns of '%s' are not whole", path, names[i]);
      break;
    }
    for (size_t k = 0; k < sizeof stats / sizeof *stats; k++) {
      if (ranks[i] || strcmp(names[i], stats[k].column)) continue;
      v = out_add_variable(s, OUT_SAMPLE_STATS, stats[k].type, stats[k].name, 0, dims, NULL,
                           NULL);
    }
    size_t length = strlen(names[i]);
    if (v < 0 && length > 2 && !strcmp(names[i] + length - 2, "__")) {
      names[i][length - 2] = '\0';
      v = out_add_variable(s, OUT_SAMPLE_STATS, OUT_F64, names[i], 0, dims, NULL, NULL);
    }
    if (v < 0) {
      v = out_add_variable(s, OUT_POSTERIOR, OUT_F64, names[i], ranks[i], dims, NULL, NULL);
    }
    for (; i < end; i++) {
      r->variable[i] = v;
      for (int k = 0; k < ranks[i]; k++) {
        r->element[i] = r->element[i] * most[k] + indices[i][k] - 1;
      }
    }
  }
  free(names);
  free(indices);
  free(ranks);
  return good && out_schema_finish(s, p);
}

static bool read_number(const char **at, double *value) {
  bool integer;
  const char *end = erg_number_read(*at, true, value, &integer);
  if (!end) {
    int length = (int)strcspn(*at, ",\r\n");
    if (!erg_number_special(*at, length, value)) return false;
    end = *at + length;
  }
  *at = end;
  return true;
}

static bool read_row(csv_reader *r, int c, const char *line) {
  if (r->count[c] == r->capacity[c]) {
    int64_t planned = r->num_samples > 0 && r->num_samples < 100000 ? r->num_samples : 1024;
    int64_t more = r->capacity[c] ? 2 * r->capacity[c] : planned;
    double *grown = realloc(r->values[c], (size_t)(more * r->columns) * sizeof *grown);
    if (!grown) return false;
    r->values[c] = grown;
    r->capacity[c] = more;
  }
  double *row = r->values[c] + r->count[c] * r->columns;
  for (int64_t i = 0; i < r->columns; i++) {
    if (i && *line++ != ',') return false;
    if (!read_number(&line, &row[i])) return false;
  }
  if (*line && *line != '\r' && *line != '\n') return false;
  r->count[c]++;
  return true;
}

static bool read_file(csv_reader *r, int c, const char *path, erg_problems *p) {
  FILE *in = fopen(path, "re");
  if (!in) {
    return erg_error(p, (erg_place){0}, "check name and permissions", "%s can't be read: %s",
                     path, strerror(errno));
  }
  char *line = NULL;
  size_t capacity = 0;
  bool good = true, seen = false;
  int64_t number = 0, skip = 0;
  r->complete = false;
  while (good && (errno = 0, getline(&line, &capacity, in) >= 0)) {
    number++;
    size_t length = strlen(line);
    bool whole = length && line[length - 1] == '\n';
    while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
      line[--length] = '\0';
    if (number == 1 && starts(line, "\xef\xbb\xbf")) { /* a byte order mark */
      length = strlen(line + 3);
      memmove(line, line + 3, length + 1);
    }
    if (!length) continue;
    if (line[0] == '#') {
      read_comment(r, line);
    } else if (!seen) {
      seen = true;
      int64_t thin = r->base.schema->info.thin;
      skip = r->save_warmup ? (r->num_warmup + thin - 1) / thin : 0;
      if (!r->header) {
        if (!starts(line, "lp__,") && !strchr(line, ',') && !strstr(line, "lp__")) {
          good = erg_error(p, (erg_place){0}, "name NetCDF or Stan CSV files",
                           "%s is not a Stan CSV file", path);
          break;
        }
        good = read_header(r, path, line, p);
      } else if (strcmp(line, r->header)) {
        good = erg_error(p, (erg_place){0}, "name the files of one run only",
                         "%s has other columns than the files before it", path);
      }
    } else if (skip > 0) {
      skip--;
    } else if (!read_row(r, c, line)) {
      if (!whole) break; /* cut short in the middle of a line: what is before counts */
      good = erg_error(p, (erg_place){0}, "the file is damaged at this line",
                       "%s:%lld: not a row of %lld numbers", path, (long long)number,
                       (long long)r->columns);
    }
  }
  if (good && !seen) {
    good =
        erg_error(p, (erg_place){0}, "name NetCDF or Stan CSV files", "%s has no draws", path);
  }
  if (good && ferror(in)) {
    good = erg_error(p, (erg_place){0}, "check the disk", "%s can't be read: %s", path,
                     strerror(errno));
  }
  if (!r->complete) r->base.partial = true;
  free(line);
  fclose(in);
  return good;
}

static bool csv_read(out_reader *base, int variable, int64_t first, int64_t count,
                     double *values, erg_problems *p) {
  csv_reader *r = (csv_reader *)base;
  (void)p;
  for (int64_t i = 0; i < r->columns; i++) {
    int64_t e = r->element[i] - first;
    if (r->variable[i] != variable || e < 0 || e >= count) continue;
    for (int c = 0; c < r->chains; c++) {
      double *to = values + (e * r->chains + c) * base->draws;
      for (int64_t d = 0; d < base->draws; d++) to[d] = r->values[c][d * r->columns + i];
    }
  }
  return true;
}

static void csv_close(out_reader *base) {
  csv_reader *r = (csv_reader *)base;
  for (int c = 0; c < r->chains; c++) free(r->values[c]);
  free(r->values);
  free(r->count);
  free(r->capacity);
  free(r->variable);
  free(r->element);
  free(r->header);
  out_schema_free(base->schema);
  free(r);
}

out_reader *out_read_csv(const char *const *paths, int n, erg_problems *p) {
  csv_reader *r = erg_alloc(sizeof *r);
  r->base.schema = out_schema_new(n);
  r->base.read = csv_read;
  r->base.close = csv_close;
  r->chains = n;
  r->count = erg_alloc((size_t)n * sizeof *r->count);
  r->capacity = erg_alloc((size_t)n * sizeof *r->capacity);
  r->values = erg_alloc((size_t)n * sizeof *r->values);
  for (int c = 0; c < n; c++) {
    if (!read_file(r, c, paths[c], p)) {
      csv_close(&r->base);
      return NULL;
    }
  }
  r->base.draws = INT64_MAX;
  for (int c = 0; c < n; c++) {
    if (r->count[c] < r->base.draws) r->base.draws = r->count[c];
  }
  return &r->base;
}
