/* From numbers to a verdict: each check is one finding with its reason and next step. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diagnostics/diagnostics.h"

diag_limits diag_limits_default(void) {
  return (diag_limits){
      .r_hat = 1.01, .ess_per_chain = 100, .bfmi = 0.3, .divergent_share = 0.01};
}

void diag_run_init(diag_run *r, int32_t chains, int64_t draws) {
  *r = (diag_run){.chains = chains,
                  .draws = draws,
                  .max_r_hat = NAN,
                  .min_ess_bulk = NAN,
                  .min_ess_tail = NAN};
}

static void keep(char to[96], const char *name) { snprintf(to, 96, "%s", name ? name : ""); }

void diag_run_add(diag_run *r, const diag_limits *limits, const char *name,
                  const diag_summary *s) {
  r->n_scalars++;
  if (s->n_nan || s->n_infinite) r->n_not_finite++;
  if (s->constant) { /* nothing to converge: a fixed element such as a zero of a factor */
    r->n_constant++;
    return;
  }
  double least = limits->ess_per_chain * r->chains;
  if (s->r_hat > limits->r_hat) r->n_high_r_hat++;
  if (s->ess_bulk < least) r->n_low_bulk++;
  if (s->ess_tail < least) r->n_low_tail++;
  if (s->r_hat > r->max_r_hat || (isnan(r->max_r_hat) && !isnan(s->r_hat))) {
    r->max_r_hat = s->r_hat;
    keep(r->max_r_hat_name, name);
  }
  if (s->ess_bulk < r->min_ess_bulk || (isnan(r->min_ess_bulk) && !isnan(s->ess_bulk))) {
    r->min_ess_bulk = s->ess_bulk;
    keep(r->min_ess_bulk_name, name);
  }
  if (s->ess_tail < r->min_ess_tail || (isnan(r->min_ess_tail) && !isnan(s->ess_tail))) {
    r->min_ess_tail = s->ess_tail;
    keep(r->min_ess_tail_name, name);
  }
}

const char *diag_verdict_text(int32_t verdict) {
  static const char *const text[] = {"none", "good", "warning", "bad"};
  return verdict >= 0 && verdict <= 3 ? text[verdict] : "none";
}

