// The inner loops of the dependence estimators.
#include "CKernels.h"
#include "vector.h"

CLONES float ck_slice_forward(float *u, const float *w1, const float *w2, const float *w3, size_t s) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= s; i += 16)
    for (int j = 0; j < 16; j++) {
      float a = tanh1(u[i + j]);
      u[i + j] = a;
      lanes[j] += ((w3[i + j] * a + w2[i + j]) * a + w1[i + j]) * a;
    }
  for (int j = 0; i < s; i++, j++) {
    float a = tanh1(u[i]);
    u[i] = a;
    lanes[j] += ((w3[i] * a + w2[i]) * a + w1[i]) * a;
  }
  return fold_sum(lanes);
}

CLONES void ck_slice_backward(const float *a, float delta, const float *w1, const float *w2, const float *w3,
                              float *e, size_t s) {
  for (size_t i = 0; i < s; i++) {
    float v = a[i];
    e[i] = delta * ((3.0f * w3[i] * v + 2.0f * w2[i]) * v + w1[i]) * (1.0f - v * v);
  }
}

CLONES float ck_distance_row(float ni, const float *n, const float *g, float *d, size_t count) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; j++) {
      float q = ni + n[i + j] - 2.0f * g[i + j];
      float v = square_root(q > 0.0f ? q : 0.0f);
      d[i + j] = v;
      lanes[j] += v;
    }
  for (int j = 0; i < count; i++, j++) {
    float q = ni + n[i] - 2.0f * g[i];
    float v = square_root(q > 0.0f ? q : 0.0f);
    d[i] = v;
    lanes[j] += v;
  }
  return fold_sum(lanes);
}

CLONES void ck_centred_products_row(const float *a, const float *b, float alpha, float beta, const float *alphas,
                                    const float *betas, size_t count, float *uv, float *uu, float *vv) {
  float l1[16] = {0}, l2[16] = {0}, l3[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; j++) {
      float u = a[i + j] - alpha - alphas[i + j];
      float v = b[i + j] - beta - betas[i + j];
      l1[j] += u * v;
      l2[j] += u * u;
      l3[j] += v * v;
    }
  for (int j = 0; i < count; i++, j++) {
    float u = a[i] - alpha - alphas[i];
    float v = b[i] - beta - betas[i];
    l1[j] += u * v;
    l2[j] += u * u;
    l3[j] += v * v;
  }
  *uv = fold_sum(l1);
  *uu = fold_sum(l2);
  *vv = fold_sum(l3);
}

CLONES float ck_distance_gradient_row(const float *a, const float *b, float alpha, float beta, float kappa,
                                      const float *alphas, const float *betas, const float *kappas, float c1,
                                      float c2, float *h, size_t count) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; j++) {
      float k = c1 * (b[i + j] - beta - betas[i + j]) - c2 * (a[i + j] - alpha - alphas[i + j]);
      float d = a[i + j];
      float v = d == 0.0f ? 0.0f : (k - kappa - kappas[i + j]) / (d == 0.0f ? 1.0f : d);
      h[i + j] = v;
      lanes[j] += v;
    }
  for (int j = 0; i < count; i++, j++) {
    float k = c1 * (b[i] - beta - betas[i]) - c2 * (a[i] - alpha - alphas[i]);
    float v = a[i] == 0.0f ? 0.0f : (k - kappa - kappas[i]) / a[i];
    h[i] = v;
    lanes[j] += v;
  }
  return fold_sum(lanes);
}
