#include "compile/cc.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "compile/cc_internal.h"
#include "read/private_folder.h"
#include "read/interrupt.h"
#include "read/sha256.h"

static char *format_list(const char *format, va_list list) {
  char *text = NULL;
  if (vasprintf(&text, format, list) < 0) abort();
  return text;
}

char *cc_format(const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = format_list(format, list);
  va_end(list);
  return text;
}

void cc_say(const cc_options *o, const char *format, ...) {
  if (!o->log) return;
  va_list list;
  va_start(list, format);
  char *text = format_list(format, list);
  va_end(list);
  o->log(o->log_data, ERG_LOG_DEBUG, text);
  free(text);
}

/* No library is linked: what the code may call (memcpy, fma) the process has. */
#define FLAGS                                                         \
  "-pipe -fPIC -shared -nostdlib -ffp-contract=off -fno-math-errno " \
  "-fno-trapping-math -fwrapv -fno-plt -w -fdiagnostics-color=never"
/* As fast as -O2 in two thirds of the time (ADR 4). With -O1 alone gcc leaves out vzeroupper, and
 * what comes after waits 0.2 us a call. */
#define GCC_LEVEL "-O1 -fexpensive-optimizations -fgcse -falign-loops -fno-tree-pta"
#define OTHERS_LEVEL "-O1"
#define C_FLAGS FLAGS " -std=gnu11"
#define CXX_FLAGS FLAGS " -std=gnu++17 -fno-exceptions -fno-rtti"

/* A text and what it is compiled with. */
typedef struct {
  const char *text;
  bool cxx;
} form;

/* The forms to try, best first; how many. */
static int find_forms(const char *source, const cc_options *o, form forms[2]) {
  const char *isa = cc_isa_flags(o->isa);
  int n = 0;
  if (o->cxx && *isa && !strcmp(isa, cc_isa_flags(CC_ISA_AVX2)))
    forms[n++] = (form){o->cxx, true};
  forms[n++] = (form){source, false};
  return n;
}

/* "gcc-12 (Debian 12.2.0-14) 12.2.0"; "Debian clang version 14.0.6". */
static const char *level_of(const char *version) {
  const char *gap = strchr(version, ' ');
  return gap && gap[1] == '(' ? GCC_LEVEL : OTHERS_LEVEL;
}

static void set_form(cc_module *m, const cc_options *o, const form *f) {
  const char *isa = cc_isa_flags(o->isa);
  free(m->flags);
  m->flags = cc_format("%s %s%s%s", o->level ? o->level : level_of(m->version),
                       f->cxx ? CXX_FLAGS : C_FLAGS, *isa ? " " : "", isa);
  m->cxx = f->cxx;
}

/* The compiler's first error with the line of the text that it is about. */
static char *explain(const char *source, const char *output, const cc_module *m) {
  int line = 0;
  const char *error = strstr(output, "error:");
  if (error) {
    const char *start = error;
    while (start > output && start[-1] != '\n') start--;
    const char *name = m->cxx ? "model.cpp:" : "model.c:", *at = strstr(start, name);
    if (at && at < error) line = atoi(at + strlen(name));
  }
  const char *text = source;
  for (int i = 1; i < line && text; i++)
    if ((text = strchr(text, '\n'))) text++;
  int show = 0; /* the first twelve lines */
  for (int n = 0; output[show] && n < 12; show++) n += output[show] == '\n';
  if (!line || !text)
    return cc_format("the C compiler (%s) refused the generated code:\n%.*s", m->version, show,
                     output);
  return cc_format(
      "the C compiler (%s) refused line %d of the generated code:\n  %d | %.*s\n%.*s",
      m->version, line, line, (int)strcspn(text, "\n"), text, show, output);
}

/* Whether the compiler makes a library of one line: where not, the fault isn't the model's
 * (no assembler or linker on the PATH, a broken installation). */
