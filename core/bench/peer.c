/* Which other engines there are, and what they read. */
#include "bench/peer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command.h"
#include "bench/work.h"
#include "read/source.h"
#include "run/paths.h"
#include "run/text.h"

#define LIST_LIMIT_S 60

const char *peer_name(const char *backend) {
  size_t n = strlen(PEER_PREFIX);
  return strncmp(backend, PEER_PREFIX, n) ? NULL : backend + n;
}

/* --- where the worker is --------------------------------------------------------------- */

/* Where `setup` puts the virtual environment. To be freed; NULL without a home. */
static char *environment_folder(void) {
  const char *given = getenv("ERGODE_PEERS"), *data = getenv("XDG_DATA_HOME");
  const char *home = getenv("HOME");
  if (given && *given) return run_text("%s", given);
  if (data && *data == '/') return run_text("%s/ergode/peers", data);
  return home && *home == '/' ? run_text("%s/.local/share/ergode/peers", home) : NULL;
}

/* The path of a file named for people: without "lib/../share". */
static char *tidy(char *path) {
  char *real = realpath(path, NULL);
  if (!real) return path;
  free(path);
  return real;
}

static bool find_worker(peer_set *out, char reason[static BENCH_TEXT]) {
  const char *own = getenv("ERGODE_PEERS_WORKER");
  if (own && *own) {
    out->worker = run_text("%s", own);
    return true;
  }
  out->worker = run_shared_file("peers", "worker.py");
  char *setup = run_shared_file("peers", "setup");
  if (!out->worker || !setup) {
    snprintf(reason, BENCH_TEXT,
             "this installation lacks share/ergode/peers: install Ergode with 'make install'");
    free(setup);
    return false;
  }
  out->worker = tidy(out->worker);
  setup = tidy(setup);
  char *folder = environment_folder();
  out->python = folder ? run_text("%s/bin/python", folder) : NULL;
  bool good = out->python && access(out->python, X_OK) == 0;
  if (!good)
    snprintf(reason, BENCH_TEXT, "not set up in %s: run %s", folder ? folder : "$ERGODE_PEERS",
             setup);
  free(setup);
  free(folder);
  return good;
}

/* --- what it offers -------------------------------------------------------------------- */

static void take(char *to, size_t size, const char *text) {
  snprintf(to, size, "%s", text ? text : "");
}

static void add_engine(peer_set *s, char *rest) {
  s->engines = run_grow(s->engines, (size_t)(s->n_engines + 1) * sizeof *s->engines);
  peer_engine *e = &s->engines[s->n_engines++];
  *e = (peer_engine){0};
  take(e->name, sizeof e->name, strsep(&rest, "\t"));
  for (char *v; (v = strsep(&rest, "\t")) && e->n_versions < PEER_VERSIONS;) {
    char *equals = strchr(v, '=');
    if (!equals) continue;
    *equals = 0;
    take(e->versions[e->n_versions].name, sizeof e->versions->name, v);
    take(e->versions[e->n_versions++].version, sizeof e->versions->version, equals + 1);
  }
}

static void add_model(peer_set *s, char *rest) {
  s->models = run_grow(s->models, (size_t)(s->n_models + 1) * sizeof *s->models);
  peer_model *m = &s->models[s->n_models++];
  *m = (peer_model){0};
  take(m->name, sizeof m->name, strsep(&rest, "\t"));
  for (char *form; (form = strsep(&rest, "\t")) && m->n_forms < PEER_FORMS;)
    take(m->forms[m->n_forms++], sizeof *m->forms, form);
}

static bool is_wanted(const char *list, const char *name) {
  size_t n = strlen(name);
  if (!strcmp(list, "all")) return true;
  for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
    if (!strncmp(p, name, n) && (p[n] == ',' || !p[n])) return true;
  return false;
}

typedef struct {
  const bench_options *o;
  bench_report *report;
  peer_set *set;
  char known[BENCH_TEXT];    /* names, separated by commas */
} listing;

