#include "symbols.h"

#include <dlfcn.h>
#include <string.h>

const char *symbols_take(void *library, const symbol *symbols, size_t n) {
  for (size_t i = 0; i < n; i++) {
    void *address = dlsym(library, symbols[i].name);
    if (address == NULL) return symbols[i].name;
    memcpy(symbols[i].to, &address, sizeof address); /* C has no cast from data to code */
  }
  return NULL;
}
