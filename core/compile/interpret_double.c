/* The interpreter in double, on our own elementary functions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile/elementary.h"
#include "compile/interpret_plan.h"

#define TWO_OVER_SQRT_PI 1.12837916709551257390
#define ONE_OVER_SQRT_2PI 0.39894228040143267794

#define T double
#define TYPE interp
#define I(name) interp_##name
#define M(name) DOUBLE_##name
#define DOUBLE_fabs fabs
#define DOUBLE_sqrt sqrt
#define DOUBLE_rsqrt ergm_rsqrt
#define DOUBLE_floor floor
#define DOUBLE_ceil ceil
#define DOUBLE_round round
#define DOUBLE_trunc trunc
#define DOUBLE_fmod fmod /* exact in any libm */
#define DOUBLE_exp ergm_exp
#define DOUBLE_expm1 ergm_expm1
#define DOUBLE_log ergm_log
#define DOUBLE_log1p ergm_log1p
#define DOUBLE_sin ergm_sin
#define DOUBLE_cos ergm_cos
#define DOUBLE_tan ergm_tan
#define DOUBLE_atan ergm_atan
#define DOUBLE_atan2 ergm_atan2
#define DOUBLE_tanh ergm_tanh
#define DOUBLE_erf ergm_erf
#define DOUBLE_erfc ergm_erfc
#define DOUBLE_pow ergm_pow
#define DOUBLE_phi ergm_phi
#define DOUBLE_lgamma ergm_lgamma
#define DOUBLE_digamma ergm_digamma
#define DOUBLE_trigamma ergm_trigamma
#define DOUBLE_tetragamma elementary_tetragamma
#define DOUBLE_inv_logit ergm_inv_logit
#define DOUBLE_log1p_exp ergm_log1p_exp
#define DOUBLE_log1m_exp ergm_log1m_exp
#include "compile/interpret_body.inc"
