/* Sorting doubles with their positions: radix sort, least significant digit first, 11 bits
 * a pass.
 *
 * Three passes over 33 leading bits of the keys' range put almost everything in place;
 * what those bits can't tell apart is finished by insertion. Where a long run is left
 * unsorted (values crowded beside an outlier), six passes over whole keys do it. */
#include <string.h>

#include "diagnostics/work.h"

#define DIGIT_BITS 11
#define BUCKETS (1 << DIGIT_BITS)
#define LEADING_BITS 33
#define INDEX_BITS 31
#define LONGEST_RUN 64

/* Maps doubles to integers of the same order; NaN comes last whatever its sign. */
static uint64_t key_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return UINT64_MAX;
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* Counts of a digit become the places where its buckets start. */
static void starts(uint32_t count[BUCKETS]) {
  uint32_t start = 0;
  for (int b = 0; b < BUCKETS; b++) {
    uint32_t here = count[b];
    count[b] = start;
    start += here;
  }
}

/* Stable insertion of order[first..end) by key. */
static void insert(const diag_work *w, int64_t first, int64_t end) {
  for (int64_t i = first + 1; i < end; i++) {
    uint32_t at = w->order[i];
    uint64_t key = key_of(w->x[at]);
    int64_t k = i;
    for (; k > first && key_of(w->x[w->order[k - 1]]) > key; k--) w->order[k] = w->order[k - 1];
    w->order[k] = at;
  }
}

static bool sort_leading(diag_work *w) {
  int64_t n = w->n;
  uint64_t low = UINT64_MAX, high = 0;
  for (int64_t i = 0; i < n; i++) {
    uint64_t key = key_of(w->x[i]);
    if (key < low) low = key;
    if (key > high) high = key;
  }
  int shift = 0;
  while ((high - low) >> shift >> LEADING_BITS) shift++;

  uint32_t count[3][BUCKETS];
  memset(count, 0, sizeof count);
  uint64_t *from = w->keys, *to = w->keys2;
  for (int64_t i = 0; i < n; i++) {
    uint64_t lead = (key_of(w->x[i]) - low) >> shift;
    from[i] = lead << INDEX_BITS | (uint64_t)i;
    for (int d = 0; d < 3; d++) count[d][(lead >> (d * DIGIT_BITS)) & (BUCKETS - 1)]++;
  }
  for (int d = 0; d < 3; d++) {
    int at = INDEX_BITS + d * DIGIT_BITS;
    if (count[d][(from[0] >> at) & (BUCKETS - 1)] == (uint32_t)n) continue; /* all equal */
    starts(count[d]);
    for (int64_t i = 0; i < n; i++) to[count[d][(from[i] >> at) & (BUCKETS - 1)]++] = from[i];
    uint64_t *swap = from;
    from = to, to = swap;
  }
  for (int64_t i = 0; i < n; i++) {
    w->order[i] = (uint32_t)(from[i] & (((uint64_t)1 << INDEX_BITS) - 1));
  }
  for (int64_t i = 0; i < n;) {
    int64_t end = i + 1;
    bool sorted = true;
    while (end < n && from[end] >> INDEX_BITS == from[i] >> INDEX_BITS) {
      sorted = sorted && key_of(w->x[w->order[end - 1]]) <= key_of(w->x[w->order[end]]);
      end++;
    }
    if (!sorted) {
      if (end - i > LONGEST_RUN) return false;
      insert(w, i, end);
    }
    i = end;
  }
  return true;
}

static void sort_whole(diag_work *w) {
  int64_t n = w->n;
  for (int64_t i = 0; i < n; i++) w->order[i] = (uint32_t)i;
  for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
    uint32_t count[BUCKETS] = {0};
    for (int64_t i = 0; i < n; i++) {
      w->keys[i] = key_of(w->x[w->order[i]]);
      count[(w->keys[i] >> shift) & (BUCKETS - 1)]++;
    }
    starts(count);
    for (int64_t i = 0; i < n; i++) {
      w->order2[count[(w->keys[i] >> shift) & (BUCKETS - 1)]++] = w->order[i];
    }
    uint32_t *swap = w->order;
    w->order = w->order2, w->order2 = swap;
  }
}

void diag_radix_sort(diag_work *w) {
  if (w->n <= LONGEST_RUN) {
    for (int64_t i = 0; i < w->n; i++) w->order[i] = (uint32_t)i;
    insert(w, 0, w->n);
  } else if (!sort_leading(w)) {
    sort_whole(w);
  }
  for (int64_t i = 0; i < w->n; i++) w->sorted[i] = w->x[w->order[i]];
}
