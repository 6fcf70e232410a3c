#include <stdio.h>
#include <stdlib.h>
#include "../../emit/models.h"
#include "compile/model_host.h"
#include "harness.h"

const erg_model *harness_compiled(harness_graph graph) {
  const ir_graph *g = graph == HARNESS_CENTRED    ? model_hierarchical(13, 5, true)
                      : graph == HARNESS_LOGISTIC ? model_logistic(200, 7, 1)
                      : graph == HARNESS_REDUCTIONS ? model_reductions(29)
                                                    : model_functions(100);
  char *message = NULL;
  erg_model *model = model_host_new(g, NULL, &message);
  harness_keep(g);
  harness_keep(model);
  if (model == NULL) {
    printf("graph %d: %s\n", (int)graph, message);
  } else if (!model_host_about(model)->compiled) {
    printf("graph %d: %s\n", (int)graph, model_host_about(model)->reason);
    model = NULL;
  }
  free(message);
  return model;
}
