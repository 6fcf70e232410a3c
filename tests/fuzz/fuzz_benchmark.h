/* A document, and behind this marker the one that it is compared with. */
#ifndef ERGODE_TESTS_FUZZ_BENCHMARK_H
#define ERGODE_TESTS_FUZZ_BENCHMARK_H

#include "fuzz.h"

#define FUZZ_OTHER "\n#other "

#endif
