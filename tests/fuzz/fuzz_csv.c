#include "fuzz_dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz_dataset("a.csv", data, size);
}
