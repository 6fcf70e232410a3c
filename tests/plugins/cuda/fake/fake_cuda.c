/* A stand-in for libcuda.so.1: two devices whose memory is the host's and which run one
 * kernel, the sampler with the test model hierarchical.h, compiled for the processor. With it
 * the plug-in's host code (devices, memory, copies, launches, errors) is tested where there
 * is no GPU. Checks that every address is inside an allocation and that a context is set.
 *
 * FAKE_CUDA_FAIL=FUNCTION:CODE makes a function fail; FAKE_CUDA_FREE is the free memory in
 * bytes; FAKE_CUDA_DEVICES the number of devices; FAKE_CUDA_WRONG makes the kernels of peaks
 * compute something else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../../plugins/cuda/driver.h"
#include "device/prologue_vector.h"
#include "device/elementary.h"
#include "device/philox.h"
#include "device/chain.h"
#include "device/sampler.h"
#include "models/hierarchical.h"

#define API __attribute__((visibility("default")))

enum { MOST = 256 };
static struct {
  char *at;
  size_t bytes;
} blocks[MOST];
static int contexts[8], current = -1;
static float elapsed_ms = 1; /* of every launch; 20 of the kernels of peaks.cu */
enum { SAMPLER = 1, PEAK_READ = 2, PEAK_MULTIPLY_ADD = 3 };

static cu_result injected(const char *function) {
  const char *fail = getenv("FAKE_CUDA_FAIL");
  size_t n = strlen(function);
  return fail != NULL && strncmp(fail, function, n) == 0 && fail[n] == ':'
             ? (cu_result)atoi(fail + n + 1)
             : 0;
}
#define INJECT                            \
  do {                                    \
    cu_result code_ = injected(__func__); \
    if (code_ != 0) return code_;         \
  } while (0)

static int inside(cu_deviceptr pointer, size_t bytes) {
  char *p = (char *)(size_t)pointer;
  for (int i = 0; i < MOST; i++)
    if (blocks[i].at != NULL && p >= blocks[i].at &&
        p + bytes <= blocks[i].at + blocks[i].bytes)
      return 1;
  fprintf(stderr, "fake driver: %zu bytes at %p are in no allocation\n", bytes, (void *)p);
  return 0;
}

static int n_devices(void) {
  const char *n = getenv("FAKE_CUDA_DEVICES");
  return n != NULL ? atoi(n) : 2;
}

