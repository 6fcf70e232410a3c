/* Automatic centring: what prior and data say of each element, learnt from the first
 * third of the warm-up (docs/sampler.md, "Automatic centring").
 *
 * The interface of a model does not name the coordinate of an element nor the scale s of
 * its prior. Both follow from `recentre`: with ell = 0 and kappa = 1,
 * u = (a - m)/s - h s, so the two points that have the same natural values as q under
 * h = 0 and h = 1 differ by s in the element's coordinate and nowhere else. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

#define WEIGHT_MIN 0.01 /* ell/(ell + kappa/s^2) below it: non-centred */
#define DRAWS_MIN 10    /* pooled draws that a look needs */

static size_t buffer_doubles(const erg_run *run) {
  return (size_t)run->control.stride;
}

/* Coordinates of the elements: h = 1 for the elements whose number + 1 has bit b set. */
static erg_status find_coordinates(erg_run *run) {
  const erg_model *model = run->job->model;
  int32_t elements = model->n_elements, bits = 0;
  size_t n = buffer_doubles(run), length = (size_t)erg_centring_length(elements, model->n_families);
  double *q = engine_array(n, sizeof *q), *q0 = engine_array(n, sizeof *q);
  double *q1 = engine_array(n, sizeof *q), *after = engine_array(length, sizeof *after);
  int32_t *code = engine_array((size_t)model->dim, sizeof *code);
  erg_status status = q && q0 && q1 && after && code ? ERG_OK : ERG_NO_MEMORY;
  while (elements >> bits) bits++;
  for (int f = 0; f < model->n_families && status == ERG_OK; f++)
    after[2 * elements + f] = 1;
  if (status == ERG_OK) status = model->recentre(model, NULL, after, q, q0);
  for (int b = 0; b < bits && status == ERG_OK; b++) {
    for (int32_t e = 0; e < elements; e++) after[elements + e] = (e + 1) >> b & 1;
    status = model->recentre(model, NULL, after, q, q1);
    for (int i = 0; i < model->dim && status == ERG_OK; i++)
      if (fabs(q1[i] - q0[i]) > 1e-9 * (1 + fabs(q0[i]))) code[i] |= 1 << b;
  }
  for (int i = 0; i < model->dim && status == ERG_OK; i++)
    if (code[i] > 0 && code[i] <= elements) run->coordinate[code[i] - 1] = i;
  free(q);
  free(q0);
  free(q1);
  free(after);
  free(code);
  return status;
}

erg_status engine_centring_open(erg_run *run) {
  const erg_model *model = run->job->model;
  size_t elements = (size_t)model->n_elements;
  erg_status status;
  if (elements == 0) return ERG_OK;
  run->coordinate = engine_array(elements, sizeof *run->coordinate);
  run->look = engine_array(ENGINE_LOOK_CHAINS * ENGINE_LOOK_DRAWS * buffer_doubles(run),
                           sizeof *run->look);
  run->look_filled = engine_array(ENGINE_LOOK_CHAINS, sizeof *run->look_filled);
  if (!run->coordinate || !run->look || !run->look_filled) return ERG_NO_MEMORY;
  for (size_t e = 0; e < elements; e++) run->coordinate[e] = -1;
  status = find_coordinates(run);
  if (status != ERG_OK)
    engine_fail(run->host, ERG_INTERNAL, "model %s: recentre failed at the origin (%d)",
                model->name ? model->name : "", (int)status);
  return status == ERG_OK ? ERG_OK : ERG_INTERNAL;
}

void engine_centring_close(erg_run *run) {
  free(run->coordinate);
  free(run->look);
  free(run->look_filled);
}

void engine_centring_see(erg_run *run, int32_t chain, int64_t iteration,
                         const double *draw) {
  const engine_stage *stage = &run->schedule.stages[run->stage];
  int32_t gap = stage->length / ENGINE_LOOK_DRAWS;
  size_t n = buffer_doubles(run);
  if (!(stage->adapt & ERG_ADAPT_MOMENTS) || chain >= ENGINE_LOOK_CHAINS) return;
  if (gap < 1) gap = 1;
  if ((stage->stop - iteration) % gap != 0) return;
  if (run->look_filled[chain] >= ENGINE_LOOK_DRAWS) { /* keep the latest */
    double *row = run->look + (size_t)chain * ENGINE_LOOK_DRAWS * n;
    memmove(row, row + n, (ENGINE_LOOK_DRAWS - 1) * n * sizeof *row);
    run->look_filled[chain]--;
  }
  memcpy(run->look + ((size_t)chain * ENGINE_LOOK_DRAWS + (size_t)run->look_filled[chain]) * n,
         draw, (size_t)run->control.dim * sizeof *draw);
  run->look_filled[chain]++;
}

