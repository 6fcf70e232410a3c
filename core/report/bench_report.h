/* The report of a benchmark, from its bench.json: which figures, then one HTML page or a
 * file each. Every number of the page has its place in the document beside it (data-path;
 * tests/bench/report/recompute_bench.py holds them against one another). */
#ifndef ERGODE_REPORT_BENCH_REPORT_H
#define ERGODE_REPORT_BENCH_REPORT_H

#include "bench/read_document.h"
#include "report/run_report.h"

/* All figures, in the page's order; to be freed by report_figures_free. */
void report_bench_figures(const bench_report *r, report_figures *f);

/* One page by itself. draws: folder of draws that were kept (bench_draws_path), or NULL.
 * Without libcairo the page has no figures and says so. False with a problem where the
 * file can't be written. */
bool report_bench_html(const bench_document *d, const char *draws, const char *path,
                       erg_problems *p);

#endif
