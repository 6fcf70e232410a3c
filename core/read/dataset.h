/* Named arrays of data, from CmdStan JSON or CSV. */
#ifndef ERGODE_READ_DATASET_H
#define ERGODE_READ_DATASET_H

#include <stdint.h>
#include "read/source.h"

#define ERG_MAX_RANK 8

typedef struct {
  char *name;
  int rank;             /* 0: a number */
  int64_t shape[ERG_MAX_RANK]; /* row-major as written (a list of rows) */
  int64_t n;            /* elements */
  double *values;       /* "NaN", "+inf", "-inf" strings are read as such */
  bool integer;         /* every value was written as an integer */
  bool empty;           /* [] of any rank: n = 0, rank as written */
  erg_place place;      /* of the name */

  /* A text, a list of texts, or a CSV column with a cell that is no number: the
   * different texts in the order of their first appearance, and `values` holds their
   * 1-based indices (NaN: a missing cell). NULL for numbers. */
  char **labels;
  int n_labels;
  erg_place text_place; /* of the first text; line 0 if there is none */

  size_t start;         /* byte offset: JSON: of the value; CSV: of the first row */
  int column;           /* CSV: 1-based column; JSON: 0 */
} erg_array;

typedef struct {
  erg_source *source;   /* owned; places point to it */
  erg_array *arrays;    /* in the order of the file */
  int count;
} erg_dataset;

/* By the name's ending: .json (CmdStan: one object; matrices as lists of rows), .csv
 * (one column a name, header required; quotes and CRLF allowed). Without such an ending
 * a text that starts with `{` is JSON. Lists of unequal length, text where a number
 * belongs, null, duplicate names: problems with their places, and NULL. JSON entries
 * that no model can use (objects, null) are left out with a warning. CSV: an empty cell,
 * NA and NaN are missing (NaN); TRUE and FALSE are 1 and 0. After a failure `p` owns the
 * source, so that its places stay good. */
erg_dataset *erg_dataset_read(const char *path, erg_problems *p);
/* The same from text already in memory (kind by the path's ending). Takes the source. */
erg_dataset *erg_dataset_parse(erg_source *source, erg_problems *p);
void erg_dataset_free(erg_dataset *d);
const erg_array *erg_dataset_get(const erg_dataset *d, const char *name);

/* The place of one element (0-based, row-major), for "NaN in y[17]": the text is read
 * again from the start of the array, so use it for errors only. */
erg_place erg_array_place(const erg_array *a, int64_t element);

#endif
