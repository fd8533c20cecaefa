// Features of slices as whole numbers of eight bits, and the products of their columns.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Columns of a panel, rows of a strip of products, and the rows that a count of rows is filled up to a multiple of.
#define CK_LEVEL_PANEL 16
#define CK_LEVEL_STRIP 64
#define CK_LEVEL_ROWS 64
// What separates a level from the byte that holds it.
#define CK_LEVEL_OFFSET 128
// The most rows whose products are sure to fit in 32 bits.
#define CK_LEVEL_MOST_ROWS 65536

// The levels of (a, a^2 - shift, a^3) for `rows` rows of s slices a in -1...1: each times its factor, rounded to the nearest
// whole number. Factors times features must lie in -127...127.
//
// Levels lie in panels of 16 columns, as many for each power as s wants, `stride` times four rows long: the level of row r
// and column c of a panel, plus 128, is byte ((panel * stride + r / 4) * 16 + c) * 4 + r % 4. `levels` points to the first of
// these rows, a multiple of 64 in the whole; up to the next multiple of 64, and in columns that no slice has, levels are zero.
// sums[16 panel + c] is the sum of levels over the rows. `levels` is aligned to 64.
void ck_slice_levels(const float *a, size_t rows, size_t s, float shift, const float factors[3], uint8_t *levels,
                     size_t stride, int32_t *sums);

// The instructions that ck_level_products may use: none, products of bytes in vectors, or in tiles.
enum { CK_LEVELS_NONE = 0, CK_LEVELS_VECTORS = 1, CK_LEVELS_TILES = 2 };
// The best of them that this processor and this system have.
int ck_level_instructions(void);

// products[i, j] = sum over rows of level[r, 16 first + i] (level[r, j] + 128), for the 64 columns from panel `first` on and
// all columns j from there to the end of the panels; products is [64, 16 panels]. Whole numbers: every form gives the same.
// `quads` counts the rows of the panels by fours, a multiple of 16, at most 65,536 / 4; `stride` is the length of a panel in
// quads. `work` has room for CK_LEVEL_WORK bytes, and is aligned to 64 as `levels` and `products` are.
#define CK_LEVEL_WORK 131072
void ck_level_products(int instructions, const uint8_t *levels, size_t quads, size_t stride, size_t panels, size_t first,
                       int32_t *products, void *work);
