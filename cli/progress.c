#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define TERMINAL_INTERVAL_S 0.1
#define PLAIN_INTERVAL_S 5.0 /* doubled up to a minute */

const char *cli_seconds(double s, char out[static 32]) {
  if (s < 0.0995)
    snprintf(out, 32, "%.0f ms", 1000 * s);
  else if (s < 9.95)
    snprintf(out, 32, "%.1f s", s);
  else if (s < 119.5)
    snprintf(out, 32, "%.0f s", s);
  else if (s < 3600)
    snprintf(out, 32, "%.0f min %.0f s", floor(s / 60), fmod(s, 60));
  else
    snprintf(out, 32, "%.0f h %.0f min", floor(s / 3600), fmod(s, 3600) / 60);
  return out;
}

void cli_progress_init(cli_progress *p, bool quiet) {
  *p = (cli_progress){.quiet = quiet, .terminal = isatty(2), .was_warmup = true};
  p->interval_s = p->terminal ? TERMINAL_INTERVAL_S : PLAIN_INTERVAL_S;
}

void cli_progress_report(void *data, const run_progress *g) {
  cli_progress *p = data;
  if (p->quiet) return;
  bool turned = p->was_warmup && !g->warmup && g->warmup_total;
  p->was_warmup = g->warmup;
  if (g->elapsed_s - p->last_s < p->interval_s && !(turned && p->open)) return;
  p->last_s = g->elapsed_s;
  if (!p->terminal && p->interval_s < 60) p->interval_s *= 2;
  char left[32], line[256];
  int n = snprintf(line, sizeof line, "%-8s %3.0f %%  %lld of %lld",
                   g->warmup ? "warm-up" : "sampling",
                   100.0 * (double)g->done / (double)(g->total ? g->total : 1),
                   (long long)g->done, (long long)g->total);
  n += snprintf(line + n, sizeof line - (size_t)n, "  %lld divergent  step %.3g",
                (long long)g->divergent, g->step_size);
  n += snprintf(line + n, sizeof line - (size_t)n, "  %.3g gradients/s", g->gradients_per_s);
  if (!isnan(g->left_s))
    snprintf(line + n, sizeof line - (size_t)n, "  %s left", cli_seconds(g->left_s, left));
  if (p->terminal)
    fprintf(stderr, "\r%.*s\033[K", 120, line);
  else
    fprintf(stderr, "%s\n", line);
  fflush(stderr);
  p->open = true;
}

void cli_progress_end(cli_progress *p) {
  if (p->terminal && p->open) fputs("\r\033[K", stderr);
  p->open = false;
}
