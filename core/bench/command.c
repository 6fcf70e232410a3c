#include "bench/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "read/clock.h"
#include "read/interrupt.h"

enum { NO_START = 127 };

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
  double began = erg_clock();
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
  int status;
  erg_child_end end = erg_child_wait(child, job->limit_s, &status);
  out->seconds = erg_clock() - began;
  out->interrupted = end == ERG_CHILD_INTERRUPTED;
  if (failed)
    snprintf(out->reason, sizeof out->reason, "%s can't be started: %s", job->arguments[0],
             strerror(error));
  else if (end != ERG_CHILD_ENDED)
    snprintf(out->reason, sizeof out->reason, "no end within %g s", job->limit_s);
  else if (WIFSIGNALED(status))
    snprintf(out->reason, sizeof out->reason, "crashed: signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    out->code = WEXITSTATUS(status);
}
