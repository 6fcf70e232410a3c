#include "driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include "../shared/symbols.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Written once under `once`, read only afterwards. */
static cuda_driver loaded;
static int usable;
static char cause[512];

static const char *error_name(cu_result code) {
  const char *name = NULL;
  if (loaded.error_name == NULL || loaded.error_name(code, &name) != 0 || name == NULL)
    return "unknown error";
  return name;
}

static void load(void) {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(cause, sizeof cause,
             "no CUDA driver (libcuda.so.1 not found): install NVIDIA's driver for this "
             "machine's GPU (Debian: nvidia-driver, in a container: run it with the NVIDIA "
             "container toolkit); the CPU backend works without");
    return;
  }
  static const symbol symbols[] = {
#define ENTRY(member, name, arguments) SYMBOL(loaded.member, #name),
      CUDA_FUNCTIONS(ENTRY)
#undef ENTRY
  };
  const char *missing = symbols_take(library, symbols, sizeof symbols / sizeof *symbols);
  if (missing != NULL) {
    snprintf(cause, sizeof cause,
             "the CUDA driver is too old (libcuda.so.1 lacks %s): install driver 570 or "
             "later; the CPU backend works without",
             missing);
    return;
  }
  cu_result code = loaded.init(0);
  if (code != ERG_CUDA_SUCCESS) {
    snprintf(cause, sizeof cause, "the CUDA driver does not start: %s%s%s", error_name(code),
             *cuda_next_step(code) ? ": " : "", cuda_next_step(code));
    return;
  }
  loaded.driver_version(&loaded.version);
  loaded.library = library;
  usable = 1;
}

const cuda_driver *cuda_driver_try(char *why, size_t size) {
  pthread_once(&once, load);
  if (usable) return &loaded;
  snprintf(why, size, "%s", cause);
  return NULL;
}

const cuda_driver *cuda_driver_open(const erg_host *host) {
  char why[512];
  const cuda_driver *driver = cuda_driver_try(why, sizeof why);
  if (driver == NULL && host != NULL) host->fail(host->data, ERG_NO_DEVICE, why);
  return driver;
}

const char *cuda_next_step(cu_result code) {
  switch (code) {
    case ERG_CUDA_ERROR_OUT_OF_MEMORY:
      return "run fewer chains, end other programs on the device (nvidia-smi lists them), or "
             "add a device";
    case ERG_CUDA_ERROR_NO_DEVICE:
      return "no NVIDIA GPU is visible: check nvidia-smi, the variable CUDA_VISIBLE_DEVICES "
             "and, in a container, that it was started with the GPU";
    case ERG_CUDA_ERROR_INVALID_DEVICE:
      return "name a device that `ergode devices` lists";
    case ERG_CUDA_ERROR_DEVICE_UNAVAILABLE:
      return "the device is in exclusive or prohibited mode and in use: end the other program "
             "or set the mode with nvidia-smi -c 0";
    case ERG_CUDA_ERROR_STUB_LIBRARY:
      return "a toolkit's stub stands for libcuda.so.1: remove the stubs folder from "
             "LD_LIBRARY_PATH";
    case ERG_CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
      return "kernel module and libcuda.so.1 differ in version: restart the machine after the "
             "driver's update";
    case ERG_CUDA_ERROR_NO_BINARY_FOR_GPU:
      return "the kernel was compiled for another architecture: clear the kernel cache; if it "
             "comes again, install an NVRTC that knows this GPU";
    case ERG_CUDA_ERROR_INVALID_PTX:
    case ERG_CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
      return "NVRTC is newer than the driver: update the driver, or install an NVRTC that "
             "knows this GPU and is no newer than the driver";
    case ERG_CUDA_ERROR_ECC_UNCORRECTABLE:
    case ERG_CUDA_ERROR_NVLINK_UNCORRECTABLE:
      return "the hardware reported an uncorrectable error: results of this run are void; "
             "check nvidia-smi -q -d ECC, reset or exchange the device";
    case ERG_CUDA_ERROR_LAUNCH_TIMEOUT:
      return "the display's watchdog stopped a kernel: use a device without a display, or set "
             "a smaller launch (--set launch=1000)";
    case ERG_CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES:
      return "the kernel needs more registers or memory a block than the device has: set a "
             "smaller block (--set block=32)";
    case ERG_CUDA_ERROR_ILLEGAL_ADDRESS:
    case ERG_CUDA_ERROR_LAUNCH_FAILED:
      return "this is a defect in the model's generated kernel or in the engine: report it "
             "with the model; the CPU backend gives the same draws";
    default:
      return "";
  }
}

erg_status cuda_check(const cuda_driver *driver, const erg_host *host, cu_result code,
                      const char *doing) {
  if (code == ERG_CUDA_SUCCESS) return ERG_OK;
  const char *name = NULL, *text = NULL, *step = cuda_next_step(code);
  char message[1024];
  if (driver->error_name(code, &name) != 0 || name == NULL) name = "unknown error";
  if (driver->error_string(code, &text) != 0 || text == NULL) text = "no text";
  snprintf(message, sizeof message, "CUDA failed %s: %s (%u: %s)%s%s", doing, name, code, text,
           *step ? "; " : "", step);
  erg_status status = code == ERG_CUDA_ERROR_OUT_OF_MEMORY ? ERG_NO_MEMORY
                      : code == ERG_CUDA_ERROR_NO_DEVICE ||
                              code == ERG_CUDA_ERROR_INVALID_DEVICE ||
                              code == ERG_CUDA_ERROR_DEVICE_UNAVAILABLE
                          ? ERG_NO_DEVICE
                          : ERG_DEVICE;
  return host->fail(host->data, status, message);
}
