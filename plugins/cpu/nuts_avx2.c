#define CPU_RUN cpu_run_avx2
#include "nuts.inc"