API cu_result cuInit(unsigned int flags) {
  INJECT;
  return flags == 0 ? 0 : 1;
}
API cu_result cuDriverGetVersion(int *version) { return *version = 13000, 0; }
API cu_result cuGetErrorName(cu_result error, const char **text) {
  *text = error == 2     ? "CUDA_ERROR_OUT_OF_MEMORY"
          : error == 702 ? "CUDA_ERROR_LAUNCH_TIMEOUT"
                         : "CUDA_ERROR_FAKE";
  return 0;
}
API cu_result cuGetErrorString(cu_result error, const char **text) {
  (void)error;
  return *text = "text of the fake driver", 0;
}
API cu_result cuDeviceGetCount(int *count) { return *count = n_devices(), 0; }
API cu_result cuDeviceGet(cu_device *device, int ordinal) {
  if (ordinal < 0 || ordinal >= n_devices()) return 101;
  return *device = ordinal + 40, 0; /* handles aren't ordinals */
}
API cu_result cuDeviceGetName(char *name, int size, cu_device device) {
  return snprintf(name, (size_t)size, "Fake GPU %d", device - 40), 0;
}
API cu_result cuDeviceGetUuid_v2(cu_uuid *uuid, cu_device device) {
  unsigned char *bytes = (unsigned char *)uuid;
  for (int i = 0; i < 16; i++) bytes[i] = (unsigned char)(16 * (device - 40) + i + 0x10);
  return 0;
}
API cu_result cuDeviceGetPCIBusId(char *bus, int size, cu_device device) {
  return snprintf(bus, (size_t)size, "0000:0%c:00.0", 'a' + device - 40), 0;
}
API cu_result cuDeviceTotalMem_v2(size_t *bytes, cu_device device) {
  return (void)device, *bytes = (size_t)8 << 30, 0;
}
API cu_result cuDeviceGetAttribute(int *value, cu_device_attribute attribute,
                                   cu_device device) {
  (void)device;
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 2 : 0;
  return 0;
}
API cu_result cuDevicePrimaryCtxRetain(cu_context *context, cu_device device) {
  INJECT;
  contexts[device - 40]++;
  return *context = (cu_context)(size_t)(device - 39), 0;
}
API cu_result cuDevicePrimaryCtxRelease_v2(cu_device device) {
  return contexts[device - 40]-- > 0 ? 0 : 1;
}
API cu_result cuCtxSetCurrent(cu_context context) {
  return current = (int)(size_t)context - 1, 0;
}
API cu_result cuMemGetInfo_v2(size_t *available, size_t *total) {
  const char *n = getenv("FAKE_CUDA_FREE");
  *available = n != NULL ? (size_t)atoll(n) : (size_t)7 << 30;
  return *total = (size_t)8 << 30, current >= 0 ? 0 : 201;
}
API cu_result cuMemAlloc_v2(cu_deviceptr *pointer, size_t bytes) {
  INJECT;
  if (current < 0 || bytes == 0) return 1;
  for (int i = 0; i < MOST; i++)
    if (blocks[i].at == NULL) {
      blocks[i].at = malloc(bytes);
      blocks[i].bytes = bytes;
      memset(blocks[i].at, 0xa5, bytes);
      return *pointer = (cu_deviceptr)(size_t)blocks[i].at, 0;
    }
  return 2;
}
API cu_result cuMemFree_v2(cu_deviceptr pointer) {
  for (int i = 0; i < MOST; i++)
    if ((cu_deviceptr)(size_t)blocks[i].at == pointer) {
      free(blocks[i].at);
      return blocks[i].at = NULL, 0;
    }
  return 1;
}
API cu_result cuMemAllocHost_v2(void **pointer, size_t bytes) {
  return *pointer = malloc(bytes), *pointer != NULL ? 0 : 2;
}
API cu_result cuMemFreeHost(void *pointer) { return free(pointer), 0; }
API cu_result cuMemcpyHtoDAsync_v2(cu_deviceptr to, const void *from, size_t bytes,
                                   cu_stream stream) {
  INJECT;
  if (current < 0 || stream == NULL || !inside(to, bytes)) return 1;
  return memcpy((void *)(size_t)to, from, bytes), 0;
}
API cu_result cuMemcpyDtoHAsync_v2(void *to, cu_deviceptr from, size_t bytes,
                                   cu_stream stream) {
  INJECT;
  if (current < 0 || stream == NULL || !inside(from, bytes)) return 1;
  return memcpy(to, (void *)(size_t)from, bytes), 0;
}
API cu_result cuMemcpy2DAsync_v2(const cu_copy_2d_in *in, cu_stream stream) {
  const cu_copy_2d *c = (const cu_copy_2d *)(const void *)in;
  int up = c->from_type == ERG_CU_MEMORYTYPE_HOST;
  if (current < 0 || stream == NULL || c->rows == 0) return 1;
  cu_deviceptr device = up ? c->to_device : c->from_device;
  if (!inside(device, ((c->rows - 1) * (up ? c->to_pitch : c->from_pitch)) + c->row_bytes))
    return 1;
  for (size_t r = 0; r < c->rows; r++) {
    const char *from = up ? (const char *)c->from_host : (const char *)(size_t)c->from_device;
    char *to = up ? (char *)(size_t)c->to_device : (char *)c->to_host;
    memcpy(to + r * c->to_pitch, from + r * c->from_pitch, c->row_bytes);
  }
  return 0;
}
API cu_result cuMemsetD8Async(cu_deviceptr to, unsigned char value, size_t bytes,
                              cu_stream stream) {
  if (stream == NULL || !inside(to, bytes)) return 1;
  return memset((void *)(size_t)to, value, bytes), 0;
}
API cu_result cuStreamCreate(cu_stream *stream, unsigned int flags) {
  return *stream = (cu_stream)(size_t)(100 + flags), 0;
}
API cu_result cuStreamDestroy_v2(cu_stream stream) { return stream != NULL ? 0 : 1; }
API cu_result cuStreamSynchronize(cu_stream stream) {
  INJECT;
  return stream != NULL ? 0 : 1;
}
API cu_result cuStreamWaitEvent(cu_stream stream, cu_event event, unsigned int flags) {
  return (void)flags, stream != NULL && event != NULL ? 0 : 1;
}
API cu_result cuEventCreate(cu_event *event, unsigned int flags) {
  return *event = (cu_event)(size_t)(200 + flags), 0;
}
API cu_result cuEventDestroy_v2(cu_event event) { return event != NULL ? 0 : 1; }
API cu_result cuEventRecord(cu_event event, cu_stream stream) {
  return event != NULL && stream != NULL ? 0 : 1;
}
API cu_result cuEventQuery(cu_event event) { return event != NULL ? 0 : 1; }
API cu_result cuEventSynchronize(cu_event event) { return event != NULL ? 0 : 1; }
API cu_result cuEventElapsedTime(float *ms, cu_event from, cu_event to) {
  return *ms = elapsed_ms, from != NULL && to != NULL ? 0 : 1;
}
API cu_result cuModuleLoadData(cu_module *module, const void *image) {
  INJECT;
  if (memcmp(image, "\177ELF", 4) != 0) return 200;
  return *module = (cu_module)(size_t)1, 0;
}
API cu_result cuModuleUnload(cu_module module) { return module != NULL ? 0 : 1; }
API cu_result cuModuleGetFunction(cu_function *function, cu_module module, const char *name) {
  static const char *const names[] = {"erg_kernel", "erg_peak_read", "erg_peak_multiply_add"};
  for (size_t i = 0; i < 3 && module != NULL; i++)
    if (strcmp(name, names[i]) == 0) return *function = (cu_function)(i + SAMPLER), 0;
  return 500;
}
API cu_result cuFuncGetAttribute(int *value, cu_function_attribute attribute,
                                 cu_function function) {
  return (void)attribute, *value = 168, function != NULL ? 0 : 1;
}

