#include "kernel_cache.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "read/sha256.h"

void kernel_cache_key(const char *const *parts, int n, char key[65]) {
  erg_sha256 s;
  erg_sha256_init(&s);
  for (int i = 0; i < n; i++) {
    size_t length = strlen(parts[i]);
    char prefix[32];
    erg_sha256_add(&s, prefix, (size_t)snprintf(prefix, sizeof prefix, "%zu:", length));
    erg_sha256_add(&s, parts[i], length);
  }
  erg_sha256_hex(&s, key);
}

/* The file: this header, then the kernel. */
typedef struct cache_header {
  char magic[16];
  char key[64];
  char hash[64]; /* SHA-256 of the kernel, hexadecimal */
  uint64_t size;
} cache_header;

static const char magic[16] = "ERGODE KERNEL 1";

static void make_header(cache_header *h, const char *key, const void *bytes, size_t size) {
  char hash[65];
  erg_sha256_text(bytes, size, hash);
  memset(h, 0, sizeof *h);
  memcpy(h->magic, magic, sizeof magic);
  memcpy(h->key, key, 64);
  memcpy(h->hash, hash, 64);
  h->size = size;
}

static int read_all(int file, void *to, size_t n) {
  for (char *p = to; n > 0;) {
    ssize_t got = read(file, p, n);
    if (got <= 0) return 0;
    p += got;
    n -= (size_t)got;
  }
  return 1;
}

static int write_all(int file, const void *from, size_t n) {
  for (const char *p = from; n > 0;) {
    ssize_t put = write(file, p, n);
    if (put <= 0) return 0;
    p += put;
    n -= (size_t)put;
  }
  return 1;
}

int kernel_cache_load(const char *dir, const char *key, const char *suffix, void **bytes,
                      size_t *size) {
  char path[4096];
  *bytes = NULL;
  *size = 0;
  if (dir == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s.%s", dir, key, suffix);
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return 0;
  cache_header found, expected;
  struct stat about;
  void *data = NULL;
  int good = 0;
  if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid() &&
      about.st_size > (off_t)sizeof found && read_all(file, &found, sizeof found) &&
      found.size == (uint64_t)about.st_size - sizeof found &&
      (data = malloc(found.size)) != NULL && read_all(file, data, found.size)) {
    make_header(&expected, key, data, found.size);
    good = memcmp(&found, &expected, sizeof found) == 0;
  }
  close(file);
  if (!good) {
    unlink(path);
    free(data);
    return 0;
  }
  *bytes = data;
  *size = found.size;
  return 1;
}

int kernel_cache_save(const char *dir, const char *key, const char *suffix, const void *bytes,
                      size_t size) {
  char path[4096], temporary[4096];
  if (dir == NULL || size == 0) return 0;
  int n = snprintf(path, sizeof path, "%s/%s.%s", dir, key, suffix);
  int m = snprintf(temporary, sizeof temporary, "%s/.%.16s-XXXXXX", dir, key);
  if (n >= (int)sizeof path || m >= (int)sizeof temporary) return 0;
  int file = mkostemp(temporary, O_CLOEXEC);
  if (file < 0) return 0;
  cache_header header;
  make_header(&header, key, bytes, size);
  int good = write_all(file, &header, sizeof header) && write_all(file, bytes, size);
  if (close(file) != 0) good = 0;
  if (good && rename(temporary, path) == 0) return 1;
  unlink(temporary);
  return 0;
}
