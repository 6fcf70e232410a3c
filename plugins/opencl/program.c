#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../shared/kernel_cache.h"
#include "../shared/kernel_source.h"
#include "engine/engine.h"
#include "kernel_text.h" /* made by cmake/embed.cmake: device_files[], by name */

enum { KERNEL_TEXT = 0, PEAKS_TEXT = 1 };

/* Contraction is off by the pragma in the prologue; no option relaxes anything. */
static const char *options(int vector) {
  return vector ? "-cl-std=CL1.2 -DERG_OPENCL_VECTOR" : "-cl-std=CL1.2";
}

/* A type in OpenCL C, but a name like any other in the rest of the dialect. */
static const char head[] = "#define half half_\n#define ERG_SMALL 1\n";

char *opencl_kernel_text(const erg_model *model, int algorithm) {
  return kernel_source(head, "prologue_opencl.h", model, algorithm,
                       device_files[KERNEL_TEXT].text);
}

static erg_status build(const opencl *cl, const erg_host *host, const opencl_device *device,
                        const char *what, const char *how, cl_program program) {
  cl_int code = cl->clBuildProgram(program, 1, &device->handle, how, NULL, NULL);
  if (code == CL_SUCCESS) return ERG_OK;
  char log[2000] = "";
  size_t size = 0;
  cl->clGetProgramBuildInfo(program, device->handle, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
  char *whole = size > 0 ? malloc(size + 1) : NULL;
  if (whole != NULL) {
    whole[0] = whole[size] = 0;
    cl->clGetProgramBuildInfo(program, device->handle, CL_PROGRAM_BUILD_LOG, size, whole, NULL);
    snprintf(log, sizeof log, "%s", whole);
    free(whole);
  }
  return engine_fail(host, ERG_COMPILE,
                     "%s didn't compile %s (%s): this is a defect of the generated "
                     "kernel or of the driver, please report it; the CPU backend works "
                     "without\n%s",
                     device->about.id, what, opencl_error_name(code), log);
}

/* A program from a binary of this device, built; NULL where the driver refuses it. */
static cl_program from_binary(const opencl *cl, cl_context context, const opencl_device *device,
                              int vector, const void *binary, size_t size) {
  const unsigned char *bytes = binary;
  cl_int state = CL_SUCCESS, code = CL_SUCCESS;
  cl_program program =
      cl->clCreateProgramWithBinary(context, 1, &device->handle, &size, &bytes, &state, &code);
  if (code == CL_SUCCESS && state == CL_SUCCESS &&
      cl->clBuildProgram(program, 1, &device->handle, options(vector), NULL, NULL) ==
          CL_SUCCESS)
    return program;
  if (program != NULL) cl->clReleaseProgram(program);
  return NULL;
}

/* The binary of a built program, malloc'ed; NULL where the driver gives none. */
static void *binary_of(const opencl *cl, cl_program program, size_t *size) {
  *size = 0;
  if (cl->clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof *size, size, NULL) !=
          CL_SUCCESS ||
      *size == 0)
    return NULL;
  unsigned char *binary = malloc(*size);
  if (binary != NULL && cl->clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary,
                                             &binary, NULL) != CL_SUCCESS) {
    free(binary);
    return NULL;
  }
  return binary;
}

erg_status opencl_program_get(const opencl *cl, const erg_host *host, cl_context context,
                              const opencl_device *device, const erg_model *model,
                              int algorithm, int vector, int keep, opencl_program *program) {
  memset(program, 0, sizeof *program);
  char *text = opencl_kernel_text(model, algorithm);
  if (text == NULL) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  const char *const parts[] = {"opencl",
                               text,
                               options(vector),
                               device->about.name,
                               device->about.driver,
                               device->platform_version};
  kernel_cache_key(parts, sizeof parts / sizeof parts[0], program->key);
  program->saved = !keep;
  void *binary;
  size_t size;
  if (keep && kernel_cache_load(host->cache_dir, program->key, "clbin", &binary, &size)) {
    program->handle = from_binary(cl, context, device, vector, binary, size);
    free(binary);
    program->cached = program->handle != NULL;
    if (program->cached) {
      program->saved = 1;
      free(text);
      return ERG_OK;
    }
  }
  const char *string = text;
  cl_int code;
  program->handle = cl->clCreateProgramWithSource(context, 1, &string, NULL, &code);
  free(text);
  erg_status status = opencl_check(host, code, "creating a program");
  if (status == ERG_OK)
    status = build(cl, host, device, "the model", options(vector), program->handle);
  if (status != ERG_OK) {
    if (program->handle != NULL) cl->clReleaseProgram(program->handle);
    program->handle = NULL;
  }
  return status;
}

void opencl_program_save(const opencl *cl, const erg_host *host, opencl_program *program) {
  size_t size;
  if (program->saved || host->cache_dir == NULL) return;
  program->saved = 1;
  void *binary = binary_of(cl, program->handle, &size);
  if (binary != NULL) kernel_cache_save(host->cache_dir, program->key, "clbin", binary, size);
  free(binary);
}

erg_status opencl_peaks_program(const opencl *cl, const erg_host *host, cl_context context,
                                const opencl_device *device, int lanes, cl_program *program) {
  const char *text = device_files[PEAKS_TEXT].text;
  char how[64];
  cl_int code;
  snprintf(how, sizeof how, "-cl-std=CL1.2 -DPEAK_LANES=%d", lanes);
  *program = cl->clCreateProgramWithSource(context, 1, &text, NULL, &code);
  erg_status status = opencl_check(host, code, "creating a program");
  if (status == ERG_OK)
    status = build(cl, host, device, "the kernels of its peaks", how, *program);
  return status; /* the caller releases it in any case */
}
