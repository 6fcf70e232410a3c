/* The text that a GPU plug-in compiles for a model: prologue, samplers, model, kernel. */
#ifndef KERNEL_SOURCE_H
#define KERNEL_SOURCE_H

#include <ergode/model.h>

/* Concatenates: `head` (definitions before the prologue), the device text `prologue`, the
 * device texts that every kernel needs, the model's text, `kernel`. Returns a new string, or
 * NULL without memory. Any thread. */
char *kernel_source(const char *head, const char *prologue, const erg_model_source *model,
                    const char *kernel);

#endif
