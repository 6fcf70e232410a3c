#include "loader.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include "../shared/symbols.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Written once under `once`, read only afterwards. */
static opencl loaded;
static int usable;
static char cause[512];

static void load(void) {
  void *library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(cause, sizeof cause,
             "no OpenCL loader (libOpenCL.so.1 not found): install it and a driver (Debian: "
             "ocl-icd-libopencl1 with pocl-opencl-icd for processors, or the GPU vendor's "
             "OpenCL package); the CPU backend works without");
    return;
  }
  static const symbol symbols[] = {
#define ENTRY(name) SYMBOL(loaded.name, #name),
      OPENCL_FUNCTIONS(ENTRY)
#undef ENTRY
  };
  const char *missing = symbols_take(library, symbols, sizeof symbols / sizeof *symbols);
  if (missing != NULL) {
    snprintf(cause, sizeof cause,
             "the OpenCL loader lacks %s: OpenCL 1.2 is needed, install a newer "
             "libOpenCL.so.1 (Debian: ocl-icd-libopencl1)",
             missing);
    return;
  }
  loaded.library = library;
  usable = 1;
}

const opencl *opencl_open(const erg_host *host) {
  pthread_once(&once, load);
  if (usable) return &loaded;
  if (host != NULL) host->fail(host->data, ERG_NO_DEVICE, cause);
  return NULL;
}

const char *opencl_error_name(cl_int code) {
  switch (code) {
#define NAME(x) \
  case x:       \
    return #x
    NAME(CL_DEVICE_NOT_FOUND);
    NAME(CL_DEVICE_NOT_AVAILABLE);
    NAME(CL_COMPILER_NOT_AVAILABLE);
    NAME(CL_MEM_OBJECT_ALLOCATION_FAILURE);
    NAME(CL_OUT_OF_RESOURCES);
    NAME(CL_OUT_OF_HOST_MEMORY);
    NAME(CL_PROFILING_INFO_NOT_AVAILABLE);
    NAME(CL_BUILD_PROGRAM_FAILURE);
    NAME(CL_INVALID_VALUE);
    NAME(CL_INVALID_PLATFORM);
    NAME(CL_INVALID_DEVICE);
    NAME(CL_INVALID_CONTEXT);
    NAME(CL_INVALID_COMMAND_QUEUE);
    NAME(CL_INVALID_MEM_OBJECT);
    NAME(CL_INVALID_BINARY);
    NAME(CL_INVALID_BUILD_OPTIONS);
    NAME(CL_INVALID_PROGRAM);
    NAME(CL_INVALID_PROGRAM_EXECUTABLE);
    NAME(CL_INVALID_KERNEL_NAME);
    NAME(CL_INVALID_KERNEL_DEFINITION);
    NAME(CL_INVALID_KERNEL);
    NAME(CL_INVALID_ARG_INDEX);
    NAME(CL_INVALID_ARG_VALUE);
    NAME(CL_INVALID_ARG_SIZE);
    NAME(CL_INVALID_KERNEL_ARGS);
    NAME(CL_INVALID_WORK_DIMENSION);
    NAME(CL_INVALID_WORK_GROUP_SIZE);
    NAME(CL_INVALID_WORK_ITEM_SIZE);
    NAME(CL_INVALID_EVENT);
    NAME(CL_INVALID_OPERATION);
    NAME(CL_INVALID_BUFFER_SIZE);
    NAME(CL_INVALID_GLOBAL_WORK_SIZE);
#undef NAME
    case -1001:
      return "CL_PLATFORM_NOT_FOUND_KHR";
    case -9999:
      return "NVIDIA's code for an illegal address in a kernel";
    default:
      return "unknown OpenCL error";
  }
}

static const char *next_step(cl_int code) {
  switch (code) {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_HOST_MEMORY:
      return "run fewer chains, end other programs on the device, or add a device";
    case CL_OUT_OF_RESOURCES:
      return "the driver ran out of memory or stopped a long kernel (a display's watchdog): "
             "run fewer chains, or set a smaller launch";
    case CL_DEVICE_NOT_FOUND:
    case -1001:
      return "install an OpenCL driver (Debian: pocl-opencl-icd for processors, or the GPU "
             "vendor's package); `clinfo -l` lists what is there";
    case CL_DEVICE_NOT_AVAILABLE:
      return "another program holds the device, or its driver needs a restart";
    case CL_COMPILER_NOT_AVAILABLE:
      return "the driver brings no compiler: install its compiler package";
    case CL_INVALID_WORK_GROUP_SIZE:
      return "the kernel needs more registers or memory a group than the device has";
    default:
      return "";
  }
}

erg_status opencl_check(const erg_host *host, cl_int code, const char *doing) {
  if (code == CL_SUCCESS) return ERG_OK;
  char text[512];
  const char *step = next_step(code);
  snprintf(text, sizeof text, "OpenCL failed %s: %s (%d)%s%s", doing, opencl_error_name(code),
           (int)code, *step ? "; " : "", step);
  erg_status status =
      code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_HOST_MEMORY ||
              code == CL_OUT_OF_RESOURCES
          ? ERG_NO_MEMORY
      : code == CL_DEVICE_NOT_FOUND || code == CL_DEVICE_NOT_AVAILABLE || code == -1001
          ? ERG_NO_DEVICE
          : ERG_DEVICE;
  return host->fail(host->data, status, text);
}
