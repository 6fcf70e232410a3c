/* The engine's backend on OpenCL (core/engine/engine.h says what each function does). */
#ifndef OPENCL_SHARE_H
#define OPENCL_SHARE_H

#include "engine/engine.h"

/* The plug-in's own settings, after the engine's: how a group of lanes is mapped, and where
 * compiled kernels are kept. */
enum { OPENCL_SETTING_FORM = 0, OPENCL_SETTING_STORE = 1, OPENCL_SETTINGS = 2 };
enum { OPENCL_FORM_AUTO = 0, OPENCL_FORM_VECTOR = 1, OPENCL_FORM_ITEM = 2 };
enum { OPENCL_STORE_AUTO = 0, OPENCL_STORE_BINARY = 1, OPENCL_STORE_DRIVER = 2 };

erg_status opencl_share_open(const erg_host *host, const erg_job *job,
                             const engine_shape *shape, engine_share **share);
void opencl_share_close(engine_share *share);
erg_status opencl_share_read(engine_share *share, engine_region region, int32_t row,
                             int32_t rows, uint64_t offset, uint64_t bytes, void *host,
                             uint64_t pitch);
erg_status opencl_share_write(engine_share *share, engine_region region, int32_t row,
                              int32_t rows, uint64_t offset, uint64_t bytes, const void *host,
                              uint64_t pitch);
erg_status opencl_share_launch(engine_share *share, const erg_control *control, int32_t budget);
erg_status opencl_share_wait(engine_share *share);
void opencl_share_stages(const engine_share *share, erg_stages *stages);

#endif
