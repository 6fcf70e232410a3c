/* What the fuzz targets of data files share. */
#ifndef ERGODE_TESTS_FUZZ_DATASET_H
#define ERGODE_TESTS_FUZZ_DATASET_H

#include "fuzz.h"
#include "read/dataset.h"

/* Reads `data` as a file of this name: arrays and places that fit, or problems. */
static inline int fuzz_dataset(const char *name, const uint8_t *data, size_t size) {
  erg_problems p;
  erg_problems_init(&p);
  erg_source *s = erg_source_from_text(name, (const char *)data, size);
  erg_dataset *d = erg_dataset_parse(s, &p);
  for (int i = 0; d && i < d->count; i++) {
    const erg_array *a = &d->arrays[i];
    int64_t n = 1;
    for (int j = 0; j < a->rank; j++) n *= a->shape[j];
    require(n == a->n || a->empty);
    require(a->empty == (a->n == 0));
    for (int64_t j = 0; j < a->n && j < 20; j++) {
      erg_place place = erg_array_place(a, j);
      require(place.line > 0 && place.column > 0 && place.length > 0);
      if (a->labels)
        require(a->values[j] != a->values[j] ||
                (a->values[j] >= 1 && a->values[j] <= a->n_labels));
    }
  }
  finish(&p, d != NULL);
  erg_dataset_free(d);
  return 0;
}

#endif
