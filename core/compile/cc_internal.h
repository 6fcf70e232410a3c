/* Parts of cc.c. */
#ifndef ERGODE_COMPILE_CC_INTERNAL_H
#define ERGODE_COMPILE_CC_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "compile/cc.h"

/* malloc()ed text; aborts on no memory only. */
char *cc_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cc_say(const cc_options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whole file, NUL behind it; NULL with errno. */
char *cc_read_file(const char *path, size_t *length);
bool cc_write_file(const char *path, const void *bytes, size_t length);

typedef struct {
  char **words; /* program as found, then its own arguments; NULL-terminated */
  char *path;   /* real path of the program */
  uint64_t size;
  int64_t seconds, nanoseconds; /* of its last change */
} cc_compiler;

/* False with a message where none is found. */
bool cc_find(const cc_options *o, cc_compiler *c, char **message);
void cc_compiler_free(cc_compiler *c);
/* First line of --version, kept in `cache` (may be NULL). */
char *cc_version(const cc_compiler *c, const char *cache);

/* Runs words[0] with output to a file; the exit status, 128 + signal, or -1 with errno. */
int cc_run(char *const *words, const char *output);

/* The cache's folder, made if missing; NULL with a reason where it can't be written. */
char *cc_cache_folder(const cc_options *o, char **reason);
/* A fresh private folder below `cache`, or below the temporary folder; NULL, errno. Freed by
 * erg_private_folder_remove. */
char *cc_work_folder(const char *cache);
/* Entry `key`, checked: its path. NULL where there is none or it is damaged. */
char *cc_cache_find(const cc_options *o, const char *cache, const char *key);
/* Seals `file` with its hash and moves it to its place; the path, or NULL with errno. */
char *cc_cache_store(const char *cache, const char *key, const char *file);

/* Name of a prebuilt entry: no compiler in it, as there may be none. */
void cc_prebuilt_key(const char *source, cc_isa isa, char key[65]);

#endif
