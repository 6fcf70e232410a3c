/* What the parts of a comparison share. */
#ifndef ERGODE_BENCH_COMPARE_PARTS_H
#define ERGODE_BENCH_COMPARE_PARTS_H

#include <jansson.h>
#include "bench/compare.h"

struct bench_stored {
  char *name, *path;
  json_t *json;             /* checked: whole, as far as comparisons need it */
};

/* A member, or NULL. */
static inline const json_t *stored_row(const bench_stored *d, size_t i) {
  return json_array_get(json_object_get(d->json, "rows"), i);
}
static inline size_t stored_rows(const bench_stored *d) {
  return json_array_size(json_object_get(d->json, "rows"));
}
const json_t *stored_workload(const bench_stored *d, const json_t *row);
/* "" where it is missing. */
const char *stored_text(const json_t *object, const char *key);

/* Of a whole document (compare_drift.c); then of each row that both have. */
void compare_environment(bench_comparison *c, const bench_stored *a, const bench_stored *b);
void compare_row_environment(bench_comparison *c, const json_t *a, const json_t *b);

#endif
