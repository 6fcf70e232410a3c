/* Small texts: allocation that can't fail, formatted strings. */
#ifndef ERGODE_RUN_TEXT_H
#define ERGODE_RUN_TEXT_H

#include <stddef.h>

/* All end the process with a message where memory runs out (texts are small). */
char *run_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Puts it behind *text, which run_text made. */
void run_append(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *run_alloc(size_t bytes); /* zeroed */
void *run_grow(void *array, size_t bytes);
/* "12.3 MB"; writes to `out` and returns it. */
const char *run_bytes_text(double bytes, char out[static 32]);

#endif
