#include "nvrtc.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../shared/symbols.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Written once under `once`, read only afterwards. */
static nvrtc loaded;
static int usable;
static char cause[768];

/* NVRTC opens its second library by name alone, which PyPI's package has on no path; one
 * that is open already is found by that name. */
static void open_builtins(const nvrtc *found) {
  char path[sizeof found->path + 64];
  const char *slash = strrchr(found->path, '/');
  if (slash == NULL) return;
  snprintf(path, sizeof path, "%.*s/libnvrtc-builtins.so.%d.%d", (int)(slash - found->path),
           found->path, found->major, found->minor);
  (void)dlopen(path, RTLD_NOW | RTLD_LOCAL); /* kept as long as NVRTC: until the end */
}

/* Opens the library at `path`; takes the first that is new enough, and keeps in `cause`
 * why another was refused. */
static int take(const char *path) {
  if (usable) return 1;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 0;
  nvrtc found = {.library = library};
  const symbol symbols[] = {
#define ENTRY(member, name, arguments) SYMBOL(found.member, #name),
      NVRTC_FUNCTIONS(ENTRY)
#undef ENTRY
          SYMBOL(found.error_string, "nvrtcGetErrorString"),
  };
  const char *missing = symbols_take(library, symbols, sizeof symbols / sizeof *symbols);
  if (missing != NULL) {
    snprintf(cause, sizeof cause, "%.600s lacks %s: install NVRTC 12.8 or later", path, missing);
    dlclose(library);
    return 0;
  }
  found.version(&found.major, &found.minor);
  if (found.major * 100 + found.minor < 1208) {
    snprintf(cause, sizeof cause, "%.600s is NVRTC %d.%d: 12.8 or later is needed", path,
             found.major, found.minor);
    dlclose(library);
    return 0;
  }
  Dl_info info;
  void *address = (void *)(size_t)found.version;
  snprintf(found.path, sizeof found.path, "%.500s",
           dladdr(address, &info) && info.dli_fname ? info.dli_fname : path);
  open_builtins(&found);
  loaded = found;
  usable = 1;
  return 1;
}

static int take_in(const char *folder, const char *below) {
  static const char *const names[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};
  char path[1024];
  if (folder == NULL || folder[0] != '/') return 0; /* never relative to where we run */
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    snprintf(path, sizeof path, "%s%s/%s", folder, below, names[i]);
    if (take(path)) return 1;
  }
  return 0;
}

/* The PyPI package nvidia-cuda-nvrtc below `prefix`/lib/pythonX.Y/site-packages: in
 * nvidia/cuda_nvrtc/lib up to CUDA 12, in nvidia/cuNN/lib from CUDA 13 on. */
static int take_python(const char *prefix, const char *lib) {
  char folder[512];
  if (prefix == NULL || prefix[0] != '/') return 0;
  snprintf(folder, sizeof folder, "%s%s", prefix, lib);
  DIR *dir = opendir(folder);
  if (dir == NULL) return 0;
  for (struct dirent *e; !usable && (e = readdir(dir)) != NULL;) {
    if (strncmp(e->d_name, "python3", 7) != 0) continue;
    char site[900];
    snprintf(site, sizeof site, "%s/%s/site-packages", folder, e->d_name);
    (void)(take_in(site, "/nvidia/cu13/lib") || take_in(site, "/nvidia/cuda_nvrtc/lib"));
  }
  closedir(dir);
  return usable;
}

