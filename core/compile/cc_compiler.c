/* Which compiler, with which flags, and how it is started. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compile/cc_internal.h"
#include "read/private_folder.h"
#include "read/interrupt.h"
#include "read/sha256.h"

extern char **environ;

/* ---- instruction sets ---------------------------------------------------- */

#if defined(__x86_64__)
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
/* These builtins ask the operating system, too (xgetbv). */
static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
const char *cc_cpu_features(void) {
  return has_avx512() ? "avx512f avx512dq avx512vl avx2 fma" : has_avx2() ? "avx2 fma" : "";
}
const char *cc_isa_flags(cc_isa isa) {
  if (isa == CC_ISA_AUTO)
    isa = has_avx512() ? CC_ISA_AVX512 : has_avx2() ? CC_ISA_AVX2 : CC_ISA_BASELINE;
  if (isa == CC_ISA_AVX512)
    return "-mavx512f -mavx512dq -mavx512vl -mavx2 -mfma -mprefer-vector-width=512";
  return isa == CC_ISA_AVX2 ? "-mavx2 -mfma" : "";
}
#else
const char *cc_cpu_features(void) { return ""; }
const char *cc_isa_flags(cc_isa isa) {
  (void)isa;
  return "";
}
#endif

/* ---- finding a compiler -------------------------------------------------- */

static char **split(const char *text) {
  char **words = NULL;
  int n = 0;
  for (;;) {
    text += strspn(text, " \t");
    size_t length = strcspn(text, " \t");
    words = realloc(words, (size_t)(n + 1) * sizeof *words);
    if (!words) abort();
    words[n++] = length ? cc_format("%.*s", (int)length, text) : NULL;
    if (!length) return words;
    text += length;
  }
}

static void free_words(char **words) {
  for (int i = 0; words && words[i]; i++) free(words[i]);
  free(words);
}

#define USUAL_PATH "/usr/local/bin:/usr/bin:/bin"

static char *on_path(const char *name) {
  if (strchr(name, '/')) return access(name, X_OK) == 0 ? cc_format("%s", name) : NULL;
  const char *path = getenv("PATH");
  for (path = path ? path : USUAL_PATH; *path;) {
    size_t length = strcspn(path, ":");
    char *file = cc_format("%.*s/%s", (int)length, path, name);
    struct stat info;
    if (length && access(file, X_OK) == 0 && stat(file, &info) == 0 && S_ISREG(info.st_mode))
      return file;
    free(file);
    path += length + (path[length] == ':');
  }
  return NULL;
}

static bool take(const char *command, cc_compiler *c) {
  char **words = split(command);
  char *file = words[0] ? on_path(words[0]) : NULL;
  struct stat info;
  if (!file || stat(file, &info) != 0) {
    free(file);
    free_words(words);
    return false;
  }
  char *real = realpath(file, NULL);
  free(words[0]);
  words[0] = file;
  *c = (cc_compiler){.words = words,
                     .path = real ? real : cc_format("%s", file),
                     .size = (uint64_t)info.st_size,
                     .seconds = info.st_mtim.tv_sec,
                     .nanoseconds = info.st_mtim.tv_nsec};
  return true;
}

bool cc_find(const cc_options *o, cc_compiler *c, char **message) {
  if (o->compiler) {
    if (take(o->compiler, c)) return true;
    *message = cc_format("the C compiler '%s' isn't there or can't be run", o->compiler);
    return false;
  }
  const char *variable = getenv("CC");
  if (variable && *variable) {
    if (take(variable, c)) return true;
    cc_say(o, "$CC names '%s', which can't be run; looking for cc, gcc, clang", variable);
  }
  static const char *const names[] = {"cc", "gcc", "clang"};
  for (int i = 0; i < 3; i++)
    if (take(names[i], c)) return true;
  *message = cc_format(
      "no C compiler was found ($CC, cc, gcc, clang); install one (Debian: apt install gcc) "
      "for "
      "models that run some 50 times faster");
  return false;
}

void cc_compiler_free(cc_compiler *c) {
  free_words(c->words);
  free(c->path);
  *c = (cc_compiler){0};
}

char *cc_version(const cc_compiler *c, const char *cache) {
  char *identity = cc_format("%s %llu %lld.%09lld", c->path, (unsigned long long)c->size,
                             (long long)c->seconds, (long long)c->nanoseconds);
  char hex[65];
  erg_sha256_text(identity, strlen(identity), hex);
  char *file = cache ? cc_format("%s/compiler-%.16s", cache, hex) : NULL;
  size_t length = 0;
  char *text = file ? cc_read_file(file, &length) : NULL;
  /* the file repeats whose version it is, and ends with a newline when it is whole */
  size_t head = strlen(identity);
  if (text && length > head + 1 && !strncmp(text, identity, head) && text[head] == '\n' &&
      text[length - 1] == '\n') {
    char *version = cc_format("%.*s", (int)(length - head - 2), text + head + 1);
    free(text);
    free(file);
    free(identity);
    return version;
  }
  free(text);
  char *folder = cc_work_folder(cache), *version = NULL;
  if (folder) {
    char *output = cc_format("%s/version", folder);
    char *words[] = {c->words[0], "--version", NULL};
    if (cc_run(words, output) == 0) version = cc_read_file(output, &length);
    if (version) version[strcspn(version, "\n")] = 0;
    if (version && file) {
      char *whole = cc_format("%s\n%s\n", identity, version);
      if (cc_write_file(output, whole, strlen(whole))) (void)rename(output, file);
      free(whole);
    }
    free(output);
    erg_private_folder_remove(folder);
  }
  free(file);
  free(identity);
  return version ? version : cc_format("unknown");
}

/* ---- starting it --------------------------------------------------------- */

int cc_run(char *const *words, const char *output) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  if (posix_spawn_file_actions_init(&files) != 0) return -1;
  if (posix_spawnattr_init(&how) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return -1;
  }
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (int s = 1; s < 32; s++)
    if (s != SIGKILL && s != SIGSTOP) sigaddset(&usual, s);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &usual);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(
      &how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  /* messages in English, whatever the user's language: they go into reports */
  int n = 0;
  while (environ && environ[n]) n++;
  char **environment = malloc((size_t)(n + 3) * sizeof *environment);
  if (!environment) abort();
  int kept = 0;
  for (int i = 0; i < n; i++)
    if (strncmp(environ[i], "LC_ALL=", 7) != 0) environment[kept++] = environ[i];
  environment[kept++] = "LC_ALL=C";
  /* without PATH the compiler would not find its assembler and linker */
  if (!getenv("PATH")) environment[kept++] = "PATH=" USUAL_PATH;
  environment[kept] = NULL;
  pid_t child;
  int failed = posix_spawn(&child, words[0], &files, &how, words, environment);
  free(environment);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  if (failed) {
    errno = failed;
    return -1;
  }
  int status;
  if (erg_child_wait(child, INFINITY, &status) == ERG_CHILD_INTERRUPTED) {
    errno = EINTR;
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
