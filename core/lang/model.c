/* From the TOML tree to a lang_model: sections, keys and the parts of each entry. */
#include "lang/model.h"

#include <stdlib.h>
#include <string.h>

#include "read/names.h"

typedef struct {
  lang_model *m;
  erg_problems *p;
} reader;

#define ARENA (&r->m->arena)

static void *room(reader *r, void *list, int count, int *capacity, size_t item) {
  if (count < *capacity) return list;
  int wanted = *capacity ? 2 * *capacity : 8;
  void *more = lang_alloc(ARENA, (size_t)wanted * item);
  if (count) memcpy(more, list, (size_t)count * item);
  *capacity = wanted;
  return more;
}

const char *lang_section(item_kind kind) {
  static const char *const names[] = {"[data]", "[params]", "[define]", "[generate]"};
  return names[kind];
}

int lang_find_item(const lang_model *m, const char *name) {
  for (int i = 0; i < m->n_items; i++)
    if (!strcmp(m->items[i].name, name)) return i;
  return -1;
}

int lang_find_dim(const lang_model *m, const char *name) {
  for (int i = 0; i < m->n_dims; i++)
    if (!strcmp(m->dims[i].name, name)) return i;
  return -1;
}

const lang_simulated *lang_find_simulated(const lang_model *m, const char *name) {
  for (int i = 0; i < m->n_simulated; i++)
    if (!strcmp(m->simulated[i].left.name, name)) return &m->simulated[i];
  return NULL;
}

/* "did you mean 'x'? Known here: a, b, c" */
static const char *suggestion(reader *r, const char *word, const char *const *known,
                              const char *what) {
  const char *near = erg_nearest(word, known);
  char *text = near ? lang_print(ARENA, "did you mean '%s'? ", near) : lang_copy(ARENA, "", 0);
  text = lang_print(ARENA, "%s%s", text, what);
  for (int i = 0; known[i]; i++)
    text = lang_print(ARENA, "%s%s %s", text, i ? "," : "", known[i]);
  return text;
}

static bool check_keys(reader *r, const erg_toml *table, const char *const *known,
                       const char *of) {
  bool good = true;
  for (int i = 0; i < table->n_items; i++) {
    const erg_toml *item = table->items[i];
    bool found = false;
    for (int k = 0; known[k] && !found; k++) found = !strcmp(known[k], item->key);
    if (!found)
      good = erg_error(r->p, item->key_place, suggestion(r, item->key, known, "known keys:"),
                       "unknown key '%s' in %s", item->key, of);
  }
  return good;
}

/* The first character of a key, inside its quotes. */
static erg_place key_text(const erg_toml *t) {
  erg_place place = t->key_place;
  if (!place.source || place.line < 1) return place;
  const char *s = place.source->text, *end = s + place.source->length;
  for (int line = 1; line < place.line && s < end; s++) line += *s == '\n';
  if (end - s >= place.column && (s[place.column - 1] == '"' || s[place.column - 1] == '\''))
    return erg_place_within(place, 1, strlen(t->key));
  return place;
}

static bool check_name(reader *r, const char *name, erg_place place) {
  if (!lang_is_name(name))
    return erg_error(r->p, place, "names consist of letters, digits and _, a letter first",
                     "'%s' is not a name", name);
  if (lang_is_reserved(name))
    return erg_error(r->p, place, "choose another name", "'%s' has a meaning of its own", name);
  return true;
}

static lang_text value_text(const erg_toml *t) {
  return (lang_text){.text = t->string, .value = t};
}

static lang_text name_text(const erg_toml *t) {
  return (lang_text){.text = t->key, .key = key_text(t)};
}

