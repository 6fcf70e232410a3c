/* Machine code of a generated C text: by the system's C compiler, kept in a cache.
 * Where the C compiler knows C++, too, a C++ text may take the place of the C text.
 *
 * The cache lies in $XDG_CACHE_HOME/ergode, or ~/.cache/ergode. An entry is a shared
 * object whose name is the SHA-256 of the text, the engine's version, the compiler (path,
 * size, time, version), the flags and the CPU's features, never the CPU's name; its last
 * line is the SHA-256 of what stands before, checked whenever it is loaded, so that a
 * damaged entry is built anew. Any number of processes may use one cache: entries appear
 * by rename, whole or not at all, and are never written to again. Where the cache can't
 * be written, a private temporary folder serves, and is removed.
 *
 * The compiler is started without a shell, in a process group of its own: Ctrl-C reaches
 * the caller alone, who ends the compiler and tidies up.
 * Functions may be called from any thread at the same time.
 */
#ifndef ERGODE_COMPILE_CC_H
#define ERGODE_COMPILE_CC_H

#include <stdbool.h>
#include <ergode/host.h>

typedef enum {
  CC_OK = 0,
  CC_NO_COMPILER, /* none that works: the interpreter serves */
  CC_REJECTED,    /* the compiler found an error in the text */
  CC_FAILED,      /* no folder to work in, the compiler crashed on this text, ... */
  CC_INTERRUPTED  /* by the user (read/interrupt.h) */
} cc_status;

/* Instruction sets; one means the same code on every CPU that has it. */
typedef enum { CC_ISA_AUTO = 0, CC_ISA_BASELINE, CC_ISA_AVX2, CC_ISA_AVX512 } cc_isa;

/* All zero: the defaults. */
typedef struct {
  const char *compiler;  /* name or path, arguments allowed; NULL: $CC, cc, gcc, clang */
  const char *cache_dir; /* in place of the user's cache; created */
  bool no_cache;         /* neither read nor write it */
  cc_isa isa;            /* AUTO: the best that this CPU has */
  const char *level;     /* "-O2"; NULL: the one that compiles fastest for the same speed */
  const char *prebuilt;  /* folder that cc_prebuild filled: looked into first; or NULL */
  /* The same program in C++ for AVX2, taken there where the compiler knows C++ (gcc has it
   * in a package of its own); the C text otherwise. NULL: always C. */
  const char *cxx;
  /* Debug messages, one line each; may be NULL. */
  void (*log)(void *data, erg_log_level level, const char *text);
  void *log_data;
} cc_options;

typedef struct {
  void *handle;   /* of dlopen */
  bool cached;    /* it was there already */
  char *compiler; /* real path */
  char *version;  /* first line of its --version */
  char *flags;
  bool cxx;       /* from the C++ text */
  bool no_cxx;    /* from the C text, for want of a C++ compiler: slower */
  char key[65];
  double seconds; /* wall time of cc_load */
} cc_module;

/* Compiles (or finds) and loads. On failure *module is NULL and *message says why and
 * what to do next, to be freed; options may be NULL. */
cc_status cc_load(const char *source, const cc_options *options, cc_module **module,
                  char **message);
/* Compiles for `isa` (not AUTO) into `folder`, which must be there, for machines without
 * a compiler: an entry as in the cache, named by engine, instruction set and text. On
 * failure *message says why. */
cc_status cc_prebuild(const char *source, const cc_options *options, cc_isa isa,
                      const char *folder, char **message);
/* Address of an exported name, or NULL. */
void *cc_symbol(const cc_module *module, const char *name);
/* Unloads: no code of the module may be running. */
void cc_close(cc_module *module);

/* Flags for this CPU, "" on machines other than x86-64; static. */
const char *cc_isa_flags(cc_isa isa);
/* What the CPU and the system offer: "avx512f avx512dq avx512vl avx2 fma"; static. */
const char *cc_cpu_features(void);

#endif
