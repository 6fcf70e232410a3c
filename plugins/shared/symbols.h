/* Functions of a library that was opened by dlopen. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stddef.h>

/* Where the address of the function `name` goes: SYMBOL(table.member, "name"). */
typedef struct symbol {
  void (**to)(void);
  const char *name;
} symbol;
#define SYMBOL(member, name) {(void (**)(void)) & (member), name}

/* Fills n pointers. Returns NULL, or the name of the first function that `library` lacks
 * (those after it are left as they are). */
const char *symbols_take(void *library, const symbol *symbols, size_t n);

#endif
