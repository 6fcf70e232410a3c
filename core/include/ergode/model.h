/* Ergode: what a sampler plug-in sees of a model.
 *
 * A model is a log density over q in R^dim (unconstrained coordinates; the log
 * Jacobians of the transforms are included). It reaches a sampler in up to three
 * forms, simplest first:
 *   1. the function `logp`, always there;
 *   2. source in the portable dialect: extension "erg.source/1";
 *   3. the intermediate representation: extension "erg.ir/1" (not stable yet).
 *
 * The host owns the model; it outlives every run that was given it. All functions
 * are re-entrant: any thread, at the same time, each with its own scratch.
 */
#ifndef ERGODE_MODEL_H
#define ERGODE_MODEL_H

#include <stdint.h>
#include <ergode/centring.h>
#include <ergode/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Doubles that every buffer of coordinates carries past its last coordinate; models
 * read there (never write), so that lanes need no special case at the end. */
#define ERG_PADDING 8

typedef struct erg_model {
  uint32_t size;          /* sizeof(erg_model) as the host knew it */
  int32_t dim;            /* D, number of unconstrained coordinates, >= 1 */
  const char *name;

  /* Automatic centring (docs: automatic-centring). A parameter with a location-
   * scale prior a ~ F((a - m)/s) is sampled as u, with P = kappa/s^2, H = P + ell:
   *   a = (P m + h)/H + u/sqrt(H).
   * n_elements values each of ell and h, one kappa for each of n_families; the array
   * `centring` has them, and the few values that ell takes (centring.h). NULL stands
   * for ell = h = 0, kappa = 1: non-centred. */
  int32_t n_elements;
  int32_t n_families;
  /* Family of each element [n_elements]. */
  const int32_t *element_family;

  /* Bytes of scratch that logp needs, aligned to 64; contents need not be kept. */
  uint64_t scratch_bytes;

  /* Log density and gradient at q.
   * q     [dim + ERG_PADDING], the padding finite (zeros will do)
   * lp    [2]: lp[0] the density of u that the sampler targets, lp[1] the density
   *       that is reported: of a itself, with the other transforms' Jacobians
   * grad  [dim + ERG_PADDING], d lp[0] / dq; the padding is left as it is
   * moments  NULL, or [3 * n_elements]: a; g = d(lp without a's own prior)/da; and
   *       the prior's curvature times s^2 at a (1 for the normal)
   * Returns ERG_OK, or ERG_REJECT where the density is zero (lp[0] = -inf, grad
   * finite). NaN in lp[0] counts as rejection. */
  erg_status (*logp)(const struct erg_model *model, const double *centring,
                     void *scratch, const double *q, double *lp, double *grad,
                     double *moments);

  /* Writes to q_new the point that has the same natural values under centring
   * `after` as q has under `before`. q_new may be q. */
  erg_status (*recentre)(const struct erg_model *model, const double *before,
                         const double *after, const double *q, double *q_new);

  /* Optional features by string id; NULL where unknown. The result is owned by the
   * model. */
  const void *(*extension)(const struct erg_model *model, const char *id);

  void *host_private;
} erg_model;

/* extension "erg.source/1": the model in the portable dialect (docs/dialect.md).
 * A plug-in puts a prologue before it, and after it its own kernels, which call
 *   erg_model(ERG_PASS D, I, C, S, q, g, lp, m)
 * where D and I are the blobs below in device memory, C the centring array, S
 * scratch_doubles doubles a chain; q, g, m as in logp, in device memory (m may be
 * 0); lp two doubles private to the lane, where every lane gets the same values. */
typedef struct erg_model_source {
  uint32_t size;
  uint32_t lanes;               /* ERG_W it was written for */
  const char *text;             /* NUL-terminated dialect source, prologue not in */
  const char *hash;             /* hex SHA-256 of text: a key for kernel caches */
  const double *reals;          /* D */
  uint64_t n_reals;
  const int32_t *integers;      /* I */
  uint64_t n_integers;
  uint64_t scratch_doubles;     /* S, per chain */
  const double *default_centring; /* erg_centring_length doubles: non-centred */
} erg_model_source;

#ifdef __cplusplus
}
#endif
#endif
