/* The portable sources as text, for the compilers at run time.
 *
 * Thread safe; nothing is changed after the start. */
#ifndef ERGODE_DEVICE_TEXT_H
#define ERGODE_DEVICE_TEXT_H

/* A file of core/device by its name ("elementary.h", "prologue_vector.h", ...), with
 * the device files that it includes put in their places. NULL where there is none. */
const char *erg_device_text(const char *name);

/* Name of file number i in alphabetical order, NULL past the last. */
const char *erg_device_file(int i);

/* Text of the elementary functions of these names ("exp" or "erg_exp"; a list that
 * NULL ends) and of all that they need, each once, in an order that compiles. Words of
 * the dialect and other names that elementary.h lacks are passed over. Freed by the
 * caller; NULL where memory is short. */
char *erg_device_functions(const char *const *names);

/* The same for the functions that these texts (NULL ends the list) call or, in a line
 * "//@needs NAME NAME", ask for. */
char *erg_device_functions_in(const char *const *texts);

#endif