static void load(void) {
  const char *named = secure_getenv("ERGODE_NVRTC");
  if (named != NULL && *named) {
    if (!take_in(named, "") && !take_in(named, "/nvidia/cu13/lib") &&
        !take_in(named, "/nvidia/cuda_nvrtc/lib") && !(named[0] == '/' && take(named)) &&
        !*cause)
      snprintf(cause, sizeof cause,
               "ERGODE_NVRTC names no NVRTC (%s): set it to the file libnvrtc.so.13 or to its "
               "folder, or unset it",
               named);
    return; /* what was named, or nothing: no silent other choice */
  }
  Dl_info info;
  char own[512] = "";
  if (dladdr((void *)&once, &info) && info.dli_fname != NULL) {
    snprintf(own, sizeof own, "%s", info.dli_fname);
    char *slash = strrchr(own, '/');
    if (slash != NULL) *slash = 0;
  }
  if (take_in(own, "") || take_in(own, "/nvidia/cuda_nvrtc/lib")) return;
  if (take("libnvrtc.so.13") || take("libnvrtc.so.12")) return;
  if (take_in(secure_getenv("CUDA_HOME"), "/lib64")) return;
  if (take_in(secure_getenv("CUDA_PATH"), "/lib64")) return;
  if (take_in("/usr/local/cuda", "/lib64")) return;
  if (take_python(secure_getenv("VIRTUAL_ENV"), "/lib")) return;
  if (take_python(secure_getenv("CONDA_PREFIX"), "/lib")) return;
  if (take_python(secure_getenv("HOME"), "/.local/lib")) return;
  if (!*cause)
    snprintf(cause, sizeof cause,
             "NVRTC (libnvrtc.so.12 or .13, CUDA 12.8 or later) not found, which compiles "
             "models for the GPU: install the CUDA toolkit, or `pip install nvidia-cuda-nvrtc` "
             "and set ERGODE_NVRTC to its folder; the CPU backend works without");
}

const nvrtc *nvrtc_open(char *why, size_t size) {
  pthread_once(&once, load);
  if (usable) return &loaded;
  snprintf(why, size, "%s", cause);
  return NULL;
}

int nvrtc_architecture(const nvrtc *compiler, int capability, char *name, size_t size) {
  int n = 0, best = 0, newest = 0, numbers[128];
  if (compiler->n_architectures(&n) != ERG_NVRTC_SUCCESS || n < 1 || n > 128) return -1;
  if (compiler->architectures(numbers) != ERG_NVRTC_SUCCESS) return -1;
  for (int i = 0; i < n; i++) {
    if (numbers[i] / 10 == capability / 10 && numbers[i] <= capability && numbers[i] > best)
      best = numbers[i];
    if (numbers[i] <= capability && numbers[i] > newest) newest = numbers[i];
  }
  if (best > 0)
    snprintf(name, size, "sm_%d", best);
  else if (newest > 0)
    snprintf(name, size, "compute_%d", newest);
  else
    return -1;
  return 0;
}

erg_status nvrtc_build(const nvrtc *compiler, const char *text, const char *architecture,
                       nvrtc_binary *binary) {
  memset(binary, 0, sizeof *binary);
  char target[64];
  snprintf(target, sizeof target, "--gpu-architecture=%s", architecture);
  binary->is_ptx = strncmp(architecture, "compute_", 8) == 0;
  const char *options[8] = {target, NVRTC_OPTIONS};
  int n = 0;
  while (options[n] != NULL) n++;
  if (binary->is_ptx) n--;                                /* ptxas has no part in it */
  if (compiler->major >= 13) options[n++] = "--no-cache"; /* we have our own */
  nvrtc_program program = NULL;
  nvrtc_result code = compiler->create(&program, text, "model.cu", 0, NULL, NULL);
  if (code == ERG_NVRTC_SUCCESS) {
    code = compiler->compile(program, n, options);
    size_t size = 0;
    if (compiler->log_size(program, &size) == ERG_NVRTC_SUCCESS && size > 0 &&
        (binary->log = malloc(size)) != NULL)
      compiler->log(program, binary->log);
  }
  if (code == ERG_NVRTC_SUCCESS) {
    code = binary->is_ptx ? compiler->ptx_size(program, &binary->bytes)
                          : compiler->cubin_size(program, &binary->bytes);
    if (code == ERG_NVRTC_SUCCESS && (binary->image = malloc(binary->bytes + 1)) != NULL)
      code = binary->is_ptx ? compiler->ptx(program, binary->image)
                            : compiler->cubin(program, binary->image);
  }
  if (program != NULL) compiler->destroy(&program);
  if (code == ERG_NVRTC_SUCCESS && binary->image != NULL) return ERG_OK;
  free(binary->image);
  binary->image = NULL;
  if (code == ERG_NVRTC_SUCCESS) return ERG_NO_MEMORY;
  if (binary->log == NULL) binary->log = strdup(compiler->error_string(code));
  return ERG_COMPILE;
}

