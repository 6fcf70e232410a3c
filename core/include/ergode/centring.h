/* Ergode: the array `centring` of a model (model.h, "Automatic centring").
 *
 * For n elements in F families, in doubles:
 *   ell[n]      likelihood precision of each element, >= 0
 *   h[n]        its information vector
 *   kappa[F]    the family's prior curvature, > 0
 *   number[n]   which of its family's levels an element's ell is: 0, 1, ...
 *   level[F][ERG_CENTRING_LEVELS]  values that ell takes in the family
 *   count[F][ERG_CENTRING_LEVELS]  elements of each level
 * The last three follow from ell: erg_centring_levels fills them. All functions of ell
 * and scalars are then computed once a level, not once an element.
 */
#ifndef ERGODE_CENTRING_H
#define ERGODE_CENTRING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Different values of ell in a family, at most: the lanes of a model's source. */
#define ERG_CENTRING_LEVELS 8

/* Doubles of the array; 0 where nothing is centred (elements 0). */
static inline int64_t erg_centring_length(int32_t elements, int32_t families) {
  return elements > 0
             ? 3 * (int64_t)elements + (1 + 2 * ERG_CENTRING_LEVELS) * (int64_t)families
             : 0;
}

/* Fills number, level and count from ell. element_family [elements] as in erg_model; it may
 * be NULL where there is one family. Levels are numbered as they first occur; unused ones
 * repeat level 0. Returns 0, or -1 where a family has more than ERG_CENTRING_LEVELS values
 * of ell. Any thread. */
static inline int erg_centring_levels(int32_t elements, int32_t families,
                                      const int32_t *element_family, double *centring) {
  double *number = centring + 2 * (int64_t)elements + families;
  double *level = number + elements;
  double *count = level + (int64_t)ERG_CENTRING_LEVELS * families;
  int32_t e, f, k;
  for (f = 0; f < ERG_CENTRING_LEVELS * families; f++) level[f] = count[f] = 0;
  for (e = 0; e < elements; e++) {
    int64_t first = ERG_CENTRING_LEVELS * (int64_t)(element_family ? element_family[e] : 0);
    for (k = 0; k < ERG_CENTRING_LEVELS && count[first + k] > 0; k++)
      if (level[first + k] == centring[e]) break;
    if (k == ERG_CENTRING_LEVELS) return -1;
    level[first + k] = centring[e];
    count[first + k] += 1;
    number[e] = k;
  }
  for (f = 0; f < families; f++)
    for (k = 1; k < ERG_CENTRING_LEVELS; k++)
      if (count[ERG_CENTRING_LEVELS * f + k] == 0)
        level[ERG_CENTRING_LEVELS * f + k] = level[ERG_CENTRING_LEVELS * f];
  return 0;
}

/* The non-centred form: ell = h = 0, kappa = 1. Any thread. */
static inline void erg_centring_default(int32_t elements, int32_t families,
                                        const int32_t *element_family, double *centring) {
  int64_t i, n = erg_centring_length(elements, families);
  for (i = 0; i < n; i++) centring[i] = 0;
  if (n == 0) return;
  for (i = 0; i < families; i++) centring[2 * (int64_t)elements + i] = 1;
  (void)erg_centring_levels(elements, families, element_family, centring);
}

#ifdef __cplusplus
}
#endif
#endif
