/* Runs read back from JSON. Missing numbers are NaN or 0, missing texts "". */
#ifndef ERGODE_BENCH_RESTORE_H
#define ERGODE_BENCH_RESTORE_H

#include <jansson.h>
#include "bench/bench.h"

double restore_real(const json_t *object, const char *key);
int64_t restore_int(const json_t *object, const char *key);
void restore_text(const json_t *object, const char *key, char *to, size_t size);
/* An entry of rows[].runs[]. False where it isn't one. */
bool restore_once(const json_t *object, bench_once *f);
/* Moments of a row; those it has are freed. */
void restore_agreements(const json_t *list, bench_row *row);

#endif