int engine_ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Median over the kept draws of s^2 of each element; 0 where unknown. */
static erg_status median_s2(erg_run *run, double *s2) {
  const erg_model *model = run->job->model;
  int32_t elements = model->n_elements;
  size_t n = buffer_doubles(run), length = (size_t)erg_centring_length(elements, model->n_families);
  size_t points = 0, most = ENGINE_LOOK_CHAINS * ENGINE_LOOK_DRAWS;
  double *q0 = engine_array(n, sizeof *q0), *q1 = engine_array(n, sizeof *q1);
  double *plain = engine_array(length, sizeof *plain), *moved = engine_array(length, sizeof *moved);
  double *values = engine_array(most * (size_t)elements, sizeof *values);
  erg_status status = q0 && q1 && plain && moved && values ? ERG_OK : ERG_NO_MEMORY;
  if (status == ERG_OK) {
    for (int f = 0; f < model->n_families; f++)
      plain[2 * elements + f] = moved[2 * elements + f] = 1;
    for (int32_t e = 0; e < elements; e++) moved[elements + e] = 1;
  }
  for (int32_t c = 0; c < ENGINE_LOOK_CHAINS && status == ERG_OK; c++) {
    for (int32_t d = 0; d < run->look_filled[c] && status == ERG_OK; d++) {
      const double *q = run->look + ((size_t)c * ENGINE_LOOK_DRAWS + (size_t)d) * n;
      status = model->recentre(model, run->centring, plain, q, q0);
      if (status == ERG_OK) status = model->recentre(model, run->centring, moved, q, q1);
      for (int32_t e = 0; e < elements && status == ERG_OK; e++) {
        int32_t i = run->coordinate[e];
        double s = i < 0 ? 0 : q1[i] - q0[i];
        values[(size_t)e * most + points] = s * s;
      }
      points++;
    }
  }
  for (int32_t e = 0; e < elements && status == ERG_OK && points > 0; e++) {
    double *v = values + (size_t)e * most;
    qsort(v, points, sizeof *v, engine_ascending);
    s2[e] = v[points / 2];
  }
  free(q0);
  free(q1);
  free(plain);
  free(moved);
  free(values);
  return status;
}

/* Moments of all chains, merged in their order. Layout as in the chain's state. */
typedef struct moments {
  double *m, total;
} moments;

static erg_status collect(erg_run *run, void *data, int32_t chain, double *row) {
  moments *p = data;
  size_t st = (size_t)run->control.element_stride, elements = (size_t)run->control.elements;
  double n = run->scalars[chain].moments_n, na = p->total, nt = na + n, *m = p->m;
  run->scalars[chain].moments_n = 0;
  if (!(n > 0)) return ERG_OK;
  for (size_t e = 0; e < elements; e++) {
    double da = row[ERG_E_MEAN_A * st + e] - m[ERG_E_MEAN_A * st + e];
    double dg = row[ERG_E_MEAN_G * st + e] - m[ERG_E_MEAN_G * st + e];
    double dw = row[ERG_E_MEAN_W * st + e] - m[ERG_E_MEAN_W * st + e];
    m[ERG_E_M2_A * st + e] += row[ERG_E_M2_A * st + e] + da * da * (na * n / nt);
    m[ERG_E_C_AG * st + e] += row[ERG_E_C_AG * st + e] + da * dg * (na * n / nt);
    m[ERG_E_MEAN_A * st + e] += da * (n / nt);
    m[ERG_E_MEAN_G * st + e] += dg * (n / nt);
    m[ERG_E_MEAN_W * st + e] += dw * (n / nt);
  }
  p->total = nt;
  return ERG_OK;
}
static erg_status leave_zero(erg_run *run, void *data, int32_t chain, double *row) {
  (void)run, (void)data, (void)chain, (void)row;
  return ERG_OK;
}
static erg_status pool_moments(erg_run *run, double *m, double *total) {
  size_t st = (size_t)run->control.element_stride, at = (size_t)run->control.element_offset;
  moments p = {m, 0};
  erg_status status = engine_each_row(run, at, 5 * st, ENGINE_ROWS_READ, collect, &p);
  if (status == ERG_OK)
    status = engine_each_row(run, at, 5 * st, ENGINE_ROWS_WRITE, leave_zero, NULL);
  *total = p.total;
  return status;
}

