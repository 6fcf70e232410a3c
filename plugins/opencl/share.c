/* The engine's backend on OpenCL: one share of the chains on one device, a work-group a
 * chain. Commands go through one in-order queue. */
#include "share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "program.h"
#include "read/clock.h"

enum { AREA_REALS = ENGINE_REGIONS, AREA_INTEGERS, AREA_SCRATCH, AREA_CONTROL, AREAS };

struct engine_share {
  const erg_host *host;
  const opencl *cl;
  opencl_device device;
  cl_context context;
  cl_command_queue queue;
  opencl_program program;
  cl_kernel kernel;
  cl_mem area[AREAS];
  uint64_t row_bytes[ENGINE_REGIONS];
  erg_control control; /* of the launch in flight; the queue reads it */
  int32_t chains;
  size_t group;   /* work-items a group: 1 or ERG_W */
  cl_event event; /* of the kernel in flight, NULL: none */
  int compiled;   /* a launch has been */
  double kernel_s, compile_s, upload_s, download_s;
};

static erg_status check(engine_share *s, cl_int code, const char *doing) {
  return opencl_device_check(s->host, &s->device, code, doing);
}

#define TRY(code, doing) OPENCL_TRY(check(s, code, doing))

void opencl_share_close(engine_share *s) {
  if (s == NULL) return;
  const opencl *cl = s->cl;
  if (s->queue != NULL) cl->clFinish(s->queue);
  if (s->event != NULL) cl->clReleaseEvent(s->event);
  for (int i = 0; i < AREAS; i++)
    if (s->area[i] != NULL) cl->clReleaseMemObject(s->area[i]);
  if (s->kernel != NULL) cl->clReleaseKernel(s->kernel);
  if (s->program.handle != NULL) cl->clReleaseProgram(s->program.handle);
  if (s->queue != NULL) cl->clReleaseCommandQueue(s->queue);
  if (s->context != NULL) cl->clReleaseContext(s->context);
  free(s);
}

/* Refuses a share that doesn't fit, with numbers, before anything is allocated. */
static erg_status check_memory(engine_share *s, const uint64_t bytes[AREAS]) {
  static const char *const names[AREAS] = {"scalars",    "state",    "draws",
                                           "statistics", "centring", "data",
                                           "indices",    "scratch",  "settings"};
  uint64_t sum = 0, room = s->device.about.memory_bytes;
  int widest = 0;
  for (int i = 0; i < AREAS; i++) {
    sum += bytes[i];
    if (bytes[i] > bytes[widest]) widest = i;
  }
  if (room > 0 && sum > room / 10 * 9)
    return engine_fail(s->host, ERG_UNSUPPORTED,
                       "%s has %.2f GiB of memory, and %d chains need %.2f GiB (most of it "
                       "%s, %.2f): run at most %.0f chains here, lower max_depth, or add a "
                       "device",
                       s->device.about.id, (double)room / 0x1p30, s->chains,
                       (double)sum / 0x1p30, names[widest], (double)bytes[widest] / 0x1p30,
                       0.9 * s->chains * (double)room / (double)sum);
  if (s->device.most_bytes > 0 && bytes[widest] > s->device.most_bytes)
    return engine_fail(
        s->host, ERG_UNSUPPORTED,
        "%s allows buffers of %.2f GiB at most, and %d chains need %.2f GiB for "
        "their %s: run at most %.0f chains here, or add a device",
        s->device.about.id, (double)s->device.most_bytes / 0x1p30, s->chains,
        (double)bytes[widest] / 0x1p30, names[widest],
        (double)s->chains * (double)s->device.most_bytes / (double)bytes[widest]);
  return ERG_OK;
}

static erg_status make_buffer(engine_share *s, int area, uint64_t bytes, const void *content) {
  static const cl_double zero = 0.0;
  cl_int code;
  uint64_t size = bytes > 0 ? (bytes + 7) / 8 * 8 : 8; /* an address to pass at least */
  s->area[area] = s->cl->clCreateBuffer(s->context, CL_MEM_READ_WRITE, size, NULL, &code);
  TRY(code, "allocating device memory");
  if (content != NULL && bytes > 0)
    TRY(s->cl->clEnqueueWriteBuffer(s->queue, s->area[area], CL_TRUE, 0, bytes, content, 0,
                                    NULL, NULL),
        "copying data to the device");
  else
    TRY(s->cl->clEnqueueFillBuffer(s->queue, s->area[area], &zero, sizeof zero, 0, size, 0,
                                   NULL, NULL),
        "clearing device memory");
  return ERG_OK;
}

