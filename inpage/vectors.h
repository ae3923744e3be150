// Products of matrices and exponentials, four floats at once: for the kernels of pages.

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define LANES 4       // floats in a vector
#define TILE_ROWS 4   // a product is made of tiles of 4 rows and 8 columns:
#define TILE_COLUMNS 8  // 8 sums, which with what they need fit 16 registers
#define LONGEST 512   // of what a product sums over

typedef uint32_t u32;
typedef uint64_t u64;

static float panel[LONGEST * TILE_COLUMNS];

// C [m, n] (+)= A [m, k] B [k, n], with A's element (i, l) at A[i * down + l * right]:
// so A may be transposed. m is a multiple of 4, n of 8, k at most LONGEST.
// Not inlined: a copy for each call makes the bytes half as many again, and no faster.
static __attribute__((noinline)) void product(float *C, const float *A, int down,
                                              int right, const float *B, int m, int n,
                                              int k, int add) {
  for (int j = 0; j < n; j += TILE_COLUMNS) {
    for (int l = 0; l < k; l++) {
      wasm_v128_store(panel + l * 8, wasm_v128_load(B + l * n + j));
      wasm_v128_store(panel + l * 8 + 4, wasm_v128_load(B + l * n + j + 4));
    }
    for (int i = 0; i < m; i += TILE_ROWS) {
      v128_t sums[TILE_ROWS][2];
      float *to = C + i * n + j;
      for (int r = 0; r < TILE_ROWS; r++)
        for (int c = 0; c < 2; c++)
          sums[r][c] = add ? wasm_v128_load(to + r * n + 4 * c) : wasm_f32x4_splat(0);
      const float *a = A + i * down, *b = panel;
      for (int l = 0; l < k; l++, a += right, b += 8) {
        v128_t b0 = wasm_v128_load(b), b1 = wasm_v128_load(b + 4);
#pragma clang loop unroll(full)
        for (int r = 0; r < TILE_ROWS; r++) {
          v128_t x = wasm_v128_load32_splat(a + r * down);
          sums[r][0] = wasm_f32x4_add(sums[r][0], wasm_f32x4_mul(x, b0));
          sums[r][1] = wasm_f32x4_add(sums[r][1], wasm_f32x4_mul(x, b1));
        }
      }
      for (int r = 0; r < TILE_ROWS; r++)
        for (int c = 0; c < 2; c++) wasm_v128_store(to + r * n + 4 * c, sums[r][c]);
    }
  }
}

// e to the power of four numbers that are not above 0; relative error below 2e-7.
static v128_t exponential(v128_t x) {
  static const struct numbers {
    float least, log2_e, large, minus_ln2, rest_of_ln2, series[8];
  } constants = {
      -87, 1.442695041f, 0x1.8p23f, -0.693359375f, 2.12194440e-4f,
      // As far as float32 can tell: |rest| ≤ ½ ln 2.
      {1 / 5040.f, 1 / 720.f, 1 / 120.f, 1 / 24.f, 1 / 6.f, 1 / 2.f, 1, 1}};
  // A compiler that sees which constants these are puts them into the code, where V8
  // takes three instructions for each; it takes one to read them from memory. So hide
  // where they come from.
  const struct numbers *is = &constants;
  __asm__("" : "+r"(is));
  v128_t log2_e = wasm_v128_load32_splat(&is->log2_e);
  v128_t large = wasm_v128_load32_splat(&is->large);
  v128_t minus_ln2 = wasm_v128_load32_splat(&is->minus_ln2);
  v128_t rest_of_ln2 = wasm_v128_load32_splat(&is->rest_of_ln2);
  x = wasm_f32x4_pmax(x, wasm_v128_load32_splat(&is->least));
  // What is added to so large a number is rounded to an integer, and stands in the last
  // bits of the sum: quicker than to round and to convert.
  v128_t integer = wasm_f32x4_add(wasm_f32x4_mul(x, log2_e), large);
  v128_t twos = wasm_f32x4_sub(integer, large);
  v128_t rest = wasm_f32x4_add(x, wasm_f32x4_mul(twos, minus_ln2));
  rest = wasm_f32x4_add(rest, wasm_f32x4_mul(twos, rest_of_ln2));
  v128_t sum = wasm_v128_load32_splat(is->series);
  for (int i = 1; i < 8; i++) {
    v128_t next = wasm_v128_load32_splat(is->series + i);
    sum = wasm_f32x4_add(wasm_f32x4_mul(sum, rest), next);
  }
  return wasm_i32x4_add(sum, wasm_i32x4_shl(integer, 23));
}
