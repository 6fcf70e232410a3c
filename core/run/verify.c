#include "run/verify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile/model_host.h"
#include "compile/natural.h"
#include "diagnostics/diagnostics.h"
#include "read/sha256.h"
#include "run/gate.h"
#include "run/load.h"
#include "run/paths.h"
#include "run/sample.h"
#include "run/settings.h"
#include "run/text.h"

enum { CHAINS = 4, WARMUP = 400, DRAWS = 1000 };
#define LP_LIMIT 1e-10  /* relative: double precision leaves some 1e-14 */
#define Z_LIMIT 6.0     /* one false alarm in 1e8 for each of the moments */

/* Exponentials, logarithms, lgamma, a hierarchy for the automatic centring. */
static const char model_text[] =
    "[dims]\ngroup = 5\n"
    "[params]\n"
    "mu    = \"real ~ normal(3, 2)\"\n"
    "x     = \"real[group] ~ normal(mu, 0.5)\"\n"
    "scale = \"positive ~ lognormal(0, 0.5)\"\n"
    "rate  = \"positive ~ gamma(3, 2)\"\n"
    "share = \"unit ~ beta(2, 3)\"\n";
static const struct { const char *name; double mean, sd; } truth[] = {
    {"mu", 3, 2}, {"x", 3, 2.0615528128088303},
    {"scale", 1.1331484530668263, 0.6039005332108811},
    {"rate", 1.5, 0.8660254037844386}, {"share", 0.4, 0.2}};

typedef struct {
  interpl *oracle;
  const ir_graph *g;
  natural *plan;
  int64_t width;
} computing;

/* values[0]: the oracle's log density as reported; then the natural values. */
static void compute(void *data, int slot, const double *q, const double *centring,
                    int32_t chain, int64_t draw, double *values) {
  (void)slot, (void)chain, (void)draw;
  computing *c = data;
  long double point[64], lp = 0;
  for (int64_t i = 0; i < c->g->dim && i < 64; i++) point[i] = q[i];
  interpl_run(c->oracle, point, centring, NULL);
  for (int t = 0; t < c->g->n_terms; t++) {
    int64_t n = 0;
    const long double *v = interpl_value(c->oracle, c->g->terms[t].node, &n);
    if (c->g->terms[t].kind == IR_TERM_CENTRING) continue;
    for (int64_t i = 0; i < n; i++) lp += v[i];
  }
  values[0] = (double)lp;
  natural_run(c->plan, q, centring, NULL, values + 1);
}

typedef struct {
  out_sink sink;
  int64_t row, n[CHAINS];
  double *rows; /* [CHAINS][DRAWS][row] */
} memory;

static bool sink_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  (void)p;
  memory *m = (memory *)s;
  m->row = schema->row;
  m->rows = run_alloc((size_t)(CHAINS * DRAWS * m->row) * sizeof *m->rows);
  return true;
}
static bool sink_append(out_sink *s, const out_block *b, erg_problems *p) {
  (void)p;
  memory *m = (memory *)s;
  for (int c = 0; c < CHAINS; c++)
    for (int64_t d = 0; d < b->filled[c] && m->n[c] < DRAWS; d++)
      memcpy(m->rows + (c * DRAWS + m->n[c]++) * m->row,
             b->rows + (c * b->capacity + d) * m->row, (size_t)m->row * sizeof *m->rows);
  return true;
}
static bool sink_adapted(out_sink *s, int chain, double step, const double *metric,
                         erg_problems *p) {
  (void)s, (void)chain, (void)step, (void)metric, (void)p;
  return true;
}
static bool sink_close(out_sink *s, const out_end *end, erg_problems *p) {
  (void)s, (void)end, (void)p;
  return true;
}
static void sink_nothing(out_sink *s) { (void)s; }
static const out_sink_ops ops = {sink_open, sink_append, sink_adapted, sink_close,
                                 sink_nothing, sink_nothing};

static void fail(run_verdict *v, char *reason) {
  if (v->reason)
    free(reason);
  else
    v->reason = reason;
  v->good = false;
}

static void check_density(const memory *m, int64_t lp_at, run_verdict *v) {
  for (int64_t i = 0; i < CHAINS * DRAWS; i++) {
    const double *row = m->rows + i * m->row;
    double error = fabs(row[lp_at] - row[0]) / fmax(1, fabs(row[0]));
    if (!(error <= v->lp_error)) v->lp_error = error;
  }
  if (!(v->lp_error <= LP_LIMIT))
    fail(v, run_text("the log density is off by %.2g of its size, %.0e is allowed",
                     v->lp_error, LP_LIMIT));
}

static void check_moment(run_verdict *v, const char *name, const char *what, double value,
                         double expected, double error) {
  double z = fabs(value - expected) / error;
  if (z <= v->worst_z) return;
  v->worst_z = z;
  snprintf(v->worst_name, sizeof v->worst_name, "%s of %s", what, name);
  if (!(z <= Z_LIMIT))
    fail(v, run_text("the %s of %s is %.4g, %.4g is true: %.1f Monte Carlo errors off", what,
                     name, value, expected, z));
}

