#include "read/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "read/clock.h"

#define GRACE_S 5

static volatile sig_atomic_t first;
static volatile sig_atomic_t group; /* of the child that is waited for; 0: none */
static volatile sig_atomic_t mortal; /* erg_interrupt_forget was called */

static void on_signal(int number) {
  if (!first) {
    first = number;
    if (mortal) alarm(GRACE_S + 1);
    return;
  }
  if (group) kill(-(pid_t)group, SIGTERM);
  _exit(128 + number);
}

void erg_interrupt_install(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action = {.sa_handler = on_signal}, old;
  signal(SIGCHLD, SIG_DFL); /* ignored, it would take the exit codes of children away */
  signal(SIGXFSZ, SIG_IGN); /* over ulimit -f, a write fails, and the reason is told */
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    bool ignored = sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN;
    if (numbers[i] != SIGHUP || !ignored) sigaction(numbers[i], &action, NULL);
  }
}

bool erg_interrupted(void) { return first != 0; }

int erg_interrupt_exit(void) { return first ? 128 + first : 0; }

void erg_interrupt_forget(void) {
  first = group = 0;
  mortal = 1;
}

/* True once the child is reaped; false after `end`, or at a signal where it counts. */
static bool reap(pid_t child, int process, double end, bool until_signal, int *status) {
  for (;;) {
    pid_t got = waitpid(child, status, WNOHANG);
    if (got == child || (got < 0 && errno != EINTR)) return true;
    double left = end - erg_clock();
    if (left <= 0 || (until_signal && first)) return false;
    /* in slices: a signal may come just before the call, or to another thread */
    struct pollfd p = {.fd = process, .events = POLLIN};
    int most = process >= 0 ? 200 : 2;
    poll(&p, process >= 0, left < 1e-3 * most ? (int)(1e3 * left) + 1 : most);
  }
}

erg_child_end erg_child_wait(pid_t child, double limit_s, int *status) {
  erg_child_end end = ERG_CHILD_ENDED;
  /* without it (Linux before 5.3): by looking often */
  int process = (int)syscall(SYS_pidfd_open, child, 0);
  *status = 0;
  group = child;
  bool reaped = reap(child, process, erg_clock() + limit_s, true, status);
  if (!reaped) {
    end = first ? ERG_CHILD_INTERRUPTED : ERG_CHILD_LATE;
    if (first) kill(-child, SIGTERM);
    reaped = first && reap(child, process, erg_clock() + GRACE_S, false, status);
  }
  kill(-child, SIGKILL); /* it, or what it left behind */
  while (!reaped && waitpid(child, status, 0) < 0 && errno == EINTR) continue;
  group = 0;
  if (process >= 0) close(process);
  return end;
}
