#define CPU_RUN cpu_run_avx512
#include "nuts.inc"
