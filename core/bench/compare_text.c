/* A comparison on the terminal and in Markdown. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/compare.h"
#include "output/table.h"

static out_colour colour_of(statistic_verdict v) {
  static const out_colour colours[] = {OUT_GREEN, OUT_RED, OUT_PLAIN, OUT_YELLOW, OUT_RED};
  return colours[v];
}

static const char *title_of(bench_figure f) {
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

static void figure_cells(out_table *t, const compare_figure *f) {
  char ratio[32], low[32], high[32];
  ratio_text(f->ratio.median, ratio);
  ratio_text(f->ratio.low, low);
  ratio_text(f->ratio.high, high);
  out_table_cell(t, OUT_PLAIN, "%s", title_of(f->figure));
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

/* An id over the lines of its figures: workload, where it runs, how many chains and threads.
 * The last line has what is left. */
static void id_cell(out_table *t, const char *id, int line, int lines) {
  const char *where = strchr(id, '/'), *how = strstr(id, "/chains=");
  const char *starts[3] = {id, where && where != how ? where + 1 : NULL, how ? how + 1 : NULL};
  int n = 1;
  for (int i = 1; i < 3; i++)
    if (starts[i]) starts[n++] = starts[i];
  if (line >= n) {
    out_table_cell(t, OUT_PLAIN, "%s", "");
    return;
  }
  bool last = line == lines - 1 || line == n - 1;
  int length = last ? (int)strlen(starts[line]) : (int)(starts[line + 1] - starts[line]) - 1;
  out_table_cell(t, line ? OUT_DIM : OUT_PLAIN, "%s%.*s", line ? "  " : "", length, starts[line]);
}

/* Rows without figures are in the plain one alone; below the other they are named. */
static out_table *figures_table(const bench_comparison *c, bool plain) {
  out_table *t = out_table_new();
  out_table_column(t, "row", OUT_LEFT, 0);
  out_table_column(t, "figure", OUT_LEFT, 0);
  out_table_column(t, "A", OUT_RIGHT, 1);
  out_table_column(t, "B", OUT_RIGHT, 1);
  out_table_column(t, "B / A", OUT_RIGHT, 0);
  out_table_column(t, "95 % interval", OUT_LEFT, 0);
  out_table_column(t, "pairs", OUT_RIGHT, 2);
  out_table_column(t, "B is", OUT_LEFT, 0);
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    for (int k = 0; k < row->n_figures; k++) {
      if (plain)
        out_table_cell(t, OUT_PLAIN, "%s", row->id);
      else
        id_cell(t, row->id, k, row->n_figures);
      figure_cells(t, &row->figures[k]);
    }
    if (row->n_figures || !plain) continue;
    out_table_cell(t, OUT_PLAIN, "%s", row->id);
    for (int k = 0; k < 6; k++) out_table_cell(t, OUT_DIM, "-");
    out_table_cell(t, colour_of(row->verdict), "%s", statistic_verdict_text(row->verdict));
  }
  return t;
}

/* --- in words ------------------------------------------------------------------------- */

/* Twelve digits of the hash, and what follows it. */
static const char *short_commit(const char *hash, char text[static BENCH_TEXT]) {
  snprintf(text, BENCH_TEXT, "%.12s%.16s", hash, strlen(hash) > 40 ? hash + 40 : "");
  return text;
}

static void say_source(FILE *out, const char *name, const compare_source *s,
                       const char *bullet) {
  fprintf(out, "%s%s: %s", bullet, name, s->name);
  if (strcmp(s->name, s->path) != 0) fprintf(out, " (%s)", s->path);
  if (*s->time) fprintf(out, ", %s", s->time);
  if (*s->version) fprintf(out, ", Ergode %s", s->version);
  char commit[BENCH_TEXT];
  if (*s->commit) fprintf(out, ", commit %s", short_commit(s->commit, commit));
  fputc('\n', out);
}

static void say_work(const bench_comparison *c, FILE *out, const char *bullet) {
  int same = 0, counts = 0, judged = 0;
  for (int i = 0; i < c->n_rows; i++) {
    if (!c->rows[i].pairs) continue;
    judged++;
    same += c->rows[i].work == COMPARE_SAME_DRAWS;
    counts += c->rows[i].work == COMPARE_SAME_COUNTS;
  }
  if (same)
    fprintf(out, "%sThe same draws, bit by bit, in %d of %d rows: the same leapfrogs are timed, "
            "and the ratio of ESS/s is that of gradients/s.\n", bullet, same, judged);
  if (counts)
    fprintf(out, "%sAs many gradients in every pair of runs in %d of %d rows: the same leapfrogs, "
            "as far as the files tell.\n", bullet, counts, judged);
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    if (row->work == COMPARE_OTHER && row->gradients[0] > 0 && row->gradients[1] > 0 &&
        row->gradients[0] != row->gradients[1])
      fprintf(out, "%sother draws: %s (%lld gradients in A, %lld in B): ESS differs by chance as "
              "well; gradients/s is what compares the programs\n", bullet, row->id,
              (long long)row->gradients[0], (long long)row->gradients[1]);
    else if (row->work == COMPARE_OTHER)
      fprintf(out, "%sother draws: %s: ESS differs by chance as well; gradients/s is what compares "
              "the programs\n", bullet, row->id);
  }
}

