#include "bench/scaling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/derive.h"
#include "bench/speedup.h"
#include "run/text.h"

static int extent(const bench_row *row, bool threads) {
  return threads ? row->threads : row->n_devices;
}

/* Whether `row` lies on the curve that begins at `one`. */
static bool belongs(const bench_row *one, const bench_row *row, bool threads,
                    speedup_kind kind) {
  int n = extent(row, threads);
  if (one->workload != row->workload || strcmp(one->backend, row->backend) ||
      strcmp(one->form, row->form) || strcmp(one->devices[0].id, row->devices[0].id))
    return false;
  if (extent(row, !threads) != extent(one, !threads)) return false;
  return row->chains == one->chains * (kind == SPEEDUP_WEAK ? n : 1);
}

/* Gradients of the devices' chains, over all cached runs. */
static void imbalance_of(const bench_row *row, bench_point *p) {
  int64_t sums[BENCH_CHAINS_KEPT] = {0};
  int chains = 0, who;
  for (int i = 0; i < bench_n_cached(row); i++) {
    const bench_once *f = bench_cached(row, i);
    chains = f->n_chain_gradients;
    for (int k = 0; k < chains; k++) sums[k] += f->chain_gradients[k];
  }
  p->imbalance = speedup_imbalance(sums, chains, p->n, &who);
  if (who >= 0) p->straggler = who;
}

static bench_point point_of(bench_report *r, int one, int row, bool threads, speedup_kind kind) {
  static const char *const verdicts[] = {"first", "pass", "warning", "no_band"};
  bench_row *of = &r->rows[row];
  bench_point p = {.n = extent(of, threads), .row = row, .seconds = NAN, .speedup = NAN,
                   .efficiency = NAN, .imbalance = NAN, .straggler = NAN, .band = {NAN, NAN}};
  double first = bench_work_seconds(&r->rows[one]), seconds = bench_work_seconds(of);
  speedup_point s = speedup_of(kind, p.n, first, seconds);
  p.band[0] = s.low;
  p.band[1] = s.high;
  bool base = r->rows[one].verdict == BENCH_VALID;
  if (of->verdict != BENCH_VALID || !base || isnan(s.speedup)) {
    snprintf(p.verdict, sizeof p.verdict, "skipped");
    if (of->verdict != BENCH_VALID)
      snprintf(p.reason, sizeof p.reason, "%s: %.500s", bench_verdict_text(of->verdict),
               of->reason);
    else
      snprintf(p.reason, sizeof p.reason, "%s", base ? "no timed run" : "the row of one is not "
               "valid: there is nothing to compare with");
    return p;
  }
  p.seconds = seconds;
  p.speedup = s.speedup;
  p.efficiency = s.efficiency;
  /* Threads take chains as they come; devices have fixed ones. */
  if (!threads) imbalance_of(of, &p);
  snprintf(p.verdict, sizeof p.verdict, "%s", verdicts[s.verdict]);
  bool brief = s.verdict != SPEEDUP_FIRST && !isnan(s.low) && fmax(first, seconds) < BENCH_NOISE_S;
  if (s.verdict == SPEEDUP_UNJUDGED)
    snprintf(p.reason, sizeof p.reason, "not judged: there is no band for %d", p.n);
  if (brief) {
    snprintf(p.verdict, sizeof p.verdict, "too_brief");
    snprintf(p.reason, sizeof p.reason, "not judged: runs of less than %g s", BENCH_NOISE_S);
  } else if (s.verdict == SPEEDUP_WARNING) {
    const char *axis = threads ? "threads" : "devices";
    bool under = s.speedup < s.low;
    bool one_processor = !threads && of->devices[0].kind == ERG_DEVICE_CPU;
    snprintf(p.reason, sizeof p.reason, "%s speedup %.2f on %d %s, %s the band %.1f to %.1f%s",
             kind == SPEEDUP_WEAK ? "weak" : "strong", s.speedup, p.n, axis, under ? "below" : "above", s.low, s.high,
             !under          ? ": the row of one was disturbed"
             : one_processor ? ": they are one processor"
                             : "");
    bench_warn(of, "scaling", "%s", p.reason);
  }
  return p;
}

static void add_curve(bench_report *r, int one, bool threads, speedup_kind kind) {
  bench_scaling c = {.workload = r->rows[one].workload};
  for (int n = 1; n <= 4096; n++) /* in the order of n, whatever that of the rows */
    for (int i = 0; i < r->n_rows; i++) {
      if (extent(&r->rows[i], threads) != n) continue;
      if (!belongs(&r->rows[one], &r->rows[i], threads, kind)) continue;
      c.points = run_grow(c.points, (size_t)(c.n_points + 1) * sizeof *c.points);
      c.points[c.n_points].row = i;
      c.n_points++;
    }
  if (c.n_points < 2) {
    free(c.points);
    return;
  }
  for (int i = 0; i < c.n_points; i++)
    c.points[i] = point_of(r, one, c.points[i].row, threads, kind);
  snprintf(c.backend, sizeof c.backend, "%s", r->rows[one].backend);
  snprintf(c.axis, sizeof c.axis, "%s", threads ? "threads" : "devices");
  snprintf(c.kind, sizeof c.kind, "%s", kind == SPEEDUP_WEAK ? "weak" : "strong");
  r->scaling = run_grow(r->scaling, (size_t)(r->n_scaling + 1) * sizeof *r->scaling);
  r->scaling[r->n_scaling++] = c;
}

void bench_scale(bench_report *r) {
  for (int one = 0; one < r->n_rows; one++)
    for (int threads = 0; threads < 2; threads++) {
      if (extent(&r->rows[one], threads) != 1) continue;
      add_curve(r, one, threads, SPEEDUP_STRONG);
      add_curve(r, one, threads, SPEEDUP_WEAK);
    }
}
