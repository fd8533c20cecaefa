// The inner loops over the columns of row-major matrices: sums, and standardising them.
#include "CKernels.h"
#include "vector.h"

// Sums over rows of TERM, an expression in the element `k` of a matrix and the column `c`, one strip of columns at a time so
// that the sums stay in registers; each column's rows are added in order.
#define COLUMN_STRIP(WIDTH, TERM)                                  \
  for (; j + WIDTH <= columns; j += WIDTH) {                       \
    float lanes[WIDTH] = {0};                                      \
    for (size_t r = 0; r < rows; r++)                              \
      for (size_t i = 0; i < WIDTH; i++) {                         \
        size_t c = j + i, k = r * columns + c;                     \
        (void)c;                                                   \
        lanes[i] += TERM;                                          \
      }                                                            \
    for (size_t i = 0; i < WIDTH; i++) sums[j + i] = lanes[i];     \
  }
#define COLUMN_SUMS(TERM)   \
  do {                      \
    size_t j = 0;           \
    COLUMN_STRIP(64, TERM)  \
    COLUMN_STRIP(16, TERM)  \
    COLUMN_STRIP(4, TERM)   \
    COLUMN_STRIP(1, TERM)   \
  } while (0)

KERNEL(void, ck_column_sums, (const float *x, float *sums, size_t rows, size_t columns), (x, sums, rows, columns)) {
  COLUMN_SUMS(x[k]);
}
KERNEL(void, ck_column_squares, (const float *x, const float *mean, float *sums, size_t rows, size_t columns),
       (x, mean, sums, rows, columns)) {
  COLUMN_SUMS((x[k] - mean[c]) * (x[k] - mean[c]));
}
KERNEL(void, ck_column_products, (const float *x, const float *y, float *sums, size_t rows, size_t columns),
       (x, y, sums, rows, columns)) {
  COLUMN_SUMS(x[k] * y[k]);
}

// EXPRESSION in `k` and `c` for every element, vectors of sixteen columns first.
#define EACH_ELEMENT(EXPRESSION)                                   \
  for (size_t r = 0; r < rows; r++) {                              \
    size_t j = 0;                                                  \
    for (; j + 16 <= columns; j += 16) {                           \
      INDEPENDENT                                                  \
      for (size_t i = 0; i < 16; i++) {                            \
        size_t c = j + i, k = r * columns + c;                     \
        EXPRESSION;                                                \
      }                                                            \
    }                                                              \
    for (; j < columns; j++) {                                     \
      size_t c = j, k = r * columns + c;                           \
      EXPRESSION;                                                  \
    }                                                              \
  }

KERNEL(void, ck_standardize_rows, (const float *x, const float *mean, const float *factor, float *y, size_t rows,
        size_t columns),
       (x, mean, factor, y, rows, columns)) {
  if (columns == 1) {
    float m = mean[0], f = factor[0];
    INDEPENDENT
    for (size_t r = 0; r < rows; r++) y[r] = (x[r] - m) * f;
    return;
  }
  EACH_ELEMENT(y[k] = (x[k] - mean[c]) * factor[c])
}

KERNEL(void, ck_standardize_rows_backward, (const float *dy, const float *y, const float *mean, const float *slope,
        const float *factor, float *dx, size_t rows, size_t columns),
       (dy, y, mean, slope, factor, dx, rows, columns)) {
  if (columns == 1) {
    float m = mean[0], s = slope[0], f = factor[0];
    INDEPENDENT
    for (size_t r = 0; r < rows; r++) dx[r] = (dy[r] - m - y[r] * s) * f;
    return;
  }
  EACH_ELEMENT(dx[k] = (dy[k] - mean[c] - y[k] * slope[c]) * factor[c])
}
