/* A comparison on the terminal and in Markdown. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "output/table.h"
#include "run/text.h"

static out_colour colour_of(statistic_verdict v) {
  static const out_colour colours[] = {OUT_GREEN, OUT_RED, OUT_PLAIN, OUT_YELLOW, OUT_RED};
  return colours[v];
}

const char *bench_compare_title(bench_figure f) {
  switch (f) {
    case BENCH_ESS_S: return "min ESS/s";
    case BENCH_GRADIENTS_S: return "gradients/s";
    case BENCH_CACHED_S: return "cached s";
    case BENCH_COLD_S: return "cold s";
    default: return bench_figure_name(f);
  }
}

/* "1.034"; far from one as "0.00213", "1.2e+03". */
static void ratio_text(double v, char text[static 32]) {
  if (isnan(v))
    snprintf(text, 32, "-");
  else
    snprintf(text, 32, v >= 0.1 && v < 100 ? "%.3f" : "%.3g", v);
}

static void figure_cells(out_table *t, const compare_figure *f, const char *indent) {
  char ratio[32], low[32], high[32];
  ratio_text(f->ratio.median, ratio);
  ratio_text(f->ratio.low, low);
  ratio_text(f->ratio.high, high);
  out_table_cell(t, OUT_PLAIN, "%s%s", indent, bench_compare_title(f->figure));
  out_table_number(t, OUT_PLAIN, f->a, NAN);
  out_table_number(t, OUT_PLAIN, f->b, NAN);
  out_table_cell(t, OUT_BOLD, "%s", ratio);
  if (isnan(f->ratio.low))
    out_table_cell(t, OUT_DIM, "-");
  else
    out_table_cell(t, OUT_PLAIN, "%s to %s", low, high);
  out_table_cell(t, OUT_DIM, "%d", f->ratio.n);
  if (f->judged)
    out_table_cell(t, colour_of(f->verdict), "%s", statistic_verdict_text(f->verdict));
  else
    out_table_cell(t, OUT_DIM, "-");
}

static void add_columns(out_table *t) {
  out_table_column(t, "figure", OUT_LEFT, 0);
  out_table_column(t, "A", OUT_RIGHT, 1);
  out_table_column(t, "B", OUT_RIGHT, 1);
  out_table_column(t, "B / A", OUT_RIGHT, 0);
  out_table_column(t, "95 % interval", OUT_LEFT, 0);
  out_table_column(t, "pairs", OUT_RIGHT, 2);
  out_table_column(t, "B is", OUT_LEFT, 0);
}

/* A row's id above its figures; of a row without, the verdict and why. */
static out_table *screen_table(const bench_comparison *c) {
  out_table *t = out_table_new();
  add_columns(t);
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    if (row->n_figures)
      out_table_span(t, OUT_BOLD, "%s", row->id);
    else
      out_table_span(t, colour_of(row->verdict), "%s: %s, %s", row->id,
                     statistic_verdict_text(row->verdict), row->reason);
    for (int k = 0; k < row->n_figures; k++) figure_cells(t, &row->figures[k], "  ");
  }
  return t;
}

static out_table *page_table(const bench_comparison *c) {
  out_table *t = out_table_new();
  out_table_column(t, "row", OUT_LEFT, 0);
  add_columns(t);
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    for (int k = 0; k < row->n_figures; k++) {
      out_table_cell(t, OUT_PLAIN, "%s", row->id);
      figure_cells(t, &row->figures[k], "");
    }
    if (row->n_figures) continue;
    out_table_cell(t, OUT_PLAIN, "%s", row->id);
    for (int k = 0; k < 6; k++) out_table_cell(t, OUT_PLAIN, "-");
    out_table_cell(t, OUT_PLAIN, "%s", statistic_verdict_text(row->verdict));
  }
  return t;
}

/* --- in words ------------------------------------------------------------------------- */

/* Either the terminal, where lines are wrapped, or a page with bullets. */
typedef struct {
  FILE *out;
  int width;                /* 0: not wrapped */
  bool colour;
  const char *bullet;
} place;

static void say(const place *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const place *p, const char *format, ...) {
  char *text = NULL;
  va_list list;
  va_start(list, format);
  int n = vasprintf(&text, format, list);
  va_end(list);
  if (n < 0) return;
  if (p->width)
    out_wrap(p->out, text, p->width, 2, 0);
  else
    fprintf(p->out, "%s%s\n", p->bullet, text);
  free(text);
}

/* Twelve digits of the hash, and what follows it. */
static const char *short_commit(const char *hash, char text[static BENCH_TEXT]) {
  snprintf(text, BENCH_TEXT, "%.12s%.16s", hash, strlen(hash) > 40 ? hash + 40 : "");
  return text;
}

static void say_source(const place *p, const char *name, const compare_source *s) {
  char commit[BENCH_TEXT];
  bool other = strcmp(s->name, s->path) != 0;
  say(p, "%s: %s%s%s%s, %s, Ergode %s%s%s", name, s->name, other ? " (" : "",
      other ? s->path : "", other ? ")" : "", *s->time ? s->time : "time unknown",
      *s->version ? s->version : "of an unknown version", *s->commit ? ", commit " : "",
      short_commit(s->commit, commit));
}

