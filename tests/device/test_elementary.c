/* The elementary functions against mpmath's values (reference.bin, make_reference.py) and
 * at special values, by the host's form; the other forms have the same bits
 * (test_dialect_bits.py, test_dialect_opencl.c). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bits_arguments.h"
#include "device/host_math.h"

typedef struct {
  const char *name;
  double (*one)(double);
  double (*two)(double, double);
} function;
#define ONE(name, f) {#f, ergm_##name, NULL},
#define TWO(name, f) {#f, NULL, ergm_##name},
static const function functions[] = {ERGM_FUNCTIONS(ONE, TWO)};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static double ulp_of(double d) {
  int e;
  if (d == 0) return 0x1p-1074;
  frexp(d, &e);
  return ldexp(1.0, e - 53 < -1074 ? -1074 : e - 53);
}

static void reference(void **state) {
  (void)state;
  FILE *file = fopen("reference.bin", "rb");
  assert_non_null(file);
  struct {
    char name[16];
    int32_t arguments, points;
  } head;
  int seen = 0;
  while (fread(&head, sizeof head, 1, file) == 1) {
    const function *f = NULL;
    for (int i = 0; i < FUNCTIONS; i++)
      if (!strcmp(functions[i].name, head.name)) f = &functions[i];
    assert_non_null(f);
    assert_true(head.points > 100);
    double worst = 0, at[2] = {0, 0};
    for (int i = 0; i < head.points; i++) {
      double p[4];
      assert_int_equal(fread(p, 8, (size_t)head.arguments + 2, file), head.arguments + 2);
      double r = head.arguments == 1 ? f->one(p[0]) : f->two(p[0], p[1]);
      double value = p[head.arguments], rest = p[head.arguments + 1], e;
      if (isinf(value) || isinf(r)) /* overflow may come an ulp early or late */
        e = r == value ? 0 : fmin(fabs(r), fabs(value)) > 0x1.ffffffffffffep1023 ? 1 : 99;
      else
        e = fabs((r - value) / ulp_of(value) - rest);
      if (!(e <= worst)) worst = e, at[0] = p[0], at[1] = head.arguments == 2 ? p[1] : 0;
    }
    if (!(worst <= 2.0))
      fail_msg("%s: %.3f ulp at %.17g, %.17g", head.name, worst, at[0], at[1]);
    seen++;
  }
  fclose(file);
  assert_int_equal(seen, 22);
}

