/* The engine's backend on CUDA: one share of the chains on one device. Eight neighbouring
 * threads work on a chain, and a launch runs every chain until its budget is spent; chains
 * wait for each other at the launch's end only. */
#include "share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "kernel.h"
#include "read/clock.h"

/* Page-locked memory through which copies go, in two halves: while the processor empties
 * one, the device fills the other. */
#define STAGE_BYTES ((size_t)8 << 20)

enum { AREA_REALS = ENGINE_REGIONS, AREA_INTEGERS, AREA_SCRATCH, AREAS };

struct engine_share {
  const erg_host *host;
  const cuda_driver *driver;
  cuda_device device;
  cu_context context;
  int retained;
  cu_module module;
  cu_function function;
  cu_stream stream;
  cu_deviceptr area[AREAS];
  uint64_t row_bytes[ENGINE_REGIONS];
  int64_t draws_row, statistics_row, scratch_row; /* doubles a chain */
  int32_t chains;
  int block, chains_a_warp;
  unsigned char *stage[2];
  cu_event staged[2];
  /* A copy of the scalars that every launch brings along. */
  unsigned char *scalars;
  int scalars_fresh;
  cu_event begin, end; /* of the last kernel */
  int launched;        /* a launch that nobody waited for */
  double kernel_s, compile_s, upload_s, download_s;
  int cached;
};

void cuda_share_close(engine_share *s) {
  if (s == NULL) return;
  const cuda_driver *driver = s->driver;
  if (s->context != NULL) {
    driver->context_set(s->context);
    if (s->stream != NULL) driver->stream_wait(s->stream);
    for (int i = 0; i < AREAS; i++)
      if (s->area[i] != 0) driver->memory_free(s->area[i]);
    for (int i = 0; i < 2; i++) {
      if (s->staged[i] != NULL) driver->event_destroy(s->staged[i]);
      if (s->stage[i] != NULL) driver->host_free(s->stage[i]);
    }
    if (s->scalars != NULL) driver->host_free(s->scalars);
    if (s->begin != NULL) driver->event_destroy(s->begin);
    if (s->end != NULL) driver->event_destroy(s->end);
    if (s->stream != NULL) driver->stream_destroy(s->stream);
    if (s->module != NULL) driver->module_unload(s->module);
  }
  if (s->retained) driver->context_release(s->device.handle);
  free(s);
}

/* Refuses a share that doesn't fit, with numbers, before anything is allocated. */
static erg_status check_memory(engine_share *s, const uint64_t bytes[AREAS]) {
  static const char *const names[AREAS] = {"scalars",  "state", "draws",   "statistics",
                                           "centring", "data",  "indices", "scratch"};
  size_t available = 0, total = 0;
  uint64_t sum = 0;
  CUDA_TRY(s, memory_info(&available, &total), "asking for free memory");
  for (int i = 0; i < AREAS; i++) sum += bytes[i];
  /* 5 % and 64 MiB are left to the driver: kernel code, stacks, other programs' growth. */
  uint64_t room = (uint64_t)available;
  uint64_t reserve = room / 20 + ((uint64_t)64 << 20);
  if (sum + reserve <= room) return ERG_OK;
  char text[900];
  int n =
      snprintf(text, sizeof text, "%s has %.2f GiB free of %.2f, and %d chains need %.2f GiB (",
               s->device.id, (double)available / 0x1p30, (double)total / 0x1p30, s->chains,
               (double)sum / 0x1p30);
  for (int i = 0; i < AREAS; i++)
    if (bytes[i] > sum / 100)
      n += snprintf(text + n, sizeof text - (size_t)n, "%s %.2f, ", names[i],
                    (double)bytes[i] / 0x1p30);
  uint64_t fixed = bytes[AREA_REALS] + bytes[AREA_INTEGERS] + bytes[ENGINE_CENTRING];
  double each = (double)(sum - fixed) / s->chains;
  double fit = ((double)room - (double)reserve - (double)fixed) / each;
  snprintf(text + n - 2, sizeof text - (size_t)n + 2,
           "): run at most %.0f chains here, lower max_depth, or add a device",
           fit > 0 ? fit : 0);
  return s->host->fail(s->host->data, ERG_UNSUPPORTED, text);
}

/* Moves `rows` rows of `bytes` bytes between the host (rows `pitch` apart) and the device
 * (rows `row_bytes` apart), through the staging halves. */
