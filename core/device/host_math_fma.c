/* Compiled with -mfma on x86-64. */
#define ERGM_TABLE ergm_fma
#include "device/host_math_body.h"