/* A number, or a string holding an expression; a list of numbers is a vector. */
static const ast *expression(reader *r, const erg_toml *t) {
  switch (t->kind) {
    case ERG_TOML_STRING:
      return lang_parse_expression(ARENA, value_text(t), r->p);
    case ERG_TOML_INTEGER:
    case ERG_TOML_REAL:
      return lang_number(ARENA, t->real, t->kind == ERG_TOML_INTEGER, t->place);
    case ERG_TOML_BOOL:
      return lang_number(ARENA, (double)t->integer, true, t->place);
    case ERG_TOML_ARRAY: {
      if (!t->n_items) {
        erg_error(r->p, t->place, NULL, "the list is empty");
        return NULL;
      }
      const ast **parts = lang_alloc(ARENA, (size_t)t->n_items * sizeof *parts);
      int depth = 0;
      for (int i = 0; i < t->n_items; i++) {
        if (t->items[i]->kind == ERG_TOML_ARRAY) {
          erg_error(r->p, t->items[i]->place, "write an index equation \"x[i, k]\" = \"...\"",
                    "a list in a list is not an expression");
          return NULL;
        }
        if (!(parts[i] = expression(r, t->items[i]))) return NULL;
        if (parts[i]->depth > depth) depth = parts[i]->depth;
      }
      ast *vector = lang_alloc(ARENA, sizeof *vector);
      *vector = (ast){.kind = AST_VECTOR,
                      .args = parts,
                      .n_args = t->n_items,
                      .place = t->place,
                      .whole = t->place,
                      .depth = depth + 1};
      return vector;
    }
    default:
      erg_error(r->p, t->place, "write \"...\" or a number",
                "expected an expression in quotes or a number");
      return NULL;
  }
}

/* The entry's own table, `is` in it: returns the value of `is`. */
static const erg_toml *main_value(reader *r, const erg_toml *t, const char *section) {
  if (t->kind != ERG_TOML_TABLE) return t;
  if (!check_keys(r, t, lang_keys_of(section), lang_print(ARENA, "an entry of %s", section)))
    return NULL;
  const erg_toml *is = erg_toml_get(t, "is");
  if (!is) erg_error(r->p, t->place, "write { is = \"...\", ... }", "'%s' lacks 'is'", t->key);
  return is;
}

static bool want_string(reader *r, const erg_toml *t, const char *example) {
  if (t->kind == ERG_TOML_STRING) return true;
  return erg_error(r->p, t->place, lang_print(ARENA, "write \"%s\"", example),
                   "expected a text in quotes");
}

static bool read_bool(reader *r, const erg_toml *t, bool *value) {
  if (t->kind != ERG_TOML_BOOL)
    return erg_error(r->p, t->place, "write true or false, without quotes", "'%s' is yes or no",
                     t->key);
  *value = t->integer != 0;
  return true;
}

/* ---- sections -------------------------------------------------------------- */

/* Labels stand in tables and select in outputs: each visible, and no two alike. */
static bool read_labels(reader *r, const erg_toml *t, lang_dim *d) {
  d->n_labels = t->n_items;
  d->labels = lang_alloc(ARENA, (size_t)t->n_items * sizeof *d->labels + 1);
  erg_names seen = {0};
  bool good = true;
  for (int i = 0; i < t->n_items && good; i++) {
    const erg_toml *label = t->items[i];
    const char *text = "";
    bool found = false;
    if (label->kind == ERG_TOML_STRING)
      text = d->labels[i] = lang_copy(ARENA, label->string, strlen(label->string));
    else if (label->kind == ERG_TOML_INTEGER)
      text = d->labels[i] = lang_print(ARENA, "%lld", (long long)label->integer);
    else
      good =
          erg_error(r->p, label->place, "write [\"A\", \"B\"]", "labels are texts or integers");
    for (const unsigned char *c = (const unsigned char *)text; good && *c; c++)
      if (*c < ' ' || *c == 127)
        good = erg_error(r->p, label->place, "write labels of visible characters",
                         "a label of '%s' has a line break, tab or other control character",
                         d->name);
    if (good && !*text)
      good =
          erg_error(r->p, label->place, "give it a text", "a label of '%s' is empty", d->name);
    if (good) erg_names_add(&seen, text, strlen(text), &found);
    if (found)
      good = erg_error(r->p, label->place, "give each its own label", "two labels '%s' of '%s'",
                       text, d->name);
  }
  erg_names_free(&seen);
  return good;
}

