/* The models that ship, by name. */
#ifndef SHIPPED_H
#define SHIPPED_H

static const char *const shipped_models[] = {
    "artist_regression",
    "blr",
    "correlated_normal",
    "eight_schools",
    "eight_schools_centered",
    "eight_schools_noncentered",
    "funnel",
    "hierarchical_normal",
    "horseshoe",
    "kidscore",
    "logistic_regression",
    "nested",
    "poisson_glmm",
    "radon",
};
enum { SHIPPED_MODELS = sizeof shipped_models / sizeof *shipped_models };

#endif
