/* What the plug-ins that compile kernels have in common: the text of a model's kernel
 * (prologue, samplers, model, kernel) and what jobs they take. */
#ifndef KERNEL_SOURCE_H
#define KERNEL_SOURCE_H

#include <ergode/sampler.h>

/* Concatenates: `head` (definitions before the prologue), the device text `prologue`, the
 * elementary functions that are used, the samplers with `algorithm` (ERG_ALGORITHM_) alone,
 * the text of the model, which has one, `kernel`. Returns a new string, or NULL without
 * memory. Any thread. */
char *kernel_source(const char *head, const char *prologue, const erg_model *model,
                    int algorithm, const char *kernel);

/* ERG_OK where the job names a device and its model has a text for these kernels; otherwise
 * ERG_UNSUPPORTED or ERG_NO_DEVICE after host->fail. `what` compiles it: "OpenCL". */
erg_status kernel_source_supports(const erg_host *host, const erg_job *job, const char *what);

#endif
