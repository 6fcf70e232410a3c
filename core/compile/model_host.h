/* The host's form of a model: an erg_model whose log density is compiled code, or the
 * interpreter where there is no compiler or an operation has no loop form yet. The
 * extension "erg.source/1" needs no compiler.
 */
#ifndef ERGODE_COMPILE_MODEL_HOST_H
#define ERGODE_COMPILE_MODEL_HOST_H

#include <ergode/model.h>
#include "compile/cc.h"
#include "emit/emit.h"

typedef struct {
  const char *name; /* NULL: the graph's title */
  bool interpret;   /* the interpreter for the host's log density */
  bool no_source;   /* without the extension "erg.source/1" */
  ir_pass_options passes;
  cc_options cc;
  /* Messages for the user: a warning where the interpreter has to serve. May be NULL.
   * cc.log has the details of compiling. */
  void (*log)(void *data, erg_log_level level, const char *text);
  void *log_data;
} model_host_options;

/* What became of it, for reports; owned by the model. */
typedef struct {
  bool compiled;
  const char *reason;        /* why not, or NULL */
  const cc_module *module;   /* compiled: compiler, flags, cached, seconds */
  const ir_program *program; /* NULL where there is no loop form */
  const emit_plan *plan;
  double flops, functions, bytes; /* of a gradient's compiled form (emit_blobs), or 0 */
} model_host_info;

/* The graph must outlive the model. options may be NULL. NULL with *message (to be
 * freed) where the compiler refuses the generated code or fails; with `interpret` it
 * can't. The model's functions are as model.h says; its scratch is small for compiled
 * code and holds every intermediate array for the interpreter. */
erg_model *model_host_new(const ir_graph *g, const model_host_options *options, char **message);
void model_host_free(erg_model *model);
const model_host_info *model_host_about(const erg_model *model);

#endif
