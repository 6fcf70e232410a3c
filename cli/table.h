/* The command table: every command, its options, examples and texts. The parser, the
 * help, the man pages and the shell's view of the program all come from it. */
#ifndef ERGODE_CLI_TABLE_H
#define ERGODE_CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  CLI_FLAG,     /* no value */
  CLI_TEXT,
  CLI_INTEGER,  /* low..high */
  CLI_NUMBER,   /* low..high */
  CLI_CHOICE    /* one of `choices`, "a|b|c" */
} cli_kind;

typedef struct cli_option {
  const char *name;    /* "chains": --chains */
  char letter;         /* 'o': -o, or 0 */
  cli_kind kind;
  const char *value;   /* "N", what the help calls the value */
  const char *help;
  const char *choices;
  double low, high;
  bool repeat;         /* may be given several times */
} cli_option;

typedef struct cli_example {
  const char *command; /* without "ergode " */
  const char *about;
} cli_example;

typedef struct cli_args cli_args;

typedef struct cli_command {
  const char *name;      /* "sample", "model check" */
  const char *arguments; /* "MODEL.toml", "" */
  int min_arguments, max_arguments;
  const char *summary;   /* one line, no full stop */
  const char *about;     /* paragraphs for the help */
  const cli_example *examples;     /* ended by NULL command */
  const cli_option *const *options; /* ended by NULL */
  const char *exits;     /* "0\tgood\n2\tbad input\n..." */
  int (*run)(const cli_args *args);
} cli_command;

extern const cli_command *const cli_commands[]; /* ended by NULL */

/* What was given on the command line, checked against the table. */
struct cli_args {
  const cli_command *command;
  const char **positional;
  int n_positional;
  struct cli_given { const cli_option *option; const char *value; bool asked; } *given;
  int n_given;
};

/* Parses what follows the command's name. False after saying why on stderr. */
bool cli_parse(const cli_command *command, int argc, char **argv, cli_args *args);
void cli_args_free(cli_args *args);

/* A given option that no command asked for has no effect, which is said: NULL, or the first
 * such name. */
const char *cli_without_effect(const cli_args *args);

bool cli_given(const cli_args *args, const char *option);
/* Last value, or NULL. */
const char *cli_value(const cli_args *args, const char *option);
/* All values in order, NULL-terminated; to be freed (the array alone). */
const char **cli_values(const cli_args *args, const char *option);
int64_t cli_integer(const cli_args *args, const char *option, int64_t otherwise);
double cli_number(const cli_args *args, const char *option, double otherwise);

/* Lists the commands that begin with this word, which is none by itself ("model"); false where
 * there are none. */
bool cli_help_group(const char *word);

/* The command that begins argv (one or two words); *used: words taken. NULL after saying
 * why on stderr. */
const cli_command *cli_find(int argc, char **argv, int *used);

void cli_help(const cli_command *command);     /* to stdout */
void cli_help_all(void);
void cli_man(const cli_command *command);      /* roff, to stdout; NULL: ergode(1) */

/* The commands. */
int cli_sample(const cli_args *args);
int cli_bench(const cli_args *args);
int cli_bench_compare(const cli_args *args);
int cli_verify(const cli_args *args);
int cli_devices(const cli_args *args);
int cli_model_check(const cli_args *args);
int cli_model_show(const cli_args *args);
int cli_model_logp(const cli_args *args);
int cli_model_compile(const cli_args *args);
int cli_plugin_list(const cli_args *args);
int cli_summary(const cli_args *args);
int cli_diagnose(const cli_args *args);
int cli_report(const cli_args *args);
int cli_help_command(const cli_args *args);

#endif
