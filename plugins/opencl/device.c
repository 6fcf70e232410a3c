#include "device.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Short name of a platform: the part of the ids before the colon. */
static void platform_slug(const char *name, char *slug, size_t size) {
  static const struct {
    const char *in, *slug;
  } known[] = {{"Portable Computing", "pocl"},
               {"NVIDIA", "nvidia"},
               {"AMD", "amd"},
               {"Intel", "intel"},
               {"Oclgrind", "oclgrind"},
               {"rusticl", "rusticl"},
               {"Clover", "clover"},
               {"Apple", "apple"},
               {"ARM", "arm"}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strstr(name, known[i].in) != NULL) {
      snprintf(slug, size, "%s", known[i].slug);
      return;
    }
  size_t n = 0; /* the name's first word, in small letters and digits */
  for (; n + 1 < size && n < 16 && isalnum((unsigned char)name[n]); n++)
    slug[n] = (char)tolower((unsigned char)name[n]);
  slug[n] = 0;
  if (n == 0) snprintf(slug, size, "opencl");
}

static void device_text(const opencl *cl, cl_device_id device, cl_device_info what, char *text,
                        size_t size) {
  char long_text[1024] = "";
  if (cl->clGetDeviceInfo(device, what, sizeof long_text - 1, long_text, NULL) != CL_SUCCESS)
    long_text[0] = 0;
  const char *start = long_text;
  while (isspace((unsigned char)*start)) start++;
  snprintf(text, size, "%s", start);
}

static void describe(const opencl *cl, const char *platform_name, opencl_device *d) {
  cl_ulong memory = 0, most = 0;
  cl_uint units = 0;
  cl_bool available = CL_FALSE, compiler = CL_FALSE;
  cl_device_fp_config fp64 = 0;
  char version[128];
  erg_device *about = &d->about;
  about->size = sizeof *about;
  device_text(cl, d->handle, CL_DEVICE_NAME, about->name, sizeof about->name);
  device_text(cl, d->handle, CL_DRIVER_VERSION, version, sizeof version);
  snprintf(about->driver, sizeof about->driver, "%.60s %.60s", platform_name, version);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_TYPE, sizeof d->type, &d->type, NULL);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler,
                      NULL);
  cl->clGetDeviceInfo(d->handle, CL_DEVICE_DOUBLE_FP_CONFIG, sizeof fp64, &fp64, NULL);
  about->kind = d->type & CL_DEVICE_TYPE_GPU   ? ERG_DEVICE_GPU
                : d->type & CL_DEVICE_TYPE_CPU ? ERG_DEVICE_CPU
                                               : ERG_DEVICE_OTHER;
  about->memory_bytes = memory;
  about->fp64 = fp64 != 0;
  about->fp64_fma = (fp64 & CL_FP_FMA) != 0;
  about->compute_units = (int32_t)units;
  d->most_bytes = (size_t)most;
  d->refused = !available               ? "the driver says it isn't available"
               : !compiler              ? "its driver has no compiler"
               : fp64 == 0              ? "it has no double precision (fp64)"
               : !(fp64 & CL_FP_FMA)    ? "it has no fma in double precision"
               : !(fp64 & CL_FP_DENORM) ? "it has no denormal numbers in double precision"
                                        : NULL;
}

int32_t opencl_all_devices(const opencl *cl, const erg_host *host, opencl_device **devices) {
  cl_platform_id platforms[64];
  cl_uint n_platforms = 0;
  *devices = NULL;
  cl_int code = cl->clGetPlatformIDs(64, platforms, &n_platforms);
  if (code != CL_SUCCESS || n_platforms == 0) {
    opencl_check(host, code != CL_SUCCESS ? code : -1001, "looking for platforms");
    return -1;
  }
  int32_t n = 0;
  if (n_platforms > 64) n_platforms = 64;
  for (cl_uint p = 0; p < n_platforms; p++) {
    cl_device_id handles[64];
    cl_uint found = 0;
    char name[256] = "", version[128] = "", slug[32];
    cl->clGetPlatformInfo(platforms[p], CL_PLATFORM_NAME, sizeof name - 1, name, NULL);
    cl->clGetPlatformInfo(platforms[p], CL_PLATFORM_VERSION, sizeof version - 1, version, NULL);
    if (cl->clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, 64, handles, &found) != CL_SUCCESS)
      continue;
    if (found > 64) found = 64;
    platform_slug(name, slug, sizeof slug);
    int number = 0; /* goes on where a platform before had the same short name */
    for (int32_t i = 0; i < n; i++) {
      const char *id = (*devices)[i].about.id;
      if (strncmp(id, slug, strlen(slug)) == 0 && id[strlen(slug)] == ':') number++;
    }
    opencl_device *more = realloc(*devices, sizeof *more * (size_t)(n + (int32_t)found));
    if (more == NULL && found > 0) {
      free(*devices);
      *devices = NULL;
      host->fail(host->data, ERG_NO_MEMORY, "out of memory");
      return -1;
    }
    *devices = more;
    for (cl_uint i = 0; i < found; i++) {
      opencl_device *d = &(*devices)[n++];
      memset(d, 0, sizeof *d);
      d->platform = platforms[p];
      d->handle = handles[i];
      snprintf(d->platform_version, sizeof d->platform_version, "%s", version);
      describe(cl, name, d);
      snprintf(d->about.id, sizeof d->about.id, "%s:%d", slug, number++);
    }
  }
  if (n == 0) {
    opencl_check(host, CL_DEVICE_NOT_FOUND, "looking for devices");
    return -1;
  }
  return n;
}

