#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int attribute(const cuda_driver *driver, cu_device device, cu_device_attribute which) {
  int value = 0;
  if (driver->device_attribute(&value, which, device) != ERG_CUDA_SUCCESS) value = 0;
  return value;
}

/* Version of the kernel module, such as 580.65.06; "" if it can't be read. */
static void module_version(char *text, size_t size) {
  char line[256];
  text[0] = 0;
  FILE *file = fopen("/proc/driver/nvidia/version", "re");
  if (file == NULL) return;
  if (fgets(line, sizeof line, file) != NULL)
    for (char *word = strtok(line, " \t\n"); word != NULL; word = strtok(NULL, " \t\n"))
      if (word[0] >= '0' && word[0] <= '9' && strchr(word, '.') != NULL) {
        snprintf(text, size, "%s", word);
        break;
      }
  fclose(file);
}

static int device_count(const cuda_driver *driver, const erg_host *host) {
  int n = 0;
  cu_result code = driver->device_count(&n);
  if (code != ERG_CUDA_SUCCESS) {
    cuda_check(driver, host, code, "counting devices");
    return 0;
  }
  if (n == 0) {
    char text[256];
    snprintf(text, sizeof text, "the CUDA driver shows no device: %s",
             cuda_next_step(ERG_CUDA_ERROR_NO_DEVICE));
    host->fail(host->data, ERG_NO_DEVICE, text);
  }
  return n;
}

static void describe(const cuda_driver *driver, int ordinal, cu_device handle, cuda_device *d) {
  d->handle = handle;
  d->ordinal = ordinal;
  d->capability =
      10 * attribute(driver, handle, ERG_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
      attribute(driver, handle, ERG_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  d->multiprocessors = attribute(driver, handle, ERG_CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  d->display = attribute(driver, handle, ERG_CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT);
  snprintf(d->id, sizeof d->id, "cuda:%d", ordinal);
}

int32_t cuda_devices(const erg_host *host, erg_device *devices, int32_t capacity) {
  const cuda_driver *driver = cuda_driver_open(host);
  if (driver == NULL) return 0;
  int n = device_count(driver, host), usable = 0;
  char module[64];
  module_version(module, sizeof module);
  for (int i = 0; i < n; i++) {
    cu_device handle;
    cuda_device found;
    char text[256];
    if (driver->device_get(&handle, i) != ERG_CUDA_SUCCESS) continue;
    describe(driver, i, handle, &found);
    if (attribute(driver, handle, ERG_CU_DEVICE_ATTRIBUTE_COMPUTE_MODE) ==
        ERG_CU_COMPUTEMODE_PROHIBITED) {
      snprintf(text, sizeof text,
               "%s left out: its compute mode is prohibited (nvidia-smi -c 0)", found.id);
      host->log(host->data, ERG_LOG_INFO, text);
      continue;
    }
    if (usable < capacity) {
      erg_device *d = &devices[usable];
      size_t bytes = 0;
      memset(d, 0, sizeof *d);
      d->size = sizeof *d;
      d->kind = ERG_DEVICE_GPU;
      snprintf(d->id, sizeof d->id, "%s", found.id);
      if (driver->device_name(d->name, sizeof d->name, handle) != ERG_CUDA_SUCCESS)
        snprintf(d->name, sizeof d->name, "CUDA device %d", i);
      snprintf(d->driver, sizeof d->driver, "NVIDIA %s%sCUDA %d.%d", module,
               *module ? ", " : "", driver->version / 1000, driver->version % 1000 / 10);
      if (driver->device_memory(&bytes, handle) == ERG_CUDA_SUCCESS) d->memory_bytes = bytes;
      d->fp64 = d->fp64_fma = 1;
      d->compute_units = found.multiprocessors;
      snprintf(d->architecture, sizeof d->architecture, "sm_%d", found.capability);
    }
    usable++;
  }
  if (n > 0 && usable == 0)
    host->fail(host->data, ERG_NO_DEVICE,
               "every CUDA device's compute mode is prohibited: allow one with "
               "nvidia-smi -c 0");
  return usable;
}

void cuda_uuid_text(const unsigned char *u, char text[48]) {
  snprintf(text, 48, "GPU-%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
           u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12],
           u[13], u[14], u[15]);
}

erg_status cuda_device_find(const cuda_driver *driver, const erg_host *host, const char *id,
                            cuda_device *device) {
  const char *rest = strncmp(id, "cuda:", 5) == 0 ? id + 5 : strcmp(id, "cuda") == 0 ? "0" : "";
  char text[256], *end;
  int n = device_count(driver, host), ordinal = -1, matches = 0;
  if (n == 0) return ERG_NO_DEVICE;
  if (strncasecmp(rest, "GPU-", 4) == 0) {
    for (int i = 0; i < n; i++) {
      unsigned char bytes[16];
      cu_device handle;
      char uuid[48];
      if (driver->device_get(&handle, i) != ERG_CUDA_SUCCESS ||
          driver->device_uuid((cu_uuid *)bytes, handle) != ERG_CUDA_SUCCESS)
        continue;
      cuda_uuid_text(bytes, uuid);
      if (strncasecmp(uuid, rest, strlen(rest)) == 0) ordinal = i, matches++;
    }
  } else if (*rest >= '0' && *rest <= '9') {
    long number = strtol(rest, &end, 10);
    if (*end == 0 && number < n) ordinal = (int)number, matches = 1;
  }
  if (matches != 1) {
    if (matches > 1)
      snprintf(text, sizeof text, "device id %.80s fits %d devices: give more of the UUID", id,
               matches);
    else
      snprintf(text, sizeof text,
               "no CUDA device %.80s: there %s %d, cuda:0 to cuda:%d (nvidia-smi -L prints "
               "UUIDs; `ergode devices` lists ids)",
               id, n == 1 ? "is" : "are", n, n - 1);
    return host->fail(host->data, ERG_NO_DEVICE, text);
  }
  cu_device handle;
  erg_status status =
      cuda_check(driver, host, driver->device_get(&handle, ordinal), "opening a device");
  if (status == ERG_OK) describe(driver, ordinal, handle, device);
  return status;
}

erg_status cuda_device_check(const cuda_driver *driver, const erg_host *host,
                             const cuda_device *device, cu_result code, const char *doing) {
  if (code == ERG_CUDA_SUCCESS) return ERG_OK;
  char text[160];
  snprintf(text, sizeof text, "%s on %s", doing, device->id);
  return cuda_check(driver, host, code, text);
}
