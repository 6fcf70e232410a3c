/* Extension erg.peaks/1 on CUDA devices. */
#ifndef CUDA_PEAKS_H
#define CUDA_PEAKS_H

#include <ergode/sampler.h>

extern const erg_peaks_extension cuda_peaks;

#endif
