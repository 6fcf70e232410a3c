// The standard library's shortest digits of a double; exact, and no C library has them.
#include <charconv>

#include "read/number.h"

extern "C" int erg_shortest_digits(char *out, double value) {
  return static_cast<int>(
      std::to_chars(out, out + 32, value, std::chars_format::scientific).ptr - out);
}
