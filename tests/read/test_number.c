#include "check.h"

#include <locale.h>
#include <float.h>
#include <math.h>

#include "read/number.h"

static uint64_t random_state = 88172645463325252u;
static uint64_t random_bits(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static void grammar(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int strict, loose; /* bytes read, or -1 */
  } cases[] = {{"1", 1, 1},     {"-1", 2, 2},    {"+1", -1, 2},
               {"01", -1, 2},   {"0", 1, 1},     {"-0.5", 4, 4},
               {".5", -1, 2},   {"5.", -1, 2},   {"1e5", 3, 3},
               {"1E+05", 5, 5}, {"1e", -1, -1},  {"1e+", -1, -1},
               {".", -1, -1},   {"-", -1, -1},   {"", -1, -1},
               {"x", -1, -1},   {"1.5.2", 3, 3}, {"0x10", 1, 1},
               {"1,5", 1, 1},   {"--1", -1, -1}, {"1e99999999999999999999", 22, 22}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value;
    bool integer;
    const char *s = cases[i].text, *end = erg_number_read(s, false, &value, &integer);
    assert_int_equal(end ? end - s : -1, cases[i].strict);
    end = erg_number_read(s, true, &value, &integer);
    assert_int_equal(end ? end - s : -1, cases[i].loose);
  }
}

static void assert_same(const char *text) {
  double value, expected = strtod(text, NULL);
  bool integer;
  assert_non_null(erg_number_read(text, true, &value, &integer));
  if (memcmp(&value, &expected, sizeof value))
    fail_msg("%s: %.17g, expected %.17g", text, value, expected);
}

/* Against the C library, which rounds correctly. */
static void rounding(void **state) {
  (void)state;
  char text[128];
  static const char *const hard[] = {"9007199254740993",
                                     "9007199254740993.0000000000000000000000000000001",
                                     "0.1",
                                     "1e22",
                                     "1e23",
                                     "8.5e22",
                                     "4503599627370496.5",
                                     "4503599627370497.5",
                                     "18446744073709551615",
                                     "18446744073709551616",
                                     "0.000000000000000000000000012345678901234567890",
                                     "2.2250738585072014e-308",
                                     "2.2250738585072011e-308",
                                     "5e-324",
                                     "2e-324",
                                     "1.7976931348623157e308",
                                     "1.7976931348623159e308",
                                     "-0.0",
                                     "0e500",
                                     "00000000000000000001"};
  for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) assert_same(hard[i]);
  for (int i = 0; i < 300000; i++) {
    uint64_t x = random_bits();
    switch (i % 6) {
      case 0:
        snprintf(text, sizeof text, "%.17g", (double)(int64_t)x * 0x1p-63);
        break;
      case 1:
        snprintf(text, sizeof text, "%llu.%llu", (unsigned long long)(x % 1000),
                 (unsigned long long)(x >> 3));
        break;
      case 2:
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(x >> x % 60),
                 (int)(x % 60) - 30);
        break;
      case 3:
        snprintf(text, sizeof text, "%llu.5", 1ull << 52 | x >> 12);
        break;
      case 4:
        snprintf(text, sizeof text, "%llu", (1ull << 53 | x >> 11) | 1);
        break;
      default: {
        double d;
        memcpy(&d, &x, sizeof d);
        if (!isfinite(d)) continue;
        snprintf(text, sizeof text, "%.17g", d);
      }
    }
    assert_same(text);
  }
}

static void writing(void **state) {
  (void)state;
  char text[32];
  static const struct {
    double value;
    const char *text;
  } cases[] = {{0.1, "0.1"},
               {1.0 / 3, "0.3333333333333333"},
               {1e300, "1e+300"},
               {-0.0, "-0"},
               {NAN, "nan"},
               {-INFINITY, "-inf"},
               {3, "3"},
               {5e-324, "5e-324"},
               {123456789012345, "123456789012345"},
               {1e15, "1e+15"},
               {9007199254740993, "9007199254740992"},
               {12345678901234567, "12345678901234568"},
               {-0.0001, "-0.0001"},
               {0.00001, "1e-05"},
               {-120, "-120"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(erg_number_write(text, cases[i].value), strlen(cases[i].text));
    assert_string_equal(text, cases[i].text);
  }
  for (int i = 0; i < 100000; i++) {
    uint64_t x = random_bits();
    double d, back;
    bool integer;
    memcpy(&d, &x, sizeof d);
    if (!isfinite(d)) continue;
    int length = erg_number_write(text, d);
    assert_true(length < 32 && erg_number_read(text, true, &back, &integer) == text + length);
    assert_memory_equal(&d, &back, sizeof d);
  }
}

static int significant(const char *s) {
  int n = 0, zeros = 0;
  for (; *s && *s != 'e'; s++) {
    if (*s < '0' || *s > '9' || (n == 0 && *s == '0')) continue;
    zeros = *s == '0' ? zeros + 1 : 0;
    n++;
  }
  return n - zeros;
}

/* No fewer digits of printf read back as the same number; where the text has as many as
 * printf's first that does, and its 15 digits at least, it is printf's. */
static void shortest(void **state) {
  (void)state;
  int same = 0;
  for (int i = 0; i < 300000; i++) {
    uint64_t x = random_bits();
    double d;
    memcpy(&d, &x, sizeof d);
    if (i % 3 == 1) d = ldexp((double)(int64_t)x, -64 + i % 40); /* the size of draws */
    if (i % 3 == 2) d = (double)(int64_t)(x >> 34) / 1e4;        /* of few digits */
    if (!isfinite(d)) continue;
    char text[32], other[40];
    erg_number_write(text, d);
    int digits = 1;
    while (digits < 17 &&
           (snprintf(other, sizeof other, "%.*g", digits, d), strtod(other, NULL) != d))
      digits++;
    if (digits == 17) snprintf(other, sizeof other, "%.17g", d);
    if (digits < 15) snprintf(other, sizeof other, "%.15g", d);
    assert_true(strtod(text, NULL) == d && significant(text) <= digits);
    if (fabs(d) < DBL_MIN) continue; /* %.15g gives them digits that they lack */
    if (significant(text) == digits && strcmp(text, other) != 0 && digits < 17)
      fail_msg("%s, printf: %s", text, other);
    same += strcmp(text, other) == 0;
  }
  assert_true(same > 200000);
}

static void special(void **state) {
  (void)state;
  double v;
  assert_true(erg_number_special("NaN", 3, &v) && isnan(v));
  assert_true(erg_number_special("-Infinity", 9, &v) && v == -INFINITY);
  assert_true(erg_number_special("+inf", 4, &v) && v == INFINITY);
  assert_false(erg_number_special("in", 2, &v));
  assert_false(erg_number_special("", 0, &v));
  assert_false(erg_number_special("-", 1, &v));
  assert_false(erg_number_special("info", 4, &v));
}

/* A locale with a decimal comma changes nothing, where one is installed. */
static void locales(void **state) {
  (void)state;
  static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8", NULL};
  for (const char *const *name = names; *name; name++)
    if (setlocale(LC_ALL, *name)) break;
  double v;
  bool integer;
  char text[32];
  assert_non_null(erg_number_read("1.2345678901234567890123e-5", false, &v, &integer));
  assert_true(v == 1.2345678901234567890123e-5);
  erg_number_write(text, 0.5);
  assert_string_equal(text, "0.5");
  setlocale(LC_ALL, "C");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grammar),  cmocka_unit_test(rounding), cmocka_unit_test(writing),
      cmocka_unit_test(shortest), cmocka_unit_test(special),  cmocka_unit_test(locales),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
