/* The kernel of a model: its text, its machine code, its cache. */
#ifndef CUDA_KERNEL_H
#define CUDA_KERNEL_H

#include <stddef.h>
#include <ergode/host.h>
#include <ergode/model.h>
#include "nvrtc.h"

/* Largest number of threads a block; the kernel is compiled for it. */
#define CUDA_BLOCK_MOST 128

/* The whole CUDA C++ text of a model, which has a source: prologue, device texts, model,
 * kernel. NULL without memory. The caller frees it. */
char *cuda_kernel_text(const erg_model *model, int algorithm);

/* The kernels of peaks.cu. */
const char *cuda_peaks_text(void);

/* Machine code of a text for a device of compute capability `capability`, from the cache in
 * host->cache_dir (key: text, options, architecture, NVRTC's version) or compiled and put
 * there. *cached tells which. host->fail on failure, where `what` says what it is ("the model").
 * free(binary->image), free(log). */
erg_status cuda_kernel_compile(const erg_host *host, const char *text, const char *what,
                               int capability, nvrtc_binary *binary, int *cached);
erg_status cuda_kernel_get(const erg_host *host, const erg_model *model, int algorithm,
                           int capability, nvrtc_binary *binary, int *cached);

#endif
