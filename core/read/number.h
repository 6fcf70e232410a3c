/* Numbers as text, the same in every locale.
 *
 * Reading is correctly rounded (half to even). Up to 19 significant digits with a small
 * exponent, which is nearly all data, take an exact integer path; the rest strtod_l. */
#ifndef ERGODE_READ_NUMBER_H
#define ERGODE_READ_NUMBER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a number at `s`, whose text ends with a NUL: JSON's grammar, or if `loose` also a
 * leading `+`, leading zeros, `.5` and `5.`. Returns the byte behind it, or NULL if no
 * number stands there. *integer: written without point and exponent. A value too large
 * for a double becomes infinite, as in strtod. */
const char *erg_number_read(const char *s, bool loose, double *value, bool *integer);

/* NaN and the infinities by name, whatever the case: nan, inf, infinity with an optional
 * sign. `length` bytes must be the whole name. */
bool erg_number_special(const char *s, int length, double *value);

/* The fewest digits that read back as the same double, with an exponent below 1e-4 and
 * from 1e15 on (1e16 and 1e17 where so many digits are needed), as %g writes it: `0.1`,
 * `1e+300`, `-0`, `nan`, `inf`. Returns the length; `out` has room for 32 bytes. */
int erg_number_write(char *out, double value);

/* Those digits as d.ddde+XX, not ended by a NUL; its length, at most 24. In C++, whose
 * standard library has them. */
int erg_shortest_digits(char *out, double value);

#ifdef __cplusplus
}
#endif

#endif
