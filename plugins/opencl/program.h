/* The program of a model on one device: built from source or taken from the cache. */
#ifndef OPENCL_PROGRAM_H
#define OPENCL_PROGRAM_H

#include <ergode/model.h>
#include "device.h"

typedef struct opencl_program {
  cl_program handle;
  char key[65];
  int cached; /* 1: from the cache */
  int saved;  /* 1: nothing to save */
} opencl_program;

/* The whole OpenCL C text of a model, which has a source. NULL without memory. The caller
 * frees it. */
char *opencl_kernel_text(const erg_model *model, int algorithm);

/* Builds the program for `device`, in the vector form (a work-item has eight lanes) or the
 * item form (a work-item is a lane); with `keep` from the cache if it is there. Cache key:
 * text, options, device, driver, platform version. host->fail on failure. The caller releases
 * handle. */
erg_status opencl_program_get(const opencl *cl, const erg_host *host, cl_context context,
                              const opencl_device *device, const erg_model *model,
                              int algorithm, int vector, int keep, opencl_program *program);

/* Puts the program's binary into the cache, once, if it was got with `keep`. To be called
 * after the first launch: PoCL compiles a kernel then, and its binary is whole only after. */
void opencl_program_save(const opencl *cl, const erg_host *host, opencl_program *program);

/* The kernels of peaks.cl with vectors of `lanes` doubles; from the driver's cache, if it has
 * one. host->fail on failure. The caller releases *program. */
erg_status opencl_peaks_program(const opencl *cl, const erg_host *host, cl_context context,
                                const opencl_device *device, int lanes, cl_program *program);

#endif
