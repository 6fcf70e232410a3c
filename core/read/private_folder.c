#include "read/private_folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "read/memory.h"

const char *erg_temporary_folder(void) {
  const char *given = getenv("TMPDIR");
  return given && *given ? given : "/tmp";
}

char *erg_private_folder(const char *parent, const char *prefix) {
  static const char format[] = "%s/%s-XXXXXX";
  if (!parent) parent = erg_temporary_folder();
  size_t size = (size_t)snprintf(NULL, 0, format, parent, prefix) + 1;
  char *path = erg_alloc(size);
  snprintf(path, size, format, parent, prefix);
  if (mkdtemp(path)) return path;
  int saved = errno;
  free(path);
  errno = saved;
  return NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  remove(path);
  return 0;
}

void erg_private_folder_remove(char *path) {
  if (!path) return;
  int saved = errno;
  nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  free(path);
  errno = saved;
}
