// The inner loops of the image layers; arrays have their channels innermost. Every function has a plain Swift twin in
// TensorCore (`ReferenceImageKernels`), and its meaning stands at the requirement of the same name in `ImageKernels`.
#pragma once

#include <stddef.h>

void ck_elu(const float *x, float alpha, float rate, float *y, size_t n);
void ck_elu_backward(const float *y, const float *dy, float alpha, float rate, float *dx, size_t n);
void ck_mish(const float *x, float *y, size_t n);
void ck_mish_backward(const float *x, const float *dy, float *dx, size_t n);

void ck_channel_sums(const float *x, size_t rows, size_t channels, double *sums);
void ck_channel_squares(const float *x, const float *mean, size_t rows, size_t channels, double *squares);
void ck_channel_products(const float *dy, const float *x, const float *mean, size_t rows, size_t channels,
                         double *sums, double *products);
void ck_channel_affine(const float *x, const float *mean, const float *scale, const float *shift, float *y,
                       size_t rows, size_t channels);
void ck_channel_combine(const float *dy, const float *a, const float *x, const float *mean, const float *b,
                        const float *shift, int with_elu, float alpha, float rate, float *dx, size_t rows,
                        size_t channels);

void ck_max_pool(const float *x, ptrdiff_t pairs, ptrdiff_t columns, ptrdiff_t channels, float *y);
void ck_max_pool_backward(const float *x, const float *dy, ptrdiff_t pairs, ptrdiff_t columns, ptrdiff_t channels,
                          float *dx);

// The patches that a convolution reads and the outputs that it writes: see `PatchGrid` in TensorCore.
typedef struct {
  ptrdiff_t images, rows, columns;
  ptrdiff_t segments, length;
  ptrdiff_t patch_image, patch_row, patch_column, patch_segment;
  ptrdiff_t output_image, output_row, output_column;
  ptrdiff_t outputs;
} ck_patch_grid;

void ck_pack_weights(const float *w, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t row_stride, ptrdiff_t column_stride,
                     float *packed, ptrdiff_t first_row, ptrdiff_t depth);
// `bias` may be null; with `with_elu` 0 the function is the identity. With `accumulate` the products are added to `y`.
void ck_convolve(const ck_patch_grid *grid, const float *x, const float *packed, ptrdiff_t packed_depth,
                 const float *bias, int with_elu, float alpha, float rate, int accumulate, float *y);
// `outputs` is a multiple of 16.
void ck_convolve_weights(const ck_patch_grid *grid, const float *x, const float *dy, float *dw);
