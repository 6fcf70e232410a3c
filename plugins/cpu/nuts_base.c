#define CPU_RUN cpu_run_base
#include "nuts.inc"
