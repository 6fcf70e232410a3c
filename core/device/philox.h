/* Random numbers in the portable dialect: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011,
 * "Parallel random numbers: as easy as 1, 2, 3"). A number depends on nothing but
 *   key     = the job's seed, 64 bits,
 *   counter = (slot, purpose, iteration, chain), 32 bits each,
 * so it is the same on every backend, whatever the threads, chains a launch or devices.
 * The slot differs from lane to lane (a coordinate, a leaf, an element of data); purpose,
 * iteration and chain are one for the group. Purposes below 16 are the samplers'
 * (ERG_RANDOM_... in chain.h), 16 to 255 the host's (core/compile/random.h), 256 and
 * above a plug-in's own. Parts of elementary.h that it uses (erg_device_functions_in):
 */
//@needs common log_core_ sincos_

/* Four numbers of 32 bits in each lane; the upper halves of the lanes are zero. */
typedef struct { erg_vi a, b, c, d; } erg_cipher_block;

/* The cipher: counter (a, b, c, d) of which the low 32 bits count. */
ERG_FN erg_cipher_block erg_philox(unsigned key_lo, unsigned key_hi, erg_vi a, erg_vi b, erg_vi c,
                            erg_vi d) {
  erg_vi ma = erg_splati(0xD2511F53L), mc = erg_splati(0xCD9E8D57L), p, q;
  erg_vi low = erg_splati(0xffffffffL);
  erg_cipher_block r;
  int i;
  ERG_UNROLL
  for (i = 0; i < 10; i++) {
    p = erg_mul32(a, ma);
    q = erg_mul32(c, mc);
    a = erg_shr(q, 32) ^ b ^ erg_splati((long)key_lo);
    c = erg_shr(p, 32) ^ d ^ erg_splati((long)key_hi);
    b = q; /* upper halves hold rubbish that nothing below looks at */
    d = p;
    key_lo += 0x9E3779B9u;
    key_hi += 0xBB67AE85u;
  }
  r.a = a & low;
  r.b = b & low;
  r.c = c & low;
  r.d = d & low;
  return r;
}
/* The block of a use. */
ERG_FN erg_cipher_block erg_random(unsigned seed_lo, unsigned seed_hi, erg_vi slot, unsigned purpose,
                            unsigned iteration, unsigned chain) {
  return erg_philox(seed_lo, seed_hi, slot, erg_splati((long)purpose),
                    erg_splati((long)iteration), erg_splati((long)chain));
}
/* Odd multiple of 2^-53 in (0, 1), never 0 or 1: 52 bits of two numbers. */
ERG_FN erg_v erg_unit_(erg_vi lo, erg_vi hi) {
  erg_vi b = erg_shr(erg_shl(hi, 32) | lo, 12) | 0x3ff0000000000000L;
  return erg_from_bits(b) - 0.99999999999999988898;
}
/* Uniform on (0, 1). */
ERG_FN erg_v erg_uniform(unsigned seed_lo, unsigned seed_hi, erg_vi slot, unsigned purpose,
                         unsigned iteration, unsigned chain) {
  erg_cipher_block r = erg_random(seed_lo, seed_hi, slot, purpose, iteration, chain);
  return erg_unit_(r.a, r.b);
}
/* Two independent standard normals from a block (Box & Muller 1958). */
typedef struct { erg_v first, second; } erg_two_normals;
ERG_FN erg_two_normals erg_normals_of(erg_cipher_block b) {
  erg_v u = erg_unit_(b.a, b.b), t = 4.0 * erg_unit_(b.c, b.d), n, f, radius;
  erg_log_split_t_ s = erg_log_split_(u);
  erg_dd_ l = erg_log_core_(s.k, s.m - 1.0);
  erg_angle_ a;
  erg_two_normals r;
  radius = erg_sqrt(-2.0 * (l.h + l.l));
  n = t + 6755399441055744.0;
  a.n = erg_bits(n);
  f = t - (n - 6755399441055744.0); /* quarter turns, exact */
  a.h = f * 1.5707963267948966;
  a.l = erg_fma(f, erg_splat(1.5707963267948966), -a.h);
  a.l = erg_fma(f, erg_splat(6.123233995736766e-17), a.l);
  r.first = radius * erg_sin_turn_(a, 1L);
  r.second = radius * erg_sin_turn_(a, 0L);
  return r;
}
ERG_FN erg_two_normals erg_normal2(unsigned seed_lo, unsigned seed_hi, erg_vi slot,
                                   unsigned purpose, unsigned iteration, unsigned chain) {
  return erg_normals_of(erg_random(seed_lo, seed_hi, slot, purpose, iteration, chain));
}
/* Standard normal: the first of the two. At most 8.58 in magnitude. */
ERG_FN erg_v erg_normal(unsigned seed_lo, unsigned seed_hi, erg_vi slot, unsigned purpose,
                        unsigned iteration, unsigned chain) {
  return erg_normal2(seed_lo, seed_hi, slot, purpose, iteration, chain).first;
}
