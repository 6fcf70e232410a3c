#include "free_models.h"

#include <math.h>

double free_hierarchy_gradient(const free_hierarchy *m, const double *q, double *gradient) {
  double mu = q[m->mu], log_tau = q[m->log_tau], log_sigma = q[m->log_sigma];
  double tau = exp(log_tau), sigma = exp(log_sigma);
  double p = 1.0 / (tau * tau), w = 1.0 / (sigma * sigma);
  double kp = m->kappa * p, kpm = kp * mu;
  const double *u = q + m->u;
  double *g = gradient + m->u;
  double log_scales = 0.0, squares = 0.0, misfit = 0.0;
  double d_mu_pull = 0.0, d_scale = 0.0, sum_prior = 0.0;
  for (int i = 0; i < m->groups; i++) {
    double H = m->ell[i] + kp, s = 1.0 / sqrt(H), v = 1.0 / H;
    double numerator = kpm + m->h[i];
    double a = u[i] * s + v * numerator;
    double from_mu = a - mu, from_mean = m->mean[i] - a;
    log_scales += log(H);
    squares += from_mu * from_mu;
    misfit += m->n[i] * from_mean * from_mean;
    double d_a = w * m->n[i] * from_mean - p * from_mu;
    g[i] = s * d_a;
    d_mu_pull += v * d_a;
    sum_prior += from_mu;
    /* dH: a = u H^-1/2 + H^-1 numerator, and -log(H)/2 of the Jacobian. */
    d_scale += d_a * (-0.5 * u[i] * s * v - v * v * numerator) - 0.5 * v;
  }
  double n = m->groups;
  /* d_mu_pull: of the numerator through kappa p mu; d_scale: of H through kappa p. */
  double d_p = m->kappa * (mu * d_mu_pull + d_scale) - 0.5 * squares;
  gradient[m->mu] = kp * d_mu_pull + p * sum_prior - (mu - 50.0) / 400.0;
  gradient[m->log_tau] = -2.0 * p * d_p - n - tau * tau / 225.0 + 1.0;
  gradient[m->log_sigma] = w * (m->within + misfit) - m->observations - sigma * sigma / 25.0 + 1.0;
  return -0.5 * log_scales - 0.5 * p * squares - n * log_tau - 0.5 * w * (m->within + misfit) -
         m->observations * log_sigma - (mu - 50.0) * (mu - 50.0) / 800.0 - tau * tau / 450.0 -
         sigma * sigma / 50.0 + log_tau + log_sigma;
}

double free_logistic_gradient(const free_logistic *m, const double *q, double *gradient) {
  double alpha = q[m->alpha], lp = -0.125 * alpha * alpha, d_alpha = -0.25 * alpha;
  const double *beta = q + m->beta;
  double *d_beta = gradient + m->beta;
  for (int k = 0; k < m->features; k++) {
    lp -= 0.5 * beta[k] * beta[k];
    d_beta[k] = -beta[k];
  }
  for (int64_t t = 0; t < m->tiles; t++) {
    const double *x = m->x + t * m->features * FREE_TILE;
    const double *y = m->y + t * FREE_TILE, *weight = m->weight + t * FREE_TILE;
    double eta[FREE_TILE];
    for (int i = 0; i < FREE_TILE; i++) eta[i] = alpha;
    for (int k = 0; k < m->features; k++)
      for (int i = 0; i < FREE_TILE; i++) eta[i] += x[k * FREE_TILE + i] * beta[k];
    for (int i = 0; i < FREE_TILE; i++) {
      double e = exp(-fabs(eta[i]));
      double larger = eta[i] > 0.0 ? eta[i] : 0.0, p = (eta[i] > 0.0 ? 1.0 : e) / (1.0 + e);
      lp += weight[i] * (y[i] * eta[i] - larger - log(1.0 + e));
      eta[i] = weight[i] * (y[i] - p);
      d_alpha += eta[i];
    }
    for (int k = 0; k < m->features; k++) {
      double sum = 0.0;
      for (int i = 0; i < FREE_TILE; i++) sum += x[k * FREE_TILE + i] * eta[i];
      d_beta[k] += sum;
    }
  }
  gradient[m->alpha] = d_alpha;
  return lp;
}
