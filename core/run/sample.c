#include "run/sample.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "read/clock.h"
#include "read/interrupt.h"
#include "run/text.h"

enum { FIRST_CAPACITY = 64, MAX_CAPACITY = 1024, MAX_SLOTS = 64, SHARED_DRAWS = 2048 };

typedef struct {
  const run_request *r;
  const out_schema *schema;
  out_sink *sink;
  erg_problems *problems;
  run_result *result;
  erg_run *run;
  erg_block block;
  int64_t capacity;    /* of the buffers */
  double *rows;
  int64_t *seen;       /* [chains] iterations so far */
  int64_t *sampled;    /* [chains] after warm-up */
  int64_t *kept;       /* [chains] of them, those that thinning leaves */
  int64_t *rows_filled; /* [chains] rows of this block */
  bool adapted;
  int diverging;       /* statistic, or -1 */
  double start, phase_start, block_start;
  double rate, rate_time; /* gradients a second, smoothed; when it was taken */
  int64_t rate_gradients, phase_done;
} loop;

static int64_t bytes_a_draw(const run_request *r, const out_schema *s) {
  int64_t doubles = r->model->dim + r->sampler->n_statistics + s->row;
  return doubles * (int64_t)sizeof(double) * r->chains;
}

static int64_t buffer_capacity(const run_request *r, const out_schema *s) {
  int64_t n = RUN_BLOCK_BYTES / bytes_a_draw(r, s);
  int64_t longest = r->warmup > r->draws ? r->warmup : r->draws;
  if (n > MAX_CAPACITY) n = MAX_CAPACITY;
  if (n > longest) n = longest;
  return n < 1 ? 1 : n;
}

uint64_t run_sample_bytes(const run_request *r, const out_schema *s) {
  return (uint64_t)(buffer_capacity(r, s) * bytes_a_draw(r, s));
}

static void allocate(loop *l) {
  const run_request *r = l->r;
  const erg_model *m = r->model;
  size_t chains = (size_t)r->chains, capacity = (size_t)buffer_capacity(r, l->schema);
  l->capacity = (int64_t)capacity;
  size_t n_centring = (size_t)erg_centring_length(m->n_elements, m->n_families);
  erg_block *b = &l->block;
  *b = (erg_block){.size = sizeof *b,
                   .chains = r->chains,
                   .dim = m->dim,
                   .n_statistics = r->sampler->n_statistics};
  b->draws = run_alloc((chains * capacity * (size_t)m->dim + ERG_PADDING) * sizeof(double));
  b->statistics = run_alloc(chains * capacity * (size_t)b->n_statistics * sizeof(double));
  b->filled = run_alloc(chains * sizeof *b->filled);
  b->centring = run_alloc((n_centring + ERG_PADDING) * sizeof(double));
  erg_centring_default(m->n_elements, m->n_families, m->element_family, b->centring);
  b->gradients = run_alloc(chains * sizeof *b->gradients);
  b->step_size = run_alloc(chains * sizeof(double));
  b->inverse_metric = run_alloc(chains * (size_t)m->dim * sizeof(double));
  l->rows = run_alloc(chains * capacity * (size_t)l->schema->row * sizeof(double));
  l->seen = run_alloc(chains * sizeof *l->seen);
  l->sampled = run_alloc(chains * sizeof *l->sampled);
  l->kept = run_alloc(chains * sizeof *l->kept);
  l->rows_filled = run_alloc(chains * sizeof *l->rows_filled);
}

