#include "peaks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../shared/peak.h"
#include "device.h"
#include "engine/engine.h"
#include "kernel.h"

#define BLOCK 256u
#define BLOCKS_EACH 8u /* a multiprocessor: 2048 threads, all that it holds */
#define CHAINS 8       /* PEAK_CHAINS of peaks.cu */
#define MOST_BYTES ((size_t)1 << 30)
#define LEAST_BYTES ((size_t)1 << 20)
#define LEAST_S 0.01 /* of a timed launch of multiply-adds */
enum { READ_PASSES = 10, ADD_PASSES = 5, FIRST_ROUNDS = 8192, MOST_ROUNDS = 1 << 24 };

typedef struct bed {
  const erg_host *host;
  const cuda_driver *driver;
  cuda_device device;
  cu_context context;
  int retained;
  cu_module module;
  cu_function read, multiply_add;
  cu_stream stream;
  cu_event begin, end;
  cu_deviceptr array, out;
  size_t array_bytes, threads;
  unsigned grid;
  double *sums; /* [threads], of the last launch */
} bed;

static void release(bed *b) {
  const cuda_driver *driver = b->driver;
  if (b->context != NULL) {
    if (b->stream != NULL) driver->stream_wait(b->stream);
    if (b->array != 0) driver->memory_free(b->array);
    if (b->out != 0) driver->memory_free(b->out);
    if (b->begin != NULL) driver->event_destroy(b->begin);
    if (b->end != NULL) driver->event_destroy(b->end);
    if (b->stream != NULL) driver->stream_destroy(b->stream);
    if (b->module != NULL) driver->module_unload(b->module);
  }
  if (b->retained) driver->context_release(b->device.handle);
  free(b->sums);
}

static erg_status load(bed *b) {
  nvrtc_binary binary;
  int cached;
  erg_status status =
      cuda_kernel_compile(b->host, cuda_peaks_text(), "the kernels of its peaks",
                          b->device.capability, &binary, &cached);
  if (status != ERG_OK) return status;
  status =
      cuda_device_check(b->driver, b->host, &b->device,
                        b->driver->module_load(&b->module, binary.image), "loading a kernel");
  free(binary.image);
  free(binary.log);
  if (status != ERG_OK) return status;
  CUDA_TRY(b, module_function(&b->read, b->module, "erg_peak_read"), "finding a kernel");
  CUDA_TRY(b, module_function(&b->multiply_add, b->module, "erg_peak_multiply_add"),
           "finding a kernel");
  return ERG_OK;
}

static erg_status prepare(bed *b, const char *id) {
  size_t available = 0, total = 0;
  erg_status status = cuda_device_find(b->driver, b->host, id, &b->device);
  if (status != ERG_OK) return status;
  CUDA_TRY(b, context_retain(&b->context, b->device.handle), "opening a context");
  b->retained = 1;
  CUDA_TRY(b, context_set(b->context), "opening a context");
  CUDA_TRY(b, memory_info(&available, &total), "asking for free memory");
  b->array_bytes = available / 8 < MOST_BYTES ? available / 8 / 16 * 16 : MOST_BYTES;
  if (b->array_bytes < LEAST_BYTES)
    return engine_fail(b->host, ERG_UNSUPPORTED,
                       "%s has %.1f MB free: too little to measure its "
                       "memory",
                       b->device.id, 1e-6 * (double)available);
  b->grid =
      BLOCKS_EACH * (unsigned)(b->device.multiprocessors > 0 ? b->device.multiprocessors : 1);
  b->threads = (size_t)b->grid * BLOCK;
  b->sums = malloc(b->threads * sizeof *b->sums);
  if (b->sums == NULL) return engine_fail(b->host, ERG_NO_MEMORY, "out of memory");
  status = load(b);
  if (status != ERG_OK) return status;
  CUDA_TRY(b, stream_create(&b->stream, ERG_CU_STREAM_NON_BLOCKING), "creating a stream");
  CUDA_TRY(b, event_create(&b->begin, ERG_CU_EVENT_DEFAULT), "creating an event");
  CUDA_TRY(b, event_create(&b->end, ERG_CU_EVENT_DEFAULT), "creating an event");
  CUDA_TRY(b, memory_alloc(&b->array, b->array_bytes), "allocating device memory");
  CUDA_TRY(b, memory_alloc(&b->out, b->threads * sizeof(double)), "allocating device memory");
  CUDA_TRY(b, fill(b->array, 0x3f, b->array_bytes, b->stream), "filling device memory");
  return ERG_OK;
}

