/* posteriordb's gold values: differences of the log density between points given in
 * constrained parameters, against the oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compile/natural.h"
#include "made.h"

#define DATA "../data/posteriordb/"

/* The list of numbers behind `key`, all brackets ignored; returns how many. */
static int numbers(const char *text, const char *key, double *values, int room) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\"%s\"", key);
  const char *s = strstr(text, quoted);
  assert_non_null(s);
  s = strchr(s, '[');
  int n = 0, depth = 0;
  do {
    if (*s == '[') depth++;
    if (*s == ']') depth--;
    if ((*s >= '0' && *s <= '9') || *s == '-') {
      char *end;
      assert_true(n < room);
      values[n++] = strtod(s, &end);
      s = end - 1;
    }
    s++;
  } while (depth > 0);
  return n;
}

/* Where each gold parameter goes: parameter of the graph and its element. */
typedef struct {
  int param;
  int64_t element;
} slot;

static int slots(const char *text, const ir_graph *g, slot *all) {
  const char *s = strchr(strstr(text, "\"params\""), '[') + 1;
  int n = 0;
  for (; *s && *s != '"'; s++) continue;
  /* names hold brackets, so the list ends where something other than a comma follows */
  for (;;) {
    const char *end = strchr(++s, '"');
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(end - s), s);
    char *bracket = strchr(name, '[');
    int64_t element = bracket ? atoll(bracket + 1) - 1 : 0;
    if (bracket) *bracket = 0;
    int param = -1;
    for (int i = 0; i < g->n_params; i++)
      if (!strcmp(g->params[i].name, name)) param = i;
    if (param < 0) fail_msg("no parameter %s", name);
    assert_true(element >= 0 && element < g->params[param].n);
    all[n++] = (slot){param, element};
    s = end + 1;
    while (*s == ' ' || *s == '\n') s++;
    if (*s != ',') return n;
    while (*s != '"') s++;
  }
}

static double density(interpl *ws, const ir_graph *g, const double *q) {
  long double wide[64], sum = 0;
  for (int64_t i = 0; i < g->dim; i++) wide[i] = q[i];
  interpl_run(ws, wide, NULL, NULL);
  for (int t = 0; t < g->n_terms; t++) {
    if (g->terms[t].kind != IR_TERM_PRIOR && g->terms[t].kind != IR_TERM_LIKELIHOOD) continue;
    int64_t n;
    const long double *v = interpl_value(ws, g->terms[t].node, &n);
    for (int64_t i = 0; i < n; i++) sum += v[i];
  }
  return (double)sum;
}

static void check(const char *name) {
  char path[256], data_path[256], data_name[64];
  snprintf(data_name, sizeof data_name, "%.*s", (int)(strchr(name, '-') - name), name);
  snprintf(path, sizeof path, "../models/%s.toml", name);
  snprintf(data_path, sizeof data_path, DATA "data/%s.json", data_name);
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_read(path, &p);
  lang_model *m = source ? lang_parse(source, &p) : NULL;
  erg_dataset *data = erg_dataset_read(data_path, &p);
  ir_graph *g = m ? lang_build(m, data, NULL, &p) : NULL;
  erg_problems_print(&p, stderr, false);
  assert_non_null(g);
  snprintf(path, sizeof path, DATA "gold/%s.json", name);
  erg_source *gold = erg_source_read(path, &p);
  assert_non_null(gold);
  slot at[64];
  int n = slots(gold->text, g, at);
  double points[10 * 64], lp[10], q[64] = {0};
  assert_int_equal(n, (int)g->dim);
  assert_int_equal(numbers(gold->text, "points", points, 640), 10 * n);
  assert_int_equal(numbers(gold->text, "lp", lp, 10), 10);
  ir_id wanted[64];
  int n_wanted = 0;
  for (int t = 0; t < g->n_terms; t++) wanted[n_wanted++] = g->terms[t].node;
  interpl *ws = interpl_new(g, wanted, n_wanted);
  unconstrain *u = unconstrain_new(g);
  double values[16][64], first = 0;
  const double *pointers[16];
  for (int i = 0; i < 16; i++) pointers[i] = values[i];
  for (int k = 0; k < 10; k++) {
    for (int i = 0; i < n; i++) values[at[i].param][at[i].element] = points[k * n + i];
    char *message = NULL;
    if (!unconstrain_run(u, pointers, NULL, q, &message)) fail_msg("%s: %s", name, message);
    double mine = density(ws, g, q);
    if (k == 0) first = mine;
    double difference = mine - first, theirs = lp[k] - lp[0];
    double scale = fabs(theirs) > 1 ? fabs(theirs) : 1;
    if (!(fabs(difference - theirs) <= 1e-8 * scale))
      fail_msg("%s, point %d: %.12g instead of %.12g", name, k, difference, theirs);
  }
  unconstrain_free(u);
  interpl_free(ws);
  ir_graph_free(g);
  lang_free(m);
  erg_problems_free(&p);
  erg_dataset_free(data);
  erg_source_free(gold);
  erg_source_free(source);
}

static void gold_value(void **state) { check(*state); }

int main(void) {
  static char *const names[] = {
      "earnings-earn_height",
      "earnings-logearn_interaction",
      "kidiq-kidscore_momiq",
      "kidiq-kidscore_interaction",
      "kidiq_with_mom_work-kidscore_mom_work",
      "mesquite-mesquite",
      "mesquite-logmesquite_logva",
      "nes1972-nes",
      "nes2000-nes",
      "sblrc-blr",
      "kilpisjarvi_mod-kilpisjarvi",
      "eight_schools-eight_schools_noncentered",
  };
  enum { count = sizeof names / sizeof *names };
  struct CMUnitTest tests[count];
  for (int i = 0; i < count; i++)
    tests[i] = (struct CMUnitTest){
        .name = names[i], .test_func = gold_value, .initial_state = names[i]};
  return _cmocka_run_group_tests("gold", tests, count, NULL, NULL);
}
