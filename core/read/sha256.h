/* SHA-256 (FIPS 180-4): keys of the compile cache, hashes of data and models.
 *
 * Own code, since the alternative is linking libcrypto (5 MB, with its own start-up) for
 * one function; docs/adr/0011 has the reasons. With the processor's SHA instructions
 * where it has them. */
#ifndef ERGODE_READ_SHA256_H
#define ERGODE_READ_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t bytes;
  unsigned char block[64];
} erg_sha256;

void erg_sha256_init(erg_sha256 *h);
void erg_sha256_add(erg_sha256 *h, const void *data, size_t length);
/* The digest as 64 hexadecimal digits and a NUL. */
void erg_sha256_hex(erg_sha256 *h, char hex[65]);
/* The same in one call. */
void erg_sha256_text(const void *data, size_t length, char hex[65]);

#endif