#define POINTER(type, i) ((type *)(size_t) * (cu_deviceptr *)arguments[i])
/* The kernel of plugins/cuda/kernel.cu, thread by thread of a group at once. */
static void run_chain(void **arguments, long chain) {
  const erg_control *k = arguments[0];
  erg_chain *scalars = POINTER(erg_chain, 1), c = scalars[chain];
  double *s = POINTER(double, 2) + chain * k->chain_doubles;
  double *draws = POINTER(double, 3) + chain * *(long *)arguments[9];
  double *statistics = POINTER(double, 4) + chain * *(long *)arguments[10];
  double *scratch = POINTER(double, 8) + chain * *(long *)arguments[11];
  int budget = *(int *)arguments[14];
  while (budget > 0 && erg_prepare(&c, k, s)) {
    double lp[2];
    erg_model(POINTER(double, 5), POINTER(int, 6), POINTER(double, 7), scratch,
              erg_point(&c, k, s), erg_gradient(&c, k, s), lp,
              erg_wants_moments(&c) ? erg_element_vector(k, s, ERG_E_MOMENTS) : 0);
    s[k->mail_offset] = lp[0];
    s[k->mail_offset + 1] = lp[1];
    erg_advance(&c, k, s, draws, statistics);
    budget--;
  }
  scalars[chain] = c;
}

/* The kernels of plugins/cuda/peaks.cu. FAKE_CUDA_WRONG: one that computes something else. */
static cu_result run_peak(int kernel, void **arguments, long threads) {
  double error = getenv("FAKE_CUDA_WRONG") != NULL ? 1 : 0;
  elapsed_ms = 20;
  if (kernel == PEAK_READ) {
    const double *x = POINTER(double, 0);
    long n = *(long *)arguments[1];
    double *out = POINTER(double, 2);
    if (!inside((cu_deviceptr)(size_t)x, (size_t)n * 16) ||
        !inside((cu_deviceptr)(size_t)out, (size_t)threads * 8))
      return 700;
    for (long t = 0; t < threads; t++) out[t] = error;
    for (long i = 0; i < n; i++) out[i % threads] += x[2 * i] + x[2 * i + 1];
    return 0;
  }
  double *out = POINTER(double, 0), a = *(double *)arguments[2], b = *(double *)arguments[3];
  int rounds = *(int *)arguments[1];
  double sum = error;
  if (!inside((cu_deviceptr)(size_t)out, (size_t)threads * 8)) return 700;
  for (int k = 0; k < 8; k++) {
    double x = 1 + 0.25 * k;
    for (int r = 0; r < rounds; r++) x = x * a + b;
    sum += x;
  }
  for (long t = 0; t < threads; t++) out[t] = sum;
  return 0;
}

API cu_result cuLaunchKernel(cu_function function, unsigned int grid_x, unsigned int grid_y,
                             unsigned int grid_z, unsigned int block_x, unsigned int block_y,
                             unsigned int block_z, unsigned int shared_bytes, cu_stream stream,
                             void **arguments, void **extra) {
  INJECT;
  if (current < 0 || function == NULL || stream == NULL || grid_y * grid_z != 1 ||
      block_y * block_z != 1 || shared_bytes != 0 || extra != NULL || block_x % 32 != 0)
    return 1;
  if ((size_t)function != SAMPLER)
    return run_peak((int)(size_t)function, arguments, (long)grid_x * block_x);
  int chains = *(int *)arguments[12], chains_a_warp = *(int *)arguments[13];
  if (chains_a_warp < 1 || chains_a_warp > 4) return 1;
  for (unsigned warp = 0; warp < grid_x * block_x / 32; warp++)
    for (int group = 0; group < chains_a_warp; group++) {
      long chain = (long)warp * chains_a_warp + group;
      if (chain < chains) run_chain(arguments, chain);
    }
  return 0;
}
