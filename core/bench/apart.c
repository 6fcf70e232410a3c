/* Processes of their own, shared memory, private folders. */
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/cell.h"
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

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* True once the other end of the pipe is closed; false after limit_s seconds. */
static bool wait_for_end(int pipe_end, double limit_s) {
  double end = now() + limit_s;
  for (;;) {
    double left = end - now();
    if (left <= 0) return false;
    struct pollfd p = {.fd = pipe_end, .events = POLLIN};
    int n = poll(&p, 1, left > 1000 ? 1000000 : (int)(1000 * left) + 1);
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return true;
  }
}

bool cell_apart(void (*work)(void *data), void *data, double limit_s,
                char reason[static BENCH_TEXT]) {
  int ends[2];
  if (pipe(ends) != 0) {
    snprintf(reason, BENCH_TEXT, "no pipe: %s", strerror(errno));
    return false;
  }
  fflush(NULL);
  pid_t child = fork();
  if (child < 0) {
    snprintf(reason, BENCH_TEXT, "no process: %s", strerror(errno));
    close(ends[0]);
    close(ends[1]);
    return false;
  }
  if (child == 0) {
    close(ends[0]);
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
    work(data);
    fflush(NULL);
    _exit(0);
  }
  close(ends[1]);
  bool ended = wait_for_end(ends[0], limit_s);
  close(ends[0]);
  if (!ended) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!ended)
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
