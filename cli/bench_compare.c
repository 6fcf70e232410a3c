/* ergode bench compare. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/compare.h"
#include "cli/common.h"
#include "output/table.h"
#include "read/whole_file.h"

static int write_markdown(const cli_args *args, const bench_comparison *c) {
  const char *path = cli_value(args, "markdown");
  if (!path) return 0;
  erg_whole_file f = erg_whole_open(path);
  if (f.out) bench_compare_markdown(c, f.out);
  int error = erg_whole_close(&f, 0);
  if (error) cli_say(args, "%s can't be written: %s", path, strerror(error));
  return error ? 7 : 0;
}

/* Standard output takes one of text, JSON and Markdown. */
static bool page_to_stdout(const cli_args *args) {
  const char *path = cli_value(args, "markdown");
  return path && !strcmp(path, "-");
}

static int write_all(const cli_args *args, const bench_comparison *c) {
  int code = 0;
  if (page_to_stdout(args)) return write_markdown(args, c);
  if (cli_given(args, "json")) {
    erg_json *j = cli_json_open();
    bench_compare_write(c, j);
    code = cli_json_close(args, j);
  } else {
    bench_look look = {.width = isatty(1) ? out_terminal_width(stdout) : 80,
                       .colour = out_wants_colour(stdout)};
    bench_compare_print(c, stdout, &look);
  }
  int page = write_markdown(args, c);
  return code ? code : page;
}

int cli_bench_compare(const cli_args *args) {
  erg_problems problems;
  erg_problems_init(&problems);
  bool good = !(page_to_stdout(args) && cli_given(args, "json")) ||
              erg_error(&problems, (erg_place){0}, "name a file for the page",
                        "standard output takes one of --json and --markdown -");
  bench_stored *a = good ? bench_stored_open(args->positional[0], &problems) : NULL;
  bench_stored *b = a ? bench_stored_open(args->positional[1], &problems) : NULL;
  bench_comparison *c = b ? bench_compare(a, b) : NULL;
  int code = 2;
  if (c) {
    code = write_all(args, c);
    if (!c->n_rows) {
      erg_error(&problems, (erg_place){0},
                "compare benchmarks of the same models, backends, chains and threads",
                "%s and %s have no row in common", c->a.name, c->b.name);
      code = code ? code : 2;
    }
    if (!code && cli_given(args, "strict") && bench_compare_is_bad(c)) code = 4;
  }
  cli_problems(&problems);
  erg_problems_free(&problems);
  bench_comparison_free(c);
  bench_stored_free(a);
  bench_stored_free(b);
  return code;
}