/* Attributes in a cubin's section .nv.info: format, attribute, 16-bit size, payload; those
 * of format 4 carry a symbol's index and a value. */
enum {
  ATTRIBUTE_FRAME = 0x11,
  ATTRIBUTE_STACK = 0x12,
  ATTRIBUTE_STACK_MAX = 0x23,
  ATTRIBUTE_REGISTERS = 0x2f
};

static int log_number(const char *log, const char *after) {
  const char *at = strstr(log, after);
  if (at == NULL) return -1;
  while (at > log && at[-1] == ' ') at--;
  while (at > log && at[-1] >= '0' && at[-1] <= '9') at--;
  return atoi(at);
}

int nvrtc_inspect(const void *image, size_t bytes, const char *log, const char *name,
                  nvrtc_usage *usage) {
  memset(usage, 0, sizeof *usage);
  usage->spill_store_bytes = usage->spill_load_bytes = -1;
  const unsigned char *base = image;
  Elf64_Ehdr header;
  if (bytes < sizeof header) return -1;
  memcpy(&header, base, sizeof header);
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_machine != EM_CUDA ||
      header.e_shentsize != sizeof(Elf64_Shdr) ||
      header.e_shoff + (uint64_t)header.e_shnum * sizeof(Elf64_Shdr) > bytes ||
      header.e_shstrndx >= header.e_shnum)
    return -1;
  Elf64_Shdr *sections = malloc(sizeof *sections * header.e_shnum);
  if (sections == NULL) return -1;
  memcpy(sections, base + header.e_shoff, sizeof *sections * header.e_shnum);
  int symbol = -1, info = -1;
  char shared[256];
  snprintf(shared, sizeof shared, ".nv.shared.%s", name);
  const Elf64_Shdr *names = &sections[header.e_shstrndx];
  for (int i = 0; i < header.e_shnum; i++) {
    const Elf64_Shdr *s = &sections[i];
    if (s->sh_type != SHT_NOBITS && s->sh_offset + s->sh_size > bytes) continue;
    const char *title = (const char *)base + names->sh_offset + s->sh_name;
    if (strcmp(title, ".nv.info") == 0) info = i;
    if (strcmp(title, shared) == 0) usage->shared_bytes = (int)s->sh_size;
    if (s->sh_type == SHT_SYMTAB && s->sh_link < header.e_shnum) {
      const char *strings = (const char *)base + sections[s->sh_link].sh_offset;
      for (size_t k = 0; k < s->sh_size / sizeof(Elf64_Sym); k++) {
        Elf64_Sym one;
        memcpy(&one, base + s->sh_offset + k * sizeof one, sizeof one);
        if (strcmp(strings + one.st_name, name) == 0) symbol = (int)k;
      }
    }
  }
  int found = 0;
  if (info >= 0 && symbol >= 0) {
    const unsigned char *at = base + sections[info].sh_offset;
    const unsigned char *end = at + sections[info].sh_size;
    while (at + 4 <= end) {
      uint16_t size = (uint16_t)(at[2] | at[3] << 8);
      if (at[0] != 4) { /* value in the header itself */
        at += 4;
        continue;
      }
      if (size >= 8 && at + 4 + size <= end) {
        uint32_t pair[2];
        memcpy(pair, at + 4, sizeof pair);
        if ((int)pair[0] == symbol) {
          if (at[1] == ATTRIBUTE_REGISTERS) usage->registers = (int)pair[1], found = 1;
          if ((at[1] == ATTRIBUTE_FRAME || at[1] == ATTRIBUTE_STACK ||
               at[1] == ATTRIBUTE_STACK_MAX) &&
              usage->stack_bytes < (int)pair[1])
            usage->stack_bytes = (int)pair[1];
        }
      }
      at += 4 + size;
    }
  }
  free(sections);
  if (!found) return -1;
  if (log != NULL && strstr(log, "bytes spill stores") != NULL) {
    usage->spill_store_bytes = usage->spill_load_bytes = 0;
    for (const char *line = log; (line = strstr(line, "bytes stack frame")) != NULL; line++) {
      usage->spill_store_bytes += log_number(line, "bytes spill stores");
      usage->spill_load_bytes += log_number(line, "bytes spill loads");
    }
  }
  return 0;
}
