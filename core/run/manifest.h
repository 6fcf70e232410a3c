/* The INI manifest of a plug-in. */
#ifndef ERGODE_RUN_MANIFEST_H
#define ERGODE_RUN_MANIFEST_H

#include <stdbool.h>

typedef struct run_manifest {
  char *id, *library, *summary; /* library: absolute, or beside the manifest */
  int abi;
} run_manifest;

/* Reads `path`. False with the reason (to be freed) in `*reason`; the members read so
 * far are set all the same. */
bool run_manifest_read(const char *path, run_manifest *m, char **reason);
void run_manifest_free(run_manifest *m);
/* Every key that the section [plugin] may have. */
const char *const *run_manifest_keys(void);
/* True if `id` is one or more of a-z 0-9 . _ - */
bool run_is_id(const char *id);

#endif