#define IN INFINITY
#define NA NAN
static const struct {
  const char *name;
  double x, y, r;
} special[] = {
    {"exp", IN, 0, IN},
    {"exp", -IN, 0, 0},
    {"exp", NA, 0, NA},
    {"exp", 0, 0, 1},
    {"exp", -0.0, 0, 1},
    {"exp", 1000, 0, IN},
    {"exp", -1000, 0, 0},
    {"exp", 5e-324, 0, 1},
    {"expm1", IN, 0, IN},
    {"expm1", -IN, 0, -1},
    {"expm1", NA, 0, NA},
    {"expm1", 0, 0, 0},
    {"expm1", -0.0, 0, -0.0},
    {"expm1", 5e-324, 0, 5e-324},
    {"expm1", 1000, 0, IN},
    {"log", 0, 0, -IN},
    {"log", -0.0, 0, -IN},
    {"log", -1, 0, NA},
    {"log", IN, 0, IN},
    {"log", -IN, 0, NA},
    {"log", NA, 0, NA},
    {"log", 1, 0, 0},
    {"log", -5e-324, 0, NA},
    {"log1p", -1, 0, -IN},
    {"log1p", -2, 0, NA},
    {"log1p", IN, 0, IN},
    {"log1p", NA, 0, NA},
    {"log1p", 0, 0, 0},
    {"log1p", -0.0, 0, -0.0},
    {"log1p", -5e-324, 0, -5e-324},
    {"log1p", -IN, 0, NA},
    {"rsqrt", 0, 0, IN},
    {"rsqrt", -0.0, 0, -IN},
    {"rsqrt", IN, 0, 0},
    {"rsqrt", -1, 0, NA},
    {"rsqrt", NA, 0, NA},
    {"rsqrt", 4, 0, 0.5},
    {"rsqrt", -IN, 0, NA},
    {"sin", 0, 0, 0},
    {"sin", -0.0, 0, -0.0},
    {"sin", IN, 0, NA},
    {"sin", NA, 0, NA},
    {"cos", 0, 0, 1},
    {"cos", -IN, 0, NA},
    {"cos", NA, 0, NA},
    {"sin", 5e-324, 0, 5e-324},
    {"tan", -0.0, 0, -0.0},
    {"tan", IN, 0, NA},
    {"tan", NA, 0, NA},
    {"tan", 1e-310, 0, 1e-310},
    {"atan", 0, 0, 0},
    {"atan", -0.0, 0, -0.0},
    {"atan", IN, 0, M_PI_2},
    {"atan", -IN, 0, -M_PI_2},
    {"atan", NA, 0, NA},
    {"atan", 1e-310, 0, 1e-310},
    {"atan2", 0, 1, 0},
    {"atan2", -0.0, 1, -0.0},
    {"atan2", 0, -1, M_PI},
    {"atan2", -0.0, -1, -M_PI},
    {"atan2", 0, 0, 0},
    {"atan2", -0.0, 0, -0.0},
    {"atan2", 0, -0.0, M_PI},
    {"atan2", -0.0, -0.0, -M_PI},
    {"atan2", 1, 0, M_PI_2},
    {"atan2", -1, -0.0, -M_PI_2},
    {"atan2", IN, IN, M_PI_4},
    {"atan2", -IN, IN, -M_PI_4},
    {"atan2", IN, -IN, 2.356194490192345},
    {"atan2", -IN, -IN, -2.356194490192345},
    {"atan2", 1, IN, 0},
    {"atan2", -1, IN, -0.0},
    {"atan2", 1, -IN, M_PI},
    {"atan2", IN, 1, M_PI_2},
    {"atan2", -IN, -1, -M_PI_2},
    {"atan2", NA, 1, NA},
    {"atan2", 1, NA, NA},
    {"atan2", 0, -IN, M_PI},
    {"atan2", 5e-324, 1, 5e-324},
    {"tanh", 0, 0, 0},
    {"tanh", -0.0, 0, -0.0},
    {"tanh", IN, 0, 1},
    {"tanh", -IN, 0, -1},
    {"tanh", NA, 0, NA},
    {"tanh", 5e-324, 0, 5e-324},
    {"inv_logit", 0, 0, 0.5},
    {"inv_logit", -0.0, 0, 0.5},
    {"inv_logit", IN, 0, 1},
    {"inv_logit", -IN, 0, 0},
    {"inv_logit", NA, 0, NA},
    {"log1p_exp", IN, 0, IN},
    {"log1p_exp", -IN, 0, 0},
    {"log1p_exp", NA, 0, NA},
    {"log1p_exp", 1e308, 0, 1e308},
    {"log1m_exp", 0, 0, -IN},
    {"log1m_exp", -0.0, 0, -IN},
    {"log1m_exp", 1, 0, NA},
    {"log1m_exp", -IN, 0, -0.0},
    {"log1m_exp", NA, 0, NA},
    {"log1m_exp", IN, 0, NA},
    {"erf", 0, 0, 0},
    {"erf", -0.0, 0, -0.0},
    {"erf", IN, 0, 1},
    {"erf", -IN, 0, -1},
    {"erf", NA, 0, NA},
    {"erfc", IN, 0, 0},
    {"erfc", -IN, 0, 2},
    {"erfc", NA, 0, NA},
    {"erfc", 0, 0, 1},
    {"Phi", 0, 0, 0.5},
    {"Phi", IN, 0, 1},
    {"Phi", -IN, 0, 0},
    {"Phi", NA, 0, NA},
    {"lgamma", 1, 0, 0},
    {"lgamma", 2, 0, 0},
    {"lgamma", 0, 0, IN},
    {"lgamma", -0.0, 0, IN},
    {"lgamma", -1, 0, IN},
    {"lgamma", -7, 0, IN},
    {"lgamma", IN, 0, IN},
    {"lgamma", -IN, 0, IN},
    {"lgamma", NA, 0, NA},
    {"lgamma", 1e306, 0, IN},
    {"digamma", 0, 0, -IN},
    {"digamma", -0.0, 0, IN},
    {"digamma", -1, 0, NA},
    {"digamma", -1e300, 0, NA},
    {"digamma", IN, 0, IN},
    {"digamma", NA, 0, NA},
    {"digamma", -IN, 0, NA},
    {"digamma", 5e-324, 0, -IN},
    {"trigamma", 0, 0, IN},
    {"trigamma", -0.0, 0, IN},
    {"trigamma", -3, 0, IN},
    {"trigamma", IN, 0, 0},
    {"trigamma", NA, 0, NA},
    {"trigamma", -IN, 0, NA},
    {"pow", 0, 3, 0},
    {"pow", -0.0, 3, -0.0},
    {"pow", 0, 2, 0},
    {"pow", -0.0, 2, 0},
    {"pow", 0, -3, IN},
    {"pow", -0.0, -3, -IN},
    {"pow", -0.0, -2, IN},
    {"pow", -0.0, -0.5, IN},
    {"pow", 0, 0, 1},
    {"pow", NA, 0, 1},
    {"pow", NA, -0.0, 1},
    {"pow", 1, NA, 1},
    {"pow", 1, IN, 1},
    {"pow", -1, IN, 1},
    {"pow", -1, -IN, 1},
    {"pow", 2, IN, IN},
    {"pow", 0.5, IN, 0},
    {"pow", 2, -IN, 0},
    {"pow", -0.5, -IN, IN},
    {"pow", IN, 2, IN},
    {"pow", IN, -2, 0},
    {"pow", -IN, 3, -IN},
    {"pow", -IN, 2, IN},
    {"pow", -IN, -3, -0.0},
    {"pow", -IN, -2, 0},
    {"pow", -IN, 0.5, IN},
    {"pow", -8, 0.5, NA},
    {"pow", -2, 3, -8},
    {"pow", -2, 2, 4},
    {"pow", NA, 2, NA},
    {"pow", 2, NA, NA},
    {"pow", 2, 5000, IN},
    {"pow", 2, -5000, 0},
    {"pow", -2, 5001, -IN},
    {"pow", -2, -5001, -0.0},
    {"pow", 5e-324, 1, 5e-324},
    {"pow", -1, 9007199254740992.0, 1},
    {"pow", -1, 9007199254740991.0, -1},
    {"pow", 10, 2, 100},
    {"pow", 3, 3, 27},
    {"floor", -0.0, 0, -0.0},
    {"floor", 0.5, 0, 0},
    {"floor", -0.5, 0, -1},
    {"ceil", -0.5, 0, -0.0},
    {"ceil", 0.2, 0, 1},
    {"round", 0.5, 0, 1},
    {"round", 2.5, 0, 3},
    {"round", -2.5, 0, -3},
    {"round", 0.49999999999999994, 0, 0},
    {"round", -0.2, 0, -0.0},
    {"floor", NA, 0, NA},
    {"ceil", IN, 0, IN},
    {"round", -IN, 0, -IN},
    {"min", 1, NA, 1},
    {"min", NA, 1, 1},
    {"min", NA, NA, NA},
    {"min", 0, -0.0, -0.0},
    {"min", -0.0, 0, -0.0},
    {"max", 0, -0.0, 0},
    {"max", -0.0, 0, 0},
    {"max", NA, -IN, -IN},
    {"max", 2, NA, 2},
    {"min", -IN, 3, -IN},
    {"fmod", 1, 0, NA},
    {"fmod", IN, 1, NA},
    {"fmod", 3, IN, 3},
    {"fmod", NA, 1, NA},
    {"fmod", 1, NA, NA},
    {"fmod", -0.0, 1, -0.0},
    {"fmod", -6, 3, -0.0},
    {"fmod", 0, 0, NA},
};

