/* Portable dialect: the state of a chain, in the memory of whichever device runs it.
 *
 * A chain is advanced by a group of ERG_W lanes in reverse communication (sampler.h):
 * it names a point, the backend evaluates the model there, the chain goes on. Its
 * state is three pieces, each an array over the chains of a share (the chains that
 * one device holds):
 *   erg_chain   scalars[chains]                  scalars, copied to registers in a launch
 *   double      state[chains][chain_doubles]     vectors; 64-byte aligned
 *   double      draws[chains][capacity][dim], statistics[chains][capacity][ERG_STATISTICS]
 * and one erg_control, the same for every chain, written by the host before a launch.
 * The host (core/engine) compiles this file, too, so the structures hold only int and
 * double, with an even number of ints.
 *
 * Coordinate vectors have `stride` doubles: dim rounded up to lanes, plus one block of
 * zeros that models may read (ERG_PADDING). Lanes past dim hold zeros, never NaN.
 * Vector number v of a chain begins at v * stride. Element vectors (centring moments)
 * follow them at `element_offset`, each element_stride doubles.
 */
#ifndef ERG_DEVICE_CHAIN_H
#define ERG_DEVICE_CHAIN_H

/* Coordinate vectors. Sides: 0 is backwards in time, 1 forwards. */
#define ERG_V_Q 0         /* 4: position, [side][parity]; one is evaluated, one is next */
#define ERG_V_P 4         /* 2: momentum at the half step, by side */
#define ERG_V_G 6         /* gradient at the evaluated point */
#define ERG_V_SAMPLE_Q 7  /* 2: the draw and the proposal, by slot */
#define ERG_V_SAMPLE_G 9  /* 2: their gradients */
#define ERG_V_TOP_P 11    /* 2: momentum at the trajectory's ends, by side */
#define ERG_V_TOP_RHO 13  /* sum of the momenta over the trajectory */
#define ERG_V_METRIC 14   /* inverse metric (diagonal), sigma^2 */
#define ERG_V_SCALE 15    /* 1/sigma: standard deviation of the momentum */
#define ERG_V_FRONT 16    /* 4: foreground estimator: mean x, M2 x, mean g, M2 g */
#define ERG_V_BACK 20     /* 4: background estimator, likewise */
#define ERG_V_TREE 24     /* 3 * max_depth: begin, end, rho of the subtrees */

/* Element vectors after element_offset: 5 accumulators, then the model's moments. */
#define ERG_E_MEAN_A 0
#define ERG_E_MEAN_G 1
#define ERG_E_M2_A 2
#define ERG_E_C_AG 3
#define ERG_E_MEAN_W 4
#define ERG_E_MOMENTS 5 /* 3 * elements doubles, laid out as the model writes them */

/* Statistics of a draw, in order. */
#define ERG_STATISTICS 11
#define ERG_S_LP 0
#define ERG_S_ACCEPTANCE 1
#define ERG_S_STEP_SIZE 2
#define ERG_S_TREE_DEPTH 3
#define ERG_S_N_STEPS 4
#define ERG_S_DIVERGING 5
#define ERG_S_ENERGY 6
#define ERG_S_ENERGY_ERROR 7
#define ERG_S_MAX_ENERGY_ERROR 8
#define ERG_S_REACHED_MAX 9
#define ERG_S_INDEX 10

/* erg_chain.phase: what the chain waits for. Below ERG_PHASE_IDLE: a gradient. */
#define ERG_PHASE_INIT 0    /* initial points */
#define ERG_PHASE_START 1   /* log density and gradient at the draw (sample slot) */
#define ERG_PHASE_SEARCH 2  /* step size search */
#define ERG_PHASE_LEAF 3    /* a leapfrog of NUTS or HMC */
#define ERG_PHASE_MOMENTS 4 /* one more evaluation at the draw, with moments */
#define ERG_PHASE_IDLE 8    /* nothing: between transitions; runs on if it may */
#define ERG_PHASE_FAILED 9  /* no initial point with finite log density */

/* erg_chain.fresh: 0 nothing */
#define ERG_FRESH_EVALUATE 1 /* the draw's log density and gradient (after recentring) */
#define ERG_FRESH_GIVEN 2    /* likewise for a given point; if not finite, INIT */
#define ERG_FRESH_INIT 3     /* best of initial_tries points, uniform within initial_radius */

