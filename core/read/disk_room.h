/* Room on a disk. */
#ifndef ERGODE_READ_DISK_ROOM_H
#define ERGODE_READ_DISK_ROOM_H

#include <stdint.h>

/* Bytes that a new file in the folder may take: what the disk has, or the process's limit on a
 * file's size (ulimit -f). UINT64_MAX: unknown. errno stays. */
uint64_t erg_free_bytes(const char *folder);

#endif