static bool read_dim(reader *r, const erg_toml *t) {
  lang_model *m = r->m;
  erg_place place = key_text(t);
  if (!check_name(r, t->key, place)) return false;
  if (m->n_dims == 40)
    return erg_error(r->p, place, "fewer dimensions will do", "more than 40 dimensions");
  lang_dim d = {
      .name = lang_copy(ARENA, t->key, strlen(t->key)), .place = place, .size_place = t->place};
  if (t->kind == ERG_TOML_ARRAY) {
    if (!read_labels(r, t, &d)) return false;
    if (!t->n_items)
      return erg_error(r->p, t->place, "give at least one label", "no labels for '%s'", d.name);
  } else if (t->kind == ERG_TOML_TABLE) {
    return erg_error(r->p, t->place, "use a size or labels",
                     "ragged dimensions and subsets are not built yet");
  } else if (!(d.size = expression(r, t))) {
    return false;
  }
  m->dims = room(r, m->dims, m->n_dims, &m->cap_dims, sizeof *m->dims);
  m->dims[m->n_dims++] = d;
  return true;
}

/* Entries also name columns and variables of the outputs. */
static bool check_output_name(reader *r, const char *name, erg_place place) {
  size_t n = strlen(name);
  if (!strcmp(name, "chain") || !strcmp(name, "draw") || !strcmp(name, "sample"))
    return erg_error(r->p, place, "choose another name",
                     "'%s' names a dimension of the output files", name);
  if (n > 2 && !strcmp(name + n - 2, "__"))
    return erg_error(r->p, place, "choose another name",
                     "names that end in __ are the sampler's own in Stan CSV: '%s'", name);
  return true;
}

static lang_item *add_item(reader *r, item_kind kind, const char *name, erg_place place) {
  lang_model *m = r->m;
  if (!check_output_name(r, name, place)) return NULL;
  int other = lang_find_item(m, name);
  if (other >= 0) {
    const lang_item *o = &m->items[other];
    erg_error(r->p, place, "rename one of them", "'%s' is already an entry of %s (line %d)",
              name, lang_section(o->kind), o->place.line);
    return NULL;
  }
  m->items = room(r, m->items, m->n_items, &m->cap_items, sizeof *m->items);
  lang_item *item = &m->items[m->n_items++];
  *item = (lang_item){
      .kind = kind, .name = name, .place = place, .noncentered = -1, .normalised = true};
  return item;
}

static bool read_data(reader *r, const erg_toml *t) {
  erg_place place = key_text(t);
  if (!check_name(r, t->key, place)) return false;
  const erg_toml *missing = erg_toml_get(t, "missing");
  if (!missing) missing = erg_toml_get(t, "na");
  if (missing)
    return erg_error(r->p, missing->key_place, "leave out rows with missing values",
                     "missing values are not built yet");
  const erg_toml *is = main_value(r, t, "[data]");
  ast_type type;
  if (!is || !want_string(r, is, "real[obs]") ||
      !lang_parse_type(ARENA, value_text(is), &type, r->p))
    return false;
  if (type.has_prior)
    return erg_error(r->p, type.prior->whole, "move the distribution to [observe]",
                     "data have no prior");
  const erg_toml *from = erg_toml_get(t, "from");
  if (from && !want_string(r, from, "name_in_the_file")) return false;
  const char *name = lang_copy(ARENA, t->key, strlen(t->key));
  lang_item *item = add_item(r, ITEM_DATA, name, place);
  if (!item) return false;
  item->type = type;
  item->from = from ? lang_copy(ARENA, from->string, strlen(from->string)) : name;
  return true;
}

static bool read_param(reader *r, const erg_toml *t) {
  erg_place place = key_text(t);
  if (!lang_is_name(t->key) && strchr(t->key, '['))
    return erg_error(r->p, place, "give the whole parameter one prior",
                     "priors on a part of a parameter are not built yet");
  if (!check_name(r, t->key, place)) return false;
  const erg_toml *is = main_value(r, t, "[params]");
  ast_type type;
  if (!is || !want_string(r, is, "real[county] ~ normal(0, 1)") ||
      !lang_parse_type(ARENA, value_text(is), &type, r->p))
    return false;
  lang_item *item = add_item(r, ITEM_PARAM, lang_copy(ARENA, t->key, strlen(t->key)), place);
  if (!item) return false;
  item->type = type;
  const erg_toml *option = erg_toml_get(t, "noncentered");
  bool value = false;
  if (option && !(option->kind == ERG_TOML_STRING && !strcmp(option->string, "auto"))) {
    if (!read_bool(r, option, &value)) return false;
    item->noncentered = value;
  }
  option = erg_toml_get(t, "normalised");
  return !option || read_bool(r, option, &item->normalised);
}

