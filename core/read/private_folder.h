/* Folders for files that nobody else should see or keep. */
#ifndef ERGODE_READ_PRIVATE_FOLDER_H
#define ERGODE_READ_PRIVATE_FOLDER_H

#include <stdint.h>

/* $TMPDIR, or /tmp. */
const char *erg_temporary_folder(void);
/* Bytes that a new file in the folder may take: what the disk has, or the process's limit on a
 * file's size (ulimit -f). UINT64_MAX: unknown. errno stays. */
uint64_t erg_free_bytes(const char *folder);
/* A new folder PARENT/PREFIX-XXXXXX of this user alone; parent NULL: erg_temporary_folder().
 * NULL with errno. Freed by erg_private_folder_remove. */
char *erg_private_folder(const char *parent, const char *prefix);
/* Removes a folder with all that is in it, links and not what they point to; frees the path,
 * which may be NULL. errno stays. */
void erg_private_folder_remove(char *path);

#endif
