/* Extension erg.peaks/1 on OpenCL devices. */
#ifndef OPENCL_PEAKS_H
#define OPENCL_PEAKS_H

#include <ergode/sampler.h>

extern const erg_peaks_extension opencl_peaks;

#endif
