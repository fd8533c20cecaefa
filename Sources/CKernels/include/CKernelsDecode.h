// The inner loops over stored keys and values. Every function has a plain Swift twin in Attention
// (`ReferenceBlockKernels`).
//
// A block holds CK_BLOCK tokens of one head. Its keys are panels of CK_PANEL tokens, each [width][CK_PANEL]; its values are
// panels of columns, each [CK_BLOCK][columns], with 64 columns as long as that many are left and then 32 and 16, to the
// width rounded up to 16. Both products of attention then read each panel from its first byte to its last.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CK_BLOCK 256
#define CK_PANEL 64

// What a stored number is.
enum { CK_FLOAT32 = 0, CK_BFLOAT16 = 1, CK_FLOAT16 = 2 };

// One step of the softmax of `rows` queries over the first `count` tokens of a block, of which row r sees the first
// visible[r] (all of them if `visible` is NULL). q is [rows][width], already times scale and log2(e). m, l and o
// ([rows][width rounded up to 16]) go in and out: the running maximum, denominator and sum of values, in base 2; they begin as
// -infinity, 0 and 0. A row that sees a NaN score becomes NaN.
void ck_attend_block(int format, const float *q, size_t rows, const void *keys, const void *values, size_t width,
                     size_t count, const size_t *visible, float *m, float *l, float *o);

// Puts `count` rows of x, `stride` elements apart, at tokens first..<first + count of a block, rounded to its format.
void ck_store_keys(int format, const float *x, size_t stride, size_t count, size_t width, size_t first, void *keys);
void ck_store_values(int format, const float *x, size_t stride, size_t count, size_t width, size_t first, void *values);
// The way back: the same tokens as rows of y.
void ck_load_keys(int format, const void *keys, size_t first, size_t count, size_t width, float *y, size_t stride);
void ck_load_values(int format, const void *values, size_t first, size_t count, size_t width, float *y, size_t stride);

// Memory straight from the system, zeroed and in large pages where it grants them: reading 8 KiB and more of each small page
// costs a third of the bandwidth. `bytes` is a multiple of 2 MiB. NULL if there is none.
void *ck_pages_allocate(size_t bytes);
void ck_pages_release(void *pages, size_t bytes);

// The sum of n numbers read once from memory, with nothing else done: what a memory can deliver at most.
float ck_read(const float *x, size_t n);
