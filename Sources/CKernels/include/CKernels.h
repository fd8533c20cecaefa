// The inner loops that must choose an instruction set at run time.
//
// Every function has a plain Swift twin in TensorCore (`ReferenceKernels`), which is its test oracle. Sums run over
// sixteen fixed lanes, so that their order, and with it the result, is the same for every instruction set of one kind.
// No function allocates, none keeps a pointer, all take counts of elements.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "CKernelsAttention.h"
#include "CKernelsDecode.h"
#include "CKernelsImages.h"
#include "CKernelsLevels.h"
#include "CKernelsMasks.h"
#include "CKernelsProcessor.h"

// Elementwise functions: y[i] = f(x[i]). x and y may be the same array.
void ck_exp(const float *x, float *y, size_t n);
void ck_log(const float *x, float *y, size_t n);
void ck_tanh(const float *x, float *y, size_t n);
void ck_sigmoid(const float *x, float *y, size_t n);
void ck_softplus(const float *x, float *y, size_t n);
void ck_sin(const float *x, float *y, size_t n);
void ck_cos(const float *x, float *y, size_t n);
void ck_sqrt(const float *x, float *y, size_t n);

// Elementwise arithmetic: z = x ∘ y.
void ck_add(const float *x, const float *y, float *z, size_t n);
void ck_sub(const float *x, const float *y, float *z, size_t n);
void ck_mul(const float *x, const float *y, float *z, size_t n);
void ck_div(const float *x, const float *y, float *z, size_t n);

// Fused forms: y += a x; y = a x + b y; z += x y (elementwise); z = a x + b.
void ck_axpy(float a, const float *x, float *y, size_t n);
void ck_axpby(float a, const float *x, float b, float *y, size_t n);
void ck_mul_add(const float *x, const float *y, float *z, size_t n);
void ck_scale_shift(const float *x, float a, float b, float *z, size_t n);

// Reductions in fixed order.
float ck_sum(const float *x, size_t n);
float ck_dot(const float *x, const float *y, size_t n);
float ck_max(const float *x, size_t n);

// y[r, :] = softmax(x[r, :]); the row maximum is subtracted first. x and y may be the same array.
void ck_softmax_rows(const float *x, float *y, size_t rows, size_t columns);

// y = x where x > 0, slope x elsewhere (0 for slope 0, for -infinity too), and its gradient from the output: dx = dy where y > 0, slope dy elsewhere (slope >= 0).
void ck_leaky_relu(const float *x, float slope, float *y, size_t n);
void ck_leaky_relu_backward(const float *y, const float *dy, float slope, float *dx, size_t n);

// One Adam step, as PyTorch has it: m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g g;
// p -= stepSize m / (sqrt(v) / correction2 + epsilon), correction2 = sqrt(1 - beta2^t).
void ck_adam(float *p, float *m, float *v, const float *g, float stepSize, float beta1, float beta2,
             float correction2, float epsilon, float weightDecay, size_t n);

// Cubic functions of the slices u, `rows` rows of s; forward and features write a = tanh(u) over u.
// forward: p[r] = sum_k w1 a + w2 a^2 + w3 a^3.
// backward, from a: e[r, k] = delta[r] (w1 + 2 w2 a + 3 w3 a^2) (1 - a^2).
// features: f[r, :] = (a, a^2 - shift, a^3), with rows of f `stride` apart; f and u do not overlap.
void ck_slice_forward(float *u, const float *w1, const float *w2, const float *w3, float *p, size_t rows, size_t s);
void ck_slice_backward(const float *a, const float *delta, const float *w1, const float *w2, const float *w3, float *e,
                       size_t rows, size_t s);
void ck_slice_features(float *u, float shift, float *f, size_t rows, size_t s, size_t stride);
// Products of the features f[r] = (a, a^2 - shift, a^3), [3, s], of slices a = tanh(u) with a few vectors of that shape:
// transposed: g[v] = sum_r p[r, v] f[r], from p [rows, vectors].
// normal: the same with p[r, v] = <(a, a^2, a^3), weights[v]> - constants[v], and sums[v] = sum_r p[r, v].
void ck_slice_transposed(const float *a, size_t rows, size_t s, float shift, const float *p, size_t vectors, float *g);
void ck_slice_normal(const float *a, size_t rows, size_t s, float shift, const float *weights, const float *constants,
                     size_t vectors, float *g, float *sums);

// Sums over the rows of x, of (x - mean)^2 and of x y, column by column, each column's rows in order.
void ck_column_sums(const float *x, float *sums, size_t rows, size_t columns);
void ck_column_squares(const float *x, const float *mean, float *sums, size_t rows, size_t columns);
void ck_column_products(const float *x, const float *y, float *sums, size_t rows, size_t columns);

// y[r, j] = (x[r, j] - mean[j]) factor[j], and dx[r, j] = (dy[r, j] - mean[j] - y[r, j] slope[j]) factor[j]. The result may
// be the memory of x, or of dy.
void ck_standardize_rows(const float *x, const float *mean, const float *factor, float *y, size_t rows, size_t columns);
void ck_standardize_rows_backward(const float *dy, const float *y, const float *mean, const float *slope,
                                  const float *factor, float *dx, size_t rows, size_t columns);

// Distances from squared norms: d[j] = sqrt(max(ni + n[j] - 2 g[j], 0)); returns the sum of the row.
float ck_distance_row(float ni, const float *n, const float *g, float *d, size_t count);

// Sums over a row of u v, u u and v v, with u[j] = a[j] - alpha - alphas[j], v[j] = b[j] - beta - betas[j].
void ck_centred_products_row(const float *a, const float *b, float alpha, float beta, const float *alphas,
                             const float *betas, size_t count, float *uv, float *uu, float *vv);
// h[j] = (c1 (b[j] - beta - betas[j]) - c2 (a[j] - alpha - alphas[j]) - kappa - kappas[j]) / a[j], 0 where a[j] is 0;
// returns the sum of the row.
float ck_distance_gradient_row(const float *a, const float *b, float alpha, float beta, float kappa,
                               const float *alphas, const float *betas, const float *kappas, float c1, float c2,
                               float *h, size_t count);

// Standard normal numbers, `count` pairs, each from the next 128 bits of the Philox stream `key` after `position` 32-bit words
// (an even number of them): sqrt(-2 log(1 - u)) times the cosine and the sine of 2 pi v.
void ck_normal_pairs(uint64_t key, uint64_t position, double *pairs, size_t count);

// The tensor memory pool: blocks of 64-byte alignment in size classes; a freed block is the next one's memory.
void *ck_pool_allocate(size_t bytes);
void ck_pool_release(void *block);
// What the pool has of the system: blocks in use and free ones.
size_t ck_pool_held_bytes(void);
size_t ck_pool_live_bytes(void);
size_t ck_pool_high_water_bytes(void);
void ck_pool_reset_high_water(void);
void ck_pool_trim(void);
