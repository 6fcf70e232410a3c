/* The registry of plug-ins: found by their INI manifests, opened on first use.
 *
 * Search order, and within a folder the manifests sorted by file name:
 *   1. files named by --plugin (a manifest, or a shared object, which is opened at
 *      once since nothing else tells its id);
 *   2. the folders of ERGODE_PLUGIN_PATH (separated by ':'; absolute only; ignored in
 *      set-user-id programs);
 *   3. the installed folder: beside libergode, `ergode/plugins` (an installation, a
 *      bundle) or `plugins` (a build tree).
 * Never the current directory. The first plug-in with an id wins; a later one with
 * the same id is refused with both paths named.
 *
 * A plug-in with id `cpu` holds the sampler `cpu` and any number of samplers
 * `cpu.NAME`; so a sampler is found without opening more than one shared object.
 *
 * Owner: the registry owns everything it returns, until run_registry_free. Shared
 * objects stay open until the process ends. One thread at a time.
 */
#ifndef ERGODE_RUN_REGISTRY_H
#define ERGODE_RUN_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <ergode/plugin.h>

typedef enum { RUN_ORIGIN_OPTION, RUN_ORIGIN_ENVIRONMENT, RUN_ORIGIN_INSTALLED } run_origin;

typedef struct run_candidate {
  run_origin origin;
  char *manifest;  /* path, or NULL where a shared object was named */
  char *library;   /* path, or NULL where the manifest is unreadable */
  char *id;        /* NULL where unknown */
  char *summary;   /* "" where the manifest has none */
  int abi;         /* of the manifest; 0 where unknown */
  char *refused;   /* reason with next step, or NULL: usable as far as is known */
  const erg_plugin *plugin; /* NULL until opened */
} run_candidate;

typedef struct run_registry {
  run_candidate *candidates;
  int count;
  char **folders;  /* searched, in order; for messages */
  int n_folders;
} run_registry;

/* Where to look. */
typedef struct run_search {
  const char *const *files;  /* --plugin, NULL-terminated, or NULL */
  const char *environment;   /* value of ERGODE_PLUGIN_PATH, or NULL */
  const char *const *installed; /* NULL-terminated folders, or NULL */
} run_search;

/* The usual places: environment and installed folder; `files` as above. */
run_registry *run_registry_new(const char *const *files);
/* The places that `search` names, no others. */
run_registry *run_registry_search(const run_search *search);
void run_registry_free(run_registry *r);

/* The folder that the package installs plug-ins into, found from where this code lies;
 * written to `path`; false where there is none. */
bool run_installed_folder(char *path, size_t capacity);

/* Opens the candidate's shared object (once) and checks it; NULL with
 * candidate->refused set. */
const erg_plugin *run_candidate_open(run_candidate *c);

/* The sampler `id`, opening its plug-in; NULL with a message (owned by the caller, to
 * be freed) that names cause and next step. `candidate` may be NULL. */
const erg_sampler *run_find_sampler(run_registry *r, const char *id,
                                    const run_candidate **candidate, char **message);

/* The diagnostic `id`, built in or of a plug-in: plug-ins are opened in order until one has it.
 * NULL with a message as above. */
const erg_diagnostic *run_find_diagnostic(run_registry *r, const char *id, char **message);

/* Why `plugin`, entry point of ABI 1, can't be used, or NULL. `id` is the manifest's id,
 * or NULL. The reason is to be freed by the caller. */
char *run_check_plugin(const erg_plugin *plugin, const char *id);

#endif
