/* Where the installed parts lie, found from the place of this code: nothing is compiled
 * in, so an installation or a bundle may be moved. */
#ifndef ERGODE_RUN_PATHS_H
#define ERGODE_RUN_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* Folder of libergode (or of the executable it is linked into). */
bool run_library_folder(char *path, size_t capacity);

/* PREFIX/share/ergode/KIND/NAME: KIND is "models" or "configs"; to be freed; NULL where
 * there is no such file. */
char *run_shared_file(const char *kind, const char *name);

/* The model file for what the user wrote: a file as it is; else, where it has no slash,
 * the shipped model NAME or NAME.toml. To be freed; where nothing fits the name itself,
 * for the reader's message. */
char *run_model_path(const char *name);
/* Names of the shipped models without .toml, sorted, NULL-terminated; run_names_free. */
char **run_model_names(void);
/* Those of the presets. */
char **run_preset_names(void);
void run_names_free(char **names);

/* $XDG_CACHE_HOME/ergode/NAME, or ~/.cache/ergode/NAME: made, for the user alone. To be
 * freed; NULL where there is no such place: nothing is cached then. */
char *run_cache_folder(const char *name);

/* $XDG_DATA_HOME/ergode/NAME, or ~/.local/share/ergode/NAME: what the user keeps; not made.
 * To be freed; NULL where there is no such place. */
char *run_data_folder(const char *name);

/* Folder of models compiled ahead (`ergode model compile`), beside libergode; to be freed;
 * NULL where there is none. */
char *run_prebuilt_folder(void);

/* Makes a folder and those above it; false with errno. */
bool run_make_folders(const char *path);

#endif
