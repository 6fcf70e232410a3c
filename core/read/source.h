/* Source texts and the problems found in them.
 *
 * Every value read from a file keeps its place, so that an error can show the line,
 * a caret, the cause and the next step:
 *
 *   models/radon.toml:14:21: error: unknown name 'alhpa'
 *      14 | log_radon = "normal(alhpa[county_of], sigma_y)"
 *         |                     ^~~~~
 *      next: did you mean 'alpha'? Names in scope: alpha, beta, mu_alpha, ...
 */
#ifndef ERGODE_READ_SOURCE_H
#define ERGODE_READ_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct erg_source {
  char *path;      /* as the user wrote it */
  char *text;      /* NUL-terminated; may hold NULs before `length` */
  size_t length;
} erg_source;

/* A stretch of a line. source NULL: no file (command line); line 0: whole file.
 * The source must outlive the place, and the problems that hold it. */
typedef struct {
  const erg_source *source;
  int line;        /* 1-based */
  int column;      /* 1-based, in bytes; shown in characters */
  int length;      /* bytes to underline, >= 1 */
} erg_place;

/* The first problem stops the work that found it; `problems` keeps them in order. */
typedef struct erg_problems {
  struct erg_problem *list;
  int count, capacity;
  struct erg_source **kept; /* sources handed over by erg_problems_keep */
  int n_kept;
} erg_problems;

struct erg_problem {
  bool warning;
  erg_place place;
  char *cause;     /* one line, no full stop at the end */
  char *next;      /* next step, or NULL */
};

void erg_problems_init(erg_problems *p);
void erg_problems_free(erg_problems *p);
/* Record an error (returns false, for `return erg_error(...)`) or a warning. `next`
 * may be NULL; both texts are copied. */
bool erg_error(erg_problems *p, erg_place place, const char *next, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void erg_warn(erg_problems *p, erg_place place, const char *next, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Hands a source over: freed with the problems whose places point to it. */
void erg_problems_keep(erg_problems *p, erg_source *source);
bool erg_problems_any_error(const erg_problems *p);
/* Prints all, as shown above, with colour if asked. A tab is shown as spaces up to the
 * next multiple of four, a control character or a byte that isn't UTF-8 as U+FFFD, and of
 * a line over 96 columns the part around the caret, cut with `…`. `next` may have several
 * lines. */
void erg_problems_print(const erg_problems *p, FILE *out, bool colour);

/* Reads a whole file (less than 2 GiB; a pipe is read to its end); NULL with a problem:
 * missing file, no permission, a folder, too large. Freed by erg_source_free. */
erg_source *erg_source_read(const char *path, erg_problems *p);
erg_source *erg_source_from_text(const char *path, const char *text, size_t length);
void erg_source_free(erg_source *s);
erg_place erg_place_whole(const erg_source *s);
/* The place of `length` bytes at byte `offset` of the text (time linear in offset). */
erg_place erg_place_at(const erg_source *s, size_t offset, size_t length);
/* The place `offset` bytes further in the same line, `length` bytes long: of a name in
 * an expression that stands in a plain TOML string, for example. */
erg_place erg_place_within(erg_place place, size_t offset, size_t length);

/* Of `candidates` (NULL-terminated) the nearest to `name` by edit distance (at most
 * a third of its length, transpositions counting one; a name that differs by case only
 * is always near), the first of equals, or NULL. */
const char *erg_nearest(const char *name, const char *const *candidates);

#ifdef __cplusplus
}
#endif

#endif
