/* The keys of a model file. */
#include <string.h>

#include "lang/model.h"

static const char *const top[] = {"title",  "about",   "source",   "data_file", "dims", "data",
                                  "params", "define",  "observe",  "generate",  "simulate",
                                  "run",    NULL};
static const char *const data[] = {"is", "from", NULL};
static const char *const params[] = {"is", "noncentered", "normalised", NULL};
static const char *const define[] = {"is", "report", NULL};
static const char *const observe[] = {"is", NULL};
static const char *const generate[] = {"is", NULL};
static const char *const simulate[] = {"seed", NULL};
static const char *const run[] = {"chains", "warmup",        "draws",       "thin",
                                  "seed",   "target_accept", "max_depth",   "sampler",
                                  "metric", "backend",       "init_radius", NULL};

static const lang_keys all[] = {{"", top},           {"[data]", data},
                                {"[params]", params}, {"[define]", define},
                                {"[observe]", observe}, {"[generate]", generate},
                                {"[simulate]", simulate}, {"[run]", run}};

const lang_keys *lang_all_keys(int *n) {
  *n = (int)(sizeof all / sizeof *all);
  return all;
}

const char *const *lang_keys_of(const char *where) {
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!strcmp(all[i].where, where)) return all[i].keys;
  return NULL;
}
