/* Draws as Stan CSV: read, summarised, printed. */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 3 && (!memcmp(data, "CDF", 3) || !memcmp(data, "\211HDF", 4)))
    return 0; /* libnetcdf's business */
  int file = memfd_create("draws.csv", MFD_CLOEXEC);
  if (file < 0 || write(file, data, size) != (ssize_t)size) abort();
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  const char *const paths[] = {path, path};
  erg_problems p;
  erg_problems_init(&p);
  out_draws *d = out_draws_open(paths, 1 + (int)(size % 2), &p);
  require((d != NULL) != erg_problems_any_error(&p));
  diag_limits limits = diag_limits_default();
  out_summary *s = d ? out_summary_from_draws(d, &limits, 1, &p) : NULL;
  if (d) require((s != NULL) != erg_problems_any_error(&p));
  if (s) {
    out_report report = {.info = &out_draws_schema(d)->info};
    free(out_json_text(s, &report));
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    out_print_summary(s, &report, out, false);
    fclose(out);
    free(text);
    out_summary_free(s);
  }
  out_draws_close(d);
  close(file);
  finish(&p, !erg_problems_any_error(&p));
  return 0;
}
