/* Random draws on the host, for generated quantities, replicated outcomes and
 * simulated data.
 *
 * Every element of every node has a stream of its own, found from the key, so a value
 * depends neither on the order of evaluation nor on which other values are drawn:
 * Philox4x32-10 (Salmon et al. 2011) under the seed turns (element, node and purpose,
 * draw, chain) into the key of a second Philox that counts from 0.
 */
#ifndef ERGODE_COMPILE_RANDOM_H
#define ERGODE_COMPILE_RANDOM_H

#include <stdint.h>

/* Which use a stream serves; at most 255. */
enum { RANDOM_GENERATE = 16, RANDOM_OUTCOME = 17, RANDOM_SIMULATE = 18, RANDOM_BOOTSTRAP = 19,
       RANDOM_INITIAL = 20, RANDOM_ORDER = 21, RANDOM_TEST = 31 };

typedef struct {
  uint64_t seed;
  uint32_t purpose;
  uint32_t chain, draw;
} random_key;

typedef struct {
  uint32_t key[2];
  uint32_t counter[4];
  uint32_t words[4];
  int left;
} random_stream;

/* Stream of element `element` (< 2^32) of node or slot `node` (< 2^24). */
random_stream random_open(const random_key *key, int32_t node, int64_t element);

uint32_t random_bits(random_stream *s);
/* In (0, 1): the middles of 2^52 equal cells. */
double random_unit(random_stream *s);
double random_normal(random_stream *s);
double random_exponential(random_stream *s);
/* Shape > 0, scale 1; log of it where the shape is too small for the value. */
double random_gamma(random_stream *s, double shape);
double random_log_gamma(random_stream *s, double shape);
double random_beta(random_stream *s, double a, double b);
double random_poisson(random_stream *s, double mean);
double random_binomial(random_stream *s, double n, double p);

/* A draw from distribution `number` of the table (ir/distribution.h), whose arguments
 * are in the table's order; NaN where they lie outside their range. */
double random_draw(random_stream *s, int number, const double *args);
/* A draw given that it lies between two bounds, which may be infinite: by rejection, and
 * where that takes long by inverting the cdf. NaN where there is nothing between them. */
double random_draw_within(random_stream *s, int number, const double *args, double lower,
                          double upper);

#endif
