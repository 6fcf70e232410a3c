/* The CUDA driver API, opened at run time by dlopen, with prototypes of our own.
 *
 * The plug-in is built where no CUDA toolkit is, and loads where no driver is: then
 * cuda_driver() reports why and what to do. A test holds every prototype and constant
 * of this file against the toolkit's cuda.h where that is installed
 * (tests/plugins/cuda/prototypes.c). Names ending in _v2 are the symbols that the
 * driver exports; cuda.h maps the plain names to them.
 */
#ifndef CUDA_DRIVER_H
#define CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <ergode/host.h>

/* The toolkit's enumerations have the compatible type unsigned int. */
typedef unsigned int cu_result;
typedef unsigned int cu_device_attribute;
typedef unsigned int cu_function_attribute;
typedef int cu_device;
typedef unsigned long long cu_deviceptr;
/* The tags are the toolkit's, so that the compiler can compare the types. */
typedef struct CUctx_st *cu_context;
typedef struct CUmod_st *cu_module;
typedef struct CUfunc_st *cu_function;
typedef struct CUstream_st *cu_stream;
typedef struct CUevent_st *cu_event;
typedef struct CUuuid_st cu_uuid; /* 16 bytes */

/* X(name, value): constants of cuda.h that the plug-in uses, CU_ before the name. */
#define CUDA_CONSTANTS(X)                             \
  X(CUDA_SUCCESS, 0)                                  \
  X(CUDA_ERROR_INVALID_VALUE, 1)                      \
  X(CUDA_ERROR_OUT_OF_MEMORY, 2)                      \
  X(CUDA_ERROR_NOT_INITIALIZED, 3)                    \
  X(CUDA_ERROR_STUB_LIBRARY, 34)                      \
  X(CUDA_ERROR_DEVICE_UNAVAILABLE, 46)                \
  X(CUDA_ERROR_NO_DEVICE, 100)                        \
  X(CUDA_ERROR_INVALID_DEVICE, 101)                   \
  X(CUDA_ERROR_NO_BINARY_FOR_GPU, 209)                \
  X(CUDA_ERROR_ECC_UNCORRECTABLE, 214)                \
  X(CUDA_ERROR_INVALID_PTX, 218)                      \
  X(CUDA_ERROR_NVLINK_UNCORRECTABLE, 220)             \
  X(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 222)          \
  X(CUDA_ERROR_NOT_READY, 600)                        \
  X(CUDA_ERROR_ILLEGAL_ADDRESS, 700)                  \
  X(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, 701)          \
  X(CUDA_ERROR_LAUNCH_TIMEOUT, 702)                   \
  X(CUDA_ERROR_LAUNCH_FAILED, 719)                    \
  X(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, 803)           \
  X(CUDA_ERROR_UNKNOWN, 999)                          \
  X(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 16)     \
  X(CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT, 17)      \
  X(CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, 20)             \
  X(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 75) \
  X(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 76) \
  X(CU_COMPUTEMODE_PROHIBITED, 2)                     \
  X(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, 1)           \
  X(CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES, 3)            \
  X(CU_FUNC_ATTRIBUTE_NUM_REGS, 4)                    \
  X(CU_STREAM_NON_BLOCKING, 1)                        \
  X(CU_EVENT_DEFAULT, 0)                              \
  X(CU_EVENT_DISABLE_TIMING, 2)                       \
  X(CU_MEMORYTYPE_HOST, 1)                            \
  X(CU_MEMORYTYPE_DEVICE, 2)

enum {
#define CUDA_CONSTANT_(name, value) ERG_##name = value,
  CUDA_CONSTANTS(CUDA_CONSTANT_)
#undef CUDA_CONSTANT_
};

/* A copy of `rows` rows of `row_bytes` bytes: the fields of CUDA_MEMCPY2D. */
typedef struct CUDA_MEMCPY2D_st cu_copy_2d_in;
typedef struct cu_copy_2d {
  size_t from_x, from_y;
  unsigned int from_type; /* CU_MEMORYTYPE_... */
  const void *from_host;
  cu_deviceptr from_device;
  void *from_array;
  size_t from_pitch;
  size_t to_x, to_y;
  unsigned int to_type;
  void *to_host;
  cu_deviceptr to_device;
  void *to_array;
  size_t to_pitch;
  size_t row_bytes, rows;
} cu_copy_2d;