static void read_line(listing *l, char *line) {
  char *rest = line, *kind = strsep(&rest, "\t");
  if (!rest) return;
  if (!strcmp(kind, "model")) {
    add_model(l->set, rest);
    return;
  }
  bool missing = !strcmp(kind, "missing");
  if (!missing && strcmp(kind, "engine") != 0) return;
  char name[32], id[64];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(rest, "\t"), rest);
  snprintf(id, sizeof id, PEER_PREFIX "%s", name);
  size_t used = strlen(l->known);
  snprintf(l->known + used, sizeof l->known - used, "%s%s", used ? ", " : "", name);
  if (!is_wanted(l->o->peers, name)) return;
  if (missing)
    bench_skip(l->report, id, "%s: run 'setup' beside %s", rest + strcspn(rest, "\t") + 1,
               l->set->worker);
  else
    add_engine(l->set, rest);
}

static bool check_names(const listing *l, erg_problems *p) {
  char *names = run_text("%s", l->o->peers), *rest = names;
  bool good = true;
  for (char *name; good && (name = strsep(&rest, ","));) {
    bool known = !strcmp(name, "all");
    char *list = run_text("%s", l->known), *left = list;
    for (char *one; (one = strsep(&left, ","));) known |= !strcmp(one + (*one == ' '), name);
    free(list);
    if (!known)
      good = erg_error(p, (erg_place){0}, l->known, "--peers: no engine '%s'", name);
  }
  free(names);
  return good;
}

static bool ask(listing *l, const char *output, char reason[static BENCH_TEXT],
                erg_problems *p, bool *names_good) {
  peer_set *s = l->set;
  const char *arguments[] = {s->python, s->worker, "--list", NULL};
  command_job job = {.arguments = s->python ? arguments : arguments + 1, .output = output,
                     .limit_s = LIST_LIMIT_S};
  command_result result;
  command_run(&job, &result);
  if (result.code != 0) {
    snprintf(reason, BENCH_TEXT, "%.200s --list failed: %.300s", s->worker,
             result.reason[0] ? result.reason : "it ended with an error");
    return false;
  }
  erg_source *text = erg_source_read(output, p);
  if (!text) return false;
  char *copy = run_text("%.*s", (int)text->length, text->text), *rest = copy;
  erg_source_free(text);
  for (char *line; (line = strsep(&rest, "\n"));) read_line(l, line);
  free(copy);
  *names_good = check_names(l, p);
  return true;
}

bool peer_find(const bench_options *o, bench_report *report, peer_set *out, erg_problems *p) {
  *out = (peer_set){0};
  if (!o->peers) return true;
  listing l = {.o = o, .report = report, .set = out};
  char reason[BENCH_TEXT] = "";
  bool names_good = true;
  char *folder = erg_private_folder(report->folder, CELL_FOLDER);
  char *output = folder ? run_text("%s/list", folder) : NULL;
  if (!folder)
    snprintf(reason, BENCH_TEXT, "no temporary folder: %s", strerror(errno));
  else if (find_worker(out, reason))
    ask(&l, output, reason, p, &names_good);
  if (reason[0]) bench_skip(report, PEER_PREFIX "all", "%s", reason);
  free(output);
  erg_private_folder_remove(folder);
  return names_good && !p->count;
}

void peer_free(peer_set *s) {
  free(s->python);
  free(s->worker);
  free(s->engines);
  free(s->models);
  *s = (peer_set){0};
}

const peer_model *peer_model_of(const peer_set *s, const char *model) {
  const char *slash = strrchr(model, '/'), *name = slash ? slash + 1 : model;
  size_t n = strlen(name);
  if (n > 5 && !strcmp(name + n - 5, ".toml")) n -= 5;
  for (int i = 0; i < s->n_models; i++)
    if (strlen(s->models[i].name) == n && !strncmp(s->models[i].name, name, n))
      return &s->models[i];
  return NULL;
}