/* erg_control.adapt, bits */
#define ERG_ADAPT_STEP 1     /* dual averaging */
#define ERG_ADAPT_COLLECT 2  /* estimators take draws */
#define ERG_ADAPT_METRIC 4   /* metric follows the chain's own foreground, every draw */
#define ERG_ADAPT_VARIANCE 8 /* Stan's: every draw is taken, whatever its index */
#define ERG_ADAPT_MOMENTS 16 /* centring moments are collected */

/* Purposes of random numbers (philox.h). Never renumber: seeds stand for results. */
#define ERG_RANDOM_INIT 1      /* initial points; iteration: the try */
#define ERG_RANDOM_MOMENTUM 2  /* slot: coordinate; two coordinates share a slot */
#define ERG_RANDOM_TREE 3      /* slot 0: jitter; 1 + 2 depth: direction; 2 + 2 depth: accept */
#define ERG_RANDOM_LEAF 4      /* slot: number of the leaf in the transition; HMC's accept */
#define ERG_RANDOM_SEARCH 5    /* momenta of the step size search */

#define ERG_ALGORITHM_NUTS 0
#define ERG_ALGORITHM_HMC 1

/* What the host tells every chain. Constant during a launch. */
typedef struct erg_control {
  double target_accept;
  double jitter;           /* step size times U(1 - jitter, 1 + jitter) */
  double integration_time; /* HMC */
  double max_error;        /* divergent beyond: 1000 */
  double max_step;         /* largest step size */
  double initial_radius;   /* initial coordinates: uniform on (-r, r) */
  /* Layout */
  int dim, blocks, stride;
  int elements, element_blocks, element_stride;
  int element_offset;
  int mail_offset;         /* 8 doubles: lp[2] of the evaluation, then unused */
  int uniform_offset;      /* 16 doubles: uniforms of the next leaves, of the tree */
  int chain_doubles;       /* multiple of 8 */
  int tree_levels;         /* room in ERG_V_TREE: levels per kind */
  /* Run */
  unsigned seed_low, seed_high;
  int algorithm;
  int max_depth;           /* in force now; <= tree_levels */
  int max_steps;           /* HMC */
  int stop;                /* chains stop once `iteration` reaches it */
  int capacity;            /* room of the draws buffer, draws a chain */
  int adapt;               /* ERG_ADAPT_ bits */
  int switch_every;        /* background becomes foreground every so many; 0: never */
  int switch_from;         /* counted from this iteration */
  int initial_tries;       /* best of so many initial points */
  int initial_most;        /* give up after so many */
  int shortened;           /* max_depth is of the warm-up's choice, not a limit */
} erg_control;

/* Scalars of a chain. The host reads and writes them between launches. */
typedef struct erg_chain {
  /* Draw (slot) and proposal (1 - slot) */
  double lp, lp_reported;      /* log density that is sampled; that is reported */
  double prop_lp, prop_reported;
  double energy, prop_energy;
  /* Transition */
  double energy_start;         /* H at the trajectory's start */
  double step, step_now;       /* step size; with jitter, signed by the direction */
  double weight, sub_weight;   /* trajectory's and subtree's sums of e^(H0 - H - shift) */
  double shift;
  double accept_sum;
  double max_error;            /* energy error, largest in absolute value */
  /* Dual averaging */
  double da_mu, da_s, da_x, da_count;
  double da_step;              /* averaged step size: the final one */
  double spare_real;
  /* Counts */
  double gradients;            /* evaluations so far */
  double front_n, back_n;      /* draws in the estimators */
  double moments_n;            /* draws in the centring moments */
  double search_sign;          /* step size search: +1 doubling, -1 halving, 0 first */
  /* Integers */
  int number;                  /* number of the chain: part of the streams' key */
  int phase;
  int iteration;               /* transitions done */
  int filled;                  /* draws in the buffer; the host sets it to 0 */
  int slot;                    /* the draw's slot */
  int side;                    /* direction of the subtree that grows */
  int parity0, parity1;        /* which position of a side is evaluated next */
  int depth;                   /* depth of the trajectory; of the subtree that grows */
  int leaf;                    /* next leaf of the subtree */
  int steps0, steps1;          /* leaves on each side */
  int n_steps;                 /* leaves of the transition */
  int index, prop_index;       /* of draw and proposal in the trajectory */
  int diverging;
  int tries;                   /* initial points or step sizes tried */
  int search;                  /* host: search the step size before the next transition */
  int fresh;                   /* host: what to do first, ERG_FRESH_ */
  int metric_from_gradient;    /* host: then set the metric to 1/|g| */
  int target_steps;            /* HMC: leapfrogs of this transition */
  int spare;
} erg_chain;

#endif
