/* Ergode: the interface of a diagnostic. */
#ifndef ERGODE_DIAGNOSTIC_H
#define ERGODE_DIAGNOSTIC_H

#include <stdint.h>
#include <ergode/error.h>
#include <ergode/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Draws of one scalar quantity (one element of a parameter, or a statistic):
 * value of draw d of chain c is values[c * chain_stride + d * draw_stride].
 * Owned by the caller. */
typedef struct erg_draws {
  uint32_t size;
  int32_t chains;
  int64_t draws;             /* a chain */
  const double *values;
  int64_t chain_stride, draw_stride;
  const char *name;          /* "mu_group[3]" */
} erg_draws;

typedef enum erg_verdict {
  ERG_VERDICT_NONE = 0,      /* informative */
  ERG_VERDICT_GOOD = 1,
  ERG_VERDICT_WARNING = 2,
  ERG_VERDICT_BAD = 3
} erg_verdict;

typedef struct erg_value {
  uint32_t size;
  const char *name;          /* "r_hat"; static */
  double value;              /* NaN where undefined (constant or non-finite draws) */
  int32_t verdict;           /* erg_verdict */
} erg_value;

/* A diagnostic of one scalar quantity. */
typedef struct erg_diagnostic {
  uint32_t size;
  const char *id;            /* "r_hat" */
  const char *summary;       /* one line, with its source */
  int32_t n_values;
  /* Writes n_values values: name, value, verdict of each (the host has zeroed them and set
   * size and NaN). Any thread. Another status than ERG_OK, ERG_INVALID with too few draws
   * for example: no values of this quantity; say why by host->fail. */
  erg_status (*compute)(const erg_host *host, const erg_draws *draws, erg_value *values);
} erg_diagnostic;

#ifdef __cplusplus
}
#endif
#endif
