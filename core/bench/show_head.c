/* The verdict in words, hardware, settings; notes at the end. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/derive.h"
#include "bench/show.h"
#include "bench/winner.h"
#include "run/text.h"

/* --- who wins --------------------------------------------------------------------------- */

static void tell_undecided(const bench_report *r, const bench_contest *w, const char *best,
                           const char *second, FILE *out) {
  const bench_estimate *a = &r->rows[w->best].figures[BENCH_ESS_S],
                       *b = &r->rows[w->second].figures[BENCH_ESS_S];
  char one[SHOW_NUMBER], other[SHOW_NUMBER], ratio[SHOW_NUMBER], range[SHOW_NUMBER];
  fprintf(out, "undecided between %s (%s ESS/s) and %s (%s): ", best,
          show_number(a->median, one), second, show_number(b->median, other));
  show_number(w->ratio, ratio);
  if (isnan(w->low))
    fprintf(out, "%s times in %d run%s of each; --repeat 5 tells chance from difference", ratio,
            a->n, a->n == 1 ? "" : "s");
  else
    fprintf(out, "run by run %s times (95 %%: %s)", ratio, show_range(w->low, w->high, range));
}

static void tell_result(const bench_report *r, const bench_contest *w, FILE *out) {
  char best[SHOW_NAME], second[SHOW_NAME], ess[SHOW_NUMBER], ratio[SHOW_NUMBER];
  char range[SHOW_NUMBER];
  if (w->outcome == WINNER_NONE) {
    fprintf(out, "no valid row");
    return;
  }
  const bench_row *row = &r->rows[w->best];
  show_row_in_full(r, row, best);
  show_number(row->figures[BENCH_ESS_S].median, ess);
  if (w->outcome == WINNER_ALONE) {
    fprintf(out, "%s has %s ESS/s, and nothing valid to be compared with", best, ess);
    return;
  }
  if (w->outcome == WINNER_UNMATCHED) {
    fprintf(out, "%s has most, %s ESS/s; no other row has its chains and threads", best, ess);
    return;
  }
  show_row_in_full(r, &r->rows[w->second], second);
  show_number(w->ratio, ratio);
  show_range(w->low, w->high, range);
  if (w->outcome == WINNER_CLEAR)
    fprintf(out, "%s wins with %s ESS/s, %s times %s (95 %%: %s)", best, ess, ratio, second,
            range);
  else if (w->outcome == WINNER_ALIKE)
    fprintf(out, "%s and %s are equally fast: %s ESS/s, a ratio of %s (95 %%: %s)", best,
            second, ess, ratio, range);
  else
    tell_undecided(r, w, best, second, out);
}

/* --- the whole benchmark ---------------------------------------------------------------- */

static void tell_validity(const bench_report *r, FILE *out) {
  int n = 0, valid = 0;
  for (int i = 0; i < r->n_rows; i++) {
    if (bench_is_lesser_form(r, i)) continue;
    n++;
    valid += r->rows[i].verdict == BENCH_VALID;
  }
  if (valid == n)
    fprintf(out, n == 1 ? " The row is valid." : n == 2 ? " Both rows are valid."
                                                        : " All %d rows are valid.", n);
  else
    fprintf(out, n == 1 ? " The row is INVALID." : " %d of %d rows INVALID.", n - valid, n);
}

/* "cpu wins 3 of 5 workloads, opencl pocl:0 wins 1, 1 is undecided". */
static void tell_score(const bench_report *r, const bench_contest *results, FILE *out) {
  static const char *const others[] = {"", "equally fast", "undecided",
                                       "with nothing like the best row", "with one valid row",
                                       "without a valid row"};
  char name[SHOW_NAME], other[SHOW_NAME];
  int n = r->n_subjects, said = 0, count[WINNER_OUTCOMES] = {0};
  for (int i = 0; i < n; i++) {
    count[results[i].outcome]++;
    if (results[i].outcome != WINNER_CLEAR) continue;
    show_row(&r->rows[results[i].best], name);
    int wins = 0;
    bool seen = false;
    for (int k = 0; k < n; k++) {
      if (results[k].outcome != WINNER_CLEAR) continue;
      if (strcmp(name, show_row(&r->rows[results[k].best], other)) != 0) continue;
      wins++;
      seen |= k < i;
    }
    if (seen) continue;
    fprintf(out, "%s%s wins %d", said ? ", " : "", name, wins);
    if (!said++) fprintf(out, " of %d workloads", n);
  }
  for (int k = WINNER_ALIKE; k <= WINNER_NONE; k++) {
    if (!count[k]) continue;
    fprintf(out, "%s%d", said ? ", " : "", count[k]);
    if (!said++) fprintf(out, " of %d workloads", n);
    fprintf(out, " %s", others[k]);
  }
  fprintf(out, ".");
}

