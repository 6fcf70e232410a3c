#include "compile/model_host.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "compile/cc_internal.h"
#include "compile/interpret_plan.h"
#include "compile/natural.h"
#include "read/sha256.h"

enum { LANES = 8 }; /* ERG_W of prologue_vector.h, for which the emitter writes */

typedef void (*model_entry)(const double *D, const int *I, const double *C, double *S,
                            const double *q, double *g, double *lp, double *moments);

typedef struct idle {
  struct idle *next;
  unconstrain *u;
} idle;

/* A centred family, for the interpreter's moments. */
typedef struct {
  const ir_param *param;
  ir_id *others; /* nodes of all terms but its own prior and centring */
  int n_others;
  int64_t n;           /* elements */
  int32_t *weight_map; /* element to that of the weight, or NULL */
} family;

typedef struct {
  erg_model model;
  const ir_graph *g;
  model_host_info info;
  char *reason;
  double *centring; /* non-centred */
  int32_t *element_family;
  /* compiled */
  model_entry entry;
  cc_module *module;
  ir_program *program;
  emit_plan *plan;
  emit_blobs blobs;
  erg_model_source source;
  char *text;
  char hash[65];
  bool has_source;
  /* interpreted */
  interp *prototype;
  ir_id *terms;
  family *families;
  int n_families;
  /* recentring: workspaces that nobody uses now */
  unconstrain *way_back;
  idle *idle;
  pthread_mutex_t mutex;
} host;

static host *host_of(const erg_model *model) { return model->host_private; }

/* ---- log density --------------------------------------------------------- */

/* Rejected points have a finite gradient all the same. */
static erg_status judge(int32_t dim, const double *lp, double *grad) {
  if (lp[0] > -INFINITY) return ERG_OK;
  for (int32_t i = 0; i < dim; i++)
    if (!isfinite(grad[i])) grad[i] = 0;
  return ERG_REJECT;
}

static erg_status compiled_logp(const erg_model *model, const double *centring, void *scratch,
                                const double *q, double *lp, double *grad, double *moments) {
  const host *h = host_of(model);
  h->entry(h->blobs.reals, h->blobs.integers, centring ? centring : h->centring, scratch, q,
           grad, lp, moments);
  return judge(model->dim, lp, grad);
}

static void find_moments(const host *h, interp *ws, double *grad, double *moments) {
  int64_t all = h->g->n_elements;
  for (int f = 0; f < h->n_families; f++) {
    const family *m = &h->families[f];
    interp_gradient(ws, m->others, m->n_others, grad);
    const double *a = interp_value(ws, m->param->base, NULL);
    const double *adjoint = interp_adjoint(ws, m->param->base);
    const double *weight = interp_value(ws, m->param->weight, NULL);
    double *to = moments + m->param->element;
    for (int64_t i = 0; i < m->n; i++) {
      to[i] = a[i];
      to[all + i] = adjoint ? adjoint[i] : 0;
      to[2 * all + i] = weight ? weight[m->weight_map[i]] : 1;
    }
  }
}

static erg_status interpreted_logp(const erg_model *model, const double *centring,
                                   void *scratch, const double *q, double *lp, double *grad,
                                   double *moments) {
  const host *h = host_of(model);
  const ir_graph *g = h->g;
  interp *ws = interp_place(h->prototype, scratch);
  interp_run(ws, q, centring, NULL);
  double target = 0, reported = 0;
  for (int i = 0; i < g->n_terms; i++) {
    int64_t n;
    const double *v = interp_value(ws, g->terms[i].node, &n);
    double sum = 0;
    for (int64_t k = 0; k < n; k++) sum += v[k];
    target += sum;
    if (g->terms[i].kind != IR_TERM_CENTRING) reported += sum;
  }
  lp[0] = target;
  lp[1] = reported;
  if (moments) find_moments(h, ws, grad, moments);
  interp_gradient(ws, h->terms, g->n_terms, grad);
  return judge(model->dim, lp, grad);
}

/* ---- recentring ---------------------------------------------------------- */

static erg_status recentre(const erg_model *model, const double *before, const double *after,
                           const double *q, double *q_new) {
  host *h = host_of(model);
  if (!h->way_back) return ERG_UNSUPPORTED;
  pthread_mutex_lock(&h->mutex);
  idle *own = h->idle;
  if (own) h->idle = own->next;
  pthread_mutex_unlock(&h->mutex);
  if (!own) {
    own = plan_memory(sizeof *own);
    own->u = unconstrain_clone(h->way_back);
  }
  erg_status status = unconstrain_recentre(own->u, before, after, q, q_new);
  pthread_mutex_lock(&h->mutex);
  own->next = h->idle;
  h->idle = own;
  pthread_mutex_unlock(&h->mutex);
  return status;
}

