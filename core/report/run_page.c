/* The page of a run, and its figures as files. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/table.h"
#include "read/memory.h"
#include "report/page.h"
#include "report/run_report.h"

static page_tone tone_of(int32_t verdict) {
  return verdict == ERG_VERDICT_BAD       ? PAGE_BAD
         : verdict == ERG_VERDICT_WARNING ? PAGE_WARNING
         : verdict == ERG_VERDICT_GOOD    ? PAGE_GOOD
                                          : PAGE_NONE;
}

static void put_verdict(FILE *out, const out_summary *s) {
  const diag_verdict *v = &s->verdict;
  char text[200];
  snprintf(text, sizeof text, "Verdict: %s (%d chain%s of %" PRId64 " draws%s)",
           diag_verdict_text(v->verdict), s->chains, s->chains == 1 ? "" : "s", s->draws,
           s->interrupted ? ", interrupted" : "");
  page_box_begin(out, tone_of(v->verdict), text);
  for (int i = 0; i < v->n; i++)
    page_box_line(out, tone_of(v->findings[i].verdict), v->findings[i].text,
                  v->findings[i].next);
  page_box_end(out);
}

static void put_number(FILE *out, page_tone tone, double value, double error) {
  char text[64];
  out_format(value, error, text, sizeof text);
  page_cell(out, tone, text);
}

/* Two significant digits. */
static void put_error(FILE *out, double value) {
  char text[64];
  if (!(value > 1e-6 && value < 1e6))
    snprintf(text, sizeof text, isnan(value) ? "-" : "%.2g", value);
  else
    snprintf(text, sizeof text, "%.*f", (int)fmax(0, 1 - floor(log10(value))), value);
  page_cell(out, PAGE_NONE, text);
}

static void put_rows(FILE *out, const out_summary *s, int64_t from, int64_t to) {
  static const char *const titles[] = {"parameter", "mean", "MCSE", "sd", "median", "5.5 %",
                                       "94.5 %", "R-hat", "bulk ESS", "tail ESS"};
  double least = s->limits.ess_per_chain * s->chains;
  char text[300];
  page_table_begin(out, titles, 10, true);
  for (int64_t i = from; i < to; i++) {
    const diag_summary *r = &s->rows[i];
    out_element_name(s->schema, s->variable[i], s->element[i], true, text, sizeof text);
    page_row_begin(out);
    page_row_head(out, NULL, text);
    put_number(out, PAGE_NONE, r->mean, r->mcse_mean);
    put_error(out, r->mcse_mean);
    put_number(out, PAGE_NONE, r->sd, r->mcse_sd);
    put_number(out, PAGE_NONE, r->median, r->mcse_median);
    put_number(out, PAGE_NONE, r->low89, r->mcse_q5);
    put_number(out, PAGE_NONE, r->high89, r->mcse_q95);
    snprintf(text, sizeof text, isnan(r->r_hat) ? "-" : "%.3f", r->r_hat);
    page_cell(out, r->r_hat > s->limits.r_hat ? PAGE_BAD : PAGE_NONE, text);
    const double ess[2] = {r->ess_bulk, r->ess_tail};
    for (int k = 0; k < 2; k++) {
      snprintf(text, sizeof text, isnan(ess[k]) ? "-" : "%.0f", ess[k]);
      page_cell(out, !r->constant && ess[k] < least ? PAGE_BAD : PAGE_NONE, text);
    }
    page_row_end(out);
  }
  page_table_end(out);
}

/* Figures are soon in sight: of a long table the rest is shown on demand. */
static void put_table(FILE *out, const out_summary *s) {
  enum { AT_ONCE = 20 };
  int64_t n = s->n < REPORT_MOST_ROWS ? s->n : REPORT_MOST_ROWS,
          first = n > AT_ONCE + 4 ? AT_ONCE : n;
  char text[300];
  page_heading(out, "Parameters");
  put_rows(out, s, 0, first);
  if (n > first) {
    snprintf(text, sizeof text, "%" PRId64 " more", n - first);
    page_details_begin(out, text);
    put_rows(out, s, first, n);
    page_details_end(out);
  }
  if (n < s->n) {
    snprintf(text, sizeof text,
             "The first %" PRId64 " of %" PRId64 "; 'ergode summary --all' shows all.", n, s->n);
    page_paragraph(out, text);
  }
}

static void put_setting(FILE *out, const char *name, const char *value) {
  if (!value || !*value) return;
  page_row_begin(out);
  page_row_head(out, NULL, name);
  page_cell(out, PAGE_NONE, value);
  page_row_end(out);
}

