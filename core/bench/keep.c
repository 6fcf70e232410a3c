/* Draws of the first cached runs, kept beside the results (--keep-draws). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/work.h"
#include "run/paths.h"
#include "run/text.h"

/* The number makes it unique; the id says whose draws they are. */
char *bench_draws_path(const char *folder, const bench_report *r, int row) {
  char *path = run_text("%s/draws/%03d-%s.nc", folder, row, r->rows[row].id);
  for (char *c = path + strlen(folder) + strlen("/draws/"); *c; c++) {
    bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                 (*c >= '0' && *c <= '9') || strchr("-_.=", *c);
    if (!plain) *c = '-';
  }
  return path;
}

/* The folder of runs and that of results may be on file systems of their own. */
static bool move_file(const char *from, const char *to) {
  if (rename(from, to) == 0) return true;
  if (errno != EXDEV) return false;
  FILE *in = fopen(from, "rbe"), *out = in ? fopen(to, "wbe") : NULL;
  char block[65536];
  size_t n;
  bool good = out != NULL;
  while (good && (n = fread(block, 1, sizeof block, in)) > 0) good = fwrite(block, 1, n, out) == n;
  if (in) good = !ferror(in) && good;
  int saved = errno;
  if (in) fclose(in);
  if (out && fclose(out) != 0 && good) {
    saved = errno;
    good = false;
  }
  if (out && !good) unlink(to);
  errno = saved;
  return good;
}

void bench_keep_draws(const bench_report *r, int row, const char *folder) {
  const bench_options *o = r->options;
  char *from = run_text("%s/out/draws.nc", folder), *to = bench_draws_path(o->out, r, row);
  char *draws = run_text("%s/draws", o->out);
  if (!run_make_folders(draws) || !move_file(from, to))
    bench_say(o, "%s: its draws can't be kept: %s", r->rows[row].id, strerror(errno));
  free(from);
  free(to);
  free(draws);
}

void bench_drop_outputs(const char *folder) {
  erg_private_folder_remove(run_text("%s/out", folder));
}

void bench_drop_draws(const bench_report *r) {
  for (int i = 0; i < r->n_rows; i++) {
    bench_verdict v = r->rows[i].verdict;
    if (v == BENCH_VALID || v == BENCH_INTERRUPTED) continue;
    char *path = bench_draws_path(r->options->out, r, i);
    unlink(path);
    free(path);
  }
}
