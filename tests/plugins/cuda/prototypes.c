/* Holds the plug-in's own prototypes and constants of the CUDA driver and of NVRTC against
 * the toolkit's headers, at compile time: where one differs, this file doesn't compile. */
#define __CUDA_API_VERSION_INTERNAL 1 /* declare the exported symbols by their own names */
#include <cuda.h>
#include <nvrtc.h>
#include <stddef.h>
#include <stdio.h>

#include "../../../plugins/cuda/driver.h"
#include "../../../plugins/cuda/nvrtc.h"

#define CHECK_CONSTANT(name, value) _Static_assert(name == value, #name);
CUDA_CONSTANTS(CHECK_CONSTANT)
NVRTC_CONSTANTS(CHECK_CONSTANT)

#define CHECK_CUDA(member, symbol, arguments) \
  _Static_assert(_Generic(&symbol, cu_result(*) arguments : 1, default : 0), #symbol);
CUDA_FUNCTIONS(CHECK_CUDA)
#define CHECK_NVRTC(member, symbol, arguments) \
  _Static_assert(_Generic(&symbol, nvrtc_result(*) arguments : 1, default : 0), #symbol);
NVRTC_FUNCTIONS(CHECK_NVRTC)
_Static_assert(_Generic(&nvrtcGetErrorString, const char *(*)(nvrtc_result) : 1, default : 0),
               "nvrtcGetErrorString");
_Static_assert(sizeof(cu_uuid) == 16, "CUuuid");
_Static_assert(sizeof(cu_deviceptr) == sizeof(CUdeviceptr), "CUdeviceptr");
_Static_assert(sizeof(cu_device) == sizeof(CUdevice), "CUdevice");

#define CHECK_FIELD(ours, theirs)                                                             \
  _Static_assert(offsetof(cu_copy_2d, ours) == offsetof(CUDA_MEMCPY2D, theirs) &&             \
                     sizeof(((cu_copy_2d *)0)->ours) == sizeof(((CUDA_MEMCPY2D *)0)->theirs), \
                 #theirs)
CHECK_FIELD(from_x, srcXInBytes);
CHECK_FIELD(from_y, srcY);
CHECK_FIELD(from_type, srcMemoryType);
CHECK_FIELD(from_host, srcHost);
CHECK_FIELD(from_device, srcDevice);
CHECK_FIELD(from_array, srcArray);
CHECK_FIELD(from_pitch, srcPitch);
CHECK_FIELD(to_x, dstXInBytes);
CHECK_FIELD(to_y, dstY);
CHECK_FIELD(to_type, dstMemoryType);
CHECK_FIELD(to_host, dstHost);
CHECK_FIELD(to_device, dstDevice);
CHECK_FIELD(to_array, dstArray);
CHECK_FIELD(to_pitch, dstPitch);
CHECK_FIELD(row_bytes, WidthInBytes);
CHECK_FIELD(rows, Height);
_Static_assert(sizeof(cu_copy_2d) == sizeof(CUDA_MEMCPY2D), "CUDA_MEMCPY2D");

#if __has_include(<nvml.h>)
#define NVML_NO_UNVERSIONED_FUNC_DEFS /* the exported symbols by their own names */
#include <nvml.h>
#include "../../../plugins/cuda/nvml.h"

NVML_CONSTANTS(CHECK_CONSTANT)
/* Pointers to structures, which are void * of ours, and enumerations are told apart below. */
_Static_assert(sizeof(nvmlUtilization_t) == sizeof(nvml_utilization), "nvmlUtilization_t");
_Static_assert(sizeof(nvmlMemory_t) == sizeof(nvml_memory), "nvmlMemory_t");
_Static_assert(sizeof(nvmlGpmSupport_t) == sizeof(nvml_gpm_support), "nvmlGpmSupport_t");
_Static_assert(sizeof(nvmlGpmMetric_t) == sizeof(nvml_gpm_metric), "nvmlGpmMetric_t");
_Static_assert(sizeof(nvmlGpmMetricsGet_t) <= sizeof(nvml_gpm_metrics), "nvmlGpmMetricsGet_t");
_Static_assert(sizeof(nvmlReturn_t) == sizeof(nvml_result) &&
                   sizeof(nvmlClockType_t) == sizeof(unsigned) &&
                   sizeof(nvmlEnableState_t) == sizeof(unsigned), "enumerations");
#define NVML_FIELD(type, theirs, own, ours)                                           \
  _Static_assert(offsetof(type, theirs) == offsetof(own, ours) &&                     \
                     sizeof(((type *)0)->theirs) == sizeof(((own *)0)->ours), #theirs)
NVML_FIELD(nvmlUtilization_t, gpu, nvml_utilization, gpu);
NVML_FIELD(nvmlMemory_t, used, nvml_memory, used);
NVML_FIELD(nvmlGpmSupport_t, version, nvml_gpm_support, version);
NVML_FIELD(nvmlGpmSupport_t, isSupportedDevice, nvml_gpm_support, supported);
NVML_FIELD(nvmlGpmMetric_t, metricId, nvml_gpm_metric, id);
NVML_FIELD(nvmlGpmMetric_t, nvmlReturn, nvml_gpm_metric, result);
NVML_FIELD(nvmlGpmMetric_t, value, nvml_gpm_metric, value);
NVML_FIELD(nvmlGpmMetricsGet_t, version, nvml_gpm_metrics, version);
NVML_FIELD(nvmlGpmMetricsGet_t, numMetrics, nvml_gpm_metrics, n);
NVML_FIELD(nvmlGpmMetricsGet_t, sample1, nvml_gpm_metrics, first);
NVML_FIELD(nvmlGpmMetricsGet_t, sample2, nvml_gpm_metrics, second);
_Static_assert(offsetof(nvmlGpmMetricsGet_t, metrics) == offsetof(nvml_gpm_metrics, metrics),
               "metrics");
/* Every symbol is declared. */
#define CHECK_NVML(member, symbol, arguments) (void)sizeof(&symbol);
static inline void nvml_symbols(void) { NVML_FUNCTIONS(CHECK_NVML) }
#endif

int main(void) {
  int n = 0;
#define COUNT(...) n++;
  CUDA_FUNCTIONS(COUNT)
  NVRTC_FUNCTIONS(COUNT)
  CUDA_CONSTANTS(COUNT)
  NVRTC_CONSTANTS(COUNT)
#if __has_include(<nvml.h>)
  nvml_symbols();
  NVML_FUNCTIONS(COUNT)
  NVML_CONSTANTS(COUNT)
#endif
  printf("%d prototypes and constants agree with CUDA %d.%d\n", n, CUDA_VERSION / 1000,
         CUDA_VERSION % 1000 / 10);
  return n > 0 ? 0 : 1;
}
