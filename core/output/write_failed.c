#include <errno.h>
#include <string.h>

#include "output/internal.h"

bool out_write_failed(erg_problems *p, const char *path, int code) {
  const char *next = code == ENOSPC || code == EDQUOT
                         ? "free space, or choose another folder with --out"
                     : code == EACCES || code == EROFS || code == EPERM
                         ? "choose a folder that you may write to with --out"
                     : code == ENOENT ? "create the folder first"
                                      : "check the disk; what was written before is kept";
  return erg_error(p, (erg_place){0}, next, "%s can't be written: %s", path,
                   code ? strerror(code) : "write error");
}
