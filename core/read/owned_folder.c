#include "read/owned_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "read/memory.h"
#include "read/private_folder.h"

#define OWNER "owner"
enum { SUFFIX = 6 }; /* mkdtemp's */

static char *joined(const char *folder, const char *name) {
  size_t size = strlen(folder) + strlen(name) + 2;
  char *path = erg_alloc(size);
  snprintf(path, size, "%s/%s", folder, name);
  return path;
}

/* --- those of owners that are gone ------------------------------------------------------ */

/* Locked, and still what the path names; -1: somebody's, or no such folder. */
static int take_lock(const char *folder) {
  struct stat at, of_folder, now;
  char *path = joined(folder, OWNER);
  int lock = -1;
  if (lstat(folder, &of_folder) == 0 && S_ISDIR(of_folder.st_mode) &&
      of_folder.st_uid == geteuid())
    lock = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  bool mine = lock >= 0 && fstat(lock, &at) == 0 && S_ISREG(at.st_mode) &&
              flock(lock, LOCK_EX | LOCK_NB) == 0 && lstat(path, &now) == 0 &&
              now.st_ino == at.st_ino && now.st_dev == at.st_dev;
  free(path);
  if (mine || lock < 0) return lock;
  close(lock);
  return -1;
}

static void sweep(const char *prefix) {
  const char *parent = erg_temporary_folder();
  size_t n = strlen(prefix);
  DIR *list = opendir(parent);
  for (struct dirent *one; list && (one = readdir(list));) {
    const char *name = one->d_name;
    if (strncmp(name, prefix, n) || name[n] != '-' || strlen(name) != n + 1 + SUFFIX) continue;
    char *path = joined(parent, name);
    int lock = take_lock(path);
    if (lock < 0) {
      free(path);
      continue;
    }
    erg_private_folder_remove(path);
    close(lock);
  }
  if (list) closedir(list);
}

/* --- the keeper ------------------------------------------------------------------------- */

/* Ends when nobody holds the other end of the pipe. */
static void keep(const char *path, int pipe_end) {
  static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
  pipe_end = fcntl(pipe_end, F_DUPFD, 3);
  setsid(); /* signals of a terminal go to its groups */
  int nothing = open("/dev/null", O_RDWR);
  /* somebody may wait for the end of what they lead to */
  for (int i = 0; i < 3 && nothing >= 0; i++) dup2(nothing, i);
  char byte;
  while (read(pipe_end, &byte, 1) < 0 && errno == EINTR) continue;
  erg_private_folder_remove(erg_copy(path, strlen(path)));
  _exit(0);
}

static void start_keeper(erg_owned_folder *f) {
  int ends[2];
  if (pipe(ends) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    keep(f->path, ends[0]);
  }
  close(ends[0]);
  f->pipe = ends[1];
  f->keeper = child > 0 ? child : 0;
}

/* --- the folder --------------------------------------------------------------------------- */

/* Under another name until it is locked: a sweep takes no folder without a lock. */
static bool make(erg_owned_folder *f, const char *prefix) {
  size_t size = strlen(prefix) + sizeof "-new";
  char *first = erg_alloc(size);
  snprintf(first, size, "%s-new", prefix);
  char *made = erg_private_folder(NULL, first);
  free(first);
  if (!made) return false;
  char *owner = joined(made, OWNER);
  f->lock = open(owner, O_RDWR | O_CREAT | O_EXCL, 0600);
  free(owner);
  bool good = f->lock >= 0;
  if (good) flock(f->lock, LOCK_EX | LOCK_NB); /* where there are no locks, nobody sweeps */
  size_t n = strlen(made), stem = n - SUFFIX - strlen("new-");
  f->path = erg_alloc(n + 1);
  snprintf(f->path, n + 1, "%.*s%s", (int)stem, made, made + n - SUFFIX);
  good = good && rename(made, f->path) == 0;
  if (good) {
    free(made);
    return true;
  }
  int saved = errno;
  erg_private_folder_remove(made);
  free(f->path);
  if (f->lock >= 0) close(f->lock);
  f->path = NULL;
  errno = saved;
  return false;
}

bool erg_owned_folder_open(erg_owned_folder *f, const char *prefix) {
  *f = (erg_owned_folder){.lock = -1, .pipe = -1};
  sweep(prefix);
  if (!make(f, prefix)) return false;
  start_keeper(f);
  return true;
}

void erg_owned_folder_close(erg_owned_folder *f) {
  if (!f->path) return;
  erg_private_folder_remove(f->path);
  if (f->pipe >= 0) close(f->pipe);
  /* A process that somebody left behind may hold the pipe: nothing is left to wait for. */
  if (f->keeper) kill(f->keeper, SIGKILL);
  while (f->keeper && waitpid(f->keeper, NULL, 0) < 0 && errno == EINTR) continue;
  close(f->lock);
  *f = (erg_owned_folder){.lock = -1, .pipe = -1};
}