static erg_status set_arguments(engine_share *s, const engine_shape *shape,
                                const erg_model_source *source) {
  static const int areas[] = {AREA_CONTROL,  ENGINE_SCALARS,    ENGINE_STATE,
                              ENGINE_DRAWS,  ENGINE_STATISTICS, AREA_REALS,
                              AREA_INTEGERS, ENGINE_CENTRING,   AREA_SCRATCH};
  cl_uint n = 0;
  for (; n < sizeof areas / sizeof areas[0]; n++)
    TRY(s->cl->clSetKernelArg(s->kernel, n, sizeof(cl_mem), &s->area[areas[n]]),
        "setting a kernel argument");
  cl_long rows[3] = {(cl_long)(shape->row_bytes[ENGINE_DRAWS] / sizeof(double)),
                     (cl_long)(shape->row_bytes[ENGINE_STATISTICS] / sizeof(double)),
                     (cl_long)source->scratch_doubles};
  for (int i = 0; i < 3; i++)
    TRY(s->cl->clSetKernelArg(s->kernel, n++, sizeof rows[i], &rows[i]),
        "setting a kernel argument");
  return ERG_OK;
}

static erg_status open_share(engine_share *s, const erg_job *job, const engine_shape *shape) {
  const opencl *cl = s->cl;
  const erg_model_source *source = job->model->extension(job->model, "erg.source/1");
  erg_status status = opencl_device_find(cl, s->host, job->devices[shape->device], &s->device);
  if (status != ERG_OK) return status;
  opencl_device_part(cl, s->host, &s->device, shape->threads, shape->device);
  int form = (int)shape->extra[OPENCL_SETTING_FORM];
  int vector = form == OPENCL_FORM_AUTO ? (s->device.type & CL_DEVICE_TYPE_CPU) != 0
                                        : form == OPENCL_FORM_VECTOR;
  s->group = vector ? 1 : source->lanes;
  /* PoCL keeps compiled kernels itself (0.05 s to take one), and to hand out a binary it
   * compiles once more (2 s). */
  int store = (int)shape->extra[OPENCL_SETTING_STORE];
  int keep = store == OPENCL_STORE_AUTO ? strncmp(s->device.about.id, "pocl:", 5) != 0
                                        : store == OPENCL_STORE_BINARY;

  uint64_t bytes[AREAS];
  for (int i = 0; i < ENGINE_REGIONS; i++) {
    s->row_bytes[i] = shape->row_bytes[i];
    bytes[i] = shape->row_bytes[i] * (uint64_t)(i == ENGINE_CENTRING ? 1 : s->chains);
  }
  bytes[AREA_REALS] = source->n_reals * sizeof(double);
  bytes[AREA_INTEGERS] = source->n_integers * sizeof(int32_t);
  bytes[AREA_SCRATCH] = source->scratch_doubles * sizeof(double) * (uint64_t)s->chains;
  bytes[AREA_CONTROL] = sizeof(erg_control);
  status = check_memory(s, bytes);
  if (status != ERG_OK) return status;

  cl_int code;
  cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                        (cl_context_properties)s->device.platform, 0};
  s->context = cl->clCreateContext(properties, 1, &s->device.handle, NULL, NULL, &code);
  TRY(code, "opening a context");
  s->queue =
      cl->clCreateCommandQueue(s->context, s->device.handle, CL_QUEUE_PROFILING_ENABLE, &code);
  TRY(code, "creating a queue");
  double start = erg_clock();
  status = opencl_program_get(cl, s->host, s->context, &s->device, job->model,
                              shape->control.algorithm, vector, keep, &s->program);
  if (status != ERG_OK) return status;
  s->kernel = cl->clCreateKernel(s->program.handle, "erg_kernel", &code);
  TRY(code, "finding the kernel");
  s->compile_s = erg_clock() - start;

  start = erg_clock();
  for (int i = 0; i < AREAS && status == ERG_OK; i++)
    status = make_buffer(s, i, bytes[i],
                         i == AREA_REALS      ? (const void *)source->reals
                         : i == AREA_INTEGERS ? (const void *)source->integers
                                              : NULL);
  if (status != ERG_OK) return status;
  TRY(cl->clFinish(s->queue), "copying data to the device");
  s->upload_s = erg_clock() - start;
  return set_arguments(s, shape, source);
}

erg_status opencl_share_open(const erg_host *host, const erg_job *job,
                             const engine_shape *shape, engine_share **share) {
  *share = NULL;
  const opencl *cl = opencl_open(host);
  if (cl == NULL) return ERG_NO_DEVICE;
  engine_share *s = calloc(1, sizeof *s);
  if (s == NULL) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  s->host = host;
  s->cl = cl;
  s->chains = shape->chains;
  erg_status status = open_share(s, job, shape);
  if (status != ERG_OK) {
    opencl_share_close(s);
    return status;
  }
  *share = s;
  return ERG_OK;
}

