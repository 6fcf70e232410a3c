#include "read/disk_room.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

uint64_t erg_free_bytes(const char *folder) {
  struct statvfs disk;
  struct rlimit limit;
  uint64_t room = UINT64_MAX;
  int saved = errno;
  if (statvfs(folder, &disk) == 0) room = (uint64_t)disk.f_bavail * disk.f_frsize;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      limit.rlim_cur < room)
    room = limit.rlim_cur;
  errno = saved;
  return room;
}
