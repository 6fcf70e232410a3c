#include "read/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef unsigned __int128 uint128;

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static void make_c_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", NULL); }
static locale_t the_c_locale(void) {
  pthread_once(&c_locale_once, make_c_locale);
  return c_locale;
}

static const uint64_t powers[20] = {1u,
                                    10u,
                                    100u,
                                    1000u,
                                    10000u,
                                    100000u,
                                    1000000u,
                                    10000000u,
                                    100000000u,
                                    1000000000u,
                                    10000000000u,
                                    100000000000u,
                                    1000000000000u,
                                    10000000000000u,
                                    100000000000000u,
                                    1000000000000000u,
                                    10000000000000000u,
                                    100000000000000000u,
                                    1000000000000000000u,
                                    10000000000000000000u};
static const double real_powers[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* (q + something in (0, 1) if `more`) times 2^exponent, rounded half to even. q has at
 * least 56 bits where `more` is set; the result is a normal number. */
static double round_bits(uint64_t q, bool more, int exponent) {
  int shift = __builtin_clzll(q);
  q <<= shift;
  exponent -= shift;
  uint64_t m = q >> 11, rest = q & 0x7ff;
  m += rest > 0x400 || (rest == 0x400 && (more || (m & 1)));
  uint64_t bits = ((uint64_t)(exponent + 11 + 52 + 1023 - 1) << 52) + m;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* w 10^e for 0 < w and -19 <= e <= 19, exactly rounded. */
static double scale(uint64_t w, int e) {
  if (e < 0) {
    int a = __builtin_clzll(w), b = __builtin_clzll(powers[-e]);
    uint128 numerator = (uint128)(w << a) << 63;
    uint64_t denominator = powers[-e] << b;
    uint64_t q = (uint64_t)(numerator / denominator);
    bool more = (uint64_t)numerator != q * denominator;
    return round_bits(q, more, b - a - 63);
  }
  uint128 product = (uint128)w * powers[e];
  uint64_t high = (uint64_t)(product >> 64);
  if (high == 0) return round_bits((uint64_t)product, false, 0);
  int shift = 64 - __builtin_clzll(high);
  uint64_t q = (uint64_t)(product >> shift);
  return round_bits(q, (product & (((uint128)1 << shift) - 1)) != 0, shift);
}

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

const char *erg_number_read(const char *s, bool loose, double *value, bool *integer) {
  const char *start = s;
  bool negative = *s == '-';
  if (negative || (loose && *s == '+')) s++;
  const char *digits = s;
  uint64_t w = 0;
  while (is_digit(*s)) w = 10 * w + (uint64_t)(*s++ - '0');
  long count = s - digits, decimals = 0;
  if (!loose && (count == 0 || (count > 1 && *digits == '0'))) return NULL;
  *integer = true;
  if (*s == '.') {
    const char *point = s++;
    while (is_digit(*s)) w = 10 * w + (uint64_t)(*s++ - '0');
    decimals = s - point - 1;
    if (!loose && decimals == 0) return NULL;
    *integer = false;
  }
  count += decimals;
  if (count == 0) return NULL;
  int e = 0;
  if (*s == 'e' || *s == 'E') {
    const char *t = s + 1;
    bool minus = *t == '-';
    if (minus || *t == '+') t++;
    if (!is_digit(*t)) return NULL;
    for (; is_digit(*t); t++)
      if (e < 100000) e = 10 * e + (*t - '0');
    if (minus) e = -e;
    s = t;
    *integer = false;
  }
  if (count > 19) /* leading zeros are no significant digits */
    for (const char *t = digits; *t == '0' || *t == '.'; t++) count -= *t == '0';
  if (count > 19 || decimals > 100000) {
    *value = strtod_l(start, NULL, the_c_locale());
    return s;
  }
  e -= (int)decimals;
  double v;
  if (w == 0)
    v = 0;
  else if (w <= (uint64_t)1 << 53 && e >= -22 && e <= 22)
    v = e < 0 ? (double)w / real_powers[-e] : (double)w * real_powers[e];
  else if (e >= -19 && e <= 19)
    v = scale(w, e);
  else {
    *value = strtod_l(start, NULL, the_c_locale());
    return s;
  }
  *value = negative ? -v : v;
  return s;
}

bool erg_number_special(const char *s, int length, double *value) {
  bool negative = length > 0 && *s == '-';
  if (length > 0 && (*s == '-' || *s == '+')) s++, length--;
  if (length == 3 && !strncasecmp(s, "nan", 3))
    *value = NAN;
  else if ((length == 3 && !strncasecmp(s, "inf", 3)) ||
           (length == 8 && !strncasecmp(s, "infinity", 8)))
    *value = negative ? -INFINITY : INFINITY;
  else
    return false;
  return true;
}

int erg_number_write(char *out, double value) {
  char text[32], digits[20];
  if (isnan(value)) return (int)strlen(strcpy(out, "nan"));
  int length = erg_shortest_digits(text, value);
  text[length] = 0;
  const char *e = memchr(text, 'e', (size_t)length);
  int x = e ? atoi(e + 1) : 0, n = 0;
  /* Without an exponent where %.15g writes none; longer texts keep all of their digits. */
  const char *first = text + (*text == '-');
  for (const char *s = first; e && s < e; s++)
    if (*s != '.') digits[n++] = *s;
  if (!e || x < -4 || x >= (n > 15 ? n : 15)) {
    memcpy(out, text, (size_t)length);
    out[length] = 0;
    return length;
  }
  char *at = out;
  if (first != text) *at++ = '-';
  for (int i = x < 0 ? x : 0; i < n || i <= x; i++) { /* the digit of 10^(x - i) */
    *at++ = i >= 0 && i < n ? digits[i] : '0';
    if (i == x && i + 1 < n) *at++ = '.';
  }
  *at = 0;
  return (int)(at - out);
}
