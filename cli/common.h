/* What several commands share: messages, the plug-in registry, JSON on stdout. */
#ifndef ERGODE_CLI_COMMON_H
#define ERGODE_CLI_COMMON_H

#include "cli/table.h"
#include "read/json_write.h"
#include "read/source.h"
#include "read/interrupt.h"
#include "run/host.h"
#include "run/registry.h"

/* "ergode COMMAND: text" on stderr; lines after the first are indented. */
void cli_say(const cli_args *args, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints problems on stderr. */
void cli_problems(const erg_problems *p);

run_registry *cli_registry(const cli_args *args);
/* With these files in place of --plugin's; NULL-terminated. */
run_registry *cli_registry_of(const cli_args *args, const char *const *files);
/* A host whose messages go to stderr as they come; --quiet: warnings and errors only. */
void cli_host(const cli_args *args, run_host *host);

/* A JSON document on standard output, its object open and schema_version written; end it
 * with cli_json_close, which returns the exit code, 0 or 7. */
erg_json *cli_json_open(void);
int cli_json_close(const cli_args *args, erg_json *j);

/* "cuda:0,1" as "cuda:0", "cuda:1"; NULL-terminated, freed by cli_free_list. */
char **cli_split(const char *list, int *n);
void cli_free_list(char **list);

/* The command line as it could be typed again; to be freed. */
char *cli_command_text(const cli_args *args);

#endif
