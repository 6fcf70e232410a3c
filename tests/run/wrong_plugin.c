/* A plug-in that is wrong in one way, chosen by WRONG; 0 is right. Built once for each
 * number by CMakeLists.txt. */
#include <stddef.h>
#include <ergode/plugin.h>

#define RIGHT 0
#define STALE_PLUGIN 1
#define STALE_SAMPLER 2
#define NULL_ADVANCE 3
#define NO_SYMBOL 4
#define OTHER_ABI 5
#define NO_LP 6
#define BAD_DEFAULT 7
#define OTHER_NAME 8
#define NULL_RESULT 9
#define TWICE 10
#define FOREIGN_ID 11
#define GARBAGE_COUNT 12
#define NO_CHOICES 13
#ifndef WRONG
#define WRONG RIGHT
#endif

static const erg_parameter parameters[] = {
    {"scale", ERG_TYPE_REAL, WRONG == BAD_DEFAULT ? 11.0 : 1.0, 0.0, 10.0, "proposal's scale",
     NULL},
    {WRONG == TWICE ? "scale" : "thin", ERG_TYPE_INT, 1, 1, 100, "iterations a draw", NULL},
    {"kind", ERG_TYPE_CHOICE, 0, 0, 1, "shape of the proposal",
     WRONG == NO_CHOICES ? NULL : "normal|uniform"},
    {"adapt", ERG_TYPE_BOOL, 1, 0, 1, "tune the scale", NULL}};
static const erg_statistic statistics[] = {
    {WRONG == NO_LP ? "acceptance_rate" : "lp", ERG_TYPE_REAL, "log density"}};

static int32_t devices(const erg_host *host, erg_device *list, int32_t capacity) {
  (void)host, (void)list, (void)capacity;
  return 0;
}
static erg_status supports(const erg_host *host, const erg_job *job) {
  (void)host, (void)job;
  return ERG_OK;
}
static erg_status create(const erg_host *host, const erg_job *job, erg_run **run) {
  (void)host, (void)job, (void)run;
  return ERG_UNSUPPORTED;
}
static erg_status advance(erg_run *run, erg_block *block) {
  (void)run, (void)block;
  return ERG_INTERNAL;
}
static void destroy(erg_run *run) { (void)run; }
static const void *extension(const struct erg_sampler *sampler, const char *id) {
  (void)sampler, (void)id;
  return NULL;
}

static const erg_sampler sampler = {
    .size = WRONG == STALE_SAMPLER ? offsetof(erg_sampler, destroy) : sizeof(erg_sampler),
    .id = WRONG == FOREIGN_ID ? "cpu" : "wrong",
    .version = "1",
    .summary = "wrong on purpose",
    .parameters = parameters,
    .n_parameters = WRONG == GARBAGE_COUNT ? 0x6b6b6b6b : 4,
    .statistics = statistics,
    .n_statistics = 1,
    .devices = devices,
    .supports = supports,
    .create = create,
    .advance = WRONG == NULL_ADVANCE ? NULL : advance,
    .destroy = destroy,
    .extension = extension};
static const erg_sampler *const samplers[] = {&sampler};
static const erg_plugin plugin = {
    .size = WRONG == STALE_PLUGIN ? 12 : sizeof(erg_plugin),
    .abi_minor = ERG_ABI_MINOR,
    .name = WRONG == OTHER_NAME ? "other" : "wrong",
    .build = "test",
    .samplers = samplers,
    .n_samplers = 1};

#if WRONG == OTHER_ABI
ERG_EXPORT const erg_plugin *erg_plugin_v2(void);
const erg_plugin *erg_plugin_v2(void) { return &plugin; }
#elif WRONG == NO_SYMBOL
ERG_EXPORT const erg_plugin *another_entry(void);
const erg_plugin *another_entry(void) { return &plugin; }
#elif WRONG == NULL_RESULT
const erg_plugin *erg_plugin_v1(void) { return sizeof plugin ? NULL : &plugin; }
#else
const erg_plugin *erg_plugin_v1(void) { return &plugin; }
#endif
