#include "device/device_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "device_files.h" /* made by cmake/embed.cmake: device_files[], by name */

enum { MAX_BLOCKS = 128 };

/* A block of elementary.h: "//@begin name: needs\n" body "//@end\n". */
typedef struct {
  const char *name, *needs, *body;
  size_t name_size, needs_size, body_size;
  bool wanted;
} block;

const char *erg_device_file(int i) {
  int n = (int)(sizeof device_files / sizeof *device_files);
  return i >= 0 && i < n ? device_files[i].name : NULL;
}

const char *erg_device_text(const char *name) {
  for (size_t i = 0; i < sizeof device_files / sizeof *device_files; i++)
    if (strcmp(device_files[i].name, name) == 0) return device_files[i].text;
  return NULL;
}

static int find_blocks(const char *text, block *blocks) {
  static const char begin[] = "\n//@begin ", end[] = "//@end\n";
  int n = 0;
  for (const char *at = text; n < MAX_BLOCKS && (at = strstr(at, begin)); n++) {
    block *b = &blocks[n];
    b->name = at + sizeof begin - 1;
    b->name_size = strcspn(b->name, ":\n");
    b->needs = b->name + b->name_size + 1;
    b->needs_size = strcspn(b->needs, "\n");
    b->body = b->needs + b->needs_size + 1;
    b->wanted = false;
    at = strstr(b->body, end);
    if (!at) return n;
    b->body_size = (size_t)(at - b->body);
    at += sizeof end - 2;
  }
  return n;
}

static void want(block *blocks, int n, const char *name, size_t size) {
  for (int i = 0; i < n; i++)
    if (blocks[i].name_size == size && memcmp(blocks[i].name, name, size) == 0)
      blocks[i].wanted = true;
}

/* Names parted by spaces, to the end of the line. */
static void want_list(block *blocks, int n, const char *p) {
  while (*p && *p != '\n') {
    size_t length = strcspn(p, " \n");
    want(blocks, n, p, length);
    p += length;
    p += strspn(p, " ");
  }
}

/* The text of the wanted blocks and of what they need. */
static char *text_of(block *blocks, int n) {
  size_t size = 1;
  /* A block stands after all that it needs: one pass from the end finds them. */
  for (int i = n - 1; i >= 0; i--) {
    if (!blocks[i].wanted) continue;
    size += blocks[i].body_size;
    want_list(blocks, i, blocks[i].needs);
  }
  char *text = malloc(size), *to = text;
  if (!text) return NULL;
  for (int i = 0; i < n; i++) {
    if (!blocks[i].wanted) continue;
    memcpy(to, blocks[i].body, blocks[i].body_size);
    to += blocks[i].body_size;
  }
  *to = '\0';
  return text;
}

char *erg_device_functions(const char *const *names) {
  block blocks[MAX_BLOCKS];
  int n = find_blocks(erg_device_text("elementary.h"), blocks);
  for (; *names; names++) {
    const char *name = strncmp(*names, "erg_", 4) == 0 ? *names + 4 : *names;
    want(blocks, n, name, strlen(name));
  }
  return text_of(blocks, n);
}

char *erg_device_functions_in(const char *const *texts) {
  static const char word[] = "erg_", needs[] = "\n//@needs ",
                    letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  block blocks[MAX_BLOCKS];
  int n = find_blocks(erg_device_text("elementary.h"), blocks);
  for (; *texts; texts++) {
    for (const char *p = *texts; (p = strstr(p, word));) {
      p += sizeof word - 1;
      size_t length = strspn(p, letters);
      want(blocks, n, p, length);
      p += length;
    }
    for (const char *p = *texts; (p = strstr(p, needs));) {
      p += sizeof needs - 1;
      want_list(blocks, n, p);
    }
  }
  return text_of(blocks, n);
}
