/* The price of the same bits: the compiled model's time for a gradient over that of the
 * same gradient written freely (free_models.h), measured in turn in one run. */
#ifndef ERGODE_BENCH_PRICE_H
#define ERGODE_BENCH_PRICE_H

#include "read/json_write.h"

/* An array "price_of_the_same_bits" into the open object. False, with a message, where
 * a model isn't compiled, or the free code has another density or gradient. */
bool price_write(const char *models_folder, erg_json *j);

#endif
