/* Named arrays of data, from CmdStan JSON or CSV. */
#ifndef ERGODE_READ_DATASET_H
#define ERGODE_READ_DATASET_H

#include <stdint.h>
#include "read/source.h"

typedef struct {
  char *name;
  int rank;             /* 0: a number */
  int64_t shape[8];     /* row-major as written (a list of rows) */
  int64_t n;            /* elements */
  double *values;       /* "NaN", "+inf", "-inf" strings are read as such */
  bool integer;         /* every value was written as an integer */
  bool empty;           /* [] of any rank: n = 0, rank as written */
  erg_place place;
} erg_array;

typedef struct {
  erg_source *source;   /* owned */
  erg_array *arrays;
  int count;
} erg_dataset;

/* By the name's ending: .json (CmdStan: one object; matrices as lists of rows), .csv
 * (one column a name, header required; quotes and CRLF allowed). Lists of unequal
 * length, text where a number belongs, duplicate names: problems with their places. */
erg_dataset *erg_dataset_read(const char *path, erg_problems *p);
/* The same from text already in memory (kind by the path's ending). Takes the source. */
erg_dataset *erg_dataset_parse(erg_source *source, erg_problems *p);
void erg_dataset_free(erg_dataset *d);
const erg_array *erg_dataset_get(const erg_dataset *d, const char *name);

#endif