static bool compiler_works(const cc_compiler *c, const char *folder) {
  char *in = cc_format("%s/try.c", folder), *out = cc_format("%s/try.so", folder);
  char *log = cc_format("%s/try", folder), *words[24];
  int n = 0;
  for (int i = 0; c->words[i] && n < 16; i++) words[n++] = c->words[i];
  char *rest[] = {"-shared", "-fPIC", "-o", out, in, NULL};
  memcpy(words + n, rest, sizeof rest);
  static const char line[] = "int try_this(void) { return 0; }\n";
  bool good = cc_write_file(in, line, sizeof line - 1) && cc_run(words, log) == 0 &&
              access(out, R_OK) == 0;
  free(in);
  free(out);
  free(log);
  return good;
}

/* Compiles to folder/model.so. */
static cc_status compile(const char *source, const cc_compiler *c, const cc_module *m,
                         const char *folder, char **message) {
  char *in = cc_format("%s/model.%s", folder, m->cxx ? "cpp" : "c");
  char *out = cc_format("%s/model.so", folder);
  char *log = cc_format("%s/output", folder);
  char *words[64], *flags = cc_format("%s", m->flags), *rest = NULL;
  int n = 0;
  for (int i = 0; c->words[i] && n < 16; i++) words[n++] = c->words[i];
  for (char *w = strtok_r(flags, " ", &rest); w && n < 58; w = strtok_r(NULL, " ", &rest))
    words[n++] = w;
  words[n++] = "-o";
  words[n++] = out;
  words[n++] = in;
  words[n] = NULL;
  cc_status status = CC_OK;
  int code;
  if (!cc_write_file(in, source, strlen(source))) {
    *message = cc_format("'%s' can't be written: %s; free space, or set TMPDIR", in,
                         strerror(errno));
    status = CC_NO_COMPILER;
  } else if ((code = cc_run(words, log)) != 0 && erg_interrupted()) {
    *message = cc_format("interrupted");
    status = CC_INTERRUPTED;
  } else if (code != 0) {
    int saved = errno;
    size_t length;
    char *output = cc_read_file(log, &length);
    if (code == 1 && output && strstr(output, "error")) {
      *message = explain(source, output, m);
      status = CC_REJECTED;
    } else {
      *message = code < 0 ? cc_format("'%s' can't be started: %s", c->words[0], strerror(saved))
                          : cc_format("'%s' ended with status %d:\n%.2000s", c->words[0], code,
                                      output ? output : "");
      status = CC_FAILED;
    }
    if (!compiler_works(c, folder)) {
      /* The line that says what failed, behind those that say in which function. */
      const char *line = output ? strstr(output, "error:") : NULL;
      while (line && line > output && line[-1] != '\n') line--;
      if (!line) line = output;
      char *first = line && *line ? cc_format(": %.*s", (int)strcspn(line, "\n"), line)
                                  : cc_format("%s", "");
      free(*message);
      *message = cc_format("the C compiler %s doesn't work here%s", c->words[0], first);
      free(first);
      status = CC_NO_COMPILER;
    }
    free(output);
  }
  free(in);
  free(out);
  free(log);
  free(flags);
  return status;
}

/* Where the file system of the cache doesn't allow code (noexec): from memory. */
static void *open_copy(const char *path) {
  size_t length;
  char *bytes = cc_read_file(path, &length);
  int fd = bytes ? memfd_create("ergode-model", MFD_CLOEXEC) : -1;
  void *handle = NULL;
  if (fd >= 0) {
    char *file = cc_format("/proc/self/fd/%d", fd);
    if (cc_write_file(file, bytes, length)) handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    free(file);
    close(fd);
  }
  free(bytes);
  return handle;
}

static cc_status open_module(cc_module *m, const char *path, char **message) {
  m->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  /* a host that has libm for itself alone (fma, where the processor lacks it) */
  if (!m->handle && dlopen("libm.so.6", RTLD_LAZY | RTLD_GLOBAL))
    m->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (m->handle) return CC_OK;
  const char *why = dlerror();
  *message = cc_format("the compiled model can't be loaded: %s", why ? why : "unknown reason");
  m->handle = open_copy(path);
  if (!m->handle) return CC_FAILED;
  free(*message);
  *message = NULL;
  return CC_OK;
}

