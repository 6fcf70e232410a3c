#include "about.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/text.h"

/* The first line that a command prints, or "". */
static void ask(const char *command, char *to, int size) {
  FILE *f = popen(command, "r");
  to[0] = 0;
  if (f && !fgets(to, size, f)) to[0] = 0;
  if (f) pclose(f);
  to[strcspn(to, "\n")] = 0;
}

void about_write(erg_json *j, const char *about, int count, char **arguments) {
  static const char *const questions[][2] = {
      {"commit", "git rev-parse --short=12 HEAD 2>/dev/null"},
      {"changed_since",
       "git diff HEAD --name-only -- core plugins models 2>/dev/null | tr '\\n' ' '"},
      {"compiler", "cc --version"},
      {"processor", "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo"},
      {"date", "date -u +%Y-%m-%dT%H:%M:%SZ"}};
  erg_json_string(j, "about", about);
  const char *name = strrchr(arguments[0], '/');
  char *command = run_text("%s", name ? name + 1 : arguments[0]);
  for (int i = 1; i < count; i++) {
    run_append(&command, " %s", arguments[i]);
  }
  erg_json_string(j, "command", command);
  free(command);
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
    char text[256];
    ask(questions[i][1], text, sizeof text);
    erg_json_string(j, questions[i][0], text);
  }
}
