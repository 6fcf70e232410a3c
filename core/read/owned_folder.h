/* A folder for temporary files that goes with its owner, however that ends.
 *
 * It has a file, `owner`, on which this process and those forked from it hold a lock (flock)
 * and an end of a pipe. A process of its own waits at the other end: when all of them are
 * gone, killed ones too, it removes the folder. What outlasts even that (a power cut) is
 * removed by the next one that asks for such a folder: the lock isn't held then. */
#ifndef ERGODE_READ_OWNED_FOLDER_H
#define ERGODE_READ_OWNED_FOLDER_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
  char *path;               /* NULL: there is none */
  int lock, pipe;
  pid_t keeper;             /* 0: none */
} erg_owned_folder;

/* A new one, PREFIX-XXXXXX below erg_temporary_folder(); before it those of the same prefix
 * and user are removed whose lock nobody holds. False with errno. Before any thread is made. */
bool erg_owned_folder_open(erg_owned_folder *f, const char *prefix);
/* Removes it; in the process that made it. */
void erg_owned_folder_close(erg_owned_folder *f);

#endif
