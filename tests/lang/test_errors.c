/* Each model in errors/ is wrong; what is said about it must be what stands in
 * FILE.toml.expected. FILE.json or FILE.csv, where there is one, is its data; a model with [simulate]
 * is simulated. With ERGODE_UPDATE_EXPECTED=1 the expected texts are written anew. */
#include <unistd.h>

#include "../read/expected.h"
#include "made.h"

static char *say(const char *path) {
  char data_path[300];
  snprintf(data_path, sizeof data_path, "%.*s.json", (int)(strlen(path) - 5), path);
  if (access(data_path, R_OK) != 0)
    snprintf(data_path, sizeof data_path, "%.*s.csv", (int)(strlen(path) - 5), path);
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_read(path, &p);
  assert_non_null(source);
  lang_model *m = lang_parse(source, &p);
  erg_dataset *data = NULL;
  ir_graph *g = NULL;
  if (m && access(data_path, R_OK) == 0) {
    data = erg_dataset_read(data_path, &p);
    assert_non_null(data);
  } else if (m && lang_has_simulation(m)) {
    data = made_data(m, NULL, &p);
  }
  if (m && !erg_problems_any_error(&p)) g = lang_build(m, data, NULL, &p);
  if (g) print_error("%s: no problem found\n", path);
  assert_null(g);
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  erg_problems_print(&p, out, false);
  fclose(out);
  assert_true(erg_problems_any_error(&p));
  lang_free(m);
  erg_problems_free(&p);
  erg_dataset_free(data);
  erg_source_free(source);
  return text;
}

static bool is_model(const char *name) { return ends_with(name, ".toml"); }

static void errors(void **state) {
  (void)state;
  hold_texts("errors", is_model, say, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(errors)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