static erg_status move(engine_share *s, cu_deviceptr base, uint64_t row_bytes, int32_t rows,
                       uint64_t bytes, unsigned char *host, uint64_t pitch, int upload) {
  if (rows == 0 || bytes == 0) return ERG_OK;
  uint64_t columns = bytes < STAGE_BYTES ? bytes : STAGE_BYTES;
  int32_t most = (int32_t)(STAGE_BYTES / columns < (uint64_t)rows ? STAGE_BYTES / columns
                                                                  : (uint64_t)rows);
  struct piece {
    int32_t row, rows;
    uint64_t at, bytes;
  } pending[2] = {{0}};
  int half = 0;
  int32_t row = 0;
  uint64_t at = 0;
  while (row < rows || pending[0].rows || pending[1].rows) {
    /* Empty this half: a download that has arrived, an upload that has left. */
    struct piece *p = &pending[half];
    if (p->rows) {
      CUDA_TRY(s, event_wait(s->staged[half]),
               upload ? "copying to the device" : "copying from the device");
      if (!upload)
        for (int32_t r = 0; r < p->rows; r++)
          memcpy(host + (uint64_t)(p->row + r) * pitch + p->at,
                 s->stage[half] + (uint64_t)r * p->bytes, p->bytes);
      p->rows = 0;
    }
    if (row < rows) {
      p->row = row;
      p->rows = rows - row < most ? rows - row : most;
      p->at = at;
      p->bytes = bytes - at < columns ? bytes - at : columns;
      if (upload)
        for (int32_t r = 0; r < p->rows; r++)
          memcpy(s->stage[half] + (uint64_t)r * p->bytes,
                 host + (uint64_t)(p->row + r) * pitch + p->at, p->bytes);
      cu_deviceptr device = base + (uint64_t)p->row * row_bytes + p->at;
      if (p->rows == 1 || p->bytes == row_bytes) {
        uint64_t n = (uint64_t)p->rows * p->bytes;
        if (upload)
          CUDA_TRY(s, upload(device, s->stage[half], n, s->stream), "copying to the device");
        else
          CUDA_TRY(s, download(s->stage[half], device, n, s->stream),
                   "copying from the device");
      } else {
        cu_copy_2d copy = {0};
        if (upload) {
          copy.from_type = ERG_CU_MEMORYTYPE_HOST;
          copy.from_host = s->stage[half];
          copy.from_pitch = p->bytes;
          copy.to_type = ERG_CU_MEMORYTYPE_DEVICE;
          copy.to_device = device;
          copy.to_pitch = row_bytes;
        } else {
          copy.from_type = ERG_CU_MEMORYTYPE_DEVICE;
          copy.from_device = device;
          copy.from_pitch = row_bytes;
          copy.to_type = ERG_CU_MEMORYTYPE_HOST;
          copy.to_host = s->stage[half];
          copy.to_pitch = p->bytes;
        }
        copy.row_bytes = p->bytes;
        copy.rows = (size_t)p->rows;
        CUDA_TRY(s, copy_2d((const cu_copy_2d_in *)(const void *)&copy, s->stream),
                 upload ? "copying to the device" : "copying from the device");
      }
      CUDA_TRY(s, event_record(s->staged[half], s->stream), "recording an event");
      at += p->bytes;
      if (at == bytes) {
        at = 0;
        row += p->rows;
      }
    }
    half = 1 - half;
  }
  return ERG_OK;
}

static erg_status load_kernel(engine_share *s, const erg_model *model, int algorithm) {
  nvrtc_binary binary;
  double start = erg_clock();
  erg_status status =
      cuda_kernel_get(s->host, model, algorithm, s->device.capability, &binary, &s->cached);
  if (status == ERG_OK) {
    status = cuda_device_check(s->driver, s->host, &s->device,
                               s->driver->module_load(&s->module, binary.image),
                               "loading the kernel");
    free(binary.image);
    free(binary.log);
  }
  if (status == ERG_OK)
    status =
        cuda_device_check(s->driver, s->host, &s->device,
                          s->driver->module_function(&s->function, s->module, "erg_kernel"),
                          "finding the kernel");
  s->compile_s = erg_clock() - start;
  if (status != ERG_OK) return status;
  int registers = 0, local = 0;
  char text[256];
  s->driver->function_attribute(&registers, ERG_CU_FUNC_ATTRIBUTE_NUM_REGS, s->function);
  s->driver->function_attribute(&local, ERG_CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES, s->function);
  snprintf(text, sizeof text,
           "%s: kernel %s in %.2f s, %d registers and %d bytes of local memory a thread, "
           "%d chains in blocks of %d threads, %d a warp",
           s->device.id, s->cached ? "from the cache" : "compiled", s->compile_s, registers,
           local, s->chains, s->block, s->chains_a_warp);
  s->host->log(s->host->data, ERG_LOG_DEBUG, text);
  return ERG_OK;
}

