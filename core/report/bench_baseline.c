/* The comparison with --baseline's document: a figure of ratios, tables of figures, of what
 * else differs, of rows that only one of the two has. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "read/memory.h"
#include "report/bench_lines.h"

enum { WIDTH = VIEW_LINES_WIDTH, LINE = 28, MOST = VIEW_MOST_LINES, MOST_NAMED = 8 };

/* "radon: cpu, 2 threads"; the id where this report hasn't the row. */
static void name_of(const bench_report *r, const compare_row *row, char *text, size_t size) {
  char label[VIEW_LABEL];
  snprintf(text, size, "%s", row->id);
  for (int i = 0; i < r->n_rows; i++) {
    if (strcmp(r->rows[i].id, row->id) != 0) continue;
    view_label(r, i, label);
    snprintf(text, size, "%.90s: %s", r->subjects[r->rows[i].workload].name, label);
    return;
  }
}

static page_tone tone_of(statistic_verdict v) {
  return v == STATISTIC_SLOWER || v == STATISTIC_INVALID ? PAGE_BAD
         : v == STATISTIC_AMBIGUOUS                      ? PAGE_WARNING
                                                         : PAGE_NONE;
}

/* --- Box ------------------------------------------------------------------------------ */

void view_baseline_verdict(FILE *out, const bench_report *r) {
  const bench_comparison *c = r->baseline;
  if (!c) return;
  bool worse = bench_compare_count(c, STATISTIC_SLOWER) || !c->n_rows;
  page_box_line_begin(out, worse ? PAGE_BAD : PAGE_NONE);
  fputs("Against the baseline ", out);
  view_put_text(out, c->a.name, "baseline/a/name");
  fprintf(out, " (A; this run is B): %d row%s in both", c->n_rows, c->n_rows == 1 ? "" : "s");
  for (int v = STATISTIC_FASTER; v <= STATISTIC_INVALID; v++) {
    const char *word = statistic_verdict_text((statistic_verdict)v);
    int n = bench_compare_count(c, (statistic_verdict)v);
    if (!n) continue;
    fputs(", ", out);
    view_put(out, n, "baseline/counts/%s", word);
    fprintf(out, " %s", word);
  }
  page_box_line_end(out);
  int named = 0;
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    char name[VIEW_LABEL + BENCH_NAME];
    if (tone_of(row->verdict) != PAGE_BAD || named++ >= MOST_NAMED) continue;
    name_of(r, row, name, sizeof name);
    page_box_line_begin(out, PAGE_NONE);
    fputs("<b class=\"bad\">", out);
    view_put_text(out, statistic_verdict_text(row->verdict), "baseline/rows/%d/verdict", i);
    bool invalid = row->verdict == STATISTIC_INVALID;
    fputs(invalid ? "</b> comparison: " : "</b> than the baseline: ", out);
    page_escaped(out, name);
    fputs(": ", out);
    view_put_text(out, row->reason, "baseline/rows/%d/reason", i);
    page_box_line_end(out);
  }
  if (named > MOST_NAMED)
    page_box_line(out, PAGE_NONE, "the others: see the comparison below", NULL);
}

/* --- Figure --------------------------------------------------------------------------- */

static plot_style style_of(statistic_verdict v) {
  plot_style s = plot_role(v == STATISTIC_SLOWER   ? PLOT_BAD
                           : v == STATISTIC_FASTER ? (plot_colour)(PLOT_SERIES + 2)
                                                   : PLOT_INK);
  s.width = 2;
  s.size = 8;
  s.marker = v == STATISTIC_FASTER    ? PLOT_TRIANGLE
             : v == STATISTIC_SLOWER  ? PLOT_SQUARE
             : v == STATISTIC_SAME    ? PLOT_DOT
                                      : PLOT_DIAMOND;
  return s;
}

