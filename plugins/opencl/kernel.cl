/* The kernel, after prologue, samplers and model: a work-group runs one chain until its
 * budget of gradients is spent. In the vector form a work-group is one work-item with eight
 * lanes, in the item form eight work-items. The model is called at one place, so that it is
 * compiled once. PoCL makes three functions of a kernel and inlines its body into each, so in
 * the vector form the work is in a function that isn't inlined. */
#ifdef ERG_OPENCL_VECTOR
#define ERG_GROUP_SIZE 1
#define ERG_KERNEL_FN __attribute__((noinline)) static
#else
#define ERG_GROUP_SIZE ERG_W
#define ERG_KERNEL_FN static inline
#endif
ERG_KERNEL_FN void erg_kernel_chain(ERG_GROUP __global const erg_control *k,
                                    __global erg_chain *scalars, __global double *s,
                                    __global double *draws, __global double *statistics,
                                    __global const double *D, __global const int *I,
                                    __global const double *C, __global double *S,
                                    int budget) {
  erg_chain c = *scalars;
  erg_barrier(); /* every lane has read the scalars before one writes them */
  while (budget > 0 && erg_prepare(ERG_PASS &c, k, s)) {
    double lp[2];
    __global double *m = erg_wants_moments(&c) ? erg_element_vector(k, s, ERG_E_MOMENTS)
                                               : (__global double *)0;
    erg_barrier();
    erg_model(ERG_PASS D, I, C, S, erg_point(&c, k, s), erg_gradient(&c, k, s), lp,
              m);
    ERG_ONE_LANE {
      s[k->mail_offset] = lp[0];
      s[k->mail_offset + 1] = lp[1];
    }
    erg_barrier();
    erg_advance(ERG_PASS &c, k, s, draws, statistics);
    budget--;
  }
  erg_barrier();
  ERG_ONE_LANE { *scalars = c; }
}
__kernel __attribute__((reqd_work_group_size(ERG_GROUP_SIZE, 1, 1))) void erg_kernel(
    __global const erg_control *k, __global erg_chain *scalars, __global double *state,
    __global double *draws, __global double *statistics, __global const double *D,
    __global const int *I, __global const double *C, __global double *S, long draws_row,
    long statistics_row, long scratch_row, int budget) {
#ifndef ERG_OPENCL_VECTOR
  __local double erg_group_area[ERG_W];
#endif
  long chain = (long)get_group_id(0);
  erg_kernel_chain(ERG_PASS k, scalars + chain, state + chain * k->chain_doubles,
                   draws + chain * draws_row, statistics + chain * statistics_row, D, I, C,
                   S + chain * scratch_row, budget);
}
