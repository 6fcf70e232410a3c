/* The user's settings against a sampler's table of parameters. */
#ifndef ERGODE_RUN_SETTINGS_H
#define ERGODE_RUN_SETTINGS_H

#include <stdbool.h>
#include <ergode/sampler.h>

/* Fills `values` [n_parameters] with the defaults. */
void run_settings_defaults(const erg_sampler *sampler, double *values);

/* Applies one "name=value". Numbers are checked against type and bounds; a BOOL takes
 * true, false, yes, no, 1, 0; a CHOICE takes one of its names. False with a message (to
 * be freed) that names the nearest parameter, or the bounds, or the choices. */
bool run_settings_apply(const erg_sampler *sampler, const char *assignment, double *values,
                        char **message);
/* The same with the name apart. */
bool run_settings_set(const erg_sampler *sampler, const char *name, const char *value,
                      double *values, char **message);

/* Index of a parameter, or -1. */
int run_settings_find(const erg_sampler *sampler, const char *name);

/* "gradient" for a choice's value, "true", "12", "0.8"; to be freed. */
char *run_settings_text(const erg_parameter *p, double value);

#endif