static void release(loop *l) {
  erg_block *b = &l->block;
  void *all[] = {b->draws, b->statistics, b->filled, b->centring, b->gradients, b->step_size,
                 b->inverse_metric, l->rows, l->seen, l->sampled, l->kept,
                 l->rows_filled};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

/* --- draws to rows ------------------------------------------------------------------ */

typedef struct {
  loop *l;
  int slot, slots;
} share;

static int64_t thin_of(const run_request *r) { return r->thin > 1 ? r->thin : 1; }

/* Iteration within its phase of the first draw of the block. */
static int64_t phase_at(const loop *l, int32_t c) {
  return l->block.warmup ? l->seen[c] : l->sampled[c];
}

/* The block's first draw that is kept; every thin-th after it is, too. */
static int64_t first_kept(const loop *l, int32_t c) {
  int64_t thin = thin_of(l->r), past = phase_at(l, c) % thin;
  return past ? thin - past : 0;
}

static void count_rows(loop *l) {
  int64_t thin = thin_of(l->r);
  for (int32_t c = 0; c < l->block.chains; c++) {
    int64_t left = l->block.filled[c] - first_kept(l, c);
    l->rows_filled[c] = left > 0 ? (left + thin - 1) / thin : 0;
  }
}

/* Every slots-th kept draw of each chain, beginning with number `slot`. */
static void *fill_rows(void *data) {
  share *s = data;
  loop *l = s->l;
  const run_request *r = l->r;
  const erg_block *b = &l->block;
  int dim = b->dim, k = b->n_statistics;
  double *q = aligned_alloc(64, (((size_t)dim + ERG_PADDING) / 8 + 1) * 64);
  if (!q) abort();
  memset(q, 0, ((size_t)dim + ERG_PADDING) * sizeof *q);
  for (int32_t c = 0; c < b->chains; c++) {
    int64_t first = first_kept(l, c), thin = thin_of(r);
    for (int64_t i = s->slot; i < l->rows_filled[c]; i += s->slots) {
      int64_t d = first + i * thin, at = c * b->capacity + d;
      double *row = l->rows + (c * b->capacity + i) * l->schema->row;
      memcpy(q, b->draws + at * dim, (size_t)dim * sizeof *q);
      if (r->natural->n)
        r->natural->compute(r->natural->data, s->slot, q, b->centring, r->first_chain + c,
                            l->sampled[c] + d, row);
      memcpy(row + r->natural->n, b->statistics + at * k, (size_t)k * sizeof *row);
      if (r->keep_unconstrained)
        memcpy(row + r->natural->n + k, q, (size_t)dim * sizeof *row);
    }
  }
  free(q);
  return NULL;
}

static void convert(loop *l) {
  int64_t n = 0;
  for (int32_t c = 0; c < l->block.chains; c++) n += l->rows_filled[c];
  int slots = n * l->r->natural->n < SHARED_DRAWS * 16 ? 1 : l->r->natural->slots;
  if (slots > l->r->threads) slots = l->r->threads;
  if (slots > MAX_SLOTS) slots = MAX_SLOTS;
  if (slots < 1) slots = 1;
  share shares[MAX_SLOTS];
  pthread_t threads[MAX_SLOTS];
  bool started[MAX_SLOTS] = {false};
  for (int i = 0; i < slots; i++) shares[i] = (share){l, i, slots};
  for (int i = 1; i < slots; i++)
    started[i] = pthread_create(&threads[i], NULL, fill_rows, &shares[i]) == 0;
  fill_rows(&shares[0]);
  for (int i = 1; i < slots; i++) {
    if (started[i])
      pthread_join(threads[i], NULL);
    else
      fill_rows(&shares[i]);
  }
}

/* --- a block ------------------------------------------------------------------------ */

static bool put(loop *l) {
  erg_block *b = &l->block;
  const run_request *r = l->r;
  int64_t filled = 0;
  for (int32_t c = 0; c < b->chains; c++) filled += b->filled[c];
  if (!b->warmup && !l->adapted && (filled || b->finished)) {
    l->adapted = true;
    l->result->warmup_s = l->block_start - l->phase_start;
    l->result->phase = "sampling";
    l->phase_start = l->block_start;
    l->phase_done = 0;
    for (int32_t c = 0; c < b->chains; c++) {
      const double *metric =
          l->schema->n_unconstrained ? b->inverse_metric + (int64_t)c * b->dim : NULL;
      if (!l->sink->ops->adapted(l->sink, c, b->step_size[c], metric, l->problems))
        return false;
    }
  }
  if (b->warmup) {
    l->result->warmup_gradients = 0;
    for (int32_t c = 0; c < b->chains; c++) l->result->warmup_gradients += b->gradients[c];
  }
  if (!filled) return true;
  if (!b->warmup && l->diverging >= 0)
    for (int32_t c = 0; c < b->chains; c++)
      for (int64_t d = 0; d < b->filled[c]; d++)
        l->result->divergent +=
            b->statistics[(c * b->capacity + d) * b->n_statistics + l->diverging] != 0;
  bool good = true;
  count_rows(l);
  if (!b->warmup || r->save_warmup) {
    convert(l);
    out_block out = {b->warmup != 0, b->capacity, l->rows_filled, l->rows};
    double t = erg_clock();
    good = l->sink->ops->append(l->sink, &out, l->problems);
    l->result->any |= good;
    l->result->output_s += erg_clock() - t;
  }
  for (int32_t c = 0; c < b->chains; c++) {
    l->seen[c] += b->filled[c];
    if (b->warmup) continue;
    l->sampled[c] += b->filled[c];
    l->kept[c] += l->rows_filled[c];
  }
  l->phase_done += filled;
  return good;
}

static void tell(loop *l, run_report report, void *data) {
  const run_request *r = l->r;
  const erg_block *b = &l->block;
  run_progress g = {.warmup = !l->adapted, .left_s = NAN};
  double t = erg_clock(), steps = 0;
  for (int32_t c = 0; c < b->chains; c++) {
    g.done += l->seen[c];
    g.kept += l->kept[c];
    g.gradients += b->gradients[c];
    steps += b->step_size[c];
  }
  l->result->gradients = g.gradients;
  if (!report) return;
  g.warmup_total = r->warmup * r->chains;
  g.total = g.warmup_total + r->draws * r->chains;
  g.divergent = l->result->divergent;
  g.step_size = steps / b->chains;
  g.elapsed_s = t - l->start;
  if (t - l->rate_time > 0.5 || l->rate == 0) {
    double fresh = (double)(g.gradients - l->rate_gradients) / (t - l->rate_time);
    l->rate = l->rate == 0 ? fresh : 0.5 * (l->rate + fresh);
    l->rate_time = t;
    l->rate_gradients = g.gradients;
  }
  g.gradients_per_s = l->rate;
  double pace = (double)l->phase_done / (t - l->phase_start);
  if (l->phase_done > 0 && pace > 0) g.left_s = (double)(g.total - g.done) / pace;
  report(data, &g);
}

/* The next capacity: blocks of about 50 to 200 ms. */
static int64_t next_capacity(const loop *l, int64_t capacity, double block_s) {
  if (block_s < 0.05 && capacity < l->capacity) capacity *= 2;
  if (block_s > 0.2 && capacity > 1) capacity /= 2;
  return capacity < l->capacity ? capacity : l->capacity;
}

static erg_status pull(loop *l, run_report report, void *data) {
  erg_block *b = &l->block;
  int64_t capacity = FIRST_CAPACITY < l->capacity ? FIRST_CAPACITY : l->capacity;
  for (;;) {
    double t = l->block_start = erg_clock();
    b->capacity = capacity;
    memset(b->filled, 0, (size_t)b->chains * sizeof *b->filled);
    b->finished = 0;
    erg_status status = l->r->sampler->advance(l->run, b);
    if (status != ERG_OK && status != ERG_CANCELLED) {
      /* What was drawn before the failure is good. */
      if (status > 0) status = ERG_INTERNAL;
      return status;
    }
    for (int32_t c = 0; c < b->chains; c++)
      if (b->filled[c] < 0 || b->filled[c] > capacity) {
        l->r->host->api.fail(l->r->host, ERG_INTERNAL,
                             "the sampler wrote past the end of a block");
        return ERG_INTERNAL;
      }
    if (!put(l)) {
      l->result->output_failed = true;
      return ERG_IO;
    }
    tell(l, report, data);
    if (status == ERG_CANCELLED) return status;
    if (b->finished) return ERG_OK;
    if (erg_interrupted() || atomic_load(&l->r->host->cancel)) return ERG_CANCELLED;
    capacity = next_capacity(l, capacity, erg_clock() - t);
  }
}

static void close_sink(loop *l) {
  run_result *e = l->result;
  const run_request *r = l->r;
  if (e->output_failed) {
    l->sink->ops->abort(l->sink);
    return;
  }
  size_t chains = (size_t)r->chains;
  double *times = run_alloc(2 * chains * sizeof *times);
  for (size_t c = 0; c < chains; c++) {
    times[c] = e->warmup_s;
    times[chains + c] = e->sampling_s;
  }
  out_end end = {.interrupted = e->status != ERG_OK,
                 .warmup_s = times,
                 .sampling_s = times + chains,
                 .compile_s = r->compile_s,
                 .total_s = e->total_s};
  if (e->status == ERG_CANCELLED) end.reason = "interrupted by the user";
  else if (e->status != ERG_OK) end.reason = run_host_reason(r->host, e->status);
  if (e->status != ERG_OK && !e->any) {
    l->sink->ops->abort(l->sink);
  } else if (!l->sink->ops->close(l->sink, &end, l->problems)) {
    e->output_failed = true;
  }
  free(times);
}

static erg_job job_of(const run_request *r) {
  return (erg_job){.size = sizeof(erg_job),
                   .chains = r->chains,
                   .first_chain = r->first_chain,
                   .threads = r->threads,
                   .warmup = r->warmup,
                   .draws = r->draws,
                   .seed = r->seed,
                   .model = r->model,
                   .devices = r->devices,
                   .n_devices = r->n_devices,
                   .n_settings = r->sampler->n_parameters,
                   .settings = r->settings,
                   .initial = r->initial};
}

uint64_t run_sampler_bytes(const run_request *r, const erg_device *device) {
  erg_job job = job_of(r);
  const erg_memory_extension *memory =
      device->kind == ERG_DEVICE_CPU && r->sampler->extension
          ? r->sampler->extension(r->sampler, "erg.memory/1")
          : NULL;
  return memory ? memory->bytes(&job) : 0;
}

void run_sample(const run_request *r, const out_schema *schema, out_sink *sink,
                run_report report, void *report_data, run_result *result, erg_problems *p) {
  *result = (run_result){.status = ERG_OK, .phase = "starting the sampler"};
  loop l = {.r = r, .schema = schema, .sink = sink, .problems = p, .result = result,
            .diverging = -1, .start = erg_clock()};
  for (int i = 0; i < r->sampler->n_statistics; i++)
    if (!strcmp(r->sampler->statistics[i].name, "diverging")) l.diverging = i;
  erg_job job = job_of(r);
  const erg_host *host = &r->host->api;
  run_host_clear(r->host);
  result->status = r->sampler->supports(host, &job);
  if (result->status == ERG_OK) result->status = r->sampler->create(host, &job, &l.run);
  result->create_s = erg_clock() - l.start;
  if (result->status == ERG_OK && host->cancelled(host->data)) {
    r->sampler->destroy(l.run);
    result->status = ERG_CANCELLED;
  }
  if (result->status != ERG_OK) return;
  if (!sink->ops->open(sink, schema, p)) {
    result->output_failed = true;
    result->status = ERG_IO;
    sink->ops->abort(sink);
    r->sampler->destroy(l.run);
    return;
  }
  allocate(&l);
  result->phase = r->warmup ? "warming up" : "sampling";
  l.phase_start = l.rate_time = erg_clock();
  result->status = pull(&l, report, report_data);
  if (l.adapted) result->sampling_s = erg_clock() - l.phase_start;
  else result->warmup_s = erg_clock() - l.phase_start;
  result->kept = l.kept[0];
  for (int32_t c = 1; c < r->chains; c++)
    if (l.kept[c] < result->kept) result->kept = l.kept[c];
  result->gradients = 0;
  for (int32_t c = 0; c < r->chains; c++) result->gradients += l.block.gradients[c];
  const erg_stages_extension *stages = r->sampler->extension(r->sampler, "erg.stages/1");
  result->stages.size = 0;
  if (stages && stages->stages) {
    result->stages.size = sizeof result->stages;
    stages->stages(l.run, &result->stages);
  }
  const erg_telemetry_extension *telemetry =
      r->sampler->extension(r->sampler, "erg.telemetry/1");
  result->telemetry.size = 0;
  if (telemetry && telemetry->telemetry) {
    result->telemetry.size = sizeof result->telemetry;
    telemetry->telemetry(l.run, &result->telemetry);
  }
  result->total_s = erg_clock() - l.start;
  double t = erg_clock();
  close_sink(&l);
  result->output_s += erg_clock() - t;
  result->total_s = erg_clock() - l.start;
  r->sampler->destroy(l.run);
  release(&l);
}
