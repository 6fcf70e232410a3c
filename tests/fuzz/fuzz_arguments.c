/* A command line, a word a line: found, parsed, its values asked for. */
#include "fuzz.h"

#include <string.h>

#include "cli/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static FILE *silent;
  if (!silent) silent = freopen("/dev/null", "w", stderr);
  char *text = malloc(size + 1), *words[64];
  int n = 0;
  memcpy(text, data, size);
  text[size] = 0;
  for (char *rest = text, *word; n < 64 && (word = strsep(&rest, "\n"));) words[n++] = word;
  int used = 0;
  const cli_command *c = cli_find(n, words, &used);
  if (c) {
    cli_args args;
    require(used >= 1 && used <= n);
    if (cli_parse(c, n - used, words + used, &args)) {
      require(cli_given(&args, "help") || (args.n_positional >= c->min_arguments &&
                                           args.n_positional <= c->max_arguments));
      for (int i = 0; i < args.n_given; i++) {
        const cli_option *o = args.given[i].option;
        free(cli_values(&args, o->name));
        if (o->kind == CLI_INTEGER) {
          int64_t v = cli_integer(&args, o->name, 0);
          require((double)v >= o->low && (double)v <= o->high);
        }
        if (o->kind == CLI_NUMBER) {
          double v = cli_number(&args, o->name, 0);
          require(v >= o->low && v <= o->high);
        }
      }
    }
    cli_args_free(&args);
  }
  free(text);
  return 0;
}
