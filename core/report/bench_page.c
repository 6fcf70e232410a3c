/* The page of a benchmark. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "read/memory.h"
#include "report/bench_report.h"
#include "report/bench_view.h"

enum { MOST_REASONS = 12, MOST_CONTESTS = 8 };

/* --- Verdict -------------------------------------------------------------------------- */

static int count(const bench_report *r, bench_verdict v, int peers) {
  int n = 0;
  for (int i = 0; i < r->n_rows; i++)
    n += r->rows[i].verdict == v && (peers < 0 || view_is_peer(&r->rows[i]) == peers);
  return n;
}

static int warning_count(const bench_report *r) {
  int n = r->n_warnings;
  for (int i = 0; i < r->n_rows; i++) n += r->rows[i].n_warnings;
  return n;
}

/* The sentence that the other views begin with; to be freed. */
static char *headline(const bench_report *r) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) erg_out_of_memory();
  show_head(r, out, "");
  if (fclose(out) != 0) erg_out_of_memory();
  text[strcspn(text, "\n")] = 0;
  return text;
}

static void put_ratio(FILE *out, const bench_contest *c) {
  const char *inverse = c->turned ? "inverse " : "", *low = c->turned ? "high" : "low",
             *high = c->turned ? "low" : "high";
  view_put(out, c->ratio, "%spairs/%d/ratio", inverse, c->pair);
  if (isnan(c->low)) return;
  fputs(" <span class=\"range\">[", out);
  view_put(out, c->low, "%spairs/%d/%s", inverse, c->pair, low);
  fputs(", ", out);
  view_put(out, c->high, "%spairs/%d/%s", inverse, c->pair, high);
  fputs("]</span>", out);
}

/* "radon, 4 chains: cpu 24,895 ESS/s [..], 1.32 times opencl's [..]" */
static void put_contest(FILE *out, const bench_report *r, const bench_contest *c) {
  const bench_row *best = &r->rows[c->best];
  const bench_estimate *e = &best->figures[BENCH_ESS_S];
  char label[VIEW_LABEL];
  page_box_line_begin(out, PAGE_NONE);
  view_put_text(out, r->subjects[c->workload].name, "workloads/%d/name", c->workload);
  view_label(r, c->best, label);
  fputs(": <b>", out);
  page_escaped(out, label);
  fputs("</b>, ", out);
  view_interval(out, e->median, e->low, e->high, "median", "rows/%d/figures/ess_s", c->best);
  fputs(" ESS/s", out);
  if (c->pair >= 0) {
    view_label(r, c->second, label);
    fputs(", ", out);
    put_ratio(out, c);
    fputs(" times that of ", out);
    page_escaped(out, label);
    fputs(c->outcome == WINNER_CLEAR   ? ""
          : c->outcome == WINNER_ALIKE ? " (equally fast)"
                                       : " (not certain)",
          out);
  } else if (c->outcome == WINNER_UNMATCHED) {
    fputs("; no other row has its chains and threads", out);
  }
  page_box_line_end(out);
}

static void put_counts(FILE *out, const bench_report *r) {
  static const char *const words[] = {"", "with wrong numbers", "failed", "not converged",
                                      "interrupted"};
  char text[200];
  int valid = count(r, BENCH_VALID, -1), n = 0, warnings = warning_count(r);
  size_t used = (size_t)snprintf(text, sizeof text, "%d of %d rows valid", valid, r->n_rows);
  if (valid < r->n_rows)
    used += (size_t)snprintf(text + used, sizeof text - used, ", %d INVALID (",
                             r->n_rows - valid);
  for (int v = BENCH_WRONG; v <= BENCH_INTERRUPTED; v++) {
    int some = count(r, (bench_verdict)v, -1);
    if (some)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%d %s", n++ ? ", " : "", some,
                               words[v]);
  }
  snprintf(text + used, sizeof text - used, "%s; %d warning%s", n ? ")" : "", warnings,
           warnings == 1 ? "" : "s");
  page_box_line(out, PAGE_NONE, text, NULL);
}

static void put_invalid(FILE *out, const bench_report *r) {
  int shown = 0, all = r->n_rows - count(r, BENCH_VALID, -1);
  for (int i = 0; i < r->n_rows && shown < MOST_REASONS; i++) {
    const bench_row *row = &r->rows[i];
    char label[VIEW_LABEL];
    if (row->verdict == BENCH_VALID) continue;
    view_label(r, i, label);
    page_box_line_begin(out, PAGE_NONE);
    fputs("<b class=\"bad\">INVALID</b>: ", out);
    view_put_text(out, r->subjects[row->workload].name, "workloads/%d/name", row->workload);
    fputs(", ", out);
    page_escaped(out, label);
    fputs(": ", out);
    view_put_text(out, row->reason, "rows/%d/reason", i);
    page_box_line_end(out);
    shown++;
  }
  if (shown < all) {
    char text[80];
    snprintf(text, sizeof text, "and %d more, named in the figures below", all - shown);
    page_box_line(out, PAGE_NONE, text, NULL);
  }
}