/* --- what it reads --------------------------------------------------------------------- */

/* Natural values and log density, without Jacobians, at the gate's points of the
 * non-centred form. */
static int write_points(const ir_graph *g, const run_points *points, const char *path) {
  natural *plan = natural_new(g, NATURAL_PARAMS | NATURAL_TERMS);
  int n_columns = 0;
  const natural_column *columns = natural_columns(plan, &n_columns);
  size_t width = (size_t)natural_width(plan), n = (size_t)points->n_plain;
  double *rows = run_alloc((n * width + 1) * sizeof *rows);
  double *lp = run_alloc((n + 1) * sizeof *lp);
  for (size_t k = 0; k < n; k++) {
    double *row = rows + k * width;
    natural_run(plan, points->q + k * (size_t)(points->dim + ERG_PADDING), NULL, NULL, row);
    for (int i = 0; i < n_columns; i++) {
      if (columns[i].kind != NATURAL_TERMS) continue;
      ir_term_kind kind = g->terms[columns[i].index].kind;
      if (kind == IR_TERM_PRIOR || kind == IR_TERM_LIKELIHOOD) lp[k] += row[columns[i].offset];
    }
  }
  erg_json *j = erg_json_open(path);
  erg_json_object(j, NULL);
  for (int i = 0; i < n_columns; i++) {
    if (columns[i].kind != NATURAL_PARAMS) continue;
    erg_json_array(j, columns[i].name);
    for (size_t k = 0; k < n; k++)
      erg_json_reals(j, NULL, rows + k * width + columns[i].offset, (size_t)columns[i].n);
    erg_json_end(j);
  }
  erg_json_reals(j, "log_density", lp, n);
  erg_json_reals(j, "scale", points->scale, n);
  erg_json_end(j);
  free(rows);
  free(lp);
  natural_free(plan);
  return erg_json_close(j);
}

/* Every number of every data entry, one entry after the other; 0 or errno. */
static int write_values(const erg_dataset *d, const char *path) {
  FILE *f = fopen(path, "wb");
  if (!f) return errno;
  int error = 0;
  for (int i = 0; i < d->count && !error; i++) {
    size_t n = (size_t)d->arrays[i].n;
    if (fwrite(d->arrays[i].values, sizeof(double), n, f) != n) error = errno;
  }
  if (fclose(f) != 0 && !error) error = errno;
  return error;
}

/* Which of them are whose. */
static int write_shapes(const erg_dataset *d, const char *path) {
  int64_t first = 0;
  erg_json *j = erg_json_open(path);
  erg_json_object(j, NULL);
  for (int i = 0; i < d->count; i++) {
    const erg_array *a = &d->arrays[i];
    erg_json_object(j, a->name);
    erg_json_ints(j, "shape", a->shape, (size_t)a->rank);
    erg_json_int(j, "first", first);
    erg_json_end(j);
    first += a->n;
  }
  erg_json_end(j);
  return erg_json_close(j);
}

bool peer_subject_write(const run_model *m, const run_points *points, const char *folder,
                        peer_subject *s) {
  *s = (peer_subject){.model = m, .folder = erg_private_folder(folder, CELL_FOLDER)};
  if (!s->folder) return false;
  static const erg_dataset none = {0};
  const erg_dataset *data = m->data ? m->data : &none;
  char *shapes = run_text("%s/data.json", s->folder);
  char *values = run_text("%s/data.bin", s->folder);
  char *at = run_text("%s/points.json", s->folder);
  int error = write_values(data, values);
  if (!error) error = write_shapes(data, shapes);
  if (!error) error = write_points(m->graph, points, at);
  free(shapes);
  free(values);
  free(at);
  errno = error;
  return error == 0;
}

void peer_subject_free(peer_subject *s) {
  erg_private_folder_remove(s->folder);
  *s = (peer_subject){0};
}