static void find_key(cc_module *m, const char *source, const cc_compiler *c) {
  char *what = cc_format("ergode %s\n%s %llu %lld.%09lld\n%s\n%s\n%s\n", ERGODE_VERSION,
                         c->path, (unsigned long long)c->size, (long long)c->seconds,
                         (long long)c->nanoseconds, m->version, m->flags, cc_cpu_features());
  erg_sha256 h;
  erg_sha256_init(&h);
  erg_sha256_add(&h, what, strlen(what));
  for (int i = 1; c->words[i]; i++) erg_sha256_add(&h, c->words[i], strlen(c->words[i]) + 1);
  erg_sha256_add(&h, "\n", 1);
  erg_sha256_add(&h, source, strlen(source));
  erg_sha256_hex(&h, m->key);
  free(what);
}

void cc_prebuilt_key(const char *source, cc_isa isa, char key[65]) {
  char *what = cc_format("ergode %s prebuilt\n%s\n", ERGODE_VERSION, cc_isa_flags(isa));
  erg_sha256 h;
  erg_sha256_init(&h);
  erg_sha256_add(&h, what, strlen(what));
  erg_sha256_add(&h, source, strlen(source));
  erg_sha256_hex(&h, key);
  free(what);
}

/* The entry that cc_prebuild made for this CPU's instruction set, or NULL. */
static cc_module *load_prebuilt(const char *source, const cc_options *o) {
  cc_module *m = calloc(1, sizeof *m);
  if (!m) abort();
  cc_prebuilt_key(source, o->isa, m->key);
  char *message = NULL, *path = cc_cache_find(o, o->prebuilt, m->key);
  if (path && open_module(m, path, &message) == CC_OK) {
    m->cached = true;
    m->compiler = cc_format("prebuilt");
    m->version = cc_format("prebuilt");
    m->flags = cc_format("%s", cc_isa_flags(o->isa));
  } else {
    free(m);
    m = NULL;
  }
  free(message);
  free(path);
  return m;
}

/* In a folder of the cache, or a temporary one where cache is NULL. */
static cc_status build_below(cc_module *m, const char *source, const cc_options *o,
                             const cc_compiler *c, const char *cache, char **message) {
  char *folder = cc_work_folder(cache);
  if (!folder) {
    *message = cc_format("no temporary folder can be made: %s; set TMPDIR", strerror(errno));
    return CC_NO_COMPILER;
  }
  cc_status status = compile(source, c, m, folder, message);
  if (status == CC_OK) {
    char *built = cc_format("%s/model.so", folder);
    char *path = cache ? cc_cache_store(cache, m->key, built) : NULL;
    if (cache && !path) cc_say(o, "the compiled model isn't kept: %s", strerror(errno));
    status = open_module(m, path ? path : built, message);
    free(path);
    free(built);
  }
  erg_private_folder_remove(folder); /* what is loaded stays mapped */
  return status;
}

static cc_status build(cc_module *m, const char *source, const cc_options *o,
                       const cc_compiler *c, const char *cache, char **message) {
  cc_status status = build_below(m, source, o, c, cache, message);
  if (status != CC_NO_COMPILER || !cache) return status;
  /* perhaps it is only that the cache's disk is full */
  free(*message);
  *message = NULL;
  return build_below(m, source, o, c, NULL, message);
}

/* The module in the form that is set: from the cache, or compiled. */
static cc_status find_or_build(cc_module *m, const char *source, const cc_options *o,
                               const cc_compiler *c, const char *cache, char **message) {
  find_key(m, source, c);
  char *path = cache ? cc_cache_find(o, cache, m->key) : NULL;
  if (path && open_module(m, path, message) == CC_OK) {
    m->cached = true;
    free(path);
    return CC_OK;
  }
  if (path) cc_say(o, "%s; it is built anew", *message);
  free(path);
  free(*message);
  *message = NULL;
  return build(m, source, o, c, cache, message);
}

