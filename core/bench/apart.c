/* Processes of their own, shared memory. */
#include <errno.h>
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
    snprintf(reason, BENCH_TEXT, "no end within %g s", limit_s);
  else if (WIFSIGNALED(status))
    snprintf(reason, BENCH_TEXT, "crashed: signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else if (WEXITSTATUS(status) != 0)
    snprintf(reason, BENCH_TEXT, "ended the process with code %d", WEXITSTATUS(status));
  else
    return true;
  return false;
}
