/* SIGINT, SIGTERM, SIGHUP, and child processes that they must not leave behind.
 *
 * The first signal is remembered: whoever works for long asks erg_interrupted() and comes
 * to a good end. The second ends the process at once. The one piece of state that is the
 * process's, as signals are. */
#ifndef ERGODE_READ_INTERRUPT_H
#define ERGODE_READ_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* SIGHUP stays ignored where it is (nohup). */
void erg_interrupt_install(void);
bool erg_interrupted(void);
/* 128 and the first signal's number (130, 143, 129); 0: there was none. */
int erg_interrupt_exit(void);
/* In a new child process: signals of its parent are no signals of its own, and after one of
 * its own it has some seconds: nobody may be left to end it. */
void erg_interrupt_forget(void);

typedef enum { ERG_CHILD_ENDED, ERG_CHILD_LATE, ERG_CHILD_INTERRUPTED } erg_child_end;
/* Waits for a child that leads a process group of its own; *status as waitpid has it. One
 * that isn't there after limit_s seconds is killed; at a signal its group gets SIGTERM and
 * some seconds, at a second signal or after that time SIGKILL. Nothing of the group is left.
 * One child at a time. */
erg_child_end erg_child_wait(pid_t child, double limit_s, int *status);

#endif