static bool read_equation(reader *r, const erg_toml *t, item_kind kind) {
  const erg_toml *is = main_value(r, t, lang_section(kind));
  if (!is) return false;
  const erg_toml *option = t->kind == ERG_TOML_TABLE ? erg_toml_get(t, "report") : NULL;
  bool report = false;
  if (option && !read_bool(r, option, &report)) return false;
  lang_equation e;
  if (!lang_parse_left(ARENA, name_text(t), &e.left, r->p)) return false;
  if (!(e.value = expression(r, is))) return false;
  int found = lang_find_item(r->m, e.left.name);
  lang_item *item = NULL;
  if (found >= 0 && r->m->items[found].kind == kind && e.left.n_indices > 0 &&
      r->m->items[found].equations[0].left.n_indices == e.left.n_indices)
    item = &r->m->items[found]; /* another case of it */
  else
    item = add_item(r, kind, e.left.name, e.left.place);
  if (!item) return false;
  lang_equation *all = lang_alloc(ARENA, (size_t)(item->n_equations + 1) * sizeof *all);
  if (item->n_equations) memcpy(all, item->equations, (size_t)item->n_equations * sizeof *all);
  all[item->n_equations++] = e;
  item->report = item->report || report;
  item->equations = all;
  return true;
}

static bool read_define(reader *r, const erg_toml *t) {
  return read_equation(r, t, ITEM_DEFINE);
}
static bool read_generate(reader *r, const erg_toml *t) {
  return read_equation(r, t, ITEM_GENERATE);
}

static bool add_observation(reader *r, const ast_left *left, const erg_toml *value) {
  if (!want_string(r, value, "normal(mu, sigma)")) return false;
  lang_observation o = {.left = *left,
                        .distribution = lang_parse_prior(ARENA, value_text(value), r->p)};
  if (!o.distribution) return false;
  lang_model *m = r->m;
  m->observations = room(r, m->observations, m->n_observations, &m->cap_observations, sizeof o);
  m->observations[m->n_observations++] = o;
  return true;
}

static bool read_observe(reader *r, const erg_toml *t) {
  ast_left left;
  if (!lang_parse_left(ARENA, name_text(t), &left, r->p)) return false;
  const erg_toml *is = main_value(r, t, "[observe]");
  if (!is) return false;
  if (is->kind != ERG_TOML_ARRAY) return add_observation(r, &left, is);
  bool good = true;
  for (int i = 0; i < is->n_items; i++) good = add_observation(r, &left, is->items[i]) && good;
  return good;
}

static bool read_simulate(reader *r, const erg_toml *t) {
  lang_model *m = r->m;
  if (!strcmp(t->key, "seed")) {
    if (t->kind != ERG_TOML_INTEGER || t->integer < 0)
      return erg_error(r->p, t->place, "write seed = 42", "the seed is an integer from 0");
    m->has_seed = true;
    m->seed = (uint64_t)t->integer;
    return true;
  }
  lang_simulated s = {0};
  if (!lang_parse_left(ARENA, name_text(t), &s.left, r->p)) return false;
  const lang_simulated *other = lang_find_simulated(m, s.left.name);
  if (other)
    return erg_error(r->p, s.left.place, "write one entry, with if(...) for the cases",
                     "'%s' already has a value (line %d)", s.left.name, other->left.place.line);
  bool prior = t->kind == ERG_TOML_STRING && !strcmp(t->string, "prior");
  if (!prior && !(s.value = expression(r, t))) return false;
  m->simulated = room(r, m->simulated, m->n_simulated, &m->cap_simulated, sizeof s);
  m->simulated[m->n_simulated++] = s;
  return true;
}

static bool read_run(reader *r, const erg_toml *table) {
  r->m->run = table;
  return check_keys(r, table, lang_keys_of("[run]"), "[run]");
}

static bool read_text(reader *r, const erg_toml *root, const char *key, const char **text) {
  const erg_toml *t = erg_toml_get(root, key);
  if (!t) return true;
  if (!want_string(r, t, "...")) return false;
  *text = t->string;
  return true;
}

