/* The command line: finds the command, parses its options, runs it. */
#include <stdio.h>
#include <string.h>

#include "cli/common.h"
#include "cli/main.h"
#include "cli/table.h"
#include "run/host.h"

int cli_help_command(const cli_args *args) {
  bool man = cli_given(args, "man");
  const cli_command *c = NULL;
  if (args->n_positional) {
    int used = 0;
    if (args->n_positional == 1 && cli_help_group(args->positional[0])) return 0;
    c = cli_find(args->n_positional, (char **)args->positional, &used);
    if (!c) return 2;
  }
  if (man)
    cli_man(c);
  else if (c)
    cli_help(c);
  else
    cli_help_all();
  return 0;
}

/* Output that could not be written must not look like success. */
static int finish(int code) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "ergode: standard output could not be written\n");
    if (code == 0) code = 7;
  }
  return code;
}

int erg_main(int argc, char **argv) {
  if (argc < 2) {
    cli_help_all();
    return 2;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
    cli_help_all();
    return finish(0);
  }
  if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "version")) {
    printf("ergode %s\n", ERGODE_VERSION);
    return finish(0);
  }
  if (argc == 3 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h")) &&
      cli_help_group(argv[1]))
    return finish(0);
  int used = 0;
  const cli_command *c = cli_find(argc - 1, argv + 1, &used);
  if (!c) return 2;
  cli_args args;
  int code = 2;
  erg_interrupt_install();
  if (cli_parse(c, argc - 1 - used, argv + 1 + used, &args)) {
    if (cli_given(&args, "help")) {
      cli_help(c);
      code = 0;
    } else {
      code = c->run(&args);
      const char *idle = code ? NULL : cli_without_effect(&args);
      if (idle) cli_say(&args, "--%s had no effect here", idle);
      /* those who return 130 have said what is left */
      if (erg_interrupted() && code != 130 && code != 5) cli_say(&args, "interrupted");
      if (erg_interrupted() && code != 5) code = erg_interrupt_exit();
    }
  }
  cli_args_free(&args);
  return finish(code);
}
