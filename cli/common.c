#include "cli/common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/table.h"
#include "run/paths.h"
#include "run/text.h"

void cli_say(const cli_args *args, const char *format, ...) {
  char *text = NULL;
  va_list list;
  va_start(list, format);
  if (vasprintf(&text, format, list) < 0) text = NULL;
  va_end(list);
  if (!text) return;
  fprintf(stderr, "ergode %s: ", args->command->name);
  for (const char *p = text; *p; p++) {
    fputc(*p, stderr);
    if (*p == '\n' && p[1]) fputs("  ", stderr);
  }
  fputc('\n', stderr);
  free(text);
}

void cli_problems(const erg_problems *p) {
  erg_problems_print(p, stderr, out_wants_colour(stderr));
}

run_registry *cli_registry(const cli_args *args) {
  const char **files = cli_values(args, "plugin");
  run_registry *r = cli_registry_of(args, files);
  free(files);
  return r;
}

run_registry *cli_registry_of(const cli_args *args, const char *const *files) {
  run_registry *r = run_registry_new(files);
  for (int i = 0; i < r->count; i++) {
    const run_candidate *c = &r->candidates[i];
    if (c->refused && c->origin == RUN_ORIGIN_OPTION)
      cli_say(args, "%s is not used: %s", c->manifest ? c->manifest : c->library, c->refused);
  }
  return r;
}

static void print_message(void *data, erg_log_level level, const char *text) {
  (void)data;
  static const char *const prefix[] = {"debug: ", "", "warning: ", "error: "};
  fprintf(stderr, "%s%s%s\n", isatty(2) ? "\r\033[K" : "", prefix[level & 3], text);
}

void cli_host(const cli_args *args, run_host *host) {
  char *kernels = run_cache_folder("kernels");
  run_host_init(host, kernels);
  free(kernels);
  host->print = print_message;
  if (cli_given(args, "quiet")) host->least = ERG_LOG_WARNING;
}

erg_json *cli_json_open(void) {
  erg_json *j = erg_json_to(stdout);
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  return j;
}

int cli_json_close(const cli_args *args, erg_json *j) {
  int error = erg_json_close(j);
  if (error) cli_say(args, "standard output could not be written: %s", strerror(error));
  return error ? 7 : 0;
}

char **cli_split(const char *list, int *n) {
  char **out = NULL;
  int k = 0;
  char prefix[64] = "";
  for (const char *p = list; p && *p;) {
    size_t m = strcspn(p, ",");
    if (m) {
      out = run_grow(out, (size_t)(k + 2) * sizeof *out);
      const char *colon = memchr(p, ':', m);
      bool bare = strspn(p, "0123456789") >= m;
      out[k++] = run_text("%s%.*s", bare && !colon ? prefix : "", (int)m, p);
      if (colon) snprintf(prefix, sizeof prefix, "%.*s", (int)(colon - p + 1), p);
    }
    p += m + (p[m] == ',');
  }
  if (!out) out = run_alloc(sizeof *out);
  out[k] = NULL;
  if (n) *n = k;
  return out;
}

void cli_free_list(char **list) {
  for (char **p = list; p && *p; p++) free(*p);
  free(list);
}

/* As a shell takes it. */
static char *quoted(const char *word) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "%+,-./:=@_";
  if (*word && !word[strspn(word, plain)]) return run_text("%s", word);
  char *text = run_text("'");
  for (const char *p = word; *p; p++) {
    if (*p == '\'')
      run_append(&text, "'\\''");
    else
      run_append(&text, "%c", *p);
  }
  run_append(&text, "'");
  return text;
}

char *cli_command_text(const cli_args *args) {
  char *text = run_text("ergode %s", args->command->name);
  for (int i = 0; i < args->n_positional; i++) {
    char *word = quoted(args->positional[i]);
    run_append(&text, " %s", word);
    free(word);
  }
  for (int i = 0; i < args->n_given; i++) {
    char *value = *args->given[i].value ? quoted(args->given[i].value) : run_text("%s", "");
    run_append(&text, " --%s%s%s", args->given[i].option->name, *value ? " " : "", value);
    free(value);
  }
  return text;
}
