/* bench.json, as `bench compare`, `--baseline` and `report` read it. Behind FUZZ_OTHER may
 * stand the document that the first is compared with; else it is compared with itself. */
#include "fuzz_benchmark.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/compare.h"
#include "report/bench_report.h"
#include "run/text.h"

static void compare(const bench_stored *a, const bench_stored *b, FILE *out) {
  static const bench_look look = {.width = 100};
  bench_comparison *c = bench_compare(a, b);
  bench_compare_print(c, out, &look);
  bench_compare_markdown(c, out);
  erg_json *j = erg_json_to(out);
  erg_json_object(j, NULL);
  bench_compare_write(c, j);
  erg_json_end(j);
  require(!erg_json_close(j));
  bench_compare_is_bad(c);
  bench_comparison_free(c);
}

static void show(const bench_document *d, const char *folder, FILE *out, erg_problems *p) {
  static const bench_look look = {.width = 100, .verbose = true};
  char *page = run_text("%s/report.html", folder), *csv = run_text("%s/bench.csv", folder),
       *markdown = run_text("%s/bench.md", folder);
  bench_print(&d->report, out, &look);
  require(report_bench_html(d, folder, page, p));
  require(!bench_write_markdown(&d->report, markdown));
  require(!bench_write_csv(&d->report, csv));
  report_figures figures;
  report_bench_figures(&d->report, &figures);
  for (int i = 0; i < figures.n; i++) require(!strchr(figures.list[i].name, '/'));
  report_figures_free(&figures);
  unlink(page);
  unlink(markdown);
  unlink(csv);
  free(page);
  free(markdown);
  free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  const char *cut = memmem(text, size, FUZZ_OTHER, sizeof FUZZ_OTHER - 1);
  size_t first = cut ? (size_t)(cut - text) : size;
  char folder[] = "/tmp/ergode-fuzz-XXXXXX", *shown = NULL;
  if (!mkdtemp(folder)) abort();
  char *path = run_text("%s/bench.json", folder);
  FILE *f = fopen(path, "w");
  if (!f || fwrite(data, 1, first, f) != first || fclose(f) != 0) abort();
  size_t length;
  FILE *out = open_memstream(&shown, &length);

  erg_problems p;
  erg_problems_init(&p);
  bench_stored *a = bench_stored_from_text("a", path, text, first, &p);
  require((a != NULL) != erg_problems_any_error(&p));
  bench_stored *b = NULL;
  if (a && cut) {
    size_t from = first + sizeof FUZZ_OTHER - 1;
    b = bench_stored_from_text("b", "b.json", text + from, size - from, &p);
  }
  if (a && b) compare(b, a, out);
  if (a) compare(a, b ? b : a, out);
  erg_problems_free(&p);

  erg_problems_init(&p);
  bench_document d;
  bool good = bench_document_read(path, &d, &p);
  require(good != erg_problems_any_error(&p));
  if (good) show(&d, folder, out, &p);
  bench_document_free(&d);
  finish(&p, !erg_problems_any_error(&p));
  bench_stored_free(a);
  bench_stored_free(b);
  fclose(out);
  free(shown);
  unlink(path);
  rmdir(folder);
  free(path);
  return 0;
}
