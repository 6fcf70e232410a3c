/* ergode bench compare. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/compare.h"
#include "cli/common.h"
#include "output/table.h"

static int write_markdown(const cli_args *args, const bench_comparison *c) {
  const char *path = cli_value(args, "markdown");
  FILE *f = path ? fopen(path, "w") : NULL;
  if (!path) return 0;
  int error = f ? 0 : errno;
  if (f) {
    bench_compare_markdown(c, f);
    error = ferror(f) ? EIO : 0;
    if (fclose(f) != 0 && !error) error = errno;
  }
  if (error) cli_say(args, "%s can't be written: %s", path, strerror(error));
  return error ? 7 : 0;
}

static int write_all(const cli_args *args, const bench_comparison *c) {
  int code = 0;
  if (cli_given(args, "json")) {
    erg_json *j = cli_json_open();
    bench_compare_write(c, j);
    code = cli_json_close(args, j);
  } else {
    bench_compare_print(c, stdout, out_wants_colour(stdout));
  }
  int page = write_markdown(args, c);
  return code ? code : page;
}

int cli_bench_compare(const cli_args *args) {
  erg_problems problems;
  erg_problems_init(&problems);
  bench_stored *a = bench_stored_open(args->positional[0], &problems);
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