int32_t opencl_devices(const erg_host *host, erg_device *devices, int32_t capacity) {
  const opencl *cl = opencl_open(host);
  if (cl == NULL) return 0;
  opencl_device *all;
  int32_t n = opencl_all_devices(cl, host, &all), usable = 0;
  if (n < 0) return 0;
  char text[1024] = "no OpenCL device can be used:";
  for (int32_t i = 0; i < n; i++) {
    if (all[i].refused == NULL) {
      if (usable < capacity) devices[usable] = all[i].about;
      usable++;
      continue;
    }
    char line[320];
    snprintf(line, sizeof line, " %s (%s) is left out: %s.", all[i].about.id, all[i].about.name,
             all[i].refused);
    host->log(host->data, ERG_LOG_INFO, line + 1);
    if (strlen(text) + strlen(line) + 80 < sizeof text) strcat(text, line);
  }
  free(all);
  if (usable == 0) {
    strcat(text, " Use the CPU backend, or install pocl-opencl-icd.");
    host->fail(host->data, ERG_NO_DEVICE, text);
  }
  return usable;
}

erg_status opencl_device_find(const opencl *cl, const erg_host *host, const char *id,
                              opencl_device *device) {
  opencl_device *all;
  int32_t n = opencl_all_devices(cl, host, &all);
  if (n < 0) return ERG_NO_DEVICE;
  const opencl_device *found = NULL;
  for (int32_t i = 0; i < n; i++)
    if (strcmp(all[i].about.id, id) == 0) found = &all[i];
  char text[512];
  erg_status status = ERG_OK;
  if (found == NULL) {
    int at = snprintf(text, sizeof text, "no OpenCL device %.80s: there are", id);
    for (int32_t i = 0; i < n && at < 400; i++)
      at += snprintf(text + at, sizeof text - (size_t)at, "%s %s", i > 0 ? "," : "",
                     all[i].about.id);
    status = host->fail(host->data, ERG_NO_DEVICE, text);
  } else if (found->refused != NULL) {
    snprintf(text, sizeof text,
             "device %s (%s) can't be used: %s; `ergode devices` lists others", id,
             found->about.name, found->refused);
    status = host->fail(host->data, ERG_NO_DEVICE, text);
  } else {
    *device = *found;
  }
  free(all);
  return status;
}

erg_status opencl_device_check(const erg_host *host, const opencl_device *device, cl_int code,
                               const char *doing) {
  if (code == CL_SUCCESS) return ERG_OK;
  char text[160];
  snprintf(text, sizeof text, "%s on %s", doing, device->about.id);
  return opencl_check(host, code, text);
}

/* Parts stay for the process's life and serve again: PoCL's thread that ends an event looks at
 * the queue's device after clFinish has returned, and crashes where a part was released by then
 * (seen with PoCL 3.1). */
enum { MOST_PARTS = 256 };
static struct {
  cl_device_id whole, part;
  int32_t threads, number;
} kept[MOST_PARTS];
static int n_kept;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

/* Part `number` of those with `threads` compute units each. Called with kept_lock held. */
static cl_int part_of(const opencl *cl, cl_device_id whole, int32_t threads, int32_t number,
                      cl_device_id *part) {
  enum { MOST = 64 };
  cl_device_partition_property counts[MOST + 3] = {CL_DEVICE_PARTITION_BY_COUNTS};
  cl_device_id parts[MOST];
  cl_uint n = 0;
  for (int i = 0; i < n_kept; i++)
    if (kept[i].whole == whole && kept[i].threads == threads && kept[i].number == number) {
      *part = kept[i].part;
      return CL_SUCCESS;
    }
  if (number >= MOST || n_kept == MOST_PARTS) return CL_OUT_OF_RESOURCES;
  for (int32_t i = 0; i <= number; i++) counts[1 + i] = threads;
  counts[2 + number] = CL_DEVICE_PARTITION_BY_COUNTS_LIST_END;
  cl_int code = cl->clCreateSubDevices(whole, counts, (cl_uint)number + 1, parts, &n);
  if (code != CL_SUCCESS) return code;
  for (int32_t i = 0; i < number; i++) cl->clReleaseDevice(parts[i]); /* never used */
  *part = kept[n_kept].part = parts[number];
  kept[n_kept].whole = whole;
  kept[n_kept].threads = threads;
  kept[n_kept++].number = number;
  return CL_SUCCESS;
}

void opencl_device_part(const opencl *cl, const erg_host *host, opencl_device *device,
                        int32_t threads, int32_t number) {
  int32_t units = device->about.compute_units;
  if (!(device->type & CL_DEVICE_TYPE_CPU) || threads >= units) return;
  if ((number + 1) * threads > units) number = 0;
  cl_device_id part;
  pthread_mutex_lock(&kept_lock);
  cl_int code = part_of(cl, device->handle, threads, number, &part);
  pthread_mutex_unlock(&kept_lock);
  char text[320];
  if (code != CL_SUCCESS) {
    snprintf(text, sizeof text,
             "%s works on all its %d compute units, not on %d threads: its driver can't part "
             "the device (%s); taskset or the driver's own settings can",
             device->about.id, units, threads, opencl_error_name(code));
    host->log(host->data, ERG_LOG_WARNING, text);
    return;
  }
  device->handle = part;
  device->about.compute_units = threads;
  snprintf(text, sizeof text, "%s: %d of %d compute units, as many as threads",
           device->about.id, threads, units);
  host->log(host->data, ERG_LOG_DEBUG, text);
}