static void tell_hardware(const bench_report *r, FILE *out) {
  const bench_environment *e = &r->environment;
  fprintf(out, "%s, %d core%s, %.3g GB, %s", *e->cpu ? e->cpu : "unknown processor", e->cores,
          e->cores == 1 ? "" : "s", (double)e->memory_bytes / 1e9, *e->os ? e->os : e->kernel);
  for (int i = 0; i < r->n_rows; i++)
    for (int d = 0; d < r->rows[i].n_devices; d++) {
      const erg_device *device = &r->rows[i].devices[d];
      bool seen = !strcmp(r->rows[i].backend, "cpu");
      for (int k = 0; k < i && !seen; k++)
        for (int m = 0; m < r->rows[k].n_devices; m++)
          seen |= !strcmp(r->rows[k].devices[m].id, device->id);
      if (!seen) fprintf(out, "; %s: %s", device->id, device->name);
    }
  fprintf(out, "\n");
}

char *show_settings(const bench_report *r) {
  const bench_options *o = r->options;
  const bench_environment *e = &r->environment;
  char number[SHOW_NUMBER], *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return run_text("%s", "");
  for (int i = 0; o->axes.chains[i]; i++)
    fprintf(out, "%s%" PRId64, i ? ", " : "", o->axes.chains[i]);
  bool one_chain = o->axes.chains[0] == 1 && !o->axes.chains[1];
  fprintf(out,
          " chain%s of %" PRId64 " + %" PRId64 " draws, seed %" PRId64 ", %d cached run%s a row",
          one_chain ? "" : "s", o->warmup, o->draws, o->seed, o->repeats,
          o->repeats == 1 ? "" : "s");
  if (e->load_average >= 0)
    fprintf(out, ", load %s before", show_number(e->load_average, number));
  if (e->load_average_after >= 0)
    fprintf(out, " and %s after", show_number(e->load_average_after, number));
  fclose(out);
  return text;
}

void show_head(const bench_report *r, FILE *out, const char *bullet) {
  int n = r->n_subjects;
  bench_contest *results = run_alloc((size_t)(n + 1) * sizeof *results);
  for (int i = 0; i < n; i++) results[i] = bench_contest_of(r, i, 0);
  if (!r->n_rows) {
    fprintf(out, "Nothing ran: each row was skipped, for the reasons below.");
  } else if (n == 1) {
    fprintf(out, "%s: ", r->subjects[0].name);
    tell_result(r, &results[0], out);
    fprintf(out, ".");
    tell_validity(r, out);
  } else {
    tell_score(r, results, out);
    tell_validity(r, out);
  }
  fprintf(out, "\n");
  tell_hardware(r, out);
  for (int i = 0; i < n && n > 1 && r->n_rows; i++) {
    fprintf(out, "%s%s: ", bullet, r->subjects[i].name);
    tell_result(r, &results[i], out);
    fprintf(out, "\n");
  }
  free(results);
}

const char show_legend[] =
    "ESS: the least of all quantities, bulk and tail, medians of the cached runs; a second: of "
    "warm-up and sampling, together \"work\". Cold: with empty caches. A ratio is of the first "
    "row over the second, run by run on the same seeds; of seconds less is better. Break-even: "
    "kept draws from which the first, begun cold, is done before the second. Bandwidth and "
    "arithmetic: of what was measured in this run.";

/* --- what the valid rows went through --------------------------------------------------- */

/* The worse of both by its limit. */
static void take_z(double z, double limit, double *worst, double *its_limit) {
  if (!(limit > 0) || z / limit < *worst / (*its_limit > 0 ? *its_limit : 1)) return;
  *worst = z;
  *its_limit = limit;
}

char *show_checked(const bench_report *r) {
  int valid = 0, same = 0, devices = 0, tests = 0, seeds = 1, lesser = 0;
  double error = 0, z = 0, limit = 0;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (row->verdict != BENCH_VALID) continue;
    const run_gate *both[2] = {&row->host_gate, &row->device_gate};
    for (int g = 0; g < 2; g++)
      error = fmax(error, fmax(both[g]->lp_error, both[g]->gradient_error));
    valid++;
    lesser += bench_is_lesser_form(r, i);
    devices += row->device_gate.done;
    same += row->bits == BENCH_BITS_SAME;
    tests += row->z_tests;
    if (row->z_tests) take_z(row->z_worst, row->z_limit, &z, &limit);
    for (int k = 0; k < row->n_runs; k++) {
      int invalid, n = row->runs[k].judged ? bench_n_seeds(row, &invalid) : 1;
      if (n > seeds) seeds = n;
      take_z(row->runs[k].z_worst, row->runs[k].z_limit, &z, &limit);
    }
  }
  if (!valid) return run_text("%s", "");
  char each[48] = "";
  if (seeds > 1) snprintf(each, sizeof each, " with each of %d seeds", seeds);
  char *moments = tests ? run_text("; of %d moments%s the worst is %.1f Monte Carlo errors off, "
                                   "%.1f allowed", tests, each, z, limit)
                        : run_text("%s", "");
  char forms[48] = "";
  if (lesser) snprintf(forms, sizeof forms, " (%d of them other form%s)", lesser,
                       lesser == 1 ? "" : "s");
  char *text = run_text("Checked in %d valid row%s%s: log density and gradient at %d points, in %d "
                        "of them also as the device computes them, within %.0e of the oracle's; "
                        "draws of %d with the same bits as the CPU's%s.", valid,
                        valid == 1 ? "" : "s", forms, RUN_GATE_POINTS, devices, error, same,
                        moments);
  free(moments);
  return text;
}

