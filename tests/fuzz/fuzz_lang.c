/* A model, and behind a line "#data " its data as JSON: parsed, built, simulated. */
#include "fuzz.h"

#include <string.h>

#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  erg_problems p;
  erg_problems_init(&p);
  erg_source *s = erg_source_from_text("a.toml", (const char *)data, size);
  lang_model *m = lang_parse(s, &p);
  require((m != NULL) != erg_problems_any_error(&p));
  erg_dataset *d = NULL;
  ir_graph *g = NULL, *made = NULL;
  if (m) {
    const char *marker = strstr(s->text, "\n#data ");
    if (marker)
      d = erg_dataset_parse(erg_source_from_text("a.json", marker + 7, strlen(marker + 7)), &p);
    if (!erg_problems_any_error(&p)) {
      lang_size sizes[] = {{"g", 4}};
      lang_options options = {.sizes = sizes, .n_sizes = size % 3 == 0};
      g = lang_build(m, d, &options, &p);
      require((g != NULL) != erg_problems_any_error(&p));
      int before = p.count;
      options.from_prior = size % 2;
      made = lang_build_simulation(m, &options, NULL, &p);
      require(made != NULL || p.count > before);
    }
  }
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  erg_problems_print(&p, out, false);
  fclose(out);
  free(text);
  erg_problems_free(&p);
  ir_graph_free(g);
  ir_graph_free(made);
  lang_free(m);
  erg_dataset_free(d);
  erg_source_free(s);
  return 0;
}
