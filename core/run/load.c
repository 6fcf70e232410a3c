#include "run/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/paths.h"
#include "run/text.h"

static char *name_of(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  size_t n = strlen(base);
  if (n > 5 && !strcmp(base + n - 5, ".toml")) n -= 5;
  return run_text("%.*s", (int)n, base);
}

/* "NAME=SIZE" to a pair; the name's copy is owned by the caller. */
static bool parse_size(const char *text, lang_size *size, erg_problems *p) {
  const char *equal = strchr(text, '=');
  char *end = NULL;
  errno = 0;
  long long n = equal ? strtoll(equal + 1, &end, 10) : 0;
  if (!equal || equal == text || end == equal + 1 || *end || errno || n < 0) {
    erg_error(p, (erg_place){0}, "write --dim NAME=SIZE, such as --dim group=500",
              "'%s' is not NAME=SIZE with a whole number", text);
    return false;
  }
  *size = (lang_size){run_text("%.*s", (int)(equal - text), text), n};
  return true;
}

/* The file, or a message that names the nearest shipped model. */
static erg_source *read_model(const char *name, const char *path, erg_problems *p) {
  int before = p->count;
  erg_source *source = erg_source_read(path, p);
  if (source || p->count == before) return source;
  char *file = run_text("%s.toml", name), *next = NULL;
  if (access(file, R_OK) == 0) {
    next = run_text("did you mean '%s'?", file);
  } else if (!strchr(name, '/')) {
    char **names = run_model_names();
    const char *near = erg_nearest(name, (const char *const *)names);
    if (near) next = run_text("did you mean the shipped model '%s'?", near);
    run_names_free(names);
  }
  free(file);
  if (next) {
    struct erg_problem *problem = &p->list[p->count - 1];
    free(problem->next);
    problem->next = next;
  }
  return NULL;
}

static bool get_data(const run_inputs *in, const lang_options *options, run_model *m,
                     erg_problems *p) {
  if (in->data) {
    m->data_path = run_text("%s", in->data);
    m->data = erg_dataset_read(in->data, p);
    return m->data != NULL;
  }
  erg_place place;
  const char *named = lang_data_file(m->lang, &place);
  if (named) {
    const char *slash = *named == '/' ? NULL : strrchr(m->path, '/');
    m->data_path = run_text("%.*s%s", slash ? (int)(slash - m->path + 1) : 0, m->path, named);
    if (access(m->data_path, R_OK) != 0)
      return erg_error(p, place, "name another file, or give it with --data FILE.json",
                       "the model's data file %s can't be read: %s", m->data_path,
                       strerror(errno));
    m->data = erg_dataset_read(m->data_path, p);
    return m->data != NULL;
  }
  if (lang_has_simulation(m->lang)) {
    m->given = in->simulated && in->simulated->data;
    if (m->given)
      m->simulation = *in->simulated;
    else if (!run_simulate(m->lang, options, in->seed, &m->simulation, p))
      return false;
    m->data = m->simulation.data;
    return true;
  }
  if (!lang_needs_data(m->lang)) return true;
  /* A file M.json beside M.toml. */
  size_t stem = strlen(m->path) - (strlen(m->path) > 5 ? 5 : 0);
  char *beside = run_text("%.*s.json", (int)stem, m->path);
  if (access(beside, F_OK) == 0)
    m->data_path = beside;
  else
    free(beside);
  if (m->data_path) {
    m->data = erg_dataset_read(m->data_path, p);
    return m->data != NULL;
  }
  return erg_error(
      p, erg_place_whole(m->source),
      "name a file with --data FILE.json, or in the model: data_file = \"FILE.json\"; or "
      "write a [simulate] section",
      "the model needs data, and none are given");
}

bool run_load(const run_inputs *in, run_model *m, erg_problems *p) {
  *m = (run_model){0};
  m->path = in->text ? run_text("%s", in->model) : run_model_path(in->model);
  m->name = name_of(m->path);
  m->source = in->text ? erg_source_from_text(m->path, in->text, strlen(in->text))
                       : read_model(in->model, m->path, p);
  if (!m->source) return false;
  int n = 0;
  while (in->sizes && in->sizes[n]) n++;
  lang_size *sizes = run_alloc((size_t)(n + 1) * sizeof *sizes);
  lang_options options = {.sizes = sizes, .n_sizes = n};
  bool good = true;
  for (int i = 0; i < n && good; i++) {
    good = parse_size(in->sizes[i], &sizes[i], p);
    for (int k = 0; k < i && good; k++)
      if (!strcmp(sizes[k].name, sizes[i].name) && sizes[k].size != sizes[i].size)
        good = erg_error(p, (erg_place){0}, "give it once",
                         "--dim %s is given twice (%lld and %lld)", sizes[i].name,
                         (long long)sizes[k].size, (long long)sizes[i].size);
  }
  if (good) m->lang = lang_parse(m->source, p);
  good = good && m->lang && get_data(in, &options, m, p);
  if (good) {
    m->graph = lang_build(m->lang, m->data, &options, p);
    good = m->graph != NULL;
  }
  for (int i = 0; i < n; i++) free((char *)sizes[i].name);
  free(sizes);
  return good;
}

void run_keep_sources(run_model *m, erg_problems *p) {
  if (m->source) erg_problems_keep(p, m->source);
  m->source = NULL;
  if (!m->data || m->given) return;
  erg_problems_keep(p, m->data->source);
  m->data->source = NULL;
}

void run_unload(run_model *m) {
  if (m->graph) ir_graph_free(m->graph);
  if (!m->simulation.data && m->data) erg_dataset_free(m->data);
  if (m->simulation.data && !m->given) run_simulation_free(&m->simulation);
  if (m->lang) lang_free(m->lang);
  if (m->source) erg_source_free(m->source);
  free(m->path);
  free(m->name);
  free(m->data_path);
  *m = (run_model){0};
}
