/* lang_show MODEL [DATA] [--dim NAME=SIZE]...: problems and the graph on stdout. */
#include <stdlib.h>
#include <string.h>

#include "lang/lang.h"
#include "made.h"

int main(int argc, char **argv) {
  const char *files[2] = {0};
  int n_files = 0;
  bool simulate = false;
  lang_size sizes[16];
  lang_options options = {.sizes = sizes};
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--simulate")) {
      simulate = true;
    } else if (!strcmp(argv[i], "--dim") && i + 1 < argc && options.n_sizes < 16) {
      char *equals = strchr(argv[++i], '=');
      if (!equals) return 2;
      *equals = 0;
      sizes[options.n_sizes++] = (lang_size){argv[i], atoll(equals + 1)};
    } else if (n_files < 2) {
      files[n_files++] = argv[i];
    }
  }
  if (!n_files) return 2;
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_read(files[0], &p);
  lang_model *m = source ? lang_parse(source, &p) : NULL;
  erg_dataset *data = m && files[1] ? erg_dataset_read(files[1], &p) : NULL;
  if (m && !files[1] && !simulate && lang_has_simulation(m)) data = made_data(m, &options, &p);
  ir_graph *g = NULL;
  if (m && (!files[1] || data))
    g = simulate ? lang_build_simulation(m, &options, NULL, &p)
                 : lang_build(m, data, &options, &p);
  erg_problems_print(&p, stdout, false);
  if (g) ir_print(g, stdout);
  bool good = g != NULL;
  ir_graph_free(g);
  lang_free(m);
  erg_problems_free(&p);
  erg_dataset_free(data);
  erg_source_free(source);
  return good ? 0 : 2;
}