static erg_status open_share(engine_share *s, const erg_job *job, const engine_shape *shape) {
  const erg_model_source *source = job->model->extension(job->model, "erg.source/1");
  erg_status status =
      cuda_device_find(s->driver, s->host, job->devices[shape->device], &s->device);
  if (status != ERG_OK) return status;
  CUDA_TRY(s, context_retain(&s->context, s->device.handle), "opening a context");
  s->retained = 1;
  CUDA_TRY(s, context_set(s->context), "opening a context");
  s->block = (int)shape->extra[CUDA_SETTING_BLOCK] / 32 * 32;
  s->chains_a_warp = (int)shape->extra[CUDA_SETTING_CHAINS_A_WARP];
  if (s->chains_a_warp == 0) {
    /* Chains of a warp wait for each other's branches: spread them while warps are free.
     * A multiprocessor holds about 10 warps of a kernel with 200 registers. */
    int each = s->chains / (s->device.multiprocessors > 0 ? s->device.multiprocessors : 1);
    s->chains_a_warp = each < 8 ? 1 : each < 16 ? 2 : 4;
  }
  if (s->chains_a_warp == 3) s->chains_a_warp = 2;
  uint64_t bytes[AREAS];
  for (int i = 0; i < ENGINE_REGIONS; i++) {
    s->row_bytes[i] = shape->row_bytes[i];
    bytes[i] = shape->row_bytes[i] * (uint64_t)(i == ENGINE_CENTRING ? 1 : s->chains);
  }
  s->draws_row = (int64_t)(shape->row_bytes[ENGINE_DRAWS] / sizeof(double));
  s->statistics_row = (int64_t)(shape->row_bytes[ENGINE_STATISTICS] / sizeof(double));
  s->scratch_row = (int64_t)source->scratch_doubles;
  bytes[AREA_REALS] = source->n_reals * sizeof(double);
  bytes[AREA_INTEGERS] = source->n_integers * sizeof(int32_t);
  bytes[AREA_SCRATCH] = source->scratch_doubles * sizeof(double) * (uint64_t)s->chains;
  status = check_memory(s, bytes);
  if (status == ERG_OK) status = load_kernel(s, job->model, shape->control.algorithm);
  if (status != ERG_OK) return status;
  CUDA_TRY(s, stream_create(&s->stream, ERG_CU_STREAM_NON_BLOCKING), "creating a stream");
  CUDA_TRY(s, event_create(&s->begin, ERG_CU_EVENT_DEFAULT), "creating an event");
  CUDA_TRY(s, event_create(&s->end, ERG_CU_EVENT_DEFAULT), "creating an event");
  for (int i = 0; i < 2; i++) {
    CUDA_TRY(s, event_create(&s->staged[i], ERG_CU_EVENT_DISABLE_TIMING), "creating an event");
    CUDA_TRY(s, host_alloc((void **)&s->stage[i], STAGE_BYTES),
             "allocating page-locked memory");
  }
  CUDA_TRY(s, host_alloc((void **)&s->scalars, bytes[ENGINE_SCALARS]),
           "allocating page-locked memory");
  double start = erg_clock();
  for (int i = 0; i < AREAS; i++) {
    if (bytes[i] == 0) bytes[i] = 64; /* an address to pass; nothing reads it */
    CUDA_TRY(s, memory_alloc(&s->area[i], bytes[i]), "allocating device memory");
    CUDA_TRY(s, fill(s->area[i], 0, bytes[i], s->stream), "clearing device memory");
  }
  status = move(s, s->area[AREA_REALS], source->n_reals * sizeof(double), 1,
                source->n_reals * sizeof(double), (unsigned char *)source->reals, 0, 1);
  if (status == ERG_OK)
    status =
        move(s, s->area[AREA_INTEGERS], source->n_integers * sizeof(int32_t), 1,
             source->n_integers * sizeof(int32_t), (unsigned char *)source->integers, 0, 1);
  if (status != ERG_OK) return status;
  CUDA_TRY(s, stream_wait(s->stream), "copying data to the device");
  s->upload_s = erg_clock() - start;
  return ERG_OK;
}

