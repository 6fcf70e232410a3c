/* A set of texts that numbers them in the order of their first appearance. */
#ifndef ERGODE_READ_NAMES_H
#define ERGODE_READ_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char **list; /* `count` texts, each with a NUL behind it */
  int count, capacity;
  int *slots; /* open addressing: index + 1, or 0 */
  size_t n_slots;
} erg_names;

/* The index of the text; *found tells whether it was there before. */
int erg_names_add(erg_names *names, const char *text, size_t length, bool *found);
/* Frees all but the list, which the caller takes. */
char **erg_names_take(erg_names *names);
void erg_names_free(erg_names *names);

#endif
