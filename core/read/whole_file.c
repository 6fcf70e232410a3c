#include "read/whole_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/memory.h"

static bool is_stdout(const char *path) { return !strcmp(path, "-"); }

erg_whole_file erg_whole_open(const char *path) {
  struct stat status;
  bool direct = is_stdout(path) || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
  size_t n = strlen(path);
  erg_whole_file f = {.path = erg_copy(path, n), .part = erg_alloc(n + sizeof ".part")};
  memcpy(f.part, path, n + 1);
  if (!direct) memcpy(f.part + n, ".part", sizeof ".part");
  f.out = is_stdout(path) ? stdout : fopen(f.part, "we");
  if (!f.out) f.error = errno;
  return f;
}

int erg_whole_close(erg_whole_file *f, int error) {
  bool direct = !strcmp(f->path, f->part);
  if (!f->error) f->error = error;
  if (f->out) {
    bool bad = ferror(f->out);
    int closed = is_stdout(f->path) ? fflush(f->out) : fclose(f->out);
    if (closed != 0 && !f->error) f->error = errno; /* says more than ferror */
    if (bad && !f->error) f->error = EIO;
    if (!direct && !f->error && rename(f->part, f->path) != 0) f->error = errno;
    if (!direct && f->error) unlink(f->part);
  }
  free(f->path);
  free(f->part);
  error = f->error;
  *f = (erg_whole_file){.error = error};
  return error;
}