/* Of rows from .. from + n - 1, each by its first figure. */
static plot *ratios(const bench_report *r, int from, int n) {
  const compare_row *rows = &r->baseline->rows[from];
  char **names = erg_alloc((size_t)n * sizeof *names + 1);
  const char **verdicts = erg_alloc((size_t)n * sizeof *verdicts + 1);
  double low = 1 / 1.1, high = 1.1, band[2] = {1 / 1.05, 1.05};
  bool used[STATISTIC_INVALID + 1] = {false}, intervals = false;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) erg_out_of_memory();
  for (int i = 0; i < n; i++) {
    char name[VIEW_LABEL + BENCH_NAME], number[40];
    name_of(r, &rows[i], name, sizeof name);
    names[i] = erg_copy(name, strlen(name));
    verdicts[i] = statistic_verdict_text(rows[i].verdict);
    fprintf(out, "%s%s: %s", i ? "; " : "", name, verdicts[i]);
    if (!rows[i].n_figures) continue;
    const statistic *ratio = &rows[i].figures[0].ratio;
    fprintf(out, " %s", view_number(ratio->median, number));
    low = fmin(low, fmin(ratio->median, ratio->low)); /* NaN is left out */
    high = fmax(high, fmax(ratio->median, ratio->high));
  }
  if (fclose(out) != 0) erg_out_of_memory();
  plot *p = plot_new(WIDTH, 52 + LINE * n, "Ratio to the baseline: effective draws a second");
  plot_describe(p, text);
  free(text);
  plot_categories(p, PLOT_Y, (const char *const *)names, n);
  plot_column(p, "", verdicts, n);
  bool log = high > 4 * low;
  plot_axis(p, PLOT_X, log ? "this run / baseline (log scale)" : "this run / baseline");
  if (log) plot_log(p, PLOT_X);
  plot_range(p, PLOT_X, low / 1.05, high * 1.05);
  plot_style wide = plot_role(PLOT_BAND);
  wide.width = LINE - 8;
  for (int i = 0; i < n; i++) {
    double at = i;
    plot_whiskers(p, wide, PLOT_X, &at, &band[0], &band[1], 1);
  }
  plot_style one = plot_role(PLOT_MUTED);
  one.dash = PLOT_DASHED;
  plot_rule(p, one, PLOT_X, 1);
  for (int i = 0; i < n; i++) {
    double at = i;
    if (!rows[i].n_figures) continue;
    const statistic *ratio = &rows[i].figures[0].ratio;
    plot_whiskers(p, style_of(rows[i].verdict), PLOT_X, &at, &ratio->low, &ratio->high, 1);
    plot_points(p, style_of(rows[i].verdict), &ratio->median, &at, 1);
    used[rows[i].verdict] = true;
    intervals |= !isnan(ratio->low);
  }
  for (int v = STATISTIC_FASTER; v < STATISTIC_INVALID; v++)
    if (used[v])
      plot_key(p, style_of((statistic_verdict)v), PLOT_KEY_MARKER,
               statistic_verdict_text((statistic_verdict)v));
  if (intervals) plot_key(p, plot_role(PLOT_INK), PLOT_KEY_LINE, "95 % interval");
  plot_key(p, plot_role(PLOT_BAND), PLOT_KEY_BOX, "the same, within 5 %");
  for (int i = 0; i < n; i++) free(names[i]);
  free(names);
  free(verdicts);
  return p;
}

void view_baseline_figures(const bench_report *r, report_figures *f) {
  int n = r->baseline ? r->baseline->n_rows : 0;
  for (int from = 0; from < n; from += MOST)
    report_figures_add(f, "baseline", "", view_titles[VIEW_BASELINE], "", false,
                       ratios(r, from, n - from < MOST ? n - from : MOST));
}

/* --- Tables --------------------------------------------------------------------------- */

static void put_source(FILE *out, const char *what, const char *key, const compare_source *s) {
  const struct {
    const char *key, *text;
  } facts[] = {{"name", s->name}, {"path", s->path}, {"time", s->time},
               {"ergode_version", s->version}, {"commit", s->commit}};
  page_row_begin(out);
  page_row_head(out, NULL, what);
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    view_cell_text(out, PAGE_TEXT, *facts[i].text ? facts[i].text : "-", "baseline/%s/%s", key,
                   facts[i].key);
  page_row_end(out);
}

static void put_sources(FILE *out, const bench_comparison *c) {
  static const char *const titles[] = {"", "name", "file", "time", "Ergode", "commit"};
  page_table_begin(out, titles, 6, false);
  put_source(out, "A: baseline", "a", &c->a);
  put_source(out, "B: this run", "b", &c->b);
  page_table_end(out);
}

static const char *words_of(compare_work w) {
  static const char *const words[] = {
      "not known whether the same leapfrogs were timed",
      "the same draws, bit by bit: the same leapfrogs were timed",
      "as many gradients in every pair of runs: the same leapfrogs, as far as the files tell",
      "other draws: effective draws differ by chance, too; gradients/s compares the programs"};
  return words[w];
}

enum { COLUMNS = 6 };

