#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "read/source.h"
#include "run/text.h"

static bool complain(const cli_command *c, const char *what, const char *next) {
  fprintf(stderr, "ergode %s: %s\n", c->name, what);
  if (next) fprintf(stderr, "  next: %s\n", next);
  fprintf(stderr, "  'ergode %s --help' shows examples and all options\n", c->name);
  return false;
}

static const cli_option help_option = {"help", 'h', CLI_FLAG, NULL, "show this help", NULL,
                                       0, 0, false};

static const cli_option *find(const cli_command *c, const char *name, size_t n) {
  for (const cli_option *const *o = c->options; *o; o++)
    if (strlen((*o)->name) == n && !strncmp((*o)->name, name, n)) return *o;
  return n == 4 && !strncmp(name, "help", 4) ? &help_option : NULL;
}

static bool unknown_option(const cli_command *c, const char *name, size_t n) {
  const char *names[64];
  int k = 0;
  for (const cli_option *const *o = c->options; *o && k < 62; o++) names[k++] = (*o)->name;
  names[k++] = "help";
  names[k] = NULL;
  char *word = run_text("%.*s", (int)n, name);
  const char *near = erg_nearest(word, names);
  char *what = run_text("unknown option '--%s'", word);
  char *next = near ? run_text("did you mean '--%s'?", near) : NULL;
  complain(c, what, next);
  free(word);
  free(what);
  free(next);
  return false;
}

static bool check_number(const cli_command *c, const cli_option *o, const char *value) {
  char *end, *what = NULL;
  errno = 0;
  double v = strtod(value, &end);
  if (end == value || *end || !isfinite(v))
    what = run_text("--%s %s: not a number", o->name, value);
  else if (o->kind == CLI_INTEGER && v != floor(v))
    what = run_text("--%s %s: a whole number is needed", o->name, value);
  else if (v < o->low || v > o->high)
    what = run_text("--%s %s: lies outside %.16g to %.16g", o->name, value, o->low, o->high);
  if (!what) return true;
  complain(c, what, NULL);
  free(what);
  return false;
}

static bool check_choice(const cli_command *c, const cli_option *o, const char *value) {
  const char *names[32];
  int k = 0;
  char *choices = run_text("%s", o->choices), *save = NULL;
  for (char *p = strtok_r(choices, "|", &save); p && k < 31; p = strtok_r(NULL, "|", &save))
    names[k++] = p;
  names[k] = NULL;
  bool good = false;
  for (int i = 0; i < k; i++) good |= !strcmp(names[i], value);
  if (!good) {
    const char *near = erg_nearest(value, names);
    char *what = run_text("--%s %s: choose one of %s", o->name, value, o->choices);
    char *next = near ? run_text("did you mean '%s'?", near) : NULL;
    complain(c, what, next);
    free(what);
    free(next);
  }
  free(choices);
  return good;
}

static bool take(cli_args *a, const cli_option *o, const char *value) {
  const cli_command *c = a->command;
  if ((o->kind == CLI_INTEGER || o->kind == CLI_NUMBER) && !check_number(c, o, value))
    return false;
  if (o->kind == CLI_CHOICE && !check_choice(c, o, value)) return false;
  if (o->kind != CLI_FLAG && !*value) {
    char *what = run_text("--%s needs a value (%s)", o->name, o->value);
    complain(c, what, NULL);
    free(what);
    return false;
  }
  for (int i = 0; i < a->n_given && !o->repeat; i++) {
    if (a->given[i].option != o) continue;
    if (o->kind == CLI_FLAG) return true;
    char *what = run_text("--%s is given twice (%s and %s)", o->name, a->given[i].value, value);
    complain(c, what, "give it once");
    free(what);
    return false;
  }
  a->given = run_grow(a->given, (size_t)(a->n_given + 1) * sizeof *a->given);
  a->given[a->n_given++] = (struct cli_given){o, value, false};
  return true;
}

