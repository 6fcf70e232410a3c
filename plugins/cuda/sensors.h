/* Extension erg.sensors/1 on CUDA devices, by NVML. */
#ifndef CUDA_SENSORS_H
#define CUDA_SENSORS_H

#include <ergode/sampler.h>

extern const erg_sensors_extension cuda_sensors;

#endif
