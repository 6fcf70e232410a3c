/* Extension "erg.gradient/1": what the devices make of the model at given points. */
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

static erg_status set_centring(erg_run *run, const double *centring) {
  const erg_model *model = run->job->model;
  size_t length = (size_t)erg_centring_length(model->n_elements, model->n_families);
  erg_status status = ERG_OK;
  if (!centring || length == 0) return ERG_OK;
  memcpy(run->centring, centring, length * sizeof *centring);
  for (int32_t i = 0; i < run->n_shares && status == ERG_OK; i++)
    status = run->backend->write(run->shares[i], ENGINE_CENTRING, 0, 1, 0,
                                 length * sizeof(double), run->centring, 0);
  return status;
}

/* A launch of one gradient a chain: every chain has a point that was given, so the first
 * thing it asks for is the model there. */
static erg_status evaluate(erg_run *run) {
  erg_status status = ERG_OK;
  int32_t started = 0;
  run->control.stop = 1;
  run->control.capacity = 1;
  for (; started < run->n_shares && status == ERG_OK; started++)
    status = run->backend->launch(run->shares[started], &run->control, 1);
  for (int32_t i = 0; i < started; i++) {
    erg_status last = run->backend->wait(run->shares[i]);
    if (status == ERG_OK) status = last;
  }
  return status;
}

erg_status engine_gradient(const erg_host *host, const erg_job *job,
                           const engine_backend *backend, const double *centring, double *lp,
                           double *gradient) {
  erg_job one = *job;
  erg_run *run = NULL;
  if (!job->initial) return engine_fail(host, ERG_INVALID, "the job has no points");
  one.warmup = 0;
  one.draws = 1;
  erg_status status = engine_create(host, &one, backend, &run);
  if (status != ERG_OK) return status;
  uint64_t dim = (uint64_t)job->model->dim * sizeof(double);
  status = set_centring(run, centring);
  if (status == ERG_OK) status = evaluate(run);
  if (status == ERG_OK)
    status = engine_read(run, ENGINE_STATE, 0, job->chains,
                         (uint64_t)run->control.mail_offset * sizeof(double),
                         2 * sizeof(double), lp, 2 * sizeof(double));
  if (status == ERG_OK)
    status = engine_read(run, ENGINE_STATE, 0, job->chains,
                         engine_vector_offset(run, ERG_V_G), dim, gradient, dim);
  engine_destroy(run);
  return status;
}

const char engine_bits[] = "ergode/4";
