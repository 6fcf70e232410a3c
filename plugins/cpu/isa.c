#include <stddef.h>

#include "cpu.h"

/* __builtin_cpu_supports looks at CPUID and at XGETBV, that is, at what the operating
 * system saves across switches. */
int cpu_isa_runs(cpu_isa isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (isa) {
    case CPU_ISA_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CPU_ISA_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    default:
      return 1;
  }
#else
  return isa == CPU_ISA_AUTO || isa == CPU_ISA_BASE;
#endif
}

cpu_isa cpu_isa_best(void) {
  if (cpu_isa_runs(CPU_ISA_AVX512)) return CPU_ISA_AVX512;
  if (cpu_isa_runs(CPU_ISA_AVX2)) return CPU_ISA_AVX2;
  return CPU_ISA_BASE;
}

cpu_run_function cpu_isa_function(cpu_isa isa) {
#if defined(__x86_64__)
  if (isa == CPU_ISA_AVX512) return cpu_run_avx512;
  if (isa == CPU_ISA_AVX2) return cpu_run_avx2;
#endif
  (void)isa;
  return cpu_run_base;
}

const char *cpu_isa_name(cpu_isa isa) {
  static const char *const names[] = {"auto", "avx512", "avx2", "base"};
  return isa >= CPU_ISA_AUTO && isa <= CPU_ISA_BASE ? names[isa] : "?";
}