bool cli_parse(const cli_command *c, int argc, char **argv, cli_args *a) {
  *a = (cli_args){.command = c};
  a->positional = run_alloc((size_t)(argc + 1) * sizeof *a->positional);
  bool options = true;
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    if (options && !strcmp(word, "--")) {
      options = false;
      continue;
    }
    if (!options || word[0] != '-' || !word[1]) {
      a->positional[a->n_positional++] = word;
      continue;
    }
    const cli_option *o = NULL;
    const char *value = NULL;
    if (word[1] == '-') {
      size_t n = strcspn(word + 2, "=");
      o = find(c, word + 2, n);
      if (!o) return unknown_option(c, word + 2, n);
      if (word[2 + n]) value = word + 3 + n;
      if (value && o->kind == CLI_FLAG) {
        char *what = run_text("--%s takes no value", o->name);
        complain(c, what, NULL);
        free(what);
        return false;
      }
    } else {
      for (const cli_option *const *p = c->options; *p && !o; p++)
        if ((*p)->letter == word[1]) o = *p;
      if (!o && word[1] == 'h') o = &help_option;
      if (!o || (o->kind == CLI_FLAG && word[2])) {
        char *what = run_text("unknown option '%s'", word);
        complain(c, what, NULL);
        free(what);
        return false;
      }
      if (word[2]) value = word + 2;
    }
    if (o->kind != CLI_FLAG && !value) {
      if (i + 1 >= argc) {
        char *what = run_text("--%s needs a value (%s)", o->name, o->value);
        complain(c, what, NULL);
        free(what);
        return false;
      }
      value = argv[++i];
    }
    if (!take(a, o, value ? value : "")) return false;
  }
  if (cli_given(a, "help")) return true;
  if (a->n_positional < c->min_arguments) {
    char *what = run_text("%s is missing", c->arguments);
    complain(c, what, NULL);
    free(what);
    return false;
  }
  if (a->n_positional > c->max_arguments) {
    char *what = run_text("unexpected argument '%s'", a->positional[c->max_arguments]);
    complain(c, what, NULL);
    free(what);
    return false;
  }
  return true;
}

void cli_args_free(cli_args *a) {
  free(a->positional);
  free(a->given);
}

const char *cli_value(const cli_args *a, const char *option) {
  const char *value = NULL;
  for (int i = a->n_given - 1; i >= 0; i--) {
    if (strcmp(a->given[i].option->name, option)) continue;
    a->given[i].asked = true;
    if (!value) value = a->given[i].value;
  }
  return value;
}

const char *cli_without_effect(const cli_args *a) {
  for (int i = 0; i < a->n_given; i++)
    if (!a->given[i].asked) return a->given[i].option->name;
  return NULL;
}

bool cli_given(const cli_args *a, const char *option) { return cli_value(a, option) != NULL; }

const char **cli_values(const cli_args *a, const char *option) {
  const char **values = run_alloc((size_t)(a->n_given + 1) * sizeof *values);
  int n = 0;
  for (int i = 0; i < a->n_given; i++)
    if (!strcmp(a->given[i].option->name, option)) {
      a->given[i].asked = true;
      values[n++] = a->given[i].value;
    }
  return values;
}

int64_t cli_integer(const cli_args *a, const char *option, int64_t otherwise) {
  const char *v = cli_value(a, option);
  return v ? (int64_t)strtod(v, NULL) : otherwise;
}

double cli_number(const cli_args *a, const char *option, double otherwise) {
  const char *v = cli_value(a, option);
  return v ? strtod(v, NULL) : otherwise;
}

static const cli_command *by_name(const char *name) {
  for (const cli_command *const *c = cli_commands; *c; c++)
    if (!strcmp((*c)->name, name)) return *c;
  return NULL;
}

const cli_command *cli_find(int argc, char **argv, int *used) {
  const cli_command *c = NULL;
  if (argc > 1) { /* first: `bench` is a command, and `bench compare` another */
    char *two = run_text("%s %s", argv[0], argv[1]);
    c = by_name(two);
    free(two);
    *used = 2;
    if (c) return c;
  }
  c = by_name(argv[0]);
  *used = 1;
  if (c) return c;
  /* A first word alone ("model") gets its second words listed. */
  size_t n = strlen(argv[0]);
  const char *names[64], *parts[64];
  int k = 0, n_parts = 0;
  for (const cli_command *const *p = cli_commands; *p && k < 62; p++) {
    names[k++] = (*p)->name;
    if (!strncmp((*p)->name, argv[0], n) && (*p)->name[n] == ' ')
      parts[n_parts++] = (*p)->name + n + 1;
  }
  names[k] = parts[n_parts] = NULL;
  if (n_parts) {
    const char *near = argc > 1 ? erg_nearest(argv[1], parts) : NULL;
    if (argc > 1 && argv[1][0] != '-')
      fprintf(stderr, "ergode: unknown command '%s %s'\n", argv[0], argv[1]);
    else
      fprintf(stderr, "ergode: '%s' needs a second word\n", argv[0]);
    if (near) fprintf(stderr, "  next: did you mean 'ergode %s %s'?\n", argv[0], near);
    fprintf(stderr, "  commands:");
    for (int i = 0; i < n_parts; i++)
      fprintf(stderr, "%s ergode %s %s", i ? "," : "", argv[0], parts[i]);
    fputc('\n', stderr);
    return NULL;
  }
  const char *near = erg_nearest(argv[0], names);
  fprintf(stderr, "ergode: unknown command '%s'\n", argv[0]);
  if (near) fprintf(stderr, "  next: did you mean 'ergode %s'?\n", near);
  fprintf(stderr, "  'ergode help' lists the commands\n");
  return NULL;
}
