/* The sampler engine: everything of a sampler plug-in that is not a device.
 *
 * The three plug-ins that ship differ in where chains live and how a launch runs; a
 * backend says that in the table `engine_backend`. The engine implements erg_sampler
 * on top of it, once (plugin.h makes a plug-in of it): chains split over devices, initial points, the warm-up's
 * schedule, parking, pooling, centring, blocks, cancellation. It is the engine that
 * decides anything that can alter a draw, so backends give the same bits.
 *
 * How a run goes: the engine opens one share a device (a consecutive range of the
 * job's chains), writes scalars, vectors and control, and then repeats
 *   launch(budget) on every share; wait for every share; read the scalars
 * A chain stops within a launch when it has spent the budget (anywhere, inside a tree
 * as well), reached control.stop, filled its draws buffer, or failed. The engine then
 * downloads draws, or acts at the stop, and launches again.
 *
 * Device side: device/sampler.h has the loop of a launch, in the portable dialect:
 *   erg_run_chain(ERG_PASS control, &scalars[c], state + c * chain_doubles,
 *                 draws + c * capacity * dim,
 *                 statistics + c * capacity * ERG_STATISTICS, budget, ERG_MODEL_ARGS)
 * the macros ERG_MODEL_PARAMETERS, ERG_MODEL_ARGS and ERG_MODEL_CALL are the backend's
 * (sampler.h says how). Barriers between model and sampler are in that loop.
 */
#ifndef ERG_ENGINE_ENGINE_H
#define ERG_ENGINE_ENGINE_H

#include <stdint.h>
#include <ergode/plugin.h>
#include "device/chain.h"

/* Arrays of a share. A row belongs to a chain (0 .. chains-1 within the share); regions
 * marked "one" have a single row, number 0, shared by the chains. */
typedef enum engine_region {
  ENGINE_SCALARS = 0,    /* erg_chain */
  ENGINE_STATE = 1,      /* double[chain_doubles] */
  ENGINE_DRAWS = 2,      /* double[capacity][dim] */
  ENGINE_STATISTICS = 3, /* double[capacity][ERG_STATISTICS] */
  ENGINE_CENTRING = 4,   /* one: erg_centring_length doubles */
  ENGINE_REGIONS = 5
} engine_region;

/* What a backend needs to allocate a share. */
typedef struct engine_shape {
  int32_t chains;        /* of this share, >= 1 */
  int32_t first;         /* index in the job of its first chain */
  int32_t device;        /* index into job->devices */
  int32_t threads;       /* CPU threads of this share */
  erg_control control;   /* layout and settings; stop, capacity, adapt change later */
  const double *extra;   /* backend's own settings, those after ENGINE_PARAMETERS */
  uint64_t row_bytes[ENGINE_REGIONS]; /* bytes of a row of each region */
} engine_shape;

typedef struct engine_share engine_share; /* the backend's own structure */

typedef struct engine_backend {
  /* erg_sampler.devices. */
  int32_t (*devices)(const erg_host *host, erg_device *devices, int32_t capacity);
  int32_t n_settings; /* of its own, after ENGINE_PARAMETERS in its sampler's table */
  /* What this backend alone refuses, as erg_sampler.supports; the engine has checked the
   * rest of the job. */
  erg_status (*supports)(const erg_host *host, const erg_job *job);

  /* Allocates a share's regions, zeroed, compiles what it needs. job, shape->extra
   * and the job's model outlive the share; shape itself does not. On failure calls
   * host->fail and returns the code, with nothing left allocated. */
  erg_status (*open)(const erg_host *host, const erg_job *job,
                     const engine_shape *shape, engine_share **share);
  void (*close)(engine_share *share); /* NULL is allowed; waits for a launch in flight */

  /* Copies `rows` rows, from row `row` on: `bytes` bytes of each, from byte `offset`
   * within the row; the host's rows are `pitch` bytes apart. Synchronous; no launch
   * is in flight. Offsets and sizes are multiples of 4. */
  erg_status (*read)(engine_share *share, engine_region region, int32_t row, int32_t rows,
                     uint64_t offset, uint64_t bytes, void *host, uint64_t pitch);
  erg_status (*write)(engine_share *share, engine_region region, int32_t row,
                      int32_t rows, uint64_t offset, uint64_t bytes, const void *host,
                      uint64_t pitch);

  /* Starts a launch of at most `budget` gradients a chain; control is copied. Chains
   * that are stopped cost nothing much. May return before the launch is done. */
  erg_status (*launch)(engine_share *share, const erg_control *control, int32_t budget);
  /* Waits for it. */
  erg_status (*wait)(engine_share *share);

  /* Adds this share's compile_s, upload_s, download_s and cached to `stages`; NULL
   * where a backend has nothing to say. */
  void (*stages)(const engine_share *share, erg_stages *stages);

  /* Extensions that this backend alone has, by name, as erg_sampler.extension; NULL where
   * there are none. */
  const void *(*extension)(const char *name);
} engine_backend;

/* Settings that every backend has, in this order. A backend's own come after them in its
 * sampler's table. */
