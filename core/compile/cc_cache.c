/* The cache's folder and its entries. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compile/cc_internal.h"
#include "read/private_folder.h"
#include "read/sha256.h"

/* An entry's last bytes: this text, 64 hexadecimal digits, a newline. The loader of
 * shared objects doesn't look there. */
#define SEAL "\nergode-cache-1 "
enum { SEAL_BYTES = sizeof SEAL - 1 + 64 + 1 };

char *cc_read_file(const char *path, size_t *length) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  struct stat info;
  char *text = NULL;
  size_t got = 0;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
      (text = malloc((size_t)info.st_size + 1)) != NULL) {
    while (got < (size_t)info.st_size) {
      ssize_t n = read(fd, text + got, (size_t)info.st_size - got);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      got += (size_t)n;
    }
    text[got] = 0;
  }
  close(fd);
  *length = got;
  return text;
}

bool cc_write_file(const char *path, const void *bytes, size_t length) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
  if (fd < 0) return false;
  const char *at = bytes;
  while (length > 0) {
    ssize_t n = write(fd, at, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    at += n;
    length -= (size_t)n;
  }
  return close(fd) == 0 && length == 0;
}

/* mkdir -p, new folders private. */
static bool make_folders(char *path) {
  for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
    *slash = '/';
    if (failed) return false;
  }
  return mkdir(path, 0700) == 0 || errno == EEXIST;
}

char *cc_cache_folder(const cc_options *o, char **reason) {
  *reason = NULL;
  const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  char *path;
  if (o->cache_dir)
    path = cc_format("%s", o->cache_dir);
  else if (base && base[0] == '/') /* the specification: relative paths are ignored */
    path = cc_format("%s/ergode", base);
  else if (home && home[0] == '/')
    path = cc_format("%s/.cache/ergode", home);
  else {
    *reason = cc_format("neither $XDG_CACHE_HOME nor $HOME is set");
    return NULL;
  }
  if (make_folders(path) && access(path, W_OK | X_OK) == 0) return path;
  *reason = cc_format("the cache '%s' can't be written: %s", path, strerror(errno));
  free(path);
  return NULL;
}

/* Folders that a killed process left, an hour old or more. */
static void remove_leftovers(const char *cache) {
  DIR *d = opendir(cache);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d));) {
    if (strncmp(e->d_name, "work-", 5) != 0) continue;
    char *path = cc_format("%s/%s", cache, e->d_name);
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
        time(NULL) - info.st_mtime > 3600)
      erg_private_folder_remove(path);
    else
      free(path);
  }
  closedir(d);
}

char *cc_work_folder(const char *cache) {
  if (cache) remove_leftovers(cache);
  return erg_private_folder(cache, cache ? "work" : "ergode");
}

char *cc_cache_find(const cc_options *o, const char *cache, const char *key) {
  char *path = cc_format("%s/%s.so", cache, key), hex[65];
  size_t length;
  char *bytes = cc_read_file(path, &length);
  if (!bytes) {
    free(path);
    return NULL;
  }
  bool good = length > SEAL_BYTES;
  if (good) {
    const char *seal = bytes + length - SEAL_BYTES;
    erg_sha256_text(bytes, length - SEAL_BYTES, hex);
    good = !memcmp(seal, SEAL, sizeof SEAL - 1) && !memcmp(seal + sizeof SEAL - 1, hex, 64);
  }
  free(bytes);
  if (good) return path;
  cc_say(o, "the cached '%s' is damaged; it is built anew", path);
  free(path);
  return NULL;
}

char *cc_cache_store(const char *cache, const char *key, const char *file) {
  size_t length;
  char *bytes = cc_read_file(file, &length), hex[65];
  if (!bytes) return NULL;
  bytes = realloc(bytes, length + SEAL_BYTES);
  if (!bytes) abort();
  erg_sha256_text(bytes, length, hex);
  memcpy(bytes + length, SEAL, sizeof SEAL - 1);
  memcpy(bytes + length + sizeof SEAL - 1, hex, 64);
  bytes[length + SEAL_BYTES - 1] = '\n';
  char *sealed = cc_format("%s.sealed", file), *path = cc_format("%s/%s.so", cache, key);
  bool good = cc_write_file(sealed, bytes, length + SEAL_BYTES) && rename(sealed, path) == 0;
  free(sealed);
  free(bytes);
  if (good) return path;
  int saved = errno;
  free(path);
  errno = saved;
  return NULL;
}
