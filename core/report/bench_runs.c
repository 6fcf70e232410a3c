/* Tables of a benchmark's pairs of rows, and of its runs one by one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "report/bench_view.h"

static const char *const pair_titles[] = {"row",     "\tover",           "figure", "ratio",
                                          "verdict", "break-even draws", NULL};

static void put_pair(FILE *out, const bench_report *r, int i) {
  const bench_pair *p = &r->pairs[i];
  char label[VIEW_LABEL];
  view_row_begin(out, r, p->a);
  view_label(r, p->b, label);
  page_cell(out, PAGE_TEXT, label);
  page_cell(out, PAGE_TEXT, bench_compare_title(p->figure));
  page_cell_begin(out, PAGE_NONE);
  view_interval(out, p->ratio, p->low, p->high, "ratio", "pairs/%d", i);
  page_cell_end(out);
  view_cell_text(out, PAGE_NONE, p->verdict, "pairs/%d/verdict", i);
  view_cell(out, p->break_even_draws, "pairs/%d/break_even_draws", i);
  page_row_end(out);
}

/* Of the best rows first; all on demand where there are many. */
void view_pairs_table(FILE *out, const bench_report *r) {
  enum { MANY = 40 };
  bool many = r->n_pairs > MANY;
  int contests = 0;
  bench_contest *list = view_contests(r, &contests);
  for (int all = many ? 0 : 1; all < 2; all++) {
    int workload = -1;
    if (many && all) page_details_begin(out, "All pairs");
    view_table_begin(out, pair_titles);
    for (int i = 0; i < r->n_pairs; i++) {
      const bench_pair *p = &r->pairs[i];
      bool of_best = p->figure == BENCH_ESS_S && strcmp(p->verdict, "INVALID") != 0,
           best = false;
      for (int k = 0; k < contests; k++) best |= list[k].best == p->a || list[k].best == p->b;
      if (!all && !(of_best && best)) continue;
      if (p->workload != workload) view_group(out, r, workload = p->workload, pair_titles);
      put_pair(out, r, i);
    }
    page_table_end(out);
    if (many && all) page_details_end(out);
  }
  free(list);
}

void view_runs_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {
      "row",       "caches",   "seed",     "draws", "order",       "started (s)", "total (s)",
      "gradients", "bulk ESS", "tail ESS", "R-hat", "divergences", NULL};
  view_table_begin(out, titles);
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, true, &n);
    if (n) view_group(out, r, w, titles);
    for (int j = 0; j < n; j++)
      for (int k = 0; k < r->rows[rows[j]].n_runs; k++) {
        const bench_once *f = &r->rows[rows[j]].runs[k];
        int i = rows[j];
#define AT "rows/%d/runs/%d/"
        view_row_begin(out, r, i);
        page_cell(out, PAGE_NONE, f->kind == BENCH_COLD ? "empty" : "filled");
        view_cell(out, (double)f->seed, AT "seed", i, k);
        if (f->judged)
          view_cell_text(out, f->verdict == BENCH_VALID ? PAGE_NONE : PAGE_BAD,
                         bench_verdict_text((bench_verdict)f->verdict), AT "verdict", i, k);
        else
          page_cell(out, PAGE_NONE, "-");
        view_cell(out, f->order, AT "order", i, k);
        view_cell(out, f->started_s, AT "started_s", i, k);
        view_cell(out, f->stages.total, AT "stages/total_s", i, k);
        view_cell(out, (double)f->gradients, AT "gradients", i, k);
        view_cell(out, f->ess_bulk, AT "min_ess_bulk", i, k);
        view_cell(out, f->ess_tail, AT "min_ess_tail", i, k);
        char text[40];
        snprintf(text, sizeof text, isnan(f->r_hat) ? "-" : "%.4f", f->r_hat);
        view_cell_text(out, PAGE_NONE, text, AT "max_r_hat", i, k);
        view_cell(out, (double)f->divergent, AT "divergent", i, k);
#undef AT
        page_row_end(out);
      }
    free(rows);
  }
  page_table_end(out);
}
