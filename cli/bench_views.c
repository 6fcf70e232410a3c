/* ergode report of a benchmark: page, figures, Markdown, CSV. */
#include "cli/bench_views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/bench_report.h"
#include "run/text.h"

char *cli_bench_path(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return NULL;
  char *file = S_ISDIR(status.st_mode) ? run_text("%s/bench.json", path) : run_text("%s", path);
  if (stat(file, &status) == 0 && S_ISREG(status.st_mode) && bench_document_is(file)) return file;
  free(file);
  return NULL;
}

/* The folder of a file; to be freed. */
static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? run_text("%.*s", (int)(slash - path), path) : run_text(".");
}

bool cli_bench_page(const char *folder, erg_problems *p) {
  char *json = run_text("%s/bench.json", folder), *page = run_text("%s/report.html", folder);
  bench_document d;
  bool good = bench_document_read(json, &d, p) && report_bench_html(&d, folder, page, p);
  bench_document_free(&d);
  free(json);
  free(page);
  return good;
}

static bool write_text(const char *path, const bench_report *r,
                       int (*write)(const bench_report *r, const char *path), erg_problems *p) {
  int error = write(r, path);
  if (!error) {
    if (strcmp(path, "-")) printf("%s\n", path);
    return true;
  }
  return erg_error(p, (erg_place){0}, "free space, or write elsewhere", "%s can't be written: %s",
                   path, strerror(error));
}

static bool write_all(const cli_args *args, const bench_document *d, const char *json,
                      erg_problems *p) {
  const char *plots = cli_value(args, "plots"), *format = cli_value(args, "format"),
             *html = cli_value(args, "html"), *markdown = cli_value(args, "markdown"),
             *csv = cli_value(args, "csv");
  bool good = true;
  if (html || !(plots || markdown || csv)) {
    char *folder = folder_of(json),
         *page = html ? run_text("%s", html) : run_text("%s/report.html", folder);
    good = report_bench_html(d, folder, page, p);
    if (good) printf("%s\n", page);
    free(folder);
    free(page);
  }
  if (good && plots) {
    report_figures figures;
    report_bench_figures(&d->report, &figures);
    good = report_run_save(&figures, plots, format ? format : "svg", p);
    if (good) printf("%s: %d figures\n", plots, figures.n);
    report_figures_free(&figures);
  }
  if (good && markdown) good = write_text(markdown, &d->report, bench_write_markdown, p);
  if (good && csv) good = write_text(csv, &d->report, bench_write_csv, p);
  return good;
}

int cli_bench_report(const cli_args *args, const char *json) {
  erg_problems problems;
  erg_problems_init(&problems);
  bench_document d;
  int code = 2;
  bool good = !cli_given(args, "params") ||
              erg_error(&problems, (erg_place){0}, "leave it out", "--params is for draws, %s is a "
                        "benchmark", json);
  if (args->n_positional > 1)
    good = erg_error(&problems, (erg_place){0}, "ergode report once for each",
                     "%s is a benchmark: it goes into no page with anything else", json);
  if (bench_document_read(json, &d, &problems) && good)
    code = write_all(args, &d, json, &problems) ? 0 : 7;
  bench_document_free(&d);
  cli_problems(&problems);
  erg_problems_free(&problems);
  return code;
}
