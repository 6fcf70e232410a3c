#include "bench/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run/host.h"

enum { NO_START = 127 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* In the child: never returns. errno of a failure goes into the pipe. */
static void start(const command_job *job, pid_t parent, int report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  static const int faults[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
  for (const char *const *e = job->environment; e && *e; e += 2) setenv(e[0], e[1], 1);
  int in = open("/dev/null", O_RDONLY);
  int out = open(job->output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (getppid() == parent && in >= 0 && out >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
      dup2(out, 2) == 2)
    execvp(job->arguments[0], (char *const *)job->arguments);
  int error = errno;
  if (write(report, &error, sizeof error) < 0) _exit(NO_START);
  _exit(NO_START);
}

/* False when the time is over, or the user interrupts. */
static bool wait_for_end(int process, double end) {
  while (!run_interrupted()) {
    double left = end - now();
    if (left <= 0) return false;
    struct pollfd p = {.fd = process, .events = POLLIN};
    /* In slices: an interrupt may come just before the call. */
    if (poll(&p, 1, left > 0.5 ? 500 : (int)(1000 * left) + 1) > 0) return true;
  }
  return false;
}

static void no_process(command_result *out, const char *what) {
  snprintf(out->reason, sizeof out->reason, "%s: %s", what, strerror(errno));
}

void command_run(const command_job *job, command_result *out) {
  *out = (command_result){.code = -1};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    no_process(out, "no pipe");
    return;
  }
  fflush(NULL);
  double began = now();
  pid_t parent = getpid(), child = fork();
  if (child == 0) start(job, parent, ends[1]);
  int saved = errno;
  close(ends[1]);
  errno = saved;
  if (child < 0) {
    no_process(out, "no process");
    close(ends[0]);
    return;
  }
  setpgid(child, child); /* the child does so, too: whoever comes first */
  int error = 0;
  bool failed = read(ends[0], &error, sizeof error) == (ssize_t)sizeof error;
  close(ends[0]);
  int process = (int)syscall(SYS_pidfd_open, child, 0);
  bool ended = failed || (process >= 0 && wait_for_end(process, began + job->limit_s));
  if (!ended) kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  out->seconds = now() - began;
  kill(-child, SIGKILL); /* what it left behind */
  if (process >= 0) close(process);
  out->interrupted = !ended && run_interrupted();
  if (failed)
    snprintf(out->reason, sizeof out->reason, "%s can't be started: %s", job->arguments[0],
             strerror(error));
  else if (process < 0)
    snprintf(out->reason, sizeof out->reason, "this kernel can't watch a process");
  else if (!ended)
    snprintf(out->reason, sizeof out->reason, "no end within %.0f s", job->limit_s);
  else if (WIFSIGNALED(status))
    snprintf(out->reason, sizeof out->reason, "crashed: signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    out->code = WEXITSTATUS(status);
}
