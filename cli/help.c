#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "output/table.h"

enum { WIDTH = 80, TEXT_AT = 26 };

static void wrap(const char *text, int indent, int at) {
  out_wrap(stdout, text, WIDTH, indent, at);
}

static void print_option(const cli_option *o) {
  char left[64];
  int n = snprintf(left, sizeof left, "  %s%c%s--%s%s%s", o->letter ? "-" : "",
                   o->letter ? o->letter : ' ', o->letter ? ", " : "   ", o->name,
                   o->value ? " " : "", o->value ? o->value : "");
  printf("%s", left);
  if (n >= TEXT_AT) {
    putchar('\n');
    n = 0;
  }
  printf("%*s", TEXT_AT - n, "");
  wrap(o->help, TEXT_AT, TEXT_AT);
}

static const char help_help[] = "show this help";

void cli_help(const cli_command *c) {
  printf("ergode %s: %s\n", c->name, c->summary);
  if (c->examples && c->examples->command) {
    printf("\nExamples\n");
    for (const cli_example *e = c->examples; e->command; e++) {
      printf("  ergode %s\n      ", e->command);
      wrap(e->about, 6, 6);
    }
  }
  printf("\nUsage\n  ergode %s%s%s%s\n", c->name, *c->arguments ? " " : "", c->arguments,
         *c->options ? " [options]" : "");
  if (c->about) {
    printf("\n");
    wrap(c->about, 0, 0);
  }
  printf("\nOptions\n");
  for (const cli_option *const *o = c->options; *o; o++) print_option(*o);
  static const cli_option help = {"help", 'h', CLI_FLAG, NULL, help_help, NULL, 0, 0, false};
  print_option(&help);
  if (c->exits) {
    printf("\nExit status\n");
    for (const char *p = c->exits; *p;) {
      int n = (int)strcspn(p, "\t"), m = (int)strcspn(p + n + 1, "\n");
      printf("  %-4.*s%.*s\n", n, p, m, p + n + 1);
      p += n + 1 + m;
      p += *p == '\n';
    }
  }
}

void cli_help_all(void) {
  printf("ergode %s: Hamiltonian Monte Carlo with loadable backends\n\n"
         "Examples\n"
         "  ergode sample hierarchical_normal\n"
         "      samples a model that ships with Ergode, on simulated data\n"
         "  ergode sample my_model.toml --data my_data.json --out results\n"
         "      samples your own; draws.nc, summary and report land in results/\n"
         "  ergode model check my_model.toml --data my_data.json\n"
         "      reads the model and says what it finds, without sampling\n"
         "  ergode bench --preset quick\n"
         "      times every backend that is there, on the same data\n\nCommands\n",
         ERGODE_VERSION);
  for (const cli_command *const *c = cli_commands; *c; c++)
    printf("  %-16s%s\n", (*c)->name, (*c)->summary);
  printf("\n'ergode COMMAND --help' shows examples and options of one.\n"
         "'ergode --version' prints the version.\n"
         "Environment: ERGODE_PLUGIN_PATH (folders of plug-ins), XDG_CACHE_HOME (compiled\n"
         "models), XDG_DATA_HOME (baselines of benchmarks), NO_COLOR (no colour), CC (the\n"
         "C compiler that compiles models).\n");
}

bool cli_help_group(const char *word) {
  size_t n = strlen(word);
  bool any = false;
  for (const cli_command *const *c = cli_commands; *c; c++)
    if (!strcmp((*c)->name, word)) return false;
  for (const cli_command *const *c = cli_commands; *c; c++) {
    if (strncmp((*c)->name, word, n) != 0 || (*c)->name[n] != ' ') continue;
    printf("%s  %-16s%s\n", any ? "" : "Commands\n", (*c)->name, (*c)->summary);
    any = true;
  }
  if (any) printf("\n'ergode COMMAND --help' shows examples and options of one.\n");
  return any;
}

/* --- man pages --- */

static void roff(const char *text) {
  bool start = true;
  for (const char *p = text; *p; p++) {
    if (*p == '\n' && p[1] == '\n') {
      printf("\n.PP\n");
      p++;
      start = true;
      continue;
    }
    if (start && (*p == '.' || *p == '\'')) printf("\\&");
    if (*p == '\\')
      printf("\\\\");
    else if (*p == '-')
      printf("\\-");
    else
      putchar(*p == '\n' ? ' ' : *p);
    start = false;
  }
  putchar('\n');
}