/* X(member, symbol, (arguments)): functions of libcuda.so.1. */
#define CUDA_FUNCTIONS(X)                                                                 \
  X(init, cuInit, (unsigned int flags))                                                   \
  X(driver_version, cuDriverGetVersion, (int *version))                                   \
  X(error_name, cuGetErrorName, (cu_result error, const char **text))                     \
  X(error_string, cuGetErrorString, (cu_result error, const char **text))                 \
  X(device_count, cuDeviceGetCount, (int *count))                                         \
  X(device_get, cuDeviceGet, (cu_device * device, int ordinal))                           \
  X(device_name, cuDeviceGetName, (char *name, int size, cu_device device))               \
  X(device_uuid, cuDeviceGetUuid_v2, (cu_uuid * uuid, cu_device device))                  \
  X(device_bus, cuDeviceGetPCIBusId, (char *bus, int size, cu_device device))              \
  X(device_memory, cuDeviceTotalMem_v2, (size_t * bytes, cu_device device))               \
  X(device_attribute, cuDeviceGetAttribute,                                               \
    (int *value, cu_device_attribute attribute, cu_device device))                        \
  X(context_retain, cuDevicePrimaryCtxRetain, (cu_context * context, cu_device device))   \
  X(context_release, cuDevicePrimaryCtxRelease_v2, (cu_device device))                    \
  X(context_set, cuCtxSetCurrent, (cu_context context))                                   \
  X(memory_info, cuMemGetInfo_v2, (size_t * available, size_t * total))                   \
  X(memory_alloc, cuMemAlloc_v2, (cu_deviceptr * pointer, size_t bytes))                  \
  X(memory_free, cuMemFree_v2, (cu_deviceptr pointer))                                    \
  X(host_alloc, cuMemAllocHost_v2, (void **pointer, size_t bytes))                        \
  X(host_free, cuMemFreeHost, (void *pointer))                                            \
  X(upload, cuMemcpyHtoDAsync_v2,                                                         \
    (cu_deviceptr to, const void *from, size_t bytes, cu_stream stream))                  \
  X(download, cuMemcpyDtoHAsync_v2,                                                       \
    (void *to, cu_deviceptr from, size_t bytes, cu_stream stream))                        \
  X(copy_2d, cuMemcpy2DAsync_v2, (const cu_copy_2d_in *copy, cu_stream stream))           \
  X(fill, cuMemsetD8Async,                                                                \
    (cu_deviceptr to, unsigned char value, size_t bytes, cu_stream stream))               \
  X(stream_create, cuStreamCreate, (cu_stream * stream, unsigned int flags))              \
  X(stream_destroy, cuStreamDestroy_v2, (cu_stream stream))                               \
  X(stream_wait, cuStreamSynchronize, (cu_stream stream))                                 \
  X(stream_wait_event, cuStreamWaitEvent,                                                 \
    (cu_stream stream, cu_event event, unsigned int flags))                               \
  X(event_create, cuEventCreate, (cu_event * event, unsigned int flags))                  \
  X(event_destroy, cuEventDestroy_v2, (cu_event event))                                   \
  X(event_record, cuEventRecord, (cu_event event, cu_stream stream))                      \
  X(event_query, cuEventQuery, (cu_event event))                                          \
  X(event_wait, cuEventSynchronize, (cu_event event))                                     \
  X(event_elapsed, cuEventElapsedTime, (float *ms, cu_event from, cu_event to))           \
  X(module_load, cuModuleLoadData, (cu_module * module, const void *image))               \
  X(module_unload, cuModuleUnload, (cu_module module))                                    \
  X(module_function, cuModuleGetFunction,                                                 \
    (cu_function * function, cu_module module, const char *name))                         \
  X(function_attribute, cuFuncGetAttribute,                                               \
    (int *value, cu_function_attribute attribute, cu_function function))                  \
  X(launch, cuLaunchKernel,                                                               \
    (cu_function function, unsigned int grid_x, unsigned int grid_y, unsigned int grid_z, \
     unsigned int block_x, unsigned int block_y, unsigned int block_z,                    \
     unsigned int shared_bytes, cu_stream stream, void **arguments, void **extra))

typedef struct cuda_driver {
  void *library;
  int version; /* 12080 for CUDA 12.8 */
#define CUDA_MEMBER_(member, symbol, arguments) cu_result(*member) arguments;
  CUDA_FUNCTIONS(CUDA_MEMBER_)
#undef CUDA_MEMBER_
} cuda_driver;

/* Opens libcuda.so.1 and initialises it, once a process; any thread. NULL after
 * host->fail(ERG_NO_DEVICE, cause and next step). Never closed: a GPU runtime can't be
 * unloaded safely. host may be NULL (no message). */
const cuda_driver *cuda_driver_open(const erg_host *host);

/* The same without message: writes the cause and next step to `why`. */
const cuda_driver *cuda_driver_try(char *why, size_t size);

/* If code is not CUDA_SUCCESS: host->fail with what was being done, the error's name
 * and text and the next step, and returns ERG_NO_MEMORY, ERG_NO_DEVICE or ERG_DEVICE;
 * otherwise ERG_OK. `doing` reads like "copying draws from cuda:0". */
erg_status cuda_check(const cuda_driver *driver, const erg_host *host, cu_result code,
                      const char *doing);

/* The next step for an error, one sentence, or "" where there is none to name. */
const char *cuda_next_step(cu_result code);

#endif
