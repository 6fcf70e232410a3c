/* A file that is whole or not there: written as PATH.part and renamed when closed
 * (something that is no plain file, as /dev/stdout, is written directly). */
#ifndef ERGODE_READ_WHOLE_FILE_H
#define ERGODE_READ_WHOLE_FILE_H

#include <stdio.h>

typedef struct {
  FILE *out;            /* NULL: can't be opened, `error` says why */
  char *path, *part;
  int error;            /* errno of the first failure; what is written later may be set too */
} erg_whole_file;

/* "-": standard output, which stays open. To be closed in any case. */
erg_whole_file erg_whole_open(const char *path);
/* 0, or errno of the first failure (ENOSPC for a full disk); then, and where `error` isn't
 * 0, PATH is left as it was. */
int erg_whole_close(erg_whole_file *f, int error);

#endif
