#include "check.h"

#include "read/sha256.h"

/* FIPS 180-4's examples, and the million letters a. */
static void examples(void **state) {
  (void)state;
  char hex[65];
  erg_sha256_text("", 0, hex);
  assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  erg_sha256_text("abc", 3, hex);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  erg_sha256_text(two, strlen(two), hex);
  assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  char *a = malloc(1000000);
  memset(a, 'a', 1000000);
  erg_sha256_text(a, 1000000, hex);
  assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  free(a);
}

static void pieces(void **state) {
  (void)state;
  unsigned char data[300];
  for (int i = 0; i < 300; i++) data[i] = (unsigned char)(7 * i);
  for (size_t length = 0; length < 300; length++) {
    char whole[65], parts[65];
    erg_sha256_text(data, length, whole);
    erg_sha256 h;
    erg_sha256_init(&h);
    for (size_t at = 0, step = 1; at < length; at += step, step = step % 97 + 5) {
      if (step > length - at) step = length - at;
      erg_sha256_add(&h, data + at, step);
    }
    erg_sha256_hex(&h, parts);
    assert_string_equal(whole, parts);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(examples), cmocka_unit_test(pieces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