static void say_work(const bench_comparison *c, const place *p) {
  int same = 0, counts = 0, judged = 0;
  for (int i = 0; i < c->n_rows; i++) {
    if (!c->rows[i].pairs) continue;
    judged++;
    same += c->rows[i].work == COMPARE_SAME_DRAWS;
    counts += c->rows[i].work == COMPARE_SAME_COUNTS;
  }
  if (same)
    say(p, "The same draws, bit by bit, in %d of %d rows: the same leapfrogs are timed, and the "
        "ratio of ESS/s is that of gradients/s.", same, judged);
  if (counts)
    say(p, "As many gradients in every pair of runs in %d of %d rows: the same leapfrogs, as far "
        "as the files tell.", counts, judged);
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    char numbers[80] = "";
    if (row->work != COMPARE_OTHER) continue;
    if (row->gradients[0] != row->gradients[1])
      snprintf(numbers, sizeof numbers, " (%lld gradients in A, %lld in B)",
               (long long)row->gradients[0], (long long)row->gradients[1]);
    say(p, "other draws: %s%s: ESS differs by chance as well; gradients/s is what compares the "
        "programs", row->id, numbers);
  }
}

/* A coloured word, then the rest. */
static void say_verdict(const place *p, const compare_row *row) {
  const char *word = statistic_verdict_text(row->verdict);
  if (p->colour) {
    fprintf(p->out, "%s%s\033[0m ", row->verdict == STATISTIC_INVALID ? "\033[31m" : "\033[33m",
            word);
    char *text = run_text("%s: %s", row->id, row->reason);
    out_wrap(p->out, text, p->width, 2, (int)strlen(word) + 1);
    free(text);
  } else {
    say(p, "%s %s: %s", word, row->id, row->reason);
  }
}

/* On the terminal, rows without figures have their reasons in the table. */
static void say_rows(const bench_comparison *c, const place *p) {
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    bool certain = row->verdict != STATISTIC_INVALID && row->verdict != STATISTIC_AMBIGUOUS;
    if (!certain && (row->n_figures || !p->width)) say_verdict(p, row);
    for (int k = 0; k < row->n_notes; k++) say(p, "note %s: %s", row->id, row->notes[k]);
  }
  for (int i = 0; i < c->n_alone; i++) {
    const compare_alone *one = &c->alone[i];
    say(p, "only in %s: %s%s%s", one->in_b ? "B" : "A", one->id, *one->text ? ": " : "",
        one->text);
  }
}

static void say_drift(const bench_comparison *c, const place *p) {
  for (int i = 0; i < c->n_drift; i++) {
    const compare_drift *d = &c->drift[i];
    char a[BENCH_TEXT], b[BENCH_TEXT];
    bool commit = !strcmp(d->what, "commit");
    say(p, "%s: %s, then %s", d->what, commit ? short_commit(d->a, a) : d->a,
        commit ? short_commit(d->b, b) : d->b);
  }
}

char *bench_compare_counts(const bench_comparison *c) {
  char *text = run_text("%d row%s in both", c->n_rows, c->n_rows == 1 ? "" : "s");
  const char *before = ": ";
  for (int v = STATISTIC_FASTER; v <= STATISTIC_INVALID; v++) {
    int n = bench_compare_count(c, (statistic_verdict)v);
    if (!n) continue;
    run_append(&text, "%s%d %s", before, n,
                            statistic_verdict_text((statistic_verdict)v));
    before = ", ";
  }
  if (!c->n_rows) return text;
  char *whole = run_text("%s (each by its first figure)", text);
  free(text);
  return whole;
}

const char bench_compare_apart[] =
    "The two were not run in turn: what changed on the machine between them is in the ratios.";

void bench_compare_print(const bench_comparison *c, FILE *out, const bench_look *look) {
  place p = {out, look->width, look->colour, ""};
  char *counts = bench_compare_counts(c);
  say_source(&p, "A", &c->a);
  say_source(&p, "B", &c->b);
  if (c->n_rows) {
    fputc('\n', out);
    out_table *t = screen_table(c);
    out_table_print(t, out, look->width, look->colour);
    out_table_free(t);
  }
  fputc('\n', out);
  say_work(c, &p);
  say_rows(c, &p);
  if (c->n_drift) {
    fputs("\nNot the same in A and B\n", out);
    say_drift(c, &p);
    fputc('\n', out);
  }
  say(&p, "%s", bench_compare_apart);
  say(&p, "%s", counts);
  free(counts);
}

void bench_compare_markdown(const bench_comparison *c, FILE *out) {
  place bullets = {out, 0, false, "- "};
  char *counts = bench_compare_counts(c);
  fprintf(out, "## Comparison\n\n%s\n\n", counts);
  free(counts);
  if (c->n_rows) {
    out_table *t = page_table(c);
    out_table_markdown(t, out);
    out_table_free(t);
    fputc('\n', out);
  }
  say_work(c, &bullets);
  say_rows(c, &bullets);
  say_source(&bullets, "A", &c->a);
  say_source(&bullets, "B", &c->b);
  fprintf(out, "\nRatios are medians over pairs of runs with the same repeat and seed, with 95 %% "
          "intervals. %s\n", bench_compare_apart);
  if (!c->n_drift) return;
  fprintf(out, "\n### Not the same in A and B\n\n");
  say_drift(c, &bullets);
}
