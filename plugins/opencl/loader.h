/* The OpenCL ICD loader, opened at run time by dlopen; the prototypes are Khronos'
 * headers'. Without libOpenCL.so.1 the plug-in still loads and says what to install. */
#ifndef OPENCL_LOADER_H
#define OPENCL_LOADER_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <ergode/host.h>

#define OPENCL_FUNCTIONS(X)    \
  X(clGetPlatformIDs)          \
  X(clGetPlatformInfo)         \
  X(clGetDeviceIDs)            \
  X(clGetDeviceInfo)           \
  X(clCreateSubDevices)        \
  X(clReleaseDevice)           \
  X(clCreateContext)           \
  X(clReleaseContext)          \
  X(clCreateCommandQueue)      \
  X(clReleaseCommandQueue)     \
  X(clCreateBuffer)            \
  X(clReleaseMemObject)        \
  X(clCreateProgramWithSource) \
  X(clCreateProgramWithBinary) \
  X(clBuildProgram)            \
  X(clGetProgramInfo)          \
  X(clGetProgramBuildInfo)     \
  X(clReleaseProgram)          \
  X(clCreateKernel)            \
  X(clReleaseKernel)           \
  X(clSetKernelArg)            \
  X(clGetKernelWorkGroupInfo)  \
  X(clEnqueueNDRangeKernel)    \
  X(clEnqueueReadBuffer)       \
  X(clEnqueueWriteBuffer)      \
  X(clEnqueueReadBufferRect)   \
  X(clEnqueueWriteBufferRect)  \
  X(clEnqueueFillBuffer)       \
  X(clGetEventInfo)            \
  X(clGetEventProfilingInfo)   \
  X(clReleaseEvent)            \
  X(clFlush)                   \
  X(clFinish)

typedef struct opencl {
  void *library;
#define OPENCL_MEMBER_(name) __typeof__(&name) name;
  OPENCL_FUNCTIONS(OPENCL_MEMBER_)
#undef OPENCL_MEMBER_
} opencl;

/* Opens libOpenCL.so.1 once a process; any thread; never closed. NULL after
 * host->fail(ERG_NO_DEVICE, cause and next step); host may be NULL. */
const opencl *opencl_open(const erg_host *host);

/* If code is not CL_SUCCESS: host->fail with what was being done (reads like "copying
 * draws from pocl:0"), the error's name and the next step, and returns the status. */
erg_status opencl_check(const erg_host *host, cl_int code, const char *doing);

/* Name of an error code, "CL_OUT_OF_RESOURCES". */
const char *opencl_error_name(cl_int code);

#endif