/* With the next form of the text. */
static bool may_go_on(cc_status last) { return last == CC_FAILED || last == CC_REJECTED; }

cc_status cc_load(const char *source, const cc_options *options, cc_module **module,
                  char **message) {
  static const cc_options defaults = {0};
  const cc_options *o = options ? options : &defaults;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  *module = NULL;
  *message = NULL;
  if (o->prebuilt && (*module = load_prebuilt(source, o))) {
    clock_gettime(CLOCK_MONOTONIC, &end);
    (*module)->seconds =
        (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
    return CC_OK;
  }
  cc_compiler c;
  if (!cc_find(o, &c, message)) return CC_NO_COMPILER;
  char *reason = NULL, *cache = o->no_cache ? NULL : cc_cache_folder(o, &reason);
  if (reason) cc_say(o, "%s; models are compiled in a temporary folder", reason);
  free(reason);
  cc_module *m = calloc(1, sizeof *m);
  if (!m) abort();
  m->compiler = cc_format("%s", c.path);
  m->version = cc_version(&c, cache);
  form forms[2];
  int n = find_forms(source, o, forms);
  cc_status status = CC_FAILED;
  for (int i = 0; i < n && may_go_on(status); i++) {
    if (i) cc_say(o, "not compiled as C++, so as C: %s", *message);
    m->no_cxx = i > 0;
    free(*message);
    *message = NULL;
    set_form(m, o, &forms[i]);
    status = find_or_build(m, forms[i].text, o, &c, cache, message);
  }
  free(cache);
  cc_compiler_free(&c);
  clock_gettime(CLOCK_MONOTONIC, &end);
  m->seconds =
      (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
  if (status != CC_OK) {
    cc_close(m);
    return status;
  }
  cc_say(o, "%s %s in %.0f ms, key %s", m->cached ? "loaded from the cache" : "compiled by",
         m->version, 1e3 * m->seconds, m->key);
  *module = m;
  return CC_OK;
}

cc_status cc_prebuild(const char *source, const cc_options *options, cc_isa isa,
                      const char *folder, char **message) {
  cc_options o = options ? *options : (cc_options){0};
  o.isa = isa;
  *message = NULL;
  cc_compiler c;
  if (!cc_find(&o, &c, message)) return CC_NO_COMPILER;
  cc_module m = {.compiler = cc_format("%s", c.path), .version = cc_version(&c, NULL)};
  cc_prebuilt_key(source, isa, m.key); /* whatever the language */
  form forms[2];
  int n = find_forms(source, &o, forms);
  cc_status status = CC_FAILED;
  char *work = cc_work_folder(folder);
  for (int i = 0; i < n && work && may_go_on(status); i++) {
    free(*message);
    *message = NULL;
    set_form(&m, &o, &forms[i]);
    status = compile(forms[i].text, &c, &m, work, message);
  }
  if (work) {
    char *built = cc_format("%s/model.so", work), *path = NULL;
    if (status == CC_OK && !(path = cc_cache_store(folder, m.key, built))) status = CC_FAILED;
    free(path);
    free(built);
    erg_private_folder_remove(work);
  }
  if (status == CC_FAILED && !*message)
    *message = cc_format("'%s' can't be written: %s", folder, strerror(errno));
  free(m.compiler);
  free(m.version);
  free(m.flags);
  cc_compiler_free(&c);
  return status;
}

void *cc_symbol(const cc_module *module, const char *name) {
  return dlsym(module->handle, name);
}

void cc_close(cc_module *module) {
  if (!module) return;
  if (module->handle) dlclose(module->handle);
  free(module->compiler);
  free(module->version);
  free(module->flags);
  free(module);
}
