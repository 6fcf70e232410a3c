/* The kernel, after prologue, samplers and model. One launch runs each chain until its
 * budget of gradients is spent; chains meet at the launch's end only. ERG_W neighbouring
 * threads work on a chain; in a warp the first chains_a_warp groups have one. The model is
 * called at one place, so that its code is there once and a warp's chains meet there. */
extern "C" __global__ void __launch_bounds__(ERG_BLOCK_MOST, 1)
erg_kernel(const __grid_constant__ erg_control control, erg_chain *scalars, double *state,
           double *draws, double *statistics, const double *D, const int *I, const double *C,
           double *S, long draws_row, long statistics_row, long scratch_row, int chains,
           int chains_a_warp, int budget) {
  int warp = (int)((blockIdx.x * blockDim.x + threadIdx.x) >> 5);
  int group = (int)(threadIdx.x & 31) / ERG_W;
  long chain = (long)warp * chains_a_warp + group;
  if (group >= chains_a_warp || chain >= chains) return; /* whole groups */
  const erg_control *k = &control;
  double *s = state + chain * k->chain_doubles;
  draws += chain * draws_row;
  statistics += chain * statistics_row;
  S += chain * scratch_row;
  erg_chain c = scalars[chain];
  while (budget > 0 && erg_prepare(&c, k, s)) {
    double lp[2];
    double *m = erg_wants_moments(&c) ? erg_element_vector(k, s, ERG_E_MOMENTS) : 0;
    erg_barrier();
    erg_model(D, I, C, S, erg_point(&c, k, s), erg_gradient(&c, k, s), lp, m);
    ERG_ONE_LANE {
      s[k->mail_offset] = lp[0];
      s[k->mail_offset + 1] = lp[1];
    }
    erg_barrier();
    erg_advance(&c, k, s, draws, statistics);
    budget--;
  }
  erg_barrier();
  ERG_ONE_LANE { scalars[chain] = c; }
}
