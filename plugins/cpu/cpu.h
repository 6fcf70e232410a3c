/* Inside the CPU plug-in: the sampler's text compiled once per instruction set. */
#ifndef ERG_PLUGINS_CPU_H
#define ERG_PLUGINS_CPU_H

#include "engine/engine.h"
#include "cpu_model.h"

void cpu_run_base(const erg_control *, erg_chain *, double *, double *, double *, int,
                  cpu_model *);
void cpu_run_avx2(const erg_control *, erg_chain *, double *, double *, double *, int,
                  cpu_model *);
void cpu_run_avx512(const erg_control *, erg_chain *, double *, double *, double *, int,
                    cpu_model *);

typedef enum cpu_isa {
  CPU_ISA_AUTO = 0,
  CPU_ISA_AVX512 = 1,
  CPU_ISA_AVX2 = 2,
  CPU_ISA_BASE = 3
} cpu_isa;

/* The widest that processor and operating system support. */
cpu_isa cpu_isa_best(void);
int cpu_isa_runs(cpu_isa isa);
cpu_run_function cpu_isa_function(cpu_isa isa);
const char *cpu_isa_name(cpu_isa isa);

/* The plug-in's own settings, after the engine's. */
enum { CPU_SETTING_ISA = 0, CPU_SETTINGS = 1 };

/* plugin.c: the functions of the backend that need no share. */
int32_t cpu_devices(const erg_host *host, erg_device *devices, int32_t capacity);
erg_status cpu_supports(const erg_host *host, const erg_job *job);

extern const engine_backend cpu_backend;

#endif
