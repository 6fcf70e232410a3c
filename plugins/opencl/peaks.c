#include "peaks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "../shared/peak.h"
#include "device.h"
#include "engine/engine.h"
#include "program.h"

#define CHAINS 8 /* of peaks.cl */
#define MOST_BYTES ((uint64_t)1 << 30)
#define LEAST_BYTES ((uint64_t)64 << 20)
#define LEAST_S 0.02 /* of a timed launch of multiply-adds */
enum { READ_PASSES = 8, ADD_PASSES = 5, FIRST_ROUNDS = 4096, MOST_ROUNDS = 1 << 26 };

typedef struct bed {
  const erg_host *host;
  const opencl *cl;
  opencl_device device;
  cl_context context;
  cl_command_queue queue;
  cl_program program;
  cl_kernel read, multiply_add;
  cl_mem array, out;
  int lanes;
  int32_t threads; /* 0: not a processor */
  size_t items, group;
  uint64_t vectors; /* of the array, a multiple of 8 items */
  double *sums;     /* [items], of the last launch */
} bed;

static erg_status check(bed *b, cl_int code, const char *doing) {
  return opencl_device_check(b->host, &b->device, code, doing);
}

#define TRY(code, doing) OPENCL_TRY(check(b, code, doing))

static void release(bed *b) {
  const opencl *cl = b->cl;
  if (b->queue != NULL) cl->clFinish(b->queue);
  if (b->array != NULL) cl->clReleaseMemObject(b->array);
  if (b->out != NULL) cl->clReleaseMemObject(b->out);
  if (b->read != NULL) cl->clReleaseKernel(b->read);
  if (b->multiply_add != NULL) cl->clReleaseKernel(b->multiply_add);
  if (b->program != NULL) cl->clReleaseProgram(b->program);
  if (b->queue != NULL) cl->clReleaseCommandQueue(b->queue);
  if (b->context != NULL) cl->clReleaseContext(b->context);
  free(b->sums);
}

/* Several times the cache that the driver tells of, within what the device has. */
static uint64_t array_bytes(const bed *b) {
  cl_ulong cache = 0;
  b->cl->clGetDeviceInfo(b->device.handle, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, sizeof cache, &cache,
                         NULL);
  int gpu = b->lanes == 2;
  uint64_t bytes = gpu ? MOST_BYTES : 4 * (uint64_t)cache, memory = b->device.about.memory_bytes;
  if (bytes > MOST_BYTES) bytes = MOST_BYTES;
  if (bytes < LEAST_BYTES) bytes = LEAST_BYTES;
  if (memory > 0 && bytes > memory / 8) bytes = memory / 8;
  if (b->device.most_bytes > 0 && bytes > b->device.most_bytes) bytes = b->device.most_bytes;
  return bytes;
}

static erg_status prepare(bed *b, const char *id, int32_t threads) {
  const opencl *cl = b->cl;
  static const cl_double one = 1.0;
  cl_int code;
  erg_status status = opencl_device_find(cl, b->host, id, &b->device);
  if (status != ERG_OK) return status;
  int processor = (b->device.type & CL_DEVICE_TYPE_CPU) != 0;
  opencl_device_part(cl, b->host, &b->device, threads, 0);
  size_t units = (size_t)(b->device.about.compute_units > 0 ? b->device.about.compute_units : 1);
  b->threads = processor ? (int32_t)units : 0;
  b->lanes = processor ? 8 : 2;
  b->group = processor ? 1 : 256;
  b->items = units * (processor ? 4 : 2048);
  b->vectors = array_bytes(b) / (8 * (uint64_t)b->lanes) / (8 * b->items) * (8 * b->items);
  b->sums = malloc(b->items * sizeof *b->sums);
  if (b->sums == NULL) return engine_fail(b->host, ERG_NO_MEMORY, "out of memory");
  if (b->vectors == 0)
    return engine_fail(b->host, ERG_UNSUPPORTED, "%s has too little memory to measure it", id);
  cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                        (cl_context_properties)b->device.platform, 0};
  b->context = cl->clCreateContext(properties, 1, &b->device.handle, NULL, NULL, &code);
  TRY(code, "opening a context");
  b->queue =
      cl->clCreateCommandQueue(b->context, b->device.handle, CL_QUEUE_PROFILING_ENABLE, &code);
  TRY(code, "creating a queue");
  status = opencl_peaks_program(cl, b->host, b->context, &b->device, b->lanes, &b->program);
  if (status != ERG_OK) return status;
  b->read = cl->clCreateKernel(b->program, "erg_peak_read", &code);
  TRY(code, "finding a kernel");
  b->multiply_add = cl->clCreateKernel(b->program, "erg_peak_multiply_add", &code);
  TRY(code, "finding a kernel");
  size_t bytes = b->vectors * (uint64_t)b->lanes * sizeof(double);
  b->array = cl->clCreateBuffer(b->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
  TRY(code, "allocating device memory");
  b->out = cl->clCreateBuffer(b->context, CL_MEM_READ_WRITE, b->items * sizeof(double), NULL,
                              &code);
  TRY(code, "allocating device memory");
  TRY(cl->clEnqueueFillBuffer(b->queue, b->array, &one, sizeof one, 0, bytes, 0, NULL, NULL),
      "filling device memory");
  return ERG_OK;
}

