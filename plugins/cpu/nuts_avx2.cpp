#define CPU_RUN cpu_run_avx2
#include "device/prologue_pair.h"
#include "nuts.inc"