static void put_verdict(FILE *out, const bench_report *r) {
  int n = 0;
  bench_contest *list = view_contests(r, &n);
  char *text = headline(r);
  bool bad = !n || count(r, BENCH_WRONG, 0);
  bool doubtful = warning_count(r) || count(r, BENCH_FAILED, 0) ||
                  count(r, BENCH_NOT_CONVERGED, 0) || count(r, BENCH_INTERRUPTED, -1) ||
                  (r->baseline && (bench_compare_count(r->baseline, STATISTIC_SLOWER) ||
                                   bench_compare_count(r->baseline, STATISTIC_INVALID)));
  page_box_begin(out, bad ? PAGE_BAD : doubtful ? PAGE_WARNING : PAGE_GOOD, text);
  free(text);
  for (int i = 0; i < n && i < MOST_CONTESTS; i++) put_contest(out, r, &list[i]);
  if (n > MOST_CONTESTS) page_box_line(out, PAGE_NONE, "the others: see the figures below", NULL);
  put_counts(out, r);
  put_invalid(out, r);
  view_baseline_verdict(out, r);
  for (int i = 0; i < r->n_warnings; i++) {
    page_box_line_begin(out, PAGE_WARNING);
    view_put_text(out, r->warnings[i], "warnings/%d", i);
    page_box_line_end(out);
  }
  for (int i = 0; i < r->n_skipped; i++) {
    page_box_line_begin(out, PAGE_NONE);
    fputs("skipped ", out);
    view_put_text(out, r->skipped[i].backend, "skipped/%d/backend", i);
    fputs(": ", out);
    view_put_text(out, r->skipped[i].reason, "skipped/%d/reason", i);
    page_box_line_end(out);
  }
  page_box_end(out);
  free(list);
}

/* --- Sections --------------------------------------------------------------------------- */

typedef struct {
  const bench_document *d;
  const bench_report *r;
  report_figures figures;
  const char *draws;
  bool drawn;             /* there is a libcairo */
} state;

static void put_figures(FILE *out, const state *s, view_section section) {
  erg_problems problems;
  erg_problems_init(&problems);
  bool open = false;
  for (int i = 0; i < s->figures.n && s->drawn; i++) {
    const report_figure *g = &s->figures.list[i];
    char id[32];
    if (g->section != view_titles[section]) continue;
    if (!open) page_figures_begin(out, true);
    open = true;
    snprintf(id, sizeof id, "figure-%d", i + 1);
    if (!page_figure(out, g->figure, id, g->caption, g->wide, &problems) && problems.count)
      page_paragraph(out, problems.list[0].cause);
  }
  if (open) page_figures_end(out);
  erg_problems_free(&problems);
}

static bool any_figure(const bench_report *r, bench_figure f) {
  for (int i = 0; i < r->n_rows; i++)
    if (!isnan(view_figure(&r->rows[i], f))) return true;
  return false;
}

static bool put_machine(FILE *out, const state *s) {
  view_machine(out, s->d);
  return true;
}

static bool put_repeat(FILE *out, const state *s) {
  view_settings(out, s->d);
  return true;
}

static bool put_ess(FILE *out, const state *s) {
  if (!s->r->n_rows) return false;
  page_paragraph(out,
                 s->d->options.repeats < 3
                     ? "ESS/s: the lesser of bulk and tail ESS, the least of all quantities, over "
                       "the seconds of warm-up and sampling. Fewer than three cached runs a row: "
                       "there are no intervals."
                     : "ESS/s: the lesser of bulk and tail ESS, the least of all quantities, over "
                       "the seconds of warm-up and sampling. Medians of the cached runs with 95 % "
                       "intervals.");
  put_figures(out, s, VIEW_ESS);
  view_ess_table(out, s->r);
  if (any_figure(s->r, BENCH_ESS_S)) {
    page_subheading(out, "More of each row");
    view_rates_table(out, s->r);
  }
  return true;
}

static bool put_baseline(FILE *out, const state *s) {
  const bench_comparison *c = s->r->baseline;
  if (!c) return false;
  char *counts = bench_compare_counts(c);
  page_paragraph(out, counts);
  free(counts);
  put_figures(out, s, VIEW_BASELINE);
  view_baseline_tables(out, s->r);
  return true;
}

