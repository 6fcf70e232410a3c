#include "run/outputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/paths.h"
#include "run/text.h"

static bool is_one_of(const char *name, const char *const *list) {
  for (; *list; list++)
    if (!strcmp(name, *list)) return true;
  return false;
}

/* MODEL_1.csv, MODEL_2.csv, ...; of any model where it is NULL. */
static bool is_chain_file(const char *name, const char *model) {
  const char *last = strrchr(name, '_');
  if (!last || (model && (strlen(model) != (size_t)(last - name) ||
                          strncmp(name, model, (size_t)(last - name)))))
    return false;
  size_t digits = strspn(last + 1, "0123456789");
  return digits && !strcmp(last + 1 + digits, ".csv");
}

/* Nobody else's file: a folder may be the user's own, with data in it. In the folders for
 * earlier results there may be some of other models. */
static bool is_result(const run_outputs *o, const char *below, const char *name) {
  static const char *const always[] = {"draws.nc",  "draws.nc.part", "summary.json",
                                       "report.md", "report.html",   NULL};
  static const char *const simulated[] = {"data.json", "truth.json", NULL};
  return is_one_of(name, always) || ((o->simulated || *below) && is_one_of(name, simulated)) ||
         is_chain_file(name, *below ? NULL : o->model);
}

/* Calls `use` with every result in FOLDER[/below]; how many there were, -1 with errno. */
static int each(const run_outputs *o, const char *below,
                int (*use)(const run_outputs *o, const char *from, const char *to)) {
  char *folder = run_text("%s%s", o->folder, below);
  DIR *d = opendir(folder);
  int n = 0;
  for (struct dirent *e; d && n >= 0 && (e = readdir(d));) {
    if (!is_result(o, below, e->d_name)) continue;
    char *from = run_text("%s/%s", folder, e->d_name);
    char *to = run_text("%s%s/%s", o->folder, *below ? "" : "/" RUN_PREVIOUS, e->d_name);
    n = use(o, from, to) == 0 ? n + 1 : -1;
    free(from);
    free(to);
  }
  int saved = errno;
  if (d) closedir(d);
  free(folder);
  errno = saved;
  return n;
}

static int look(const run_outputs *o, const char *from, const char *to) {
  (void)o, (void)from, (void)to;
  return 0;
}
static int drop(const run_outputs *o, const char *from, const char *to) {
  (void)o, (void)to;
  return unlink(from);
}
static int move(const run_outputs *o, const char *from, const char *to) {
  (void)o;
  return rename(from, to);
}

/* Results from before the previous ones, until it is known that there are new ones. */
#define OLDER RUN_PREVIOUS ".older"

static bool put_aside(run_outputs *o) {
  if (each(o, "", look) < 1) return true;
  char *previous = run_text("%s/" RUN_PREVIOUS, o->folder);
  char *older = run_text("%s/" OLDER, o->folder);
  each(o, "/" OLDER, drop);
  rmdir(older);
  /* Somebody's own file in there keeps the folder: then the previous results go at once. */
  if (rename(previous, older) != 0) each(o, "/" RUN_PREVIOUS, drop);
  bool good = (mkdir(previous, 0777) == 0 || errno == EEXIST) && each(o, "", move) >= 0;
  free(previous);
  free(older);
  o->put_aside = good;
  return good;
}

void run_outputs_keep(run_outputs *o) {
  char *older = run_text("%s/" OLDER, o->folder);
  each(o, "/" OLDER, drop);
  rmdir(older);
  free(older);
}

bool run_outputs_claim(const char *folder, const char *model, bool simulated,
                       run_outputs *o, erg_problems *p) {
  *o = (run_outputs){.folder = run_text("%s", folder), .model = run_text("%s", model),
                     .simulated = simulated, .lock = -1};
  static const char elsewhere[] = "name another folder with --out DIR";
  o->made = access(folder, F_OK) != 0;
  if (!run_make_folders(folder))
    return erg_error(p, (erg_place){0}, elsewhere, "the folder %s can't be made: %s", folder,
                     strerror(errno));
  if (access(folder, W_OK | X_OK) != 0)
    return erg_error(p, (erg_place){0}, elsewhere, "the folder %s can't be written: %s", folder,
                     strerror(errno));
  o->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* some file systems have no locks */
  if (o->lock >= 0 && flock(o->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return erg_error(p, (erg_place){0}, "wait for its end, or name another folder with --out DIR",
                     "another run is writing to %s", folder);
  if (!put_aside(o))
    return erg_error(p, (erg_place){0}, elsewhere,
                     "the earlier results in %s can't be put aside into %s/" RUN_PREVIOUS ": %s",
                     folder, folder, strerror(errno));
  return true;
}

void run_outputs_discard(run_outputs *o) {
  if (!o->folder) return;
  each(o, "", drop);
  if (o->put_aside) {
    each(o, "/" RUN_PREVIOUS, move);
    char *previous = run_text("%s/" RUN_PREVIOUS, o->folder);
    char *older = run_text("%s/" OLDER, o->folder);
    rmdir(previous);
    rename(older, previous);
    free(previous);
    free(older);
  }
  o->put_aside = false;
  if (o->made) rmdir(o->folder);
}

void run_outputs_release(run_outputs *o) {
  if (o->folder && o->lock >= 0) close(o->lock);
  free(o->folder);
  free(o->model);
  *o = (run_outputs){0};
}