static bool read_entries(reader *r, const erg_toml *root, const char *section,
                         bool (*read)(reader *, const erg_toml *)) {
  const erg_toml *table = erg_toml_get(root, section);
  if (!table) return true;
  if (table->kind != ERG_TOML_TABLE)
    return erg_error(r->p, table->key_place, lang_print(ARENA, "write [%s]", section),
                     "'%s' is a section", section);
  bool good = true;
  for (int i = 0; i < table->n_items; i++) good = read(r, table->items[i]) && good;
  return good;
}

static bool read_sections(reader *r, const erg_toml *root) {
  const char *const *known = lang_keys_of("");
  static const char *const later[] = {"latent", "ode", "functions", NULL};
  bool good = true;
  for (int i = 0; i < root->n_items; i++) {
    const erg_toml *t = root->items[i];
    bool found = false;
    for (int k = 0; later[k]; k++)
      if (!strcmp(later[k], t->key)) {
        good = erg_error(r->p, t->key_place, "leave the section out",
                         "the section [%s] is not built yet", t->key);
        found = true;
      }
    for (int k = 0; known[k] && !found; k++) found = !strcmp(known[k], t->key);
    if (!found)
      good =
          erg_error(r->p, t->key_place, suggestion(r, t->key, known, "sections and keys:"),
                    "unknown %s '%s'", t->kind == ERG_TOML_TABLE ? "section" : "key", t->key);
  }
  lang_model *m = r->m;
  good = read_text(r, root, "title", &m->title) && good;
  good = read_text(r, root, "about", &m->about) && good;
  good = read_text(r, root, "source", &m->citation) && good;
  good = read_text(r, root, "data_file", &m->data_file) && good;
  if (m->data_file) m->data_file_place = erg_toml_get(root, "data_file")->place;
  good = read_entries(r, root, "dims", read_dim) && good;
  good = read_entries(r, root, "data", read_data) && good;
  good = read_entries(r, root, "params", read_param) && good;
  good = read_entries(r, root, "define", read_define) && good;
  good = read_entries(r, root, "observe", read_observe) && good;
  good = read_entries(r, root, "generate", read_generate) && good;
  const erg_toml *simulate = erg_toml_get(root, "simulate");
  m->has_simulate = simulate != NULL;
  good = read_entries(r, root, "simulate", read_simulate) && good;
  const erg_toml *run = erg_toml_get(root, "run");
  if (run && run->kind != ERG_TOML_TABLE)
    good = erg_error(r->p, run->key_place, "write [run]", "'run' is a section");
  else if (run)
    good = read_run(r, run) && good;
  bool any = false;
  for (int i = 0; i < m->n_items; i++) any = any || m->items[i].kind == ITEM_PARAM;
  if (good && !any)
    good = erg_error(r->p, erg_place_whole(m->source),
                     "add a section [params], for example mu = \"real ~ normal(0, 1)\"",
                     "the model has no parameters");
  return good;
}

lang_model *lang_parse(const erg_source *source, erg_problems *p) {
  erg_toml *toml = erg_toml_parse(source, p);
  if (!toml) return NULL;
  lang_model *m = calloc(1, sizeof *m);
  if (!m) abort();
  m->source = source;
  m->toml = toml;
  reader r = {.m = m, .p = p};
  if (read_sections(&r, toml)) return m;
  lang_free(m);
  return NULL;
}

void lang_free(lang_model *m) {
  if (!m) return;
  erg_toml_free(m->toml);
  lang_arena_free(&m->arena);
  free(m);
}

bool lang_has_simulation(const lang_model *m) { return m->has_simulate; }
uint64_t lang_simulation_seed(const lang_model *m, uint64_t otherwise) {
  return m->has_seed ? m->seed : otherwise;
}
const char *lang_title(const lang_model *m) { return m->title; }
const char *lang_about(const lang_model *m) { return m->about; }
const char *lang_citation(const lang_model *m) { return m->citation; }
const char *lang_data_file(const lang_model *m, erg_place *place) {
  *place = m->data_file_place;
  return m->data_file;
}
const char *lang_file(const lang_model *m) { return m->source->path; }
const erg_toml *lang_run_defaults(const lang_model *m) { return m->run; }

bool lang_needs_data(const lang_model *m) {
  for (int i = 0; i < m->n_items; i++)
    if (m->items[i].kind == ITEM_DATA) return true;
  return false;
}
