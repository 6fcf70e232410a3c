/* A folder of its own for each test program, and other small things that they share. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "read/source.h"

static char folder[64];

static inline const char *path_of(const char *name) {
  static char path[4][200];
  static int next;
  next = (next + 1) % 4;
  snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
  return path[next];
}

static inline bool exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0;
}

static inline int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/ergode_output_XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static inline int remove_folder(void **state) {
  char command[200];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static inline bool any_problem(const erg_problems *p, const char *part) {
  for (int i = 0; i < p->count; i++) {
    if (strstr(p->list[i].cause, part)) return p->list[i].next != NULL;
  }
  return false;
}

#endif