/* --- notes ------------------------------------------------------------------------------ */

typedef struct {
  const bench_report *r;
  void (*line)(void *data, const char *mark, out_colour colour, const char *text);
  void *data;
} notes;

static void note(const notes *n, const char *mark, out_colour colour, int row,
                 const char *text) {
  char name[SHOW_NAME];
  if (row < 0) {
    n->line(n->data, mark, colour, text);
    return;
  }
  const bench_row *of = &n->r->rows[row];
  char *full = run_text("%s, %s: %s", n->r->subjects[of->workload].name,
                        show_row_in_full(n->r, of, name), text);
  n->line(n->data, mark, colour, full);
  free(full);
}

static void note_forms(const notes *n) {
  const bench_report *r = n->r;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    char text[BENCH_TEXT + 40], number[SHOW_NUMBER];
    if (!bench_is_lesser_form(r, i)) continue;
    if (row->verdict == BENCH_VALID)
      snprintf(text, sizeof text, "valid, %s ESS/s",
               show_number(row->figures[BENCH_ESS_S].median, number));
    else
      show_reason(row, text, sizeof text);
    note(n, row->verdict == BENCH_VALID ? "other form" : "INVALID",
         row->verdict == BENCH_VALID ? OUT_DIM : OUT_RED, i, text);
  }
}

/* Joules that no row has: why, once. */
static void note_energy(const notes *n) {
  const bench_report *r = n->r;
  const char *why = NULL;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (!isnan(row->figures[BENCH_ESS_JOULE].median)) return;
    if (row->verdict != BENCH_VALID || !bench_n_cached(row)) continue;
    const bench_once *f = bench_cached(row, 0);
    if (!why && f->has_telemetry && *f->telemetry.no_energy) why = f->telemetry.no_energy;
  }
  if (!why) return;
  char *text = run_text("ESS a joule: %s", why);
  note(n, "unavailable", OUT_DIM, -1, text);
  free(text);
}

static int note_warnings(const notes *n, int most) {
  const bench_report *r = n->r;
  int shown = 0, left = 0;
  for (int i = 0; i < r->n_warnings; i++, shown++)
    note(n, "warning", OUT_YELLOW, -1, r->warnings[i]);
  for (int i = 0; i < r->n_rows; i++)
    for (int k = 0; k < r->rows[i].n_warnings; k++) {
      if (most && shown >= most) {
        left++;
        continue;
      }
      note(n, "warning", OUT_YELLOW, i, r->rows[i].warnings[k].text);
      shown++;
    }
  return left;
}

static int note_advice(const notes *n, int most) {
  const bench_report *r = n->r;
  int shown = 0, left = 0, brief = 0, valid = 0;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (row->verdict == BENCH_VALID && !bench_is_lesser_form(r, i)) {
      valid++;
      brief += !show_long_enough(row);
    }
    for (int k = 0; k < row->n_advice; k++) {
      if (most && shown >= most) {
        left++;
        continue;
      }
      note(n, "advice", OUT_BOLD, i, row->advice[k].text);
      shown++;
    }
  }
  if (brief) {
    char *text = run_text("%d of %d valid rows take%s less than %g s a run: too short to say what "
                          "the time goes into; more draws (--draws) or a larger preset", brief,
                          valid, valid == 1 ? "s" : "", BENCH_ADVISED_S);
    note(n, "advice", OUT_BOLD, -1, text);
    free(text);
  }
  return left;
}

int show_notes(const bench_report *r, int most, void (*line)(void *data, const char *mark,
               out_colour colour, const char *text), void *data) {
  notes n = {r, line, data};
  note_forms(&n);
  for (int i = 0; i < r->n_skipped; i++) {
    char *text = run_text("%s: %s", r->skipped[i].backend, r->skipped[i].reason);
    note(&n, "skipped", OUT_DIM, -1, text);
    free(text);
  }
  note_energy(&n);
  int left = note_warnings(&n, most);
  return left + note_advice(&n, most);
}