static void specials(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
    const function *f = NULL;
    for (int k = 0; k < FUNCTIONS; k++)
      if (!strcmp(functions[k].name, special[i].name)) f = &functions[k];
    assert_non_null(f);
    double x = special[i].x, y = special[i].y, r = f->one ? f->one(x) : f->two(x, y);
    if (bits_of(r) != bits_of(special[i].r))
      fail_msg("%s(%g, %g) = %.17g, expected %.17g", special[i].name, x, y, r, special[i].r);
  }
}

static void same(const char *name, double x, double y, double mine, double libc) {
  if (bits_of(mine) != bits_of(libc))
    fail_msg("%s(%.17g, %.17g) = %.17g, libm %.17g", name, x, y, mine, libc);
}
/* Functions that are exact: libm's are right. */
static void exact(void **state) {
  (void)state;
  for (int i = 0; i < BITS_N; i++) {
    double x = bits_argument((uint64_t)i, 0), y = bits_argument((uint64_t)i, 1);
    same("floor", x, y, ergm_floor(x), floor(x));
    same("ceil", x, y, ergm_ceil(x), ceil(x));
    same("round", x, y, ergm_round(x), round(x));
    same("floor", 0.5 * i, y, ergm_floor(0.5 * i), floor(0.5 * i));
    same("round", -0.5 * i, y, ergm_round(-0.5 * i), round(-0.5 * i));
    same("fmod", x, y, ergm_fmod(x, y), fmod(x, y));
    if (x != y) same("min", x, y, ergm_min(x, y), fmin(x, y));
    if (x != y) same("max", x, y, ergm_max(x, y), fmax(x, y));
  }
}

static double frac_sin(double x) { return sin(M_PI * (x - 2 * round(x / 2))); }
/* Negative arguments go through the reflection formulas; the accuracy is absolute there. */
static void reflection(void **state) {
  (void)state;
  for (int i = 1; i < 3000; i++) {
    double x = -0.0137 * i, s = frac_sin(x);
    if (fabs(s) < 1e-3) continue;
    double expected = log(M_PI / fabs(x * s)) - lgamma(-x);
    assert_true(fabs(ergm_lgamma(x) - expected) < 1e-13 * fmax(1, fabs(expected)));
    double cot = cos(M_PI * (x - round(x))) / sin(M_PI * (x - round(x)));
    expected = ergm_digamma(1 - x) - M_PI * cot;
    assert_true(fabs(ergm_digamma(x) - expected) < 1e-12 * fmax(1, fabs(expected)));
    expected = M_PI * M_PI / (s * s) - ergm_trigamma(1 - x);
    assert_true(fabs(ergm_trigamma(x) - expected) < 1e-11 * fmax(1, fabs(expected)));
  }
  assert_true(fabs(ergm_lgamma(-0.5) - 1.2655121234846454) < 1e-15);
  assert_true(fabs(ergm_digamma(-0.5) - 0.03648997397857652) < 2e-16);
  assert_true(fabs(ergm_trigamma(-0.5) - 8.934802200544679) < 4e-15);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(reference), cmocka_unit_test(specials),
                                     cmocka_unit_test(exact), cmocka_unit_test(reflection)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
