/* What a device does at most. Results are written out, so that no work can be left out, and the
 * host checks them. A vector is double8 on processors, double2 elsewhere. */
#pragma OPENCL FP_CONTRACT OFF
#if PEAK_LANES == 8
typedef double8 vector;
#define ACROSS(v) (v.s0 + v.s1 + v.s2 + v.s3 + v.s4 + v.s5 + v.s6 + v.s7)
#else
typedef double2 vector;
#define ACROSS(v) (v.s0 + v.s1)
#endif

/* A work-item's sum of `count` vectors, a multiple of 8, `step` apart, the items' first ones
 * `first` apart. */
__kernel void erg_peak_read(__global const vector *x, long count, long first, long step,
                            __global double *out) {
  x += (long)get_global_id(0) * first;
  vector s0 = (vector)0.0, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (long i = 0; i < count; i += 8) {
    s0 += x[0];
    s1 += x[step];
    s2 += x[2 * step];
    s3 += x[3 * step];
    s4 += x[4 * step];
    s5 += x[5 * step];
    s6 += x[6 * step];
    s7 += x[7 * step];
    x += 8 * step;
  }
  s0 += s1 + s2 + s3 + s4 + s5 + s6 + s7;
  out[get_global_id(0)] = ACROSS(s0);
}

/* Eight chains x = x a + b of vectors in registers, `rounds` times; their sum. */
__kernel void erg_peak_multiply_add(__global double *out, long rounds, double a, double b) {
  vector va = (vector)a, vb = (vector)b, one = (vector)1.0;
  vector x0 = one, x1 = one * 1.25, x2 = one * 1.5, x3 = one * 1.75, x4 = one * 2.0,
         x5 = one * 2.25, x6 = one * 2.5, x7 = one * 2.75;
  for (long r = 0; r < rounds; r++) {
    x0 = fma(x0, va, vb);
    x1 = fma(x1, va, vb);
    x2 = fma(x2, va, vb);
    x3 = fma(x3, va, vb);
    x4 = fma(x4, va, vb);
    x5 = fma(x5, va, vb);
    x6 = fma(x6, va, vb);
    x7 = fma(x7, va, vb);
  }
  x0 += x1 + x2 + x3 + x4 + x5 + x6 + x7;
  out[get_global_id(0)] = ACROSS(x0);
}