static void check_moments(const memory *m, const natural *plan, run_verdict *v) {
  int n = 0;
  const natural_column *columns = natural_columns(plan, &n);
  diag_work *work = diag_work_new();
  for (int i = 0; i < n; i++)
    for (size_t t = 0; t < sizeof truth / sizeof *truth; t++) {
      if (strcmp(columns[i].name, truth[t].name) != 0) continue;
      for (int64_t k = 0; k < columns[i].n; k++) {
        erg_draws d = {.size = sizeof d, .chains = CHAINS, .draws = DRAWS,
                       .values = m->rows + 1 + columns[i].offset + k,
                       .chain_stride = DRAWS * m->row, .draw_stride = m->row,
                       .name = truth[t].name};
        diag_summary s;
        diag_summarise(work, &d, &s);
        check_moment(v, truth[t].name, "mean", s.mean, truth[t].mean, s.mcse_mean);
        check_moment(v, truth[t].name, "sd", s.sd, truth[t].sd, s.mcse_sd);
      }
    }
  diag_work_free(work);
}

static void check(const memory *m, const erg_sampler *s, const natural *plan, int64_t width,
                  run_verdict *v) {
  int64_t lp_at = 1 + width;
  for (int i = 0; i < s->n_statistics; i++)
    if (!strcmp(s->statistics[i].name, "lp")) lp_at += i;
  check_density(m, lp_at, v);
  check_moments(m, plan, v);
  erg_sha256 h;
  char hex[65];
  erg_sha256_init(&h);
  for (int64_t i = 0; i < CHAINS * DRAWS; i++)
    erg_sha256_add(&h, m->rows + i * m->row + 1, (size_t)width * sizeof(double));
  erg_sha256_hex(&h, hex);
  memcpy(v->hash, hex, 16);
}

static const char *reason_of(void *data, erg_status code) {
  return run_host_reason(data, code);
}

/* The gate that the benchmark has, too. */
static void check_gradients(const ir_graph *g, const run_request *r, run_verdict *v) {
  run_points *points = run_points_new(g, RUN_GATE_POINTS, 1);
  erg_job job = {.size = sizeof job, .threads = r->threads, .seed = r->seed,
                 .model = r->model, .devices = r->devices, .n_devices = r->n_devices,
                 .n_settings = r->sampler->n_parameters, .settings = r->settings};
  run_gate gates[2];
  run_gate_model(points, r->model, &gates[0]);
  run_gate_sampler(points, &r->host->api, r->sampler, &job, reason_of, r->host, &gates[1]);
  for (int i = 0; i < 2; i++) {
    if (!gates[i].done) continue;
    v->gradient_error = fmax(v->gradient_error, gates[i].gradient_error);
    if (!gates[i].passed)
      fail(v, run_text("%s%s", i ? "" : "host's form of the model: ", gates[i].reason));
  }
  v->gradients = gates[1].done ? gates[1].points : 0;
  run_points_free(points);
}

void run_verify(run_host *host, const erg_sampler *sampler, const char *device, int threads,
                run_verdict *v) {
  *v = (run_verdict){.good = true};
  erg_problems problems;
  erg_problems_init(&problems);
  run_inputs in = {.model = "verify", .text = model_text, .seed = -1};
  run_model m;
  char *message = NULL;
  erg_model *compiled = NULL;
  if (run_load(&in, &m, &problems)) {
    char *prebuilt = run_prebuilt_folder();
    model_host_options options = {.name = "verify", .cc.prebuilt = prebuilt};
    compiled = model_host_new(m.graph, &options, &message);
    free(prebuilt);
  }
  if (!compiled) {
    v->status = ERG_COMPILE;
    fail(v, run_text("the test model could not be compiled: %s",
                     message             ? message
                     : problems.count    ? problems.list[0].cause
                                         : "unknown reason"));
  } else {
    const ir_graph *g = m.graph;
    ir_id *wanted = run_alloc((size_t)(g->n_terms + 1) * sizeof *wanted);
    for (int t = 0; t < g->n_terms; t++) wanted[t] = g->terms[t].node;
    computing c = {interpl_new(g, wanted, g->n_terms), g, natural_new(g, NATURAL_PARAMS), 0};
    c.width = natural_width(c.plan);
    run_natural values = {&c, 1, 1 + c.width, compute};
    double *settings = run_alloc((size_t)(sampler->n_parameters + 1) * sizeof *settings);
    run_settings_defaults(sampler, settings);
    out_schema schema = {.chains = CHAINS, .row = 1 + c.width + sampler->n_statistics};
    memory kept = {.sink = {&ops}};
    run_request r = {.host = host, .sampler = sampler, .model = compiled, .natural = &values,
                     .chains = CHAINS, .threads = threads, .warmup = WARMUP, .draws = DRAWS,
                     .seed = 20, .devices = &device, .n_devices = 1, .settings = settings};
    run_result result;
    run_sample(&r, &schema, &kept.sink, NULL, NULL, &result, &problems);
    v->status = result.status;
    v->draws = result.kept * CHAINS;
    v->seconds = result.total_s;
    if (result.status != ERG_OK) {
      fail(v, run_text("%s", run_host_reason(host, result.status)));
    } else {
      check_gradients(g, &r, v);
      check(&kept, sampler, c.plan, c.width, v);
    }
    free(kept.rows);
    free(settings);
    interpl_free(c.oracle);
    natural_free(c.plan);
    free(wanted);
    model_host_free(compiled);
  }
  free(message);
  erg_problems_free(&problems);
  run_unload(&m);
}
