/* Memory and disk that a run takes. */
#include <stdio.h>
#include <string.h>

#include "bench/peer.h"
#include "bench/work.h"
#include "read/disk_room.h"
#include "read/private_folder.h"
#include "run/text.h"

enum { STATISTICS = 12 }; /* of a draw, at most */
#define QUEUE_BYTES ((uint64_t)64 << 20) /* before the writer */
/* The parent's arrays and graph, the run's graph, what its passes make of it, and the compiled
 * form, each at its most: measured. */
#define DATA_COPIES 6
#define SAMPLER_VECTORS 144 /* of a chain, as long as the model: NUTS of the backend cpu */

/* 0: unknown. */
static uint64_t available_bytes(void) {
  FILE *f = fopen("/proc/meminfo", "r");
  char line[128];
  unsigned long long kib = 0;
  while (f && !kib && fgets(line, sizeof line, f)) sscanf(line, "MemAvailable: %llu", &kib);
  if (f) fclose(f);
  return 1024 * (uint64_t)kib;
}

uint64_t bench_held_bytes(const bench_options *o) {
  return o->keep_draws ? 0 : available_bytes() / 2;
}

static uint64_t draws_bytes(const bench_report *r, const bench_row *row) {
  return sizeof(double) * (uint64_t)(r->subjects[row->workload].quantities + STATISTICS) *
         (uint64_t)row->chains * (uint64_t)r->options->draws;
}

uint64_t bench_disk_bytes(const bench_report *r, const bench_row *row, uint64_t held) {
  uint64_t bytes = draws_bytes(r, row);
  bool in_memory = bytes > RUN_MEMORY_BYTES && bytes <= held && !peer_name(row->backend);
  return in_memory ? 0 : bytes;
}

uint64_t bench_memory_bytes(const bench_report *r, const bench_row *row, uint64_t held) {
  const bench_subject *s = &r->subjects[row->workload];
  uint64_t bytes = draws_bytes(r, row), written = bench_disk_bytes(r, row, held);
  uint64_t queue = written < QUEUE_BYTES ? written : QUEUE_BYTES;
  /* Draws, or windows of them; the data. */
  return (written > RUN_MEMORY_BYTES ? RUN_MEMORY_BYTES : bytes) + queue +
         DATA_COPIES * s->data_bytes + 2 * RUN_BLOCK_BYTES +
         SAMPLER_VECTORS * sizeof(double) * (uint64_t)s->dim * (uint64_t)row->chains;
}

uint64_t bench_free_bytes(void) { return erg_free_bytes(erg_temporary_folder()); }

void bench_say_room(const bench_report *r) {
  uint64_t disk = 0, memory = 0, held = bench_held_bytes(r->options);
  for (int i = 0; i < r->n_rows; i++) {
    uint64_t d = bench_disk_bytes(r, &r->rows[i], held);
    uint64_t m = bench_memory_bytes(r, &r->rows[i], held);
    if (d > disk) disk = d;
    if (m > memory) memory = m;
  }
  char need[32], have[32], files[32], room[32];
  bench_say(r->options,
            "a run takes up to about %s of memory (%s available) and, until its end, %s below "
            "%s (%s free)\n",
            run_bytes_text((double)memory, need),
            run_bytes_text((double)available_bytes(), have),
            run_bytes_text((double)disk, files), erg_temporary_folder(),
            run_bytes_text((double)bench_free_bytes(), room));
}