/* One launch; *seconds by the device's clock, the sums into b->sums. */
static erg_status launch(bed *b, cl_kernel kernel, double *seconds) {
  const opencl *cl = b->cl;
  cl_event event;
  cl_ulong begin = 0, end = 0;
  cl_int state = CL_COMPLETE;
  TRY(cl->clEnqueueNDRangeKernel(b->queue, kernel, 1, NULL, &b->items, &b->group, 0, NULL,
                                 &event),
      "starting a kernel");
  cl_int code = cl->clFinish(b->queue);
  cl->clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL);
  cl->clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof begin, &begin, NULL);
  cl->clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
  cl->clReleaseEvent(event);
  TRY(code != CL_SUCCESS ? code : state < 0 ? state : CL_SUCCESS, "running a kernel");
  *seconds = end > begin ? 1e-9 * (double)(end - begin) : 0;
  TRY(cl->clEnqueueReadBuffer(b->queue, b->out, CL_TRUE, 0, b->items * sizeof(double), b->sums, 0,
                              NULL, NULL),
      "copying from the device");
  return ERG_OK;
}

static erg_status set_arguments(bed *b) {
  const opencl *cl = b->cl;
  cl_double half = 0.5; /* x -> x/2 + 1/2 comes to 1 exactly */
  /* A processor's thread reads a stretch, a GPU's neighbours read neighbours. */
  cl_long n = (cl_long)(b->vectors / b->items), first = b->group == 1 ? n : 1,
          step = b->group == 1 ? 1 : (cl_long)b->items;
  TRY(cl->clSetKernelArg(b->read, 0, sizeof b->array, &b->array), "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->read, 1, sizeof n, &n), "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->read, 2, sizeof first, &first), "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->read, 3, sizeof step, &step), "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->read, 4, sizeof b->out, &b->out), "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->multiply_add, 0, sizeof b->out, &b->out),
      "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->multiply_add, 2, sizeof half, &half), "setting a kernel argument");
  TRY(cl->clSetKernelArg(b->multiply_add, 3, sizeof half, &half), "setting a kernel argument");
  return ERG_OK;
}

static erg_status launch_read(void *data, double *seconds) {
  bed *b = data;
  return launch(b, b->read, seconds);
}

static erg_status launch_multiply_add(void *data, long rounds, double *seconds) {
  bed *b = data;
  cl_long n = rounds;
  TRY(b->cl->clSetKernelArg(b->multiply_add, 1, sizeof n, &n), "setting a kernel argument");
  return launch(b, b->multiply_add, seconds);
}

static erg_status measure_all(bed *b, erg_peaks *found) {
  peak_launches l = {.host = b->host, .device = b->device.about.id, .sums = b->sums,
                     .n = b->items, .if_wrong = "", .data = b, .read = launch_read,
                     .multiply_add = launch_multiply_add};
  double seconds, rounds_s, doubles = (double)b->vectors * b->lanes; /* all of them 1 */
  erg_status status = set_arguments(b);
  if (status != ERG_OK) return status;
  status = peak_read(&l, READ_PASSES, doubles, &seconds);
  if (status != ERG_OK) return status;
  status = peak_multiply_add(&l, ADD_PASSES, FIRST_ROUNDS, MOST_ROUNDS, LEAST_S, CHAINS * b->lanes,
                             &rounds_s);
  if (status != ERG_OK) return status;
  found->read_bytes_s = 8 * doubles / seconds;
  found->flops_s = 2.0 * CHAINS * b->lanes * (double)b->items * rounds_s;
  return ERG_OK;
}

static erg_status measure(const erg_host *host, const char *device, int32_t threads,
                          erg_peaks *out) {
  erg_peaks found = {.read_bytes_s = NAN, .flops_s = NAN};
  bed b = {.host = host, .cl = opencl_open(host)};
  if (b.cl == NULL) return ERG_NO_DEVICE;
  erg_status status = prepare(&b, device, threads);
  if (status == ERG_OK) status = measure_all(&b, &found);
  snprintf(found.how, sizeof found.how,
           "sum of %.4g MB, best of %d; %d chains of multiply-adds of double%d, best of %d; "
           "%zu work-items in groups of %zu, timed by the device",
           8e-6 * b.lanes * (double)b.vectors, READ_PASSES, CHAINS, b.lanes, ADD_PASSES, b.items,
           b.group);
  found.threads = b.threads;
  release(&b);
  if (status == ERG_OK) peak_give(&found, out);
  return status;
}

const erg_peaks_extension opencl_peaks = {sizeof opencl_peaks, measure};
