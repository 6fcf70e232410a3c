/* Processes of their own, shared memory, private folders. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/cell.h"
#include "read/interrupt.h"
#include "run/text.h"

void *cell_share(size_t bytes) {
  void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p != MAP_FAILED) return p;
  fputs("ergode: out of memory\n", stderr);
  exit(1);
}

void cell_unshare(void *memory, size_t bytes) {
  if (memory) munmap(memory, bytes ? bytes : 1);
}

bool cell_apart(void (*work)(void *data), void *data, double limit_s,
                char reason[static BENCH_TEXT]) {
  fflush(NULL);
  pid_t parent = getpid(), child = fork();
  if (child < 0) {
    snprintf(reason, BENCH_TEXT, "no process: %s", strerror(errno));
    return false;
  }
  if (child == 0) {
    setpgid(0, 0);
    erg_interrupt_forget();
    /* not at once: a compiler may run below it */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
    work(data);
    fflush(NULL);
    _exit(0);
  }
  setpgid(child, child); /* the child does so, too: whoever comes first */
  int status;
  erg_child_end end = erg_child_wait(child, limit_s, &status);
  if (end == ERG_CHILD_INTERRUPTED)
    snprintf(reason, BENCH_TEXT, "interrupted");
  else if (end == ERG_CHILD_LATE)
    snprintf(reason, BENCH_TEXT, "no end within %.0f s", limit_s);
  else if (WIFSIGNALED(status))
    snprintf(reason, BENCH_TEXT, "crashed: signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else if (WEXITSTATUS(status) != 0)
    snprintf(reason, BENCH_TEXT, "ended the process with code %d", WEXITSTATUS(status));
  else
    return true;
  return false;
}

char *cell_folder(void) {
  const char *base = getenv("TMPDIR");
  char *path = run_text("%s/ergode-bench-XXXXXX", base && *base ? base : "/tmp");
  if (mkdtemp(path)) return path;
  int saved = errno;
  free(path);
  errno = saved;
  return NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  remove(path);
  return 0;
}

void cell_remove_folder(char *path) {
  if (!path) return;
  nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  free(path);
}