static bool put_stages(FILE *out, const state *s) {
  if (!any_figure(s->r, BENCH_CACHED_S) && !any_figure(s->r, BENCH_COLD_S)) return false;
  page_paragraph(out, "Whole runs, stage by stage: first with empty caches, then with filled ones "
                      "(each stage the median of the cached runs). Of an engine that can be "
                      "centred or not, the better form.");
  put_figures(out, s, VIEW_STAGE);
  view_stage_table(out, s->r);
  return true;
}

static bool put_scaling(FILE *out, const state *s) {
  if (!s->r->n_scaling) return false;
  page_paragraph(out, "Strong: the same chains on more. Weak: chains in proportion. Speedup over "
                      "one in chains done a second of warm-up and sampling; a speedup outside its "
                      "band is a warning.");
  put_figures(out, s, VIEW_SCALING);
  view_scaling_table(out, s->r);
  return true;
}

static bool put_telemetry(FILE *out, const state *s) {
  int run;
  bool any = false;
  for (int i = 0; i < s->r->n_rows && !any; i++)
    any = s->r->rows[i].verdict == BENCH_VALID && view_watched(&s->r->rows[i], &run);
  if (!any) return false;
  page_paragraph(out, "The first cached run of each backend's best row, sampled as it ran.");
  put_figures(out, s, VIEW_TELEMETRY);
  view_telemetry_table(out, s->r);
  return true;
}

static bool put_agreement(FILE *out, const state *s) {
  if (!s->r->n_rows) return false;
  page_paragraph(out, "Means and standard deviations of every quantity (of more than 256 those that "
                      "differ most) of each row's first run against a longer run of cpu with another "
                      "seed: z, in Monte Carlo standard errors of the two, and in per cent. The limit of z keeps the chance "
                      "of a false alarm in a row under 1e-4 and decides; the bands of 5 % for means "
                      "and 10 % for standard deviations are for looking: a mean near 0 or few draws "
                      "leave them by chance; beside the bands, how many means and standard deviations "
                      "are outside. Gates: the worst relative error of log density and gradient.");
  put_figures(out, s, VIEW_AGREEMENT);
  view_checks_table(out, s->r);
  view_agreement_table(out, s->r);
  return true;
}

static bool put_roofline(FILE *out, const state *s) {
  bool counted = false;
  for (int w = 0; w < s->r->n_subjects; w++) counted |= !isnan(s->r->subjects[w].bytes_gradient);
  if (!counted || !s->r->n_rows) return false;
  page_paragraph(out, "Bytes and operations of one gradient, counted from the compiled model, "
                      "against the peaks of the processor. Data that fit the caches are read "
                      "faster than memory gives them; calls of exp, log and the like are not "
                      "among the operations.");
  put_figures(out, s, VIEW_ROOFLINE);
  view_roofline_table(out, s->r);
  return true;
}

static bool put_convergence(FILE *out, const state *s) {
  if (!s->r->n_rows || !any_figure(s->r, BENCH_ESS_S)) return false;
  if (!any_figure(s->r, BENCH_CONVERGED_S)) {
    page_paragraph(out, "No run reached R-hat below 1.01 and 400 effective draws of every "
                        "quantity; longer runs would (--preset publication).");
    return true;
  }
  page_paragraph(out, "Seconds of warm-up and sampling until every quantity has R-hat below 1.01 "
                      "and 400 effective draws.");
  put_figures(out, s, VIEW_CONVERGENCE);
  view_convergence_table(out, s->r);
  return true;
}

static bool put_pairs(FILE *out, const state *s) {
  if (!s->r->n_pairs) return false;
  page_paragraph(out, "Rows with the same chains and threads, run by run on the same seeds: the "
                      "median of the ratios and its 95 % interval. Of cached_s, less is better; "
                      "break-even: kept draws from which the first, begun with empty caches, is "
                      "done before the second.");
  view_pairs_table(out, s->r);
  return true;
}

