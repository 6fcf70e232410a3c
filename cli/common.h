/* What several commands share: messages, the plug-in registry, JSON on stdout. */
#ifndef ERGODE_CLI_COMMON_H
#define ERGODE_CLI_COMMON_H

#include <jansson.h>
#include "cli/table.h"
#include "read/source.h"
#include "run/host.h"
#include "run/registry.h"

/* "ergode COMMAND: text" on stderr; lines after the first are indented. */
void cli_say(const cli_args *args, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints problems on stderr. */
void cli_problems(const erg_problems *p);

run_registry *cli_registry(const cli_args *args);
/* A host whose messages go to stderr as they come; --quiet: warnings and errors only. */
void cli_host(const cli_args *args, run_host *host);

/* Prints the document, which it takes, with schema_version added. Returns 0. */
int cli_print_json(json_t *document);
/* A number, or null where it isn't finite. */
json_t *cli_json_number(double value);

/* "cuda:0,1" as "cuda:0", "cuda:1"; NULL-terminated, freed by cli_free_list. */
char **cli_split(const char *list, int *n);
void cli_free_list(char **list);

#endif
