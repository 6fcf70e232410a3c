/* rows.jsonl of a benchmark that is to be resumed. */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "bench/work.h"
#include "run/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char folder[] = "/tmp/ergode-fuzz-XXXXXX";
  if (!mkdtemp(folder)) abort();
  char *path = bench_journal_path(folder);
  FILE *f = fopen(path, "w");
  if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0) abort();
  erg_problems p;
  erg_problems_init(&p);
  bench_workloads w = {0};
  bench_options o = {.workloads = &w, .out = folder, .resume = true, .version = "0.1.0"};
  bench_resumed held;
  bool good = bench_resume_read(folder, &o, &w, &held, &p);
  require(good != erg_problems_any_error(&p));
  bench_report r = {.options = &o};
  bench_journal *j = NULL;
  if (good && bench_journal_open(&r, &j, &p)) {
    bench_row row = {.id = "cpu"};
    row.runs = run_alloc(4 * sizeof *row.runs);
    char promise[BENCH_NAME], digest[65];
    bench_journal_take(j, &r, &row, BENCH_COLD, 0, promise, digest);
    bench_journal_take(j, &r, &row, BENCH_CACHED, 0, promise, digest);
    require(bench_journal_seconds(j) >= 0);
    free(row.runs);
  }
  bench_journal_close(j);
  bench_workloads_free(&w);
  bench_resumed_free(&held);
  finish(&p, !erg_problems_any_error(&p));
  unlink(path);
  rmdir(folder);
  free(path);
  return 0;
}
