/* NVRTC, the compiler from CUDA C++ to machine code, opened at run time by dlopen with
 * prototypes of our own. It needs no GPU and no driver. */
#ifndef CUDA_NVRTC_H
#define CUDA_NVRTC_H

#include <stddef.h>
#include <stdint.h>
#include <ergode/host.h>

typedef unsigned int nvrtc_result; /* nvrtcResult */
typedef struct _nvrtcProgram *nvrtc_program;

#define NVRTC_CONSTANTS(X) \
  X(NVRTC_SUCCESS, 0)      \
  X(NVRTC_ERROR_COMPILATION, 6)

enum {
#define NVRTC_CONSTANT_(name, value) ERG_##name = value,
  NVRTC_CONSTANTS(NVRTC_CONSTANT_)
#undef NVRTC_CONSTANT_
};

#define NVRTC_FUNCTIONS(X)                                                       \
  X(version, nvrtcVersion, (int *major, int *minor))                             \
  X(n_architectures, nvrtcGetNumSupportedArchs, (int *n))                        \
  X(architectures, nvrtcGetSupportedArchs, (int *numbers))                       \
  X(create, nvrtcCreateProgram,                                                  \
    (nvrtc_program * program, const char *text, const char *name, int n_headers, \
     const char *const *headers, const char *const *header_names))               \
  X(destroy, nvrtcDestroyProgram, (nvrtc_program * program))                     \
  X(compile, nvrtcCompileProgram,                                                \
    (nvrtc_program program, int n_options, const char *const *options))          \
  X(cubin_size, nvrtcGetCUBINSize, (nvrtc_program program, size_t * bytes))      \
  X(cubin, nvrtcGetCUBIN, (nvrtc_program program, char *image))                  \
  X(ptx_size, nvrtcGetPTXSize, (nvrtc_program program, size_t * bytes))          \
  X(ptx, nvrtcGetPTX, (nvrtc_program program, char *image))                      \
  X(log_size, nvrtcGetProgramLogSize, (nvrtc_program program, size_t * bytes))   \
  X(log, nvrtcGetProgramLog, (nvrtc_program program, char *log))

typedef struct nvrtc {
  void *library;
  char path[512]; /* of the library that was opened */
  int major, minor;
#define NVRTC_MEMBER_(member, symbol, arguments) nvrtc_result(*member) arguments;
  NVRTC_FUNCTIONS(NVRTC_MEMBER_)
#undef NVRTC_MEMBER_
  const char *(*error_string)(nvrtc_result code);
} nvrtc;

/* Opens NVRTC once a process, any thread; NULL after writing cause and next step to
 * `why`. Searched in this order: the file or folder named by ERGODE_NVRTC; the folder of
 * this plug-in and its subfolder nvidia/cuda_nvrtc/lib; the dynamic linker's path
 * (libnvrtc.so.13, libnvrtc.so.12); CUDA_HOME and CUDA_PATH; /usr/local/cuda/lib64; the
 * PyPI package nvidia-cuda-nvrtc in the active Python environment (VIRTUAL_ENV,
 * CONDA_PREFIX) and the user's. Version 12.8 or later. */
const nvrtc *nvrtc_open(char *why, size_t size);

/* A compiled kernel. free(image) and free(log). */
typedef struct nvrtc_binary {
  void *image; /* cubin, or PTX text where is_ptx */
  size_t bytes;
  int is_ptx;
  char *log; /* the compiler's and, for cubins, ptxas' messages */
} nvrtc_binary;

/* Machine code for a device of compute capability `capability` (90 for 9.0): cubin for the
 * newest architecture of the same major version that NVRTC knows and the device runs;
 * where NVRTC is older than the device, PTX that the driver translates. Writes the
 * --gpu-architecture value ("sm_90", "compute_120") to `name`. Returns 0, or -1 if NVRTC
 * no longer supports the device. */
int nvrtc_architecture(const nvrtc *compiler, int capability, char *name, size_t size);

/* Options besides the architecture: contraction off and C++17; never fast-math. */
#define NVRTC_OPTIONS "--fmad=false", "-std=c++17", "--diag-suppress=177", "--ptxas-options=-v"

/* Compiles `text` for `architecture`. Returns ERG_OK, ERG_COMPILE with binary->log set
 * (what the compiler said), or ERG_NO_MEMORY. Re-entrant. */
erg_status nvrtc_build(const nvrtc *compiler, const char *text, const char *architecture,
                       nvrtc_binary *binary);

/* What a kernel uses, read from the cubin's ELF sections. */
typedef struct nvrtc_usage {
  int registers;    /* a thread */
  int stack_bytes;  /* local memory a thread: arrays with computed indices and spills */
  int shared_bytes; /* static, a block */
  int spill_store_bytes, spill_load_bytes; /* from the log; -1 where it has none */
} nvrtc_usage;

/* Reads the usage of kernel `name`. Returns 0, or -1 if the image isn't an ELF file of
 * CUDA or has no such kernel. log may be NULL. */
int nvrtc_inspect(const void *image, size_t bytes, const char *log, const char *name,
                  nvrtc_usage *usage);

#endif
