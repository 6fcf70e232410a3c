/* Draws from truncated distributions. */
#include <math.h>

#include "compile/elementary.h"
#include "compile/interpret.h"
#include "ir/distribution.h"

/* After so many draws outside the bounds the cdf is inverted; a distribution without one
 * (skew_normal) is drawn on, and given up where its part between the bounds is that small. */
enum { TRIES = 64, LAST_TRY = 10000000 };

/* Logarithms of the cdf and of its complement as functions of one number. */
typedef struct {
  ir_graph *g;
  ir_id nodes[2];
  interp *values;
} cdf;

static cdf cdf_of(const ir_distribution *d, const double *args) {
  cdf c = {.g = ir_graph_new()};
  ir_add_param(c.g, "y")->n = 1;
  c.g->dim = 1;
  ir_id y = ir_input(c.g, 0, 0), nodes[IR_MAX_ARGS];
  for (int k = 0; k < d->n_args; k++) nodes[k] = ir_const(c.g, args[k]);
  c.nodes[0] = d->log_cdf(c.g, y, nodes);
  c.nodes[1] = d->log_ccdf(c.g, y, nodes);
  c.values = interp_new(c.g, c.nodes, 2);
  return c;
}

static double at(const cdf *c, double y, bool upper) {
  interp_run(c->values, &y, NULL, NULL);
  return interp_value(c->values, c->nodes[upper], NULL)[0];
}

static void cdf_free(cdf *c) {
  interp_free(c->values);
  ir_graph_free(c->g);
}

/* log((1 - u) e^x + u e^y) */
static double mixed(double u, double x, double y) {
  double a = ergm_log1p(-u) + x, b = ergm_log(u) + y;
  double high = a > b ? a : b, low = a > b ? b : a;
  return low == -INFINITY ? high : high + ergm_log1p(ergm_exp(low - high));
}

/* Whether y lies below the point whose log cdf, or log complement, is `goal`. */
static bool below(const cdf *c, double y, bool upper, double goal) {
  double v = at(c, y, upper);
  return upper ? v > goal : v < goal;
}

/* Bisection, on the tail in which the part lies. An open end is first moved out until it
 * is behind the point. */
static double inverted(const ir_distribution *d, const double *args, double lower, double upper,
                       double u) {
  cdf c = cdf_of(d, args);
  bool open_low = lower == -INFINITY, open_high = upper == INFINITY;
  bool tail = !open_low && at(&c, lower, false) > -0.69314718055994531;
  double from = open_low ? (tail ? 0 : -INFINITY) : at(&c, lower, tail);
  double to = open_high ? (tail ? -INFINITY : 0) : at(&c, upper, tail);
  double goal = mixed(u, from, to);
  double low = open_low ? (open_high || upper > 0 ? 0 : upper) : lower;
  double high = open_high ? (low > 0 ? low : 0) : upper;
  for (double step = 1; open_low && !below(&c, low, tail, goal) && step < 0x1p1000; step *= 2)
    low -= step;
  for (double step = 1; open_high && below(&c, high, tail, goal) && step < 0x1p1000; step *= 2)
    high += step;
  for (;;) {
    double middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high)) break;
    if (below(&c, middle, tail, goal))
      low = middle;
    else
      high = middle;
  }
  cdf_free(&c);
  return high;
}

double random_draw_within(random_stream *s, int number, const double *args, double lower,
                          double upper) {
  const ir_distribution *d = ir_distribution_at(number);
  if (!d || !(lower < upper)) return NAN;
  int tries = d->log_cdf ? TRIES : LAST_TRY;
  for (int i = 0; i < tries; i++) {
    double y = random_draw(s, number, args);
    if (y != y || (y >= lower && y <= upper)) return y;
  }
  if (!d->log_cdf) return NAN;
  bool positive = d->range == IR_RANGE_POSITIVE || d->range == IR_RANGE_NONNEGATIVE ||
                  d->range == IR_RANGE_UNIT;
  if (positive && lower < 0) lower = 0;
  if (d->range == IR_RANGE_UNIT && upper > 1) upper = 1;
  return lower < upper ? inverted(d, args, lower, upper, random_unit(s)) : NAN;
}
