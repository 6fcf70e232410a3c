/* Folders for files that nobody else should see or keep. */
#ifndef ERGODE_READ_PRIVATE_FOLDER_H
#define ERGODE_READ_PRIVATE_FOLDER_H

/* $TMPDIR, or /tmp. */
const char *erg_temporary_folder(void);
/* A new folder PARENT/PREFIX-XXXXXX of this user alone; parent NULL: erg_temporary_folder().
 * NULL with errno. Freed by erg_private_folder_remove. */
char *erg_private_folder(const char *parent, const char *prefix);
/* Removes a folder with all that is in it, links and not what they point to; frees the path,
 * which may be NULL. errno stays. */
void erg_private_folder_remove(char *path);

#endif
