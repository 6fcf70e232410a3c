/* What the readers of data formats share. Not for other folders. */
#ifndef ERGODE_READ_DATASET_INTERNAL_H
#define ERGODE_READ_DATASET_INTERNAL_H

#include "read/dataset.h"
#include "read/names.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each appends to d->arrays; false with a problem. */
bool erg_dataset_read_json(erg_dataset *d, erg_problems *p);
bool erg_dataset_read_csv(erg_dataset *d, erg_problems *p);

/* The bytes from..to of the source that element `element` is written as. */
void erg_json_element(const erg_array *a, int64_t element, size_t *from, size_t *to);
void erg_csv_element(const erg_array *a, int64_t element, size_t *from, size_t *to);

/* Room for one more array, zeroed. */
erg_array *erg_dataset_append(erg_dataset *d);

/* Places for offsets that mostly grow: each step starts where the last one ended. */
typedef struct {
  const erg_source *source;
  size_t line_start;
  int line;
} erg_lines;
erg_place erg_lines_place(erg_lines *lines, size_t from, size_t to);

/* True if the bytes are UTF-8. */
bool erg_is_utf8(const char *s, const char *end);

#ifdef __cplusplus
}
#endif

#endif