static const void *extension(const erg_model *model, const char *id) {
  const host *h = host_of(model);
  return h->has_source && strcmp(id, "erg.source/1") == 0 ? &h->source : NULL;
}

/* ---- making -------------------------------------------------------------- */

typedef struct {
  const ir_graph *g;
  interp *values;
  interp *other; /* a node that wasn't foreseen */
} data_values;

/* All data-only nodes that needed nodes of other kinds use. */
static void foresee(data_values *d, const ir_program *p) {
  const ir_graph *g = p->graph;
  int np = g->n_params, n = 0, n_roots = 0;
  uint8_t *marks = plan_memory((size_t)g->n_nodes);
  bool *used = plan_memory((size_t)g->n_nodes);
  ir_id *wanted = plan_memory((size_t)(g->n_nodes + 4 * np + 2) * sizeof *wanted);
  const ir_id *const roots[] = {p->gradient, p->base, p->outer, p->weight};
  wanted[n_roots++] = p->lp;
  wanted[n_roots++] = p->lp_reported;
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < np; i++) wanted[n_roots++] = roots[k][i];
  ir_mark(g, wanted, n_roots, marks);
  for (ir_id i = 0; i < g->n_nodes; i++) {
    const ir_node *node = ir_at(g, i);
    if (!marks[i] || node->data_only) continue;
    for (int k = 0; k < node->n_args; k++) used[node->args[k]] = true;
    for (int k = 0; k < node->n_parts; k++) used[g->parts[node->parts + k]] = true;
  }
  for (ir_id i = 0; i < g->n_nodes; i++)
    if (used[i] && ir_at(g, i)->data_only && ir_at(g, i)->op != IR_CONST) wanted[n++] = i;
  *d = (data_values){.g = g, .values = interp_new(g, wanted, n)};
  free(marks);
  free(used);
  free(wanted);
}

static const double *evaluate(void *context, ir_id node) {
  data_values *d = context;
  const double *v = interp_value(d->values, node, NULL);
  if (v) return v;
  interp_free(d->other);
  d->other = interp_new(d->g, &node, 1);
  return interp_value(d->other, node, NULL);
}

/* Source and data; false with h->reason where there is no loop form. */
static bool emit(host *h, const model_host_options *o) {
  const char *why = NULL;
  h->program = ir_program_build(h->g, &o->passes, &why);
  if (h->program) h->plan = emit_plan_new(h->program, &why);
  bool good = h->plan != NULL;
  if (good) {
    data_values data;
    foresee(&data, h->program);
    good = emit_bind(h->plan, evaluate, &data, &h->blobs, &why);
    interp_free(data.values);
    interp_free(data.other);
  }
  if (!good)
    h->reason = cc_format("the model can't be compiled: %s", why ? why : "unknown reason");
  return good;
}

static cc_status compile(host *h, const model_host_options *o, char **message) {
  char *source = emit_c_source(h->plan), *cxx = emit_cxx_source(h->plan);
  cc_options cc = o->cc;
  cc.cxx = cxx;
  cc_status status = cc_load(source, &cc, &h->module, message);
  free(source);
  free(cxx);
  if (status != CC_OK) return status;
  *(void **)&h->entry = cc_symbol(h->module, "erg_model_entry");
  if (h->entry) return CC_OK;
  *message = cc_format("the compiled model has no entry");
  return CC_FAILED;
}

static void add_source(host *h) {
  h->text = emit_model_text(h->plan);
  erg_sha256_text(h->text, strlen(h->text), h->hash);
  h->source = (erg_model_source){.size = sizeof h->source,
                                 .lanes = LANES,
                                 .text = h->text,
                                 .hash = h->hash,
                                 .reals = h->blobs.reals,
                                 .n_reals = h->blobs.n_reals,
                                 .integers = h->blobs.integers,
                                 .n_integers = h->blobs.n_integers,
                                 .scratch_doubles = h->blobs.scratch_doubles,
                                 .default_centring = h->centring};
  h->has_source = true;
}

static void add_family(host *h, int param) {
  const ir_graph *g = h->g;
  const ir_param *x = &g->params[param];
  family *m = &h->families[h->n_families++];
  m->param = x;
  m->others = plan_memory((size_t)g->n_terms * sizeof *m->others);
  for (int i = 0; i < g->n_terms; i++) {
    const ir_term *t = &g->terms[i];
    bool own = t->param == param && (t->kind == IR_TERM_PRIOR || t->kind == IR_TERM_CENTRING);
    if (!own) m->others[m->n_others++] = t->node;
  }
  ir_dims dims = ir_at(g, x->base)->dims;
  m->n = ir_size(g, dims);
  if (x->weight == IR_NONE) return;
  uint8_t order[IR_MAX_DIMS];
  int rank = 0;
  for (int d = 0; d < g->n_dims; d++)
    if (dims & ir_bit(d)) order[rank++] = (uint8_t)d;
  m->weight_map = interp_offsets(g, ir_at(g, x->weight)->dims, order, rank);
}

