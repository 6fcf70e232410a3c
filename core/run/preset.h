/* Presets: named sets of run settings, in configs/NAME.ini. */
#ifndef ERGODE_RUN_PRESET_H
#define ERGODE_RUN_PRESET_H

#include <stdint.h>
#include "read/source.h"

/* Negative, or NaN, where the preset says nothing. */
typedef struct {
  int64_t chains, warmup, draws, thin, max_depth, seed;
  double target_accept, init_radius;
  int64_t repeats; /* of a benchmark's cached runs; section [bench] */
} run_preset;

void run_preset_init(run_preset *p);
/* `name`: one of the shipped presets, or a file. False with problems. */
bool run_preset_read(const char *name, run_preset *preset, erg_problems *p);
/* Its file, to be freed; NULL: no such preset. */
char *run_preset_path(const char *name);
/* Every key that the section [preset] may have. */
const char *const *run_preset_keys(void);
/* And those of [bench], which `ergode bench` alone has a use for. */
const char *const *run_preset_bench_keys(void);

#endif
