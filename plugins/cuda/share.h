/* The engine's backend on CUDA (core/engine/engine.h says what each function does). */
#ifndef CUDA_SHARE_H
#define CUDA_SHARE_H

#include "engine/engine.h"

/* The plug-in's own settings, after the engine's. */
enum { CUDA_SETTING_BLOCK = 0, CUDA_SETTING_CHAINS_A_WARP = 1, CUDA_SETTINGS = 2 };

erg_status cuda_share_open(const erg_host *host, const erg_job *job, const engine_shape *shape,
                           engine_share **share);
void cuda_share_close(engine_share *share);
erg_status cuda_share_read(engine_share *share, engine_region region, int32_t row, int32_t rows,
                           uint64_t offset, uint64_t bytes, void *host, uint64_t pitch);
erg_status cuda_share_write(engine_share *share, engine_region region, int32_t row,
                            int32_t rows, uint64_t offset, uint64_t bytes, const void *host,
                            uint64_t pitch);
erg_status cuda_share_launch(engine_share *share, const erg_control *control, int32_t budget);
erg_status cuda_share_wait(engine_share *share);
void cuda_share_stages(const engine_share *share, erg_stages *stages);

#endif