#define MAN_DATE "2026-11-21" /* a fixed one: the same tree makes the same pages */

static void man_head(const char *page, const char *summary) {
  printf(".TH \"%s\" 1 \"%s\" \"Ergode %s\" \"Ergode\"\n.SH NAME\n", page, MAN_DATE,
         ERGODE_VERSION);
  char line[256];
  snprintf(line, sizeof line, "%s", page);
  for (char *p = line; *p; p++) *p = (char)tolower((unsigned char)*p);
  roff(line);
  printf("\\- ");
  roff(summary);
}

static void man_commands(void) {
  man_head("ERGODE", "Hamiltonian Monte Carlo with loadable backends");
  printf(".SH SYNOPSIS\n.B ergode\n.I COMMAND\n[arguments] [options]\n.SH DESCRIPTION\n");
  roff("Ergode reads a statistical model from a TOML file, compiles it when it is run, and "
       "samples its posterior with the backend plug-in that the user names. Results are "
       "NetCDF files that ArviZ opens, Stan CSV on request, JSON and a summary.");
  printf(".SH COMMANDS\n");
  for (const cli_command *const *c = cli_commands; *c; c++) {
    printf(".TP\n.B ergode %s\n", (*c)->name);
    roff((*c)->summary);
  }
  printf(".SH ENVIRONMENT\n");
  static const char *const environment[][2] = {
      {"ERGODE_PLUGIN_PATH", "folders of plug-ins, separated by colons, searched before the "
                             "installed ones; absolute paths only"},
      {"XDG_CACHE_HOME", "compiled models and kernels are kept in its folder ergode; "
                         "~/.cache by default"},
      {"XDG_DATA_HOME", "baselines of 'ergode bench --save' are kept in its folder "
                        "ergode/baselines; ~/.local/share by default"},
      {"CC", "the C compiler that compiles models; cc by default"},
      {"NO_COLOR", "set to anything, output has no colour"}};
  for (size_t i = 0; i < sizeof environment / sizeof *environment; i++) {
    printf(".TP\n.B %s\n", environment[i][0]);
    roff(environment[i][1]);
  }
  printf(".SH EXIT STATUS\n");
  roff("0 good, 1 internal error, 2 bad input or usage, 3 no such device or plug-in, 4 a "
       "threshold of --strict missed, 5 wrong numbers, 6 sampling failed, 7 output failed, "
       "130 interrupted (by SIGTERM 143, by SIGHUP 129).");
}

void cli_man(const cli_command *c) {
  if (!c) {
    man_commands();
    return;
  }
  char page[64];
  int n = snprintf(page, sizeof page, "ERGODE-%s", c->name);
  for (int i = 0; i < n; i++)
    page[i] = page[i] == ' ' ? '-' : (char)toupper((unsigned char)page[i]);
  man_head(page, c->summary);
  printf(".SH SYNOPSIS\n.B ergode %s\n", c->name);
  if (*c->arguments) printf(".I %s\n", c->arguments);
  printf("[options]\n");
  if (c->about) {
    printf(".SH DESCRIPTION\n");
    roff(c->about);
  }
  printf(".SH EXAMPLES\n");
  for (const cli_example *e = c->examples; e && e->command; e++) {
    printf("%s.nf\n.B ergode ", e == c->examples ? "" : ".PP\n");
    roff(e->command);
    printf(".fi\n.RS 4\n");
    roff(e->about);
    printf(".RE\n");
  }
  printf(".SH OPTIONS\n");
  for (const cli_option *const *o = c->options; *o; o++) {
    printf(".TP\n");
    if ((*o)->letter) printf("\\fB\\-%c\\fR, ", (*o)->letter);
    printf("\\fB\\-\\-");
    for (const char *p = (*o)->name; *p; p++) printf(*p == '-' ? "\\-" : "%c", *p);
    printf("\\fR");
    if ((*o)->value) printf(" \\fI%s\\fR", (*o)->value);
    putchar('\n');
    roff((*o)->help);
  }
  if (c->exits) {
    printf(".SH EXIT STATUS\n");
    for (const char *p = c->exits; *p;) {
      int k = (int)strcspn(p, "\t"), m = (int)strcspn(p + k + 1, "\n");
      printf(".TP\n%.*s\n%.*s\n", k, p, m, p + k + 1);
      p += k + 1 + m;
      p += *p == '\n';
    }
  }
  printf(".SH SEE ALSO\n.BR ergode (1)\n");
}