erg_status cuda_share_open(const erg_host *host, const erg_job *job, const engine_shape *shape,
                           engine_share **share) {
  *share = NULL;
  const cuda_driver *driver = cuda_driver_open(host);
  if (driver == NULL) return ERG_NO_DEVICE;
  engine_share *s = calloc(1, sizeof *s);
  if (s == NULL) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  s->host = host;
  s->driver = driver;
  s->chains = shape->chains;
  erg_status status = open_share(s, job, shape);
  if (status != ERG_OK) {
    cuda_share_close(s);
    return status;
  }
  *share = s;
  return ERG_OK;
}

erg_status cuda_share_read(engine_share *s, engine_region region, int32_t row, int32_t rows,
                           uint64_t offset, uint64_t bytes, void *host, uint64_t pitch) {
  double start = erg_clock();
  erg_status status = ERG_OK;
  if (region == ENGINE_SCALARS && s->scalars_fresh) {
    for (int32_t r = 0; r < rows; r++)
      memcpy((unsigned char *)host + (uint64_t)r * pitch,
             s->scalars + (uint64_t)(row + r) * s->row_bytes[region] + offset, bytes);
  } else {
    CUDA_TRY(s, context_set(s->context), "entering the context");
    status = move(s, s->area[region] + (uint64_t)row * s->row_bytes[region] + offset,
                  s->row_bytes[region], rows, bytes, host, pitch, 0);
  }
  s->download_s += erg_clock() - start;
  return status;
}

erg_status cuda_share_write(engine_share *s, engine_region region, int32_t row, int32_t rows,
                            uint64_t offset, uint64_t bytes, const void *host, uint64_t pitch) {
  double start = erg_clock();
  CUDA_TRY(s, context_set(s->context), "entering the context");
  if (region == ENGINE_SCALARS) s->scalars_fresh = 0;
  erg_status status = move(s, s->area[region] + (uint64_t)row * s->row_bytes[region] + offset,
                           s->row_bytes[region], rows, bytes, (unsigned char *)host, pitch, 1);
  s->upload_s += erg_clock() - start;
  return status;
}

erg_status cuda_share_launch(engine_share *s, const erg_control *control, int32_t budget) {
  erg_control settings = *control;
  int warps_a_block = s->block / 32;
  int chains_a_block = warps_a_block * s->chains_a_warp;
  unsigned grid = (unsigned)((s->chains + chains_a_block - 1) / chains_a_block);
  void *arguments[] = {&settings,
                       &s->area[ENGINE_SCALARS],
                       &s->area[ENGINE_STATE],
                       &s->area[ENGINE_DRAWS],
                       &s->area[ENGINE_STATISTICS],
                       &s->area[AREA_REALS],
                       &s->area[AREA_INTEGERS],
                       &s->area[ENGINE_CENTRING],
                       &s->area[AREA_SCRATCH],
                       &s->draws_row,
                       &s->statistics_row,
                       &s->scratch_row,
                       &s->chains,
                       &s->chains_a_warp,
                       &budget};
  CUDA_TRY(s, context_set(s->context), "entering the context");
  CUDA_TRY(s, event_record(s->begin, s->stream), "recording an event");
  CUDA_TRY(
      s,
      launch(s->function, grid, 1, 1, (unsigned)s->block, 1, 1, 0, s->stream, arguments, NULL),
      "starting the kernel");
  s->launched = 1;
  CUDA_TRY(s, event_record(s->end, s->stream), "recording an event");
  CUDA_TRY(s,
           download(s->scalars, s->area[ENGINE_SCALARS],
                    (uint64_t)s->chains * s->row_bytes[ENGINE_SCALARS], s->stream),
           "copying from the device");
  return ERG_OK;
}

erg_status cuda_share_wait(engine_share *s) {
  float ms = 0;
  if (!s->launched) return ERG_OK;
  s->launched = 0;
  CUDA_TRY(s, context_set(s->context), "entering the context");
  CUDA_TRY(s, stream_wait(s->stream), "running the kernel");
  s->scalars_fresh = 1;
  CUDA_TRY(s, event_elapsed(&ms, s->begin, s->end), "timing the kernel");
  s->kernel_s += 1e-3 * ms;
  return ERG_OK;
}

void cuda_share_stages(const engine_share *s, erg_stages *stages) {
  stages->compile_s += s->compile_s;
  stages->upload_s += s->upload_s;
  stages->download_s += s->download_s;
  stages->cached = s->cached;
}