erg_status opencl_share_read(engine_share *s, engine_region region, int32_t row, int32_t rows,
                             uint64_t offset, uint64_t bytes, void *host, uint64_t pitch) {
  if (rows == 0 || bytes == 0) return ERG_OK;
  double start = erg_clock();
  uint64_t stride = s->row_bytes[region];
  if (rows == 1 || (bytes == stride && pitch == stride)) {
    TRY(s->cl->clEnqueueReadBuffer(s->queue, s->area[region], CL_TRUE,
                                   (size_t)row * stride + offset, (size_t)rows * bytes, host, 0,
                                   NULL, NULL),
        "copying from the device");
  } else {
    size_t from[3] = {offset, (size_t)row, 0}, to[3] = {0, 0, 0};
    size_t extent[3] = {bytes, (size_t)rows, 1};
    TRY(s->cl->clEnqueueReadBufferRect(s->queue, s->area[region], CL_TRUE, from, to, extent,
                                       stride, 0, pitch, 0, host, 0, NULL, NULL),
        "copying from the device");
  }
  s->download_s += erg_clock() - start;
  return ERG_OK;
}

erg_status opencl_share_write(engine_share *s, engine_region region, int32_t row, int32_t rows,
                              uint64_t offset, uint64_t bytes, const void *host,
                              uint64_t pitch) {
  if (rows == 0 || bytes == 0) return ERG_OK;
  double start = erg_clock();
  uint64_t stride = s->row_bytes[region];
  if (rows == 1 || (bytes == stride && pitch == stride)) {
    TRY(s->cl->clEnqueueWriteBuffer(s->queue, s->area[region], CL_TRUE,
                                    (size_t)row * stride + offset, (size_t)rows * bytes, host,
                                    0, NULL, NULL),
        "copying to the device");
  } else {
    size_t from[3] = {0, 0, 0}, to[3] = {offset, (size_t)row, 0};
    size_t extent[3] = {bytes, (size_t)rows, 1};
    TRY(s->cl->clEnqueueWriteBufferRect(s->queue, s->area[region], CL_TRUE, to, from, extent,
                                        stride, 0, pitch, 0, host, 0, NULL, NULL),
        "copying to the device");
  }
  s->upload_s += erg_clock() - start;
  return ERG_OK;
}

erg_status opencl_share_launch(engine_share *s, const erg_control *control, int32_t budget) {
  const opencl *cl = s->cl;
  size_t local = s->group, global = s->group * (size_t)s->chains;
  s->control = *control;
  TRY(cl->clEnqueueWriteBuffer(s->queue, s->area[AREA_CONTROL], CL_FALSE, 0, sizeof s->control,
                               &s->control, 0, NULL, NULL),
      "copying to the device");
  TRY(cl->clSetKernelArg(s->kernel, 12, sizeof budget, &budget), "setting a kernel argument");
  TRY(cl->clEnqueueNDRangeKernel(s->queue, s->kernel, 1, NULL, &global, &local, 0, NULL,
                                 &s->event),
      "starting the kernel");
  TRY(cl->clFlush(s->queue), "starting the kernel");
  return ERG_OK;
}

erg_status opencl_share_wait(engine_share *s) {
  const opencl *cl = s->cl;
  if (s->event == NULL) return ERG_OK;
  double start = erg_clock();
  cl_int code = cl->clFinish(s->queue);
  double waited = erg_clock() - start;
  cl_ulong begin = 0, end = 0;
  cl_int state = CL_COMPLETE; /* clFinish succeeds after a kernel that failed, too */
  cl->clGetEventInfo(s->event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL);
  cl->clGetEventProfilingInfo(s->event, CL_PROFILING_COMMAND_START, sizeof begin, &begin, NULL);
  cl->clGetEventProfilingInfo(s->event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
  cl->clReleaseEvent(s->event);
  s->event = NULL;
  TRY(code != CL_SUCCESS ? code : state < 0 ? state : CL_SUCCESS, "running the kernel");
  double kernel = end > begin ? 1e-9 * (double)(end - begin) : 0.0;
  s->kernel_s += kernel;
  /* Some drivers compile at the first launch: what the kernel didn't take. */
  if (!s->compiled && !s->program.cached && waited > kernel + 0.01)
    s->compile_s += waited - kernel;
  s->compiled = 1;
  opencl_program_save(cl, s->host, &s->program);
  return ERG_OK;
}

void opencl_share_stages(const engine_share *s, erg_stages *stages) {
  stages->compile_s += s->compile_s;
  stages->upload_s += s->upload_s;
  stages->download_s += s->download_s;
  stages->cached = s->program.cached;
}