static void interpret(host *h) {
  const ir_graph *g = h->g;
  h->terms = plan_memory((size_t)g->n_terms * sizeof *h->terms);
  h->families = plan_memory((size_t)g->n_params * sizeof *h->families);
  ir_id *wanted = plan_memory((size_t)(g->n_terms + 2 * g->n_params) * sizeof *wanted);
  int n = 0;
  for (int i = 0; i < g->n_terms; i++) wanted[n++] = h->terms[i] = g->terms[i].node;
  for (int i = 0; i < g->n_params; i++) {
    if (g->params[i].centring != IR_CENTRING_AUTO || g->params[i].family < 0) continue;
    add_family(h, i);
    wanted[n++] = g->params[i].base;
    wanted[n++] = g->params[i].weight;
  }
  h->prototype = interp_new(g, wanted, n);
  free(wanted);
}

erg_model *model_host_new(const ir_graph *g, const model_host_options *options,
                          char **message) {
  static const model_host_options defaults = {0};
  const model_host_options *o = options ? options : &defaults;
  *message = NULL;
  host *h = plan_memory(sizeof *h);
  pthread_mutex_init(&h->mutex, NULL);
  h->g = g;
  int32_t elements = (int32_t)g->n_elements;
  h->element_family = plan_memory((size_t)g->n_elements * sizeof *h->element_family);
  ir_element_families(g, h->element_family);
  h->centring =
      plan_memory((size_t)erg_centring_length(elements, g->n_families) * sizeof *h->centring);
  erg_centring_default(elements, g->n_families, h->element_family, h->centring);
  h->model = (erg_model){.size = sizeof h->model,
                         .dim = (int32_t)g->dim,
                         .name = o->name    ? o->name
                                 : g->title ? g->title
                                            : "model",
                         .n_elements = (int32_t)g->n_elements,
                         .n_families = g->n_families,
                         .element_family = h->element_family,
                         .recentre = recentre,
                         .extension = extension,
                         .host_private = h};
  h->way_back = unconstrain_new(g);
  bool emitted = !(o->interpret && o->no_source) && emit(h, o);
  if (emitted && !o->no_source) add_source(h);
  cc_status status = CC_NO_COMPILER;
  if (emitted && !o->interpret) status = compile(h, o, &h->reason);
  if (status == CC_REJECTED || status == CC_FAILED || status == CC_INTERRUPTED) {
    *message = h->reason;
    h->reason = NULL;
    model_host_free(&h->model);
    return NULL;
  }
  if (status == CC_NO_COMPILER && !o->interpret && o->log) {
    char *text = cc_format("%s; the interpreter serves, which is much slower", h->reason);
    o->log(o->log_data, ERG_LOG_WARNING, text);
    free(text);
  }
  if (status == CC_OK) {
    h->model.logp = compiled_logp;
    h->model.scratch_bytes = (h->blobs.scratch_doubles * sizeof(double) + 63) / 64 * 64;
    h->info.compiled = true;
    h->info.module = h->module;
    if (h->module->no_cxx && o->log)
      o->log(o->log_data, ERG_LOG_WARNING,
             "the C compiler has no C++, with which the model would run some 4 times faster on "
             "this processor; install it (Debian: apt install g++)");
  } else {
    interpret(h);
    h->model.logp = interpreted_logp;
    h->model.scratch_bytes = interp_size(h->prototype);
    h->info.reason = h->reason ? h->reason : "asked for";
  }
  h->info.program = h->program;
  h->info.plan = h->plan;
  h->info.flops = h->blobs.flops;
  h->info.functions = h->blobs.functions;
  h->info.bytes = h->blobs.bytes;
  return &h->model;
}

void model_host_free(erg_model *model) {
  if (!model) return;
  host *h = host_of(model);
  for (int f = 0; f < h->n_families; f++) {
    free(h->families[f].others);
    free(h->families[f].weight_map);
  }
  while (h->idle) {
    idle *next = h->idle->next;
    unconstrain_free(h->idle->u);
    free(h->idle);
    h->idle = next;
  }
  unconstrain_free(h->way_back);
  interp_free(h->prototype);
  free(h->families);
  free(h->terms);
  free(h->text);
  free(h->reason);
  free(h->centring);
  free(h->element_family);
  emit_blobs_free(&h->blobs);
  emit_plan_free(h->plan);
  ir_program_free(h->program);
  cc_close(h->module);
  pthread_mutex_destroy(&h->mutex);
  free(h);
}

const model_host_info *model_host_about(const erg_model *model) {
  return &host_of(model)->info;
}