typedef enum engine_setting {
  ENGINE_ALGORITHM = 0,        /* nuts|hmc */
  ENGINE_TARGET_ACCEPT = 1,
  ENGINE_MAX_DEPTH = 2,
  ENGINE_METRIC = 3,           /* gradient|stan|none */
  ENGINE_JITTER = 4,
  ENGINE_CENTRE = 5,           /* automatic centring on or off */
  ENGINE_INTEGRATION_TIME = 6, /* hmc */
  ENGINE_MAX_STEPS = 7,        /* hmc */
  ENGINE_STEP_SIZE = 8,        /* initial step size */
  ENGINE_LAUNCH = 9,           /* gradients a launch; 0: by the clock */
  ENGINE_INIT_RADIUS = 10,     /* of the cube that initial points are drawn from */
  ENGINE_SHORTEN = 11,         /* nuts: shorter trajectories where they overshoot */
  ENGINE_PARAMETERS = 12
} engine_setting;

/* For static initialisers of a plug-in's parameter table: the shared rows. A plug-in
 * writes  static const erg_parameter table[] = {ENGINE_PARAMETER_ROWS, ...own...}; */
#define ENGINE_PARAMETER_ROWS                                                              \
  {"algorithm", ERG_TYPE_CHOICE, 0, 0, 1, "transition: NUTS or static HMC", "nuts|hmc"},   \
  {"target_accept", ERG_TYPE_REAL, 0.8, 0.01, 0.999,                                       \
   "acceptance rate that the step size is tuned to", 0},                                   \
  {"max_depth", ERG_TYPE_INT, 10, 1, 20, "NUTS: most doublings of a trajectory", 0},       \
  {"metric", ERG_TYPE_CHOICE, 0, 0, 2,                                                     \
   "diagonal metric: of draws and gradients, Stan's of draws, or unit",                    \
   "gradient|stan|none"},                                                                  \
  {"jitter", ERG_TYPE_REAL, 0.0, 0.0, 1.0,                                                 \
   "step size times U(1 - jitter, 1 + jitter) each transition", 0},                        \
  {"centre", ERG_TYPE_BOOL, 1, 0, 1, "automatic centring during warm-up", 0},              \
  {"integration_time", ERG_TYPE_REAL, 1.5707963267948966, 1e-6, 1e6,                       \
   "HMC: length of a trajectory, in units of the metric", 0},                              \
  {"max_steps", ERG_TYPE_INT, 1000, 1, 1000000, "HMC: most leapfrogs a trajectory", 0},    \
  {"step_size", ERG_TYPE_REAL, 0.0, 0.0, 1e6,                                              \
   "first step size, kept as it is without warm-up; 0: searched", 0},                                 \
  {"launch", ERG_TYPE_INT, 0, 0, 1000000000,                                               \
   "gradients a launch, 0: chosen by the clock; draws do not depend on it", 0},            \
  {"init_radius", ERG_TYPE_REAL, 2.0, 0.0, 1e6,                                            \
   "initial coordinates are uniform on (-R, R), unconstrained", 0},                         \
  {"shorten", ERG_TYPE_BOOL, 1, 0, 1,                                                      \
   "NUTS: one doubling less where warm-up finds that trajectories overshoot", 0}

/* The statistics of every backend, in the order of ERG_S_ (device/chain.h). */
extern const erg_statistic engine_statistics[ERG_STATISTICS];

/* The functions of erg_sampler. */
/* What any backend would refuse (sizes, settings, a job's numbers), then what this one
 * does: ERG_OK, or after host->fail ERG_UNSUPPORTED, ERG_NO_DEVICE or ERG_INVALID. */
erg_status engine_supports(const erg_host *host, const erg_job *job,
                           const engine_backend *backend);
erg_status engine_create(const erg_host *host, const erg_job *job,
                         const engine_backend *backend, erg_run **run);
erg_status engine_advance(erg_run *run, erg_block *block);
void engine_destroy(erg_run *run);
/* `gradient`: engine_gradient of this backend. */
const void *engine_extension(const char *name, const engine_backend *backend,
                             const erg_gradient_extension *gradient);

/* Seconds per stage so far (extension erg.stages/1). */
void engine_stages(const erg_run *run, erg_stages *out);
/* Extension erg.memory/1: the regions of all chains, and what the host keeps of each. */
uint64_t engine_memory(const erg_job *job);
/* Extension erg.telemetry/1. */
void engine_telemetry(const erg_run *run, erg_telemetry *out);
/* Extension erg.gradient/1, for a backend. */
erg_status engine_gradient(const erg_host *host, const erg_job *job,
                           const engine_backend *backend, const double *centring, double *lp,
                           double *gradient);
/* Extension erg.bits/1. Counted up whenever a change of the engine alters draws. */
extern const char engine_bits[];

/* Bytes from row to row where rows of two chains share no cache line, nor a pair that is
 * fetched together: their threads would take it from each other at every leapfrog. */
static inline uint64_t engine_row_apart(uint64_t row_bytes) {
  return (row_bytes + 127) / 128 * 128;
}

/* Fills the layout part of control for a model and max_depth, and row_bytes; for
 * tests and memory estimates. */
void engine_layout(int32_t dim, int32_t elements, int32_t families, int32_t max_depth,
                   int32_t capacity, engine_shape *shape);

/* host->fail with printf formatting; returns code. */
erg_status engine_fail(const erg_host *host, erg_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