static diag_finding *add(diag_verdict *v, int32_t verdict, const char *id, double value,
                         double limit, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
static diag_finding *add(diag_verdict *v, int32_t verdict, const char *id, double value,
                         double limit, const char *format, ...) {
  diag_finding *f = &v->findings[v->n < DIAG_MAX_FINDINGS ? v->n++ : v->n - 1];
  *f = (diag_finding){.verdict = verdict, .id = id, .value = value, .limit = limit};
  va_list args;
  va_start(args, format);
  vsnprintf(f->text, sizeof f->text, format, args);
  va_end(args);
  return f;
}

static void next(diag_finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void next(diag_finding *f, const char *format, ...) {
  if (f->verdict <= ERG_VERDICT_GOOD) return;
  va_list args;
  va_start(args, format);
  vsnprintf(f->next, sizeof f->next, format, args);
  va_end(args);
}

/* "chain 1: 5, chain 3: 7" of the chains that have any; at most six. */
static void by_chain(const int64_t *count, int32_t chains, char *text, size_t capacity) {
  size_t used = 0;
  int shown = 0;
  text[0] = '\0';
  for (int32_t c = 0; c < chains && used + 40 < capacity; c++) {
    if (!count[c]) continue;
    if (shown == 6) {
      snprintf(text + used, capacity - used, ", ...");
      return;
    }
    used += (size_t)snprintf(text + used, capacity - used, "%schain %d: %" PRId64,
                             shown ? ", " : "", c + 1, count[c]);
    shown++;
  }
}

static int64_t total(const int64_t *count, int32_t chains) {
  int64_t sum = 0;
  for (int32_t c = 0; c < chains; c++) sum += count[c];
  return sum;
}

static void judge_divergences(const diag_run *r, const diag_limits *l, diag_verdict *v) {
  if (!r->divergent) return;
  int64_t n = total(r->divergent, r->chains), all = r->draws * r->chains;
  double share = all ? (double)n / (double)all : 0;
  char chains[256];
  if (n == 0) {
    add(v, ERG_VERDICT_GOOD, "divergences", 0, 0, "no divergences");
    return;
  }
  by_chain(r->divergent, r->chains, chains, sizeof chains);
  diag_finding *f =
      add(v, share > l->divergent_share ? ERG_VERDICT_BAD : ERG_VERDICT_WARNING, "divergences",
          (double)n, 0, "%" PRId64 " of %" PRId64 " draws diverged (%s)", n, all, chains);
  double now = r->target_accept;
  if (now > 0 && now < 0.99) {
    double target = now < 0.9 ? 0.95 : 0.99;
    next(f,
         "raise target_accept from %g to %g; if they stay, parts of the posterior can't be "
         "reached and the model needs another form or tighter priors",
         now, target);
  } else {
    next(f,
         "parts of the posterior can't be reached: give the model another form (scales near "
         "zero, heavy tails) or tighter priors");
  }
}

static void judge_depth(const diag_run *r, diag_verdict *v) {
  if (!r->saturated) return;
  int64_t n = total(r->saturated, r->chains), all = r->draws * r->chains;
  char chains[256];
  if (n == 0) {
    add(v, ERG_VERDICT_GOOD, "tree_depth", 0, 0, "no draw reached the maximum tree depth");
    return;
  }
  by_chain(r->saturated, r->chains, chains, sizeof chains);
  diag_finding *f = add(v, ERG_VERDICT_WARNING, "tree_depth", (double)n, 0,
                        "%" PRId64 " of %" PRId64 " draws reached the maximum tree depth (%s)",
                        n, all, chains);
  if (r->max_depth > 0) {
    next(f, "slow, not wrong: set max_depth to %d, or rescale the parameters that vary most",
         r->max_depth + 2);
  } else {
    next(f, "slow, not wrong: raise max_depth, or rescale the parameters that vary most");
  }
}

static void judge_energy(const diag_run *r, const diag_limits *l, diag_verdict *v) {
  if (!r->bfmi) return;
  int32_t low = 0, worst = -1;
  for (int32_t c = 0; c < r->chains; c++) {
    if (isnan(r->bfmi[c])) continue;
    low += r->bfmi[c] < l->bfmi;
    if (worst < 0 || r->bfmi[c] < r->bfmi[worst]) worst = c;
  }
  if (worst < 0) return;
  diag_finding *f = low == 0 ? add(v, ERG_VERDICT_GOOD, "bfmi", r->bfmi[worst], l->bfmi,
                                   "E-BFMI at least %.2f in every chain", r->bfmi[worst])
                             : add(v, ERG_VERDICT_WARNING, "bfmi", r->bfmi[worst], l->bfmi,
                                   "E-BFMI below %g in %d of %d chains, least %.2f (chain %d)",
                                   l->bfmi, low, r->chains, r->bfmi[worst], worst + 1);
  next(f,
       "the energy is explored slowly: look for heavy tails or scales that are hardly "
       "identified; longer chains help little");
}

static void judge_r_hat(const diag_run *r, const diag_limits *l, diag_verdict *v) {
  if (r->chains < 2) {
    add(v, ERG_VERDICT_WARNING, "r_hat", NAN, l->r_hat, "R-hat needs more than one chain");
    next(&v->findings[v->n - 1], "run 4 chains");
    return;
  }
  if (isnan(r->max_r_hat)) return;
  if (!(r->max_r_hat > l->r_hat)) {
    add(v, ERG_VERDICT_GOOD, "r_hat", r->max_r_hat, l->r_hat, "R-hat at most %.4g (%s)",
        r->max_r_hat, r->max_r_hat_name);
    return;
  }
  bool bad = r->max_r_hat > 1.05;
  diag_finding *f =
      add(v, bad ? ERG_VERDICT_BAD : ERG_VERDICT_WARNING, "r_hat", r->max_r_hat, l->r_hat,
          "R-hat above %g for %" PRId64 " of %" PRId64 " quantities, most %.3f (%s)", l->r_hat,
          r->n_high_r_hat, r->n_scalars, r->max_r_hat, r->max_r_hat_name);
  if (bad) {
    next(f,
         "the chains disagree: do not use these draws; look at %s chain by chain, then more "
         "warm-up, other initial points or another form of the model",
         r->max_r_hat_name);
  } else {
    next(f, "run longer: twice the draws, and twice the warm-up if it stays");
  }
}

static void judge_ess(const diag_run *r, const diag_limits *l, const char *id, double least,
                      const char *name, int64_t n_low, diag_verdict *v) {
  const char *kind = strcmp(id, "ess_bulk") ? "tail" : "bulk";
  double limit = l->ess_per_chain * r->chains;
  if (isnan(least)) return;
  if (!(least < limit)) {
    add(v, ERG_VERDICT_GOOD, id, least, limit, "%s ESS at least %.0f (%s)", kind, least, name);
    return;
  }
  diag_finding *f =
      add(v, ERG_VERDICT_WARNING, id, least, limit,
          "%s ESS below %.0f for %" PRId64 " of %" PRId64 " quantities, least %.0f (%s)", kind,
          limit, n_low, r->n_scalars, least, name);
  double times = least > 0 ? ceil(1.2 * limit / least) : 10;
  /* Draws that are nearly independent, only few, want nothing but more of them. */
  if (times <= 20 || least > 0.1 * (double)r->draws * r->chains) {
    next(f, "run about %.0f times as many draws (%.0f a chain)", times,
         times * (double)r->draws);
  } else {
    next(f,
         "more draws alone will hardly do: look at %s chain by chain and at the form of the "
         "model",
         name);
  }
}

void diag_judge(const diag_run *r, const diag_limits *limits, diag_verdict *out) {
  diag_verdict all = {0};
  if (r->draws < 4 || r->chains < 1) {
    add(&all, ERG_VERDICT_BAD, "draws", (double)r->draws, 4,
        "%" PRId64 " draw%s a chain: too few to judge", r->draws, r->draws == 1 ? "" : "s");
    next(&all.findings[all.n - 1], "run at least 100 draws a chain");
  } else {
    if (r->interrupted) {
      add(&all, ERG_VERDICT_WARNING, "interrupted", NAN, NAN,
          "the run was interrupted after %" PRId64 " draws a chain", r->draws);
      next(&all.findings[all.n - 1], "run it again to its end, or judge by the numbers below");
    }
    if (r->n_not_finite) {
      add(&all, ERG_VERDICT_WARNING, "not_finite", (double)r->n_not_finite, 0,
          "%" PRId64 " of %" PRId64 " quantities have NaN or infinite draws", r->n_not_finite,
          r->n_scalars);
      next(&all.findings[all.n - 1],
           "look for overflow, or log and division of zero, in their "
           "expressions");
    }
    judge_divergences(r, limits, &all);
    judge_r_hat(r, limits, &all);
    judge_ess(r, limits, "ess_bulk", r->min_ess_bulk, r->min_ess_bulk_name, r->n_low_bulk,
              &all);
    judge_ess(r, limits, "ess_tail", r->min_ess_tail, r->min_ess_tail_name, r->n_low_tail,
              &all);
    judge_energy(r, limits, &all);
    judge_depth(r, &all);
  }
  *out = (diag_verdict){0};
  for (int32_t verdict = ERG_VERDICT_BAD; verdict >= ERG_VERDICT_NONE; verdict--) {
    for (int i = 0; i < all.n; i++) {
      if (all.findings[i].verdict != verdict) continue;
      out->findings[out->n++] = all.findings[i];
      if (verdict > out->verdict) out->verdict = verdict;
    }
  }
}
