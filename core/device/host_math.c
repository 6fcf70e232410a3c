#define ERGM_TABLE ergm_plain
#include "device/host_math_body.h"

#if defined(__x86_64__) && !defined(__FMA__)
static const ergm_table *table(void) {
  return __builtin_cpu_supports("fma") ? &ergm_fma : &ergm_plain;
}
#else
static const ergm_table *table(void) { return &ergm_plain; }
#endif

#define ONE(name, f) \
  double ergm_##name(double x) { return table()->name(x); }
#define TWO(name, f) \
  double ergm_##name(double x, double y) { return table()->name(x, y); }
ERGM_FUNCTIONS(ONE, TWO)