/* One launch; *seconds by the device's events, the sums into b->sums. */
static erg_status launch(bed *b, cu_function function, void **arguments, double *seconds) {
  float ms = 0;
  CUDA_TRY(b, event_record(b->begin, b->stream), "recording an event");
  CUDA_TRY(b, launch(function, b->grid, 1, 1, BLOCK, 1, 1, 0, b->stream, arguments, NULL),
           "starting a kernel");
  CUDA_TRY(b, event_record(b->end, b->stream), "recording an event");
  CUDA_TRY(b, stream_wait(b->stream), "running a kernel");
  CUDA_TRY(b, event_elapsed(&ms, b->begin, b->end), "timing a kernel");
  CUDA_TRY(b, download(b->sums, b->out, b->threads * sizeof(double), b->stream),
           "copying from the device");
  CUDA_TRY(b, stream_wait(b->stream), "copying from the device");
  *seconds = 1e-3 * (double)ms;
  return ERG_OK;
}

static erg_status launch_read(void *data, double *seconds) {
  bed *b = data;
  long pairs = (long)(b->array_bytes / 16);
  void *arguments[] = {&b->array, &pairs, &b->out};
  return launch(b, b->read, arguments, seconds);
}

static erg_status launch_multiply_add(void *data, long rounds, double *seconds) {
  bed *b = data;
  int n = (int)rounds;
  double half = 0.5; /* x -> x/2 + 1/2 comes to 1 exactly */
  void *arguments[] = {&b->out, &n, &half, &half};
  return launch(b, b->multiply_add, arguments, seconds);
}

static erg_status measure_all(bed *b, erg_peaks *found) {
  peak_launches l = {.host = b->host,
                     .device = b->device.id,
                     .sums = b->sums,
                     .n = b->threads,
                     .if_wrong = "; check the device (nvidia-smi -q -d ECC)",
                     .data = b,
                     .read = launch_read,
                     .multiply_add = launch_multiply_add};
  uint64_t bits = 0x3f3f3f3f3f3f3f3f; /* what the array is filled with */
  double each, seconds, rounds_s;
  memcpy(&each, &bits, sizeof each);
  erg_status status =
      peak_read(&l, READ_PASSES, each * (double)(b->array_bytes / sizeof(double)), &seconds);
  if (status != ERG_OK) return status;
  status =
      peak_multiply_add(&l, ADD_PASSES, FIRST_ROUNDS, MOST_ROUNDS, LEAST_S, CHAINS, &rounds_s);
  if (status != ERG_OK) return status;
  found->read_bytes_s = (double)b->array_bytes / seconds;
  found->flops_s = 2.0 * CHAINS * (double)b->threads * rounds_s;
  return ERG_OK;
}

static erg_status measure(const erg_host *host, const char *device, int32_t threads,
                          erg_peaks *out) {
  (void)threads;
  erg_peaks found = {.read_bytes_s = NAN, .flops_s = NAN};
  bed b = {.host = host, .driver = cuda_driver_open(host)};
  if (b.driver == NULL) return ERG_NO_DEVICE;
  erg_status status = prepare(&b, device);
  if (status == ERG_OK) status = measure_all(&b, &found);
  snprintf(found.how, sizeof found.how,
           "sum of %.4g MB, best of %d; %d chains of multiply-adds a thread, best of %d; "
           "%u blocks of %u threads, timed by the device",
           1e-6 * (double)b.array_bytes, READ_PASSES, CHAINS, ADD_PASSES, b.grid, BLOCK);
  release(&b);
  if (status == ERG_OK) peak_give(&found, out);
  return status;
}

const erg_peaks_extension cuda_peaks = {sizeof cuda_peaks, measure};