static void say_rows(const bench_comparison *c, FILE *out, bool colour, const char *bullet) {
  for (int i = 0; i < c->n_rows; i++) {
    const compare_row *row = &c->rows[i];
    bool invalid = row->verdict == STATISTIC_INVALID;
    if (invalid || row->verdict == STATISTIC_AMBIGUOUS)
      fprintf(out, "%s%s%s%s %s: %s\n", bullet, colour ? invalid ? "\033[31m" : "\033[33m" : "",
              statistic_verdict_text(row->verdict), colour ? "\033[0m" : "", row->id, row->reason);
    for (int k = 0; k < row->n_notes; k++)
      fprintf(out, "%snote %s: %s\n", bullet, row->id, row->notes[k]);
  }
  for (int i = 0; i < c->n_alone; i++) {
    const compare_alone *one = &c->alone[i];
    fprintf(out, "%sonly in %s: %s%s%s\n", bullet, one->in_b ? "B" : "A", one->id,
            *one->text ? ": " : "", one->text);
  }
}

static void say_drift(const bench_comparison *c, FILE *out, const char *bullet) {
  for (int i = 0; i < c->n_drift; i++) {
    const compare_drift *d = &c->drift[i];
    char a[BENCH_TEXT], b[BENCH_TEXT];
    bool commit = !strcmp(d->what, "commit");
    fprintf(out, "%s%s: %s, then %s\n", bullet, d->what, commit ? short_commit(d->a, a) : d->a,
            commit ? short_commit(d->b, b) : d->b);
  }
}

static void say_counts(const bench_comparison *c, FILE *out) {
  fprintf(out, "%d row%s in both", c->n_rows, c->n_rows == 1 ? "" : "s");
  const char *before = ": ";
  for (int v = STATISTIC_FASTER; v <= STATISTIC_INVALID; v++) {
    int n = bench_compare_count(c, (statistic_verdict)v);
    if (!n) continue;
    fprintf(out, "%s%d %s", before, n, statistic_verdict_text((statistic_verdict)v));
    before = ", ";
  }
  fputs(c->n_rows ? " (each by its first figure)\n" : "\n", out);
}

/* An interval of few pairs is their range. It holds the median of what the pairs are drawn
 * from unless all of n lie on one side: 1 - 2 * (1/2)^n. */
static void say_pairs(const bench_comparison *c, FILE *out) {
  int least = 0;
  for (int i = 0; i < c->n_rows; i++)
    for (int k = 0; k < c->rows[i].n_figures; k++) {
      const compare_figure *f = &c->rows[i].figures[k];
      if (f->judged && f->ratio.n >= STATISTIC_LEAST && (!least || f->ratio.n < least))
        least = f->ratio.n;
    }
  if (least && least < COMPARE_ENOUGH)
    fprintf(out, "An interval of %d pairs is their range, and holds the true median in %.0f of 100 "
            "cases, not 95: --repeat %d or more makes verdicts surer.\n", least,
            100 * (1 - ldexp(1, 1 - least)), COMPARE_ENOUGH);
}

static const char apart[] =
    "The two were not run in turn: what changed on the machine between them is in the ratios.";

void bench_compare_print(const bench_comparison *c, FILE *out, bool colour) {
  say_source(out, "A", &c->a, "");
  say_source(out, "B", &c->b, "");
  int figures = 0;
  for (int i = 0; i < c->n_rows; i++) figures += c->rows[i].n_figures;
  if (figures) {
    fputc('\n', out);
    out_table *t = figures_table(c, false);
    out_table_print(t, out, 0, colour);
    out_table_free(t);
  }
  fputc('\n', out);
  say_work(c, out, "");
  say_rows(c, out, colour, "");
  if (c->n_drift) fprintf(out, "\nNot the same in A and B\n");
  say_drift(c, out, "  ");
  fprintf(out, "%s%s\n", c->n_drift ? "\n" : "", apart);
  say_pairs(c, out);
  say_counts(c, out);
}

void bench_compare_markdown(const bench_comparison *c, FILE *out) {
  fprintf(out, "## Comparison\n\n");
  say_counts(c, out);
  fputc('\n', out);
  if (c->n_rows) {
    out_table *t = figures_table(c, true);
    out_table_markdown(t, out);
    out_table_free(t);
    fputc('\n', out);
  }
  say_work(c, out, "- ");
  say_rows(c, out, false, "- ");
  say_source(out, "A", &c->a, "- ");
  say_source(out, "B", &c->b, "- ");
  fprintf(out, "\nRatios are medians over pairs of runs with the same repeat and seed, with 95 %% "
          "bootstrap intervals. %s\n", apart);
  say_pairs(c, out);
  if (!c->n_drift) return;
  fprintf(out, "\n### Not the same in A and B\n\n");
  say_drift(c, out, "- ");
}