/* ell, h and kappa from the pooled moments. */
static void estimate(const erg_model *model, size_t st, const double *m, const double *s2,
                     double *centring) {
  int32_t elements = model->n_elements;
  double *ell = centring, *h = centring + elements, *kappa = centring + 2 * elements;
  for (int32_t f = 0; f < model->n_families; f++) {
    double sum = 0, n = 0;
    for (int32_t e = 0; e < elements; e++) {
      if (model->element_family[e] != f) continue;
      sum += m[ERG_E_MEAN_W * st + (size_t)e];
      n++;
    }
    kappa[f] = n > 0 && sum / n > 0 && sum / n < 1e300 ? sum / n : 1;
  }
  for (int32_t e = 0; e < elements; e++) {
    double l = -m[ERG_E_C_AG * st + (size_t)e] / m[ERG_E_M2_A * st + (size_t)e];
    double p = kappa[model->element_family[e]] / s2[e]; /* +inf where s2 is unknown */
    double v = l * m[ERG_E_MEAN_A * st + (size_t)e] + m[ERG_E_MEAN_G * st + (size_t)e];
    int good = l > 0 && l < 1e300 && v - v == 0 && l / (l + p) >= WEIGHT_MIN;
    ell[e] = good ? l : 0;
    h[e] = good ? v : 0;
  }
}

/* Moves every chain's draw from the centring in force to `after`. */
typedef struct move {
  const double *after;
  double *q;
} move;

static erg_status move_chain(erg_run *run, void *data, int32_t chain, double *row) {
  const erg_model *model = run->job->model;
  const move *m = data;
  double *at = row + (size_t)run->scalars[chain].slot * (size_t)run->control.stride;
  erg_status status = model->recentre(model, run->centring, m->after, at, m->q);
  memcpy(at, m->q, (size_t)model->dim * sizeof *at);
  run->scalars[chain].fresh = ERG_FRESH_EVALUATE;
  return status;
}
static erg_status move_chains(erg_run *run, const double *after) {
  size_t stride = (size_t)run->control.stride;
  move m = {after, engine_array(stride, sizeof(double))};
  erg_status status =
      m.q ? engine_each_row(run, ERG_V_SAMPLE_Q * stride, 2 * stride,
                            ENGINE_ROWS_READ | ENGINE_ROWS_WRITE, move_chain, &m)
          : ERG_NO_MEMORY;
  free(m.q);
  return status;
}

erg_status engine_centring_look(erg_run *run, int *changed) {
  const erg_model *model = run->job->model;
  size_t st = (size_t)run->control.element_stride;
  size_t elements = (size_t)model->n_elements;
  size_t length = (size_t)erg_centring_length(model->n_elements, model->n_families);
  double *m = engine_array(5 * st, sizeof *m), *s2 = engine_array(elements, sizeof *s2);
  double *after = engine_array(length, sizeof *after), total = 0;
  unsigned char *reset = engine_array((size_t)model->dim, 1);
  erg_status status = m && s2 && after && reset ? ERG_OK : ERG_NO_MEMORY;
  *changed = 0;
  if (status == ERG_OK) status = pool_moments(run, m, &total);
  if (status == ERG_OK && total >= DRAWS_MIN) {
    status = median_s2(run, s2);
    if (status == ERG_OK) {
      estimate(model, st, m, s2, after);
      status = engine_centring_levels(model, s2, after);
    }
    if (status == ERG_OK && memcmp(after, run->centring, length * sizeof *after) != 0) {
      status = move_chains(run, after);
      for (size_t e = 0; e < elements; e++)
        if (run->coordinate[e] >= 0) reset[run->coordinate[e]] = 1;
      if (status == ERG_OK) status = engine_reset_metric(run, reset);
      memcpy(run->centring, after, length * sizeof *after);
      run->centring_epoch++;
      *changed = 1;
      for (int32_t i = 0; i < run->n_shares && status == ERG_OK; i++)
        status = run->backend->write(run->shares[i], ENGINE_CENTRING, 0, 1, 0,
                                     length * sizeof *after, after, 0);
    }
  }
  memset(run->look_filled, 0, ENGINE_LOOK_CHAINS * sizeof *run->look_filled);
  free(m);
  free(s2);
  free(after);
  free(reset);
  if (status != ERG_OK && status != ERG_NO_MEMORY)
    return engine_fail(run->host, ERG_INTERNAL, "automatic centring failed (%d)",
                       (int)status);
  return status;
}
