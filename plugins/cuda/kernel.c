#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../shared/kernel_cache.h"
#include "../shared/kernel_source.h"
#include "engine/engine.h"
#include "kernel_text.h" /* made by cmake/embed.cmake: device_files[], by name */

enum { KERNEL_TEXT = 0, PEAKS_TEXT = 1 };

char *cuda_kernel_text(const erg_model *model, int algorithm) {
  char head[64];
  snprintf(head, sizeof head, "#define ERG_BLOCK_MOST %d\n#define ERG_SMALL 1\n", CUDA_BLOCK_MOST);
  return kernel_source(head, "prologue_cuda.h", model, algorithm,
                       device_files[KERNEL_TEXT].text);
}

const char *cuda_peaks_text(void) { return device_files[PEAKS_TEXT].text; }

/* The first lines of a compiler's log that tell of errors. */
static void first_errors(const char *log, char *out, size_t size) {
  size_t n = 0;
  for (const char *line = log; line != NULL && *line && n + 2 < size;) {
    const char *end = strchr(line, '\n');
    size_t length = end != NULL ? (size_t)(end - line) : strlen(line);
    if (memmem(line, length, "error", 5) != NULL) {
      if (length > size - n - 2) length = size - n - 2;
      memcpy(out + n, line, length);
      n += length;
      out[n++] = '\n';
    }
    line = end != NULL ? end + 1 : NULL;
  }
  out[n > 0 ? n - 1 : 0] = 0;
}

erg_status cuda_kernel_compile(const erg_host *host, const char *text, const char *what,
                               int capability, nvrtc_binary *binary, int *cached) {
  char why[800], architecture[32], version[32], key[65];
  memset(binary, 0, sizeof *binary);
  *cached = 0;
  const nvrtc *compiler = nvrtc_open(why, sizeof why);
  if (compiler == NULL) return engine_fail(host, ERG_COMPILE, "%s", why);
  if (nvrtc_architecture(compiler, capability, architecture, sizeof architecture) != 0)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "NVRTC %d.%d no longer compiles for compute capability %d.%d: install "
                       "NVRTC 12.8 (pip install 'nvidia-cuda-nvrtc-cu12<12.9') and set "
                       "ERGODE_NVRTC to its folder",
                       compiler->major, compiler->minor, capability / 10, capability % 10);
  snprintf(version, sizeof version, "%d.%d", compiler->major, compiler->minor);
  const char *const parts[] = {"cuda", text, architecture, version, NVRTC_OPTIONS};
  kernel_cache_key(parts, sizeof parts / sizeof parts[0], key);
  void *image;
  size_t bytes;
  if (kernel_cache_load(host->cache_dir, key, "cubin", &image, &bytes)) {
    binary->image = image;
    binary->bytes = bytes;
    binary->is_ptx = strncmp(architecture, "compute_", 8) == 0;
    *cached = 1;
    return ERG_OK;
  }
  erg_status status = nvrtc_build(compiler, text, architecture, binary);
  if (status == ERG_OK) {
    kernel_cache_save(host->cache_dir, key, "cubin", binary->image, binary->bytes);
    return ERG_OK;
  }
  char errors[1200] = "";
  if (binary->log != NULL) first_errors(binary->log, errors, sizeof errors);
  status = engine_fail(host, status,
                       "NVRTC %s (%s) didn't compile %s for %s: this is a defect of the "
                       "generated kernel, please report it; the CPU backend works without\n%s",
                       version, compiler->path, what, architecture,
                       *errors               ? errors
                       : binary->log != NULL ? binary->log
                                             : "");
  free(binary->log);
  memset(binary, 0, sizeof *binary);
  return status;
}

erg_status cuda_kernel_get(const erg_host *host, const erg_model *model, int algorithm,
                           int capability, nvrtc_binary *binary, int *cached) {
  char *text = cuda_kernel_text(model, algorithm);
  if (text == NULL) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  erg_status status =
      cuda_kernel_compile(host, text, "the model", capability, binary, cached);
  free(text);
  return status;
}
