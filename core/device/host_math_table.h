/* Internal to host_math: the functions of one instruction set. */
#ifndef ERGODE_HOST_MATH_TABLE_H
#define ERGODE_HOST_MATH_TABLE_H
#include "device/host_math.h"
#define ERGM_MEMBER1(name, f) double (*name)(double);
#define ERGM_MEMBER2(name, f) double (*name)(double, double);
typedef struct { ERGM_FUNCTIONS(ERGM_MEMBER1, ERGM_MEMBER2) } ergm_table;
#undef ERGM_MEMBER1
#undef ERGM_MEMBER2
extern const ergm_table ergm_plain, ergm_fma;
#endif