/* place: of the row; NULL: the text isn't in the document. */
static void put_words(FILE *out, const char *head, const char *text, int row, const char *place,
                      page_tone tone) {
  page_row_begin(out);
  page_row_head(out, NULL, head);
  page_wide_cell_begin(out, tone, COLUMNS - 1);
  if (place)
    view_put_text(out, text, "baseline/rows/%d/%s", row, place);
  else
    page_escaped(out, text);
  page_wide_cell_end(out);
  page_row_end(out);
}

static void put_figure(FILE *out, const compare_figure *f, int row, int k) {
#define AT "baseline/rows/%d/figures/%d"
  page_row_begin(out);
  page_row_head(out, NULL, bench_compare_title(f->figure));
  view_cell(out, f->a, AT "/a", row, k);
  view_cell(out, f->b, AT "/b", row, k);
  page_cell_begin(out, PAGE_NONE);
  view_interval(out, f->ratio.median, f->ratio.low, f->ratio.high, "ratio", AT, row, k);
  page_cell_end(out);
  view_cell(out, f->ratio.n, AT "/pairs", row, k);
  view_cell_text(out, f->judged ? tone_of(f->verdict) : PAGE_NONE,
                 f->judged ? statistic_verdict_text(f->verdict) : "-", AT "/verdict", row, k);
  page_row_end(out);
#undef AT
}

static void put_rows(FILE *out, const bench_comparison *c) {
  static const char *const titles[COLUMNS] = {"figure",       "A: baseline", "B: this run",
                                              "B / A [95 %]", "pairs",       "B is"};
  page_table_begin(out, titles, COLUMNS, true);
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    char place[60];
    snprintf(place, sizeof place, "baseline/rows/%d/id", i);
    page_group(out, place, row->id, COLUMNS);
    put_words(out, "verdict", statistic_verdict_text(row->verdict), i, "verdict",
              tone_of(row->verdict));
    put_words(out, "why", row->reason, i, "reason", PAGE_NONE);
    for (int k = 0; k < row->n_figures; k++) put_figure(out, &row->figures[k], i, k);
    if (row->pairs) put_words(out, "work", words_of(row->work), i, NULL, PAGE_NONE);
    for (int k = 0; k < row->n_notes; k++) {
      snprintf(place, sizeof place, "notes/%d", k);
      put_words(out, "note", row->notes[k], i, place, PAGE_NONE);
    }
  }
  page_table_end(out);
}

static void put_drift(FILE *out, const bench_comparison *c) {
  static const char *const titles[] = {"what", "A: baseline", "B: this run"};
  if (!c->n_drift) return;
  page_subheading(out, "Not the same in the two");
  page_table_begin(out, titles, 3, false);
  for (int i = 0; i < c->n_drift; i++) {
    const compare_drift *d = &c->drift[i];
    char place[60];
    snprintf(place, sizeof place, "baseline/drift/%d/what", i);
    page_row_begin(out);
    page_row_head(out, place, d->what);
    view_cell_text(out, PAGE_TEXT, d->a, "baseline/drift/%d/a", i);
    view_cell_text(out, PAGE_TEXT, d->b, "baseline/drift/%d/b", i);
    page_row_end(out);
  }
  page_table_end(out);
}

static void put_alone(FILE *out, const bench_comparison *c) {
  static const char *const titles[] = {"row", "only in", "why"};
  int count[2] = {0};
  if (!c->n_alone) return;
  page_subheading(out, "Rows that only one has");
  page_table_begin(out, titles, 3, false);
  for (int i = 0; i < c->n_alone; i++) {
    const compare_alone *one = &c->alone[i];
    const char *list = one->in_b ? "only_b" : "only_a";
    int k = count[one->in_b]++;
    char place[60];
    snprintf(place, sizeof place, "baseline/%s/%d/id", list, k);
    page_row_begin(out);
    page_row_head(out, place, one->id);
    page_cell(out, PAGE_NONE, one->in_b ? "B" : "A");
    view_cell_text(out, PAGE_TEXT, one->text, "baseline/%s/%d/text", list, k);
    page_row_end(out);
  }
  page_table_end(out);
}

void view_baseline_tables(FILE *out, const bench_report *r) {
  const bench_comparison *c = r->baseline;
  char *note = NULL;
  if (c->n_rows) put_rows(out, c);
  put_alone(out, c);
  put_drift(out, c);
  page_subheading(out, "The two");
  put_sources(out, c);
  if (asprintf(&note, "Ratios are medians over pairs of runs with the same repeat and seed. %s",
               bench_compare_apart) < 0)
    erg_out_of_memory();
  page_paragraph(out, note);
  free(note);
}
