/* What a GPU does at most. Results are written out, so that no work can be left out, and the
 * host checks them. */
#define PEAK_CHAINS 8

/* The sum of n pairs, four loads of 16 bytes at once; a sum a thread. */
extern "C" __global__ void __launch_bounds__(256)
erg_peak_read(const double2 *__restrict__ x, long n, double *out) {
  long thread = (long)blockIdx.x * blockDim.x + threadIdx.x, step = (long)gridDim.x * blockDim.x;
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  long i = thread;
  for (; i + 3 * step < n; i += 4 * step) {
    double2 a = x[i], b = x[i + step], c = x[i + 2 * step], d = x[i + 3 * step];
    s0 += a.x + a.y;
    s1 += b.x + b.y;
    s2 += c.x + c.y;
    s3 += d.x + d.y;
  }
  for (; i < n; i += step) s0 += x[i].x + x[i].y;
  out[thread] = s0 + s1 + s2 + s3;
}

/* PEAK_CHAINS chains x = x a + b in registers, `rounds` times; their sum a thread. */
extern "C" __global__ void __launch_bounds__(256)
erg_peak_multiply_add(double *out, int rounds, double a, double b) {
  double x[PEAK_CHAINS], sum = 0;
#pragma unroll
  for (int k = 0; k < PEAK_CHAINS; k++) x[k] = 1 + 0.25 * k;
#pragma unroll 8
  for (int r = 0; r < rounds; r++) {
#pragma unroll
    for (int k = 0; k < PEAK_CHAINS; k++) x[k] = fma(x[k], a, b);
  }
#pragma unroll
  for (int k = 0; k < PEAK_CHAINS; k++) sum += x[k];
  out[(long)blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
