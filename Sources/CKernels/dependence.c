// The inner loops of the dependence estimators.
#include "CKernels.h"
#include "vector.h"

// tanh over rows that follow each other, whatever their length.
INLINE void tanh_all(float *u, size_t n) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) u[i] = tanh1(u[i]);
}

KERNEL(void, ck_slice_forward, (float *u, const float *w1, const float *w2, const float *w3, float *p, size_t rows,
        size_t s),
       (u, w1, w2, w3, p, rows, s)) {
  tanh_all(u, rows * s);
  for (size_t r = 0; r < rows; r++) {
    const float *a = u + r * s;
    float lanes[16] = {0};
    size_t i = 0;
    for (; i + 16 <= s; i += 16)
      for (int j = 0; j < 16; j++)
        lanes[j] += ((w3[i + j] * a[i + j] + w2[i + j]) * a[i + j] + w1[i + j]) * a[i + j];
    for (int j = 0; i < s; i++, j++) lanes[j] += ((w3[i] * a[i] + w2[i]) * a[i] + w1[i]) * a[i];
    p[r] = fold_sum(lanes);
  }
}

KERNEL(void, ck_slice_backward, (const float *a, const float *delta, const float *w1, const float *w2, const float *w3,
        float *e, size_t rows, size_t s),
       (a, delta, w1, w2, w3, e, rows, s)) {
  for (size_t r = 0; r < rows; r++) {
    const float *in = a + r * s;
    float *out = e + r * s, d = delta[r];
    size_t i = 0;
    for (; i + 16 <= s; i += 16) {
      INDEPENDENT
      for (int j = 0; j < 16; j++) {
        float v = in[i + j];
        out[i + j] = d * ((3.0f * w3[i + j] * v + 2.0f * w2[i + j]) * v + w1[i + j]) * (1.0f - v * v);
      }
    }
    for (; i < s; i++) {
      float v = in[i];
      out[i] = d * ((3.0f * w3[i] * v + 2.0f * w2[i]) * v + w1[i]) * (1.0f - v * v);
    }
  }
}

KERNEL(void, ck_slice_features, (float *u, float shift, float *f, size_t rows, size_t s, size_t stride),
       (u, shift, f, rows, s, stride)) {
  tanh_all(u, rows * s);
  for (size_t r = 0; r < rows; r++) {
    const float *a = u + r * s;
    float *first = f + r * stride, *second = first + s, *third = second + s;
    size_t i = 0;
    for (; i + 16 <= s; i += 16) {
      float v[16], q[16];
      for (int j = 0; j < 16; j++) {
        v[j] = a[i + j];
        q[j] = v[j] * v[j];
      }
      for (int j = 0; j < 16; j++) first[i + j] = v[j];
      for (int j = 0; j < 16; j++) second[i + j] = q[j] - shift;
      for (int j = 0; j < 16; j++) third[i + j] = q[j] * v[j];
    }
    for (; i < s; i++) {
      float v = a[i], q = v * v;
      first[i] = v;
      second[i] = q - shift;
      third[i] = q * v;
    }
  }
}

KERNEL(float, ck_distance_row, (float ni, const float *n, const float *g, float *d, size_t count),
       (ni, n, g, d, count)) {
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

KERNEL(void, ck_centred_products_row, (const float *a, const float *b, float alpha, float beta, const float *alphas,
        const float *betas, size_t count, float *uv, float *uu, float *vv),
       (a, b, alpha, beta, alphas, betas, count, uv, uu, vv)) {
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

KERNEL(float, ck_distance_gradient_row, (const float *a, const float *b, float alpha, float beta, float kappa,
        const float *alphas, const float *betas, const float *kappas, float c1, float c2, float *h, size_t count),
       (a, b, alpha, beta, kappa, alphas, betas, kappas, c1, c2, h, count)) {
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