static void put_whole(FILE *out, const char *name, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%" PRId64, value);
  put_setting(out, name, text);
}

static double mean_of(const double *values, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += values[i] / n;
  return sum;
}

static void put_mean(FILE *out, const char *name, const double *values, int chains) {
  char text[64];
  if (!values) return;
  snprintf(text, sizeof text, "%.4g", mean_of(values, chains));
  put_setting(out, name, text);
}

static void put_settings(FILE *out, const out_summary *s) {
  const out_info *i = &s->schema->info;
  page_heading(out, "Settings");
  page_table_begin(out, NULL, 2, false);
  put_setting(out, "model", i->model);
  put_setting(out, "model file", i->model_file);
  put_setting(out, "data", i->data_file);
  put_setting(out, "command", i->command);
  put_setting(out, "Ergode", i->version);
  put_setting(out, "made", i->created_at);
  put_setting(out, "backend", i->backend);
  put_setting(out, "device", i->device);
  put_setting(out, "algorithm", i->algorithm);
  put_setting(out, "metric", i->metric);
  put_whole(out, "chains", s->chains);
  if (i->n_warmup > 0) put_whole(out, "warm-up draws", i->n_warmup);
  put_whole(out, "draws", s->draws);
  if (i->thin > 1) put_whole(out, "thin", i->thin);
  if (i->command) put_whole(out, "seed", (int64_t)i->seed);
  if (i->max_depth > 0) put_whole(out, "maximum tree depth", i->max_depth);
  if (i->target_accept > 0) put_mean(out, "target acceptance", &i->target_accept, 1);
  put_mean(out, "mean acceptance", s->acceptance, s->chains);
  put_mean(out, "mean step size", s->step_size, s->chains);
  put_mean(out, "mean tree depth", s->mean_depth, s->chains);
  page_table_end(out);
}

/* What a section shows, once above its figures. */
static const char *about(const char *section) {
  if (!strcmp(section, "Chains"))
    return "Parameters with the worst R-hat and ESS, or those chosen. Good chains overlap "
           "without trend. A chain's rank counts stay in the band for independent draws; "
           "correlated draws stray somewhat further, and a chain that stays high or low at one "
           "end hasn't mixed.";
  if (!strcmp(section, "Intervals")) return "Medians with central 50 % and 89 % intervals.";
  if (!strcmp(section, "Posterior predictive checks"))
    return "The observed data against sets of the same size drawn from the model, one with each "
           "posterior draw. p is the share of replicated sets whose mean or standard deviation "
           "is at least the observed one: near 0 or 1, the model doesn't make data like these.";
  if (!strcmp(section, "Pairs"))
    return "At most 2000 draws, and every divergent one. Divergences that gather in a corner "
           "show where the posterior bends too sharply for the step size.";
  return NULL;
}

static bool put_figures(FILE *out, const report_figures *f, erg_problems *p) {
  const char *section = "";
  bool good = true;
  for (int i = 0; good && i < f->n; i++) {
    const report_figure *g = &f->list[i];
    if (strcmp(g->section, section)) {
      if (*section) page_figures_end(out);
      page_heading(out, section = g->section);
      if (about(section)) page_paragraph(out, about(section));
      page_figures_begin(out, false);
    }
    char id[32];
    snprintf(id, sizeof id, "figure-%d", i + 1);
    good = page_figure(out, g->figure, id, g->caption, g->wide, p);
  }
  if (*section) page_figures_end(out);
  return good;
}

bool report_run_html(const out_summary *s, const report_figures *f, const char *path,
                     erg_problems *p) {
  char *text = NULL, title[200];
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) erg_out_of_memory();
  const char *model = s->schema->info.model;
  snprintf(title, sizeof title, "Ergode: %s", model ? model : "sampling run");
  page_begin(out, title);
  put_verdict(out, s);
  put_table(out, s);
  bool good = put_figures(out, f, p);
  put_settings(out, s);
  page_end(out);
  if (fclose(out) != 0) erg_out_of_memory();
  good = good && page_save(path, text, length, p);
  free(text);
  return good;
}

bool report_run_save(const report_figures *f, const char *folder, const char *format,
                     erg_problems *p) {
  char path[PATH_MAX];
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return erg_error(p, (erg_place){0}, "name a folder in one that exists",
                     "the folder %s can't be made: %s", folder, strerror(errno));
  for (int i = 0; i < f->n; i++) {
    snprintf(path, sizeof path, "%s/%s.%s", folder, f->list[i].name, format);
    if (!plot_save(f->list[i].figure, path, p)) return false;
  }
  return true;
}
