/* Table of the scalar functions; compiled once plainly and, on x86-64, once for
 * processors with fma (the same bits: libm's fma is exact, too, but slow).
 * Not a device file: ERGM_TABLE is the table's name. */
#include "device/prologue_scalar.h"
#include "device/elementary.h"
#include "device/host_math_table.h"

#define ONE(name, f) static double name##_(double x) { return erg_##f(x); }
#define TWO(name, f) static double name##_(double x, double y) { return erg_##f(x, y); }
ERGM_FUNCTIONS(ONE, TWO)
#undef ONE
#undef TWO
#define ENTRY(name, f) .name = name##_,
const ergm_table ERGM_TABLE = {ERGM_FUNCTIONS(ENTRY, ENTRY)};
