/* Compiled kernels on disk, for the GPU plug-ins: one file a kernel, named by the hash of
 * everything that the machine code depends on. */
#ifndef KERNEL_CACHE_H
#define KERNEL_CACHE_H

#include <stddef.h>

/* SHA-256 (FIPS 180-4) of n parts, each preceded by its length, as 64 hexadecimal digits
 * and NUL. */
void kernel_cache_key(const char *const *parts, int n, char key[65]);

/* Reads DIR/KEY.SUFFIX. Returns 1 with *bytes (caller frees) and *size, or 0 if it isn't
 * there. The file must belong to the user, carry the key and match its own SHA-256; one
 * that doesn't is deleted and counts as absent. dir NULL: always 0. Any thread. */
int kernel_cache_load(const char *dir, const char *key, const char *suffix, void **bytes,
                      size_t *size);

/* Writes DIR/KEY.SUFFIX through a temporary file and rename, so that another process sees
 * all of it or nothing. Returns 1, or 0 if it can't be written (not an error: the next run
 * compiles again). dir NULL: 0. Any thread. */
int kernel_cache_save(const char *dir, const char *key, const char *suffix, const void *bytes,
                      size_t size);

#endif
