/* Philox against the vectors that Random123 publishes; uniforms and normals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "device/prologue_vector.h"
#include "device/elementary.h"
#include "device/philox.h"

static erg_vi all(long x) { return erg_splati(x); }

static void vectors(void **state) {
  (void)state;
  static const struct {
    long counter[4];
    unsigned key[2];
    long result[4];
  } known[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (int k = 0; k < 3; k++) {
    const long *c = known[k].counter;
    erg_cipher_block r = erg_philox(known[k].key[0], known[k].key[1], all(c[0]), all(c[1]), all(c[2]),
                             all(c[3]));
    for (int l = 0; l < ERG_W; l++) {
      assert_int_equal(r.a[l], known[k].result[0]);
      assert_int_equal(r.b[l], known[k].result[1]);
      assert_int_equal(r.c[l], known[k].result[2]);
      assert_int_equal(r.d[l], known[k].result[3]);
    }
  }
}

/* Only the low 32 bits of each word count, and each word does. */
static void counters(void **state) {
  (void)state;
  erg_vi slot = {0, 1, 2, 3, 4, 5, 0x100000000L, -1};
  erg_v a = erg_uniform(1, 2, slot, 3, 4, 5);
  assert_true(a[0] == a[6]);
  assert_true(a[7] == erg_uniform(1, 2, all(0xffffffffL), 3, 4, 5)[0]);
  const double other[] = {erg_uniform(2, 2, slot, 3, 4, 5)[0],
                          erg_uniform(1, 3, slot, 3, 4, 5)[0],
                          erg_uniform(1, 2, slot, 4, 4, 5)[0],
                          erg_uniform(1, 2, slot, 3, 5, 5)[0],
                          erg_uniform(1, 2, slot, 3, 4, 6)[0],
                          a[1],
                          a[2],
                          a[3]};
  for (int i = 0; i < 8; i++) assert_true(other[i] != a[0]);
}

static void ends(void **state) {
  (void)state;
  assert_true(erg_unit_(all(0), all(0))[0] == 0x1p-53);
  assert_true(erg_unit_(all(0xffffffffL), all(0xffffffffL))[0] == 1 - 0x1p-53);
  assert_true(erg_unit_(all(0xfff), all(0))[3] == 0x1p-53);
  assert_true(erg_unit_(all(0x1000), all(0))[3] == 3 * 0x1p-53);
  erg_cipher_block b = {all(0), all(0), all(0), all(0)};
  erg_two_normals z = erg_normals_of(b);
  assert_true(fabs(z.first[0] - sqrt(106 * M_LN2)) < 1e-14);
  assert_true(z.second[0] > 0 && z.second[0] < 1e-13);
  b = (erg_cipher_block){all(0xffffffffL), all(0xffffffffL), all(0), all(0x80000000L)};
  z = erg_normals_of(b);
  assert_true(z.first[0] < 0 && fabs(z.first[0] + sqrt(0x1p-52)) < 1e-22);
}

/* Against the formula, and the moments of many draws (at a fixed seed: no chance). */
static void normals(void **state) {
  (void)state;
  enum { N = 1 << 20 };
  double m[5] = {0, 0, 0, 0, 0}, cross = 0, shares[8] = {0};
  for (int i = 0; i < N; i += ERG_W) {
    erg_vi slot;
    for (int l = 0; l < ERG_W; l++) slot[l] = i + l;
    erg_cipher_block b = erg_random(7, 8, slot, 2, 3, 4);
    erg_v u = erg_unit_(b.a, b.b), v = erg_unit_(b.c, b.d);
    erg_two_normals z = erg_normal2(7, 8, slot, 2, 3, 4);
    erg_v n = erg_normal(7, 8, slot, 2, 3, 4);
    for (int l = 0; l < ERG_W; l++) {
      double r = sqrt(-2 * log(u[l])), x = z.first[l], y = z.second[l];
      assert_true(n[l] == x);
      assert_true(fabs(x - r * cos(2 * M_PI * v[l])) < 1e-14);
      assert_true(fabs(y - r * sin(2 * M_PI * v[l])) < 1e-14);
      for (int k = 1; k < 5; k++) m[k] += pow(x, k) / N;
      cross += x * y / N;
      shares[(int)(8 * 0.5 * erfc(-x * M_SQRT1_2))] += 8.0 / N;
    }
  }
  assert_true(fabs(m[1]) < 4e-3 && fabs(m[2] - 1) < 6e-3 && fabs(cross) < 4e-3);
  assert_true(fabs(m[3]) < 1.6e-2 && fabs(m[4] - 3) < 4e-2);
  for (int k = 0; k < 8; k++) assert_true(fabs(shares[k] - 1) < 1.1e-2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(vectors), cmocka_unit_test(counters),
                                     cmocka_unit_test(ends), cmocka_unit_test(normals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