static bool put_advice(FILE *out, const state *s) {
  static const char *const titles[] = {"row", "about", "share", "what to do"},
                           *const warned[] = {"row", "kind", "warning"};
  char label[VIEW_LABEL], text[40];
  int advice = 0, warnings = 0;
  for (int i = 0; i < s->r->n_rows; i++) {
    advice += s->r->rows[i].n_advice;
    warnings += s->r->rows[i].n_warnings;
  }
  if (warnings) {
    page_subheading(out, "Warnings");
    page_table_begin(out, warned, 3, false);
  }
  for (int pass = 0; pass < 2; pass++) {
    if (pass && warnings) page_table_end(out);
    if (pass && advice) page_subheading(out, "Advice");
    if (pass && advice) page_table_begin(out, titles, 4, false);
    for (int i = 0; i < s->r->n_rows; i++) {
      const bench_row *row = &s->r->rows[i];
      view_label(s->r, i, label);
      char head[VIEW_LABEL + BENCH_NAME + 4];
      snprintf(head, sizeof head, "%.90s, %s", s->r->subjects[row->workload].name, label);
      for (int k = 0; k < (pass ? row->n_advice : row->n_warnings); k++) {
        page_row_begin(out);
        page_row_head(out, NULL, head);
        if (pass) {
          const bench_advice *a = &row->advice[k];
          view_cell_text(out, PAGE_NONE, a->stage, "rows/%d/advice/%d/stage", i, k);
          view_cell_text(out, PAGE_NONE, view_percent(a->share, text), "rows/%d/advice/%d/share",
                         i, k);
          view_cell_text(out, PAGE_NONE, a->text, "rows/%d/advice/%d/text", i, k);
        } else {
          view_cell_text(out, PAGE_NONE, row->warnings[k].kind, "rows/%d/warnings/%d/kind", i, k);
          view_cell_text(out, PAGE_NONE, row->warnings[k].text, "rows/%d/warnings/%d/text", i, k);
        }
        page_row_end(out);
      }
    }
  }
  if (advice) page_table_end(out);
  return advice || warnings;
}

static bool put_draws(FILE *out, const state *s) {
  return view_draws(out, s->r, s->draws, s->drawn);
}

/* --- All ------------------------------------------------------------------------------------ */

static const struct {
  const char *id, *title;
  bool (*put)(FILE *out, const state *s);
} sections[] = {{"machine", "Machine", put_machine},
                {"ess", "Effective draws a second", put_ess},
                {"baseline", "Against the baseline", put_baseline},
                {"stages", "Where the time goes", put_stages},
                {"scaling", "Scaling", put_scaling},
                {"telemetry", "While it ran", put_telemetry},
                {"agreement", "Agreement with the reference", put_agreement},
                {"roofline", "Limits of the machine", put_roofline},
                {"convergence", "Time to convergence", put_convergence},
                {"pairs", "Row against row", put_pairs},
                {"advice", "Warnings and advice", put_advice},
                {"draws", "Draws of the best rows", put_draws},
                {"repeat", "To repeat it", put_repeat}};
enum { SECTIONS = sizeof sections / sizeof *sections };

/* A section without anything is left out, of the links too. */
static void put_sections(FILE *out, const state *s) {
  char *texts[SECTIONS];
  for (int i = 0; i < SECTIONS; i++) {
    size_t size = 0;
    FILE *part = open_memstream(&texts[i], &size);
    if (!part) erg_out_of_memory();
    bool any = sections[i].put(part, s);
    if (fclose(part) != 0) erg_out_of_memory();
    if (any) continue;
    free(texts[i]);
    texts[i] = NULL;
  }
  fputs("<nav aria-label=\"Sections\">\n", out);
  for (int i = 0; i < SECTIONS; i++)
    if (texts[i]) fprintf(out, "<a href=\"#%s\">%s</a>\n", sections[i].id, sections[i].title);
  fputs("</nav>\n", out);
  for (int i = 0; i < SECTIONS; i++) {
    if (!texts[i]) continue;
    page_section(out, sections[i].id, sections[i].title);
    fputs(texts[i], out);
    free(texts[i]);
  }
}

/* Whether figures can be drawn; where not, says what is missing. */
static bool can_draw(FILE *out) {
  erg_problems problems;
  erg_problems_init(&problems);
  plot *p = plot_new(20, 20, NULL);
  char *svg = plot_svg(p, "probe", &problems), text[BENCH_TEXT];
  if (!svg && problems.count) {
    const struct erg_problem *one = &problems.list[0];
    snprintf(text, sizeof text, "This page has no figures: %.300s. Next: %.200s; then 'ergode "
             "report' writes it anew.", one->cause, one->next ? one->next : "install libcairo");
    page_paragraph(out, text);
  }
  bool good = svg != NULL;
  free(svg);
  plot_free(p);
  erg_problems_free(&problems);
  return good;
}

bool report_bench_html(const bench_document *d, const char *draws, const char *path,
                       erg_problems *p) {
  char *text = NULL, title[300];
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) erg_out_of_memory();
  const bench_options *o = &d->options;
  snprintf(title, sizeof title, "Ergode: benchmark%s%.200s", o->set ? " " : "",
           o->set ? o->set : "");
  state s = {.d = d, .r = &d->report, .draws = draws};
  page_begin(out, title);
  put_verdict(out, s.r);
  s.drawn = can_draw(out);
  if (s.drawn) report_bench_figures(s.r, &s.figures);
  put_sections(out, &s);
  page_end(out);
  if (fclose(out) != 0) erg_out_of_memory();
  report_figures_free(&s.figures);
  bool good = page_save(path, text, length, p);
  free(text);
  return good;
}
