// A network that learns a table a ∘ b = c: embedding, one ReLU layer, unembedding.
//
// The same network, loss and optimizer as grokcore's EmbeddingMLP with AdamW, in
// float32; tests/lab compares them number by number. The loop that calls it is
// worker.js. Letters: p numbers, P the same
// rounded up to whole vectors (what is beyond p stays 0), D width, M neurons.
//
// Memory is laid out by setup(). JavaScript and Python read and write it through the
// pointers that at() returns.

#include "../inpage/vectors.h"

#define CHUNK 64  // rows that go forward and backward together: they fit the cache

extern unsigned char __heap_base;

// -- random numbers: PCG32 (O'Neill 2014) --------------------------------------------

static u64 random_state, random_stream;

static u32 random_bits(void) {
  u64 old = random_state;
  random_state = old * 6364136223846793005u + random_stream;
  u32 mixed = (u32)(((old >> 18) ^ old) >> 27), turn = (u32)(old >> 59);
  return mixed >> turn | mixed << (-turn & 31);
}

// Begin a sequence; a seed has many streams, one for each purpose.
EXPORT(reseed) void reseed(u32 seed, u32 stream) {
  random_state = 0;
  random_stream = (u64)stream << 1 | 1;
  random_bits();
  random_state += seed;
  random_bits();
}

// A number below n, each as likely.
EXPORT(draw) u32 draw(u32 n) {
  u32 threshold = -n % n, bits;
  do bits = random_bits();
  while (bits < threshold);
  return bits % n;
}

static double uniform(void) { return (random_bits() >> 8) * 0x1p-24 * 2 - 1; }

static double ln(double x) {
  union {
    double value;
    u64 bits;
  } part = {x};
  int exponent = (int)(part.bits >> 52) - 1023;
  part.bits = (part.bits & 0xfffffffffffffu) | (u64)1023 << 52;
  if (part.value > 1.4142135623730951) part.value /= 2, exponent++;
  // ln m = 2 artanh s, with |s| below 0.172.
  double s = (part.value - 1) / (part.value + 1), square = s * s, sum = 0;
  for (int k = 19; k > 0; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * s * sum + exponent * 0.6931471805599453;
}

// A standard normal number (Marsaglia's polar method; the second one is thrown away).
static double normal(void) {
  double x, square;
  do {
    double y = uniform();
    x = uniform();
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  return x * __builtin_sqrt(-2 * ln(square) / square);
}

// -- memory --------------------------------------------------------------------------

enum {
  WEIGHTS,       // [W_E | W_in | b_in | W_U]
  GRADIENTS,     // the same shape, of the last batch
  ORDER,         // [p²] the cells that are shown; shuffled at each epoch
  TARGETS,       // [p²] the right answer of each cell, or −1 where there is none
  CELLS,         // [p²] what evaluate() found, in bits: 1 right, 2 shown, 4 no answer
  LOGITS,        // [P] of the cell that logits() was asked for
  BASIS,         // [P, P] waves, for transform()
  COEFFICIENTS,  // [P, D] waves times W_E
  RESULTS,       // what evaluate() found, in numbers (doubles)
  PLACES
};

static int p, P, D, M;
static int count;  // weights, with what fills up their vectors
static void *places[PLACES];
static float *W_E, *W_in, *b_in, *W_U;      // weights
static float *dW_E, *dW_in, *db_in, *dW_U;  // gradients
static float *mean, *square;                // AdamW's running means
static float *shares, *dshares;             // [2, P, M] of a, of b in the hidden layer
static float *turned;                       // a transposed weight
static float *hidden, *dhidden, *scores;    // [CHUNK, M], [CHUNK, M], [CHUNK, P]
static u32 chunk_cells[CHUNK];

static unsigned char *top;

static void *take(u32 bytes) {
  unsigned char *here = top;
  top += (bytes + 63) & ~63u;
  return here;
}

static float *floats(int n) { return take(n * sizeof(float)); }

static void clear(void *from, u32 bytes) { __builtin_memset(from, 0, bytes); }

static void part(float *block, float **e, float **in, float **b, float **u) {
  *e = block;
  *in = *e + P * D;
  *b = *in + 2 * D * M;
  *u = *b + M;
}

// Lay out the memory for a table of p numbers. D and M are multiples of 8, at most 512.
// Returns how many weights there are, or 0 if the sizes or the memory do not do.
EXPORT(setup) int setup(int numbers, int width, int neurons) {
  if (numbers < 2 || numbers > LONGEST || width < 8 || width > LONGEST || width % 8 ||
      neurons < 8 || neurons > LONGEST || neurons % 8)
    return 0;
  p = numbers, P = (p + 7) & ~7, D = width, M = neurons;
  count = P * D + 2 * D * M + M + M * P;
  top = &__heap_base;
  top += -(uintptr_t)top & 63;
  places[WEIGHTS] = floats(count);
  places[GRADIENTS] = floats(count);
  mean = floats(count);
  square = floats(count);
  shares = floats(2 * P * M);
  dshares = floats(2 * P * M);
  turned = floats(M * (P > D ? P : D));
  hidden = floats(CHUNK * M);
  dhidden = floats(CHUNK * M);
  scores = floats(CHUNK * P);
  places[ORDER] = take(p * p * sizeof(u32));
  places[TARGETS] = take(p * p * sizeof(int));
  places[CELLS] = take(p * p);
  places[LOGITS] = floats(P);
  places[BASIS] = floats(P * P);
  places[COEFFICIENTS] = floats(P * D);
  places[RESULTS] = take(4 * sizeof(double));
  long missing = (long)(uintptr_t)top - (long)__builtin_wasm_memory_size(0) * 65536;
  if (missing > 0 && __builtin_wasm_memory_grow(0, (missing + 65535) / 65536) + 1 == 0)
    return 0;
  clear(&__heap_base, (u32)(top - &__heap_base));
  part(places[WEIGHTS], &W_E, &W_in, &b_in, &W_U);
  part(places[GRADIENTS], &dW_E, &dW_in, &db_in, &dW_U);
  return count;
}

EXPORT(at) void *at(int place) { return places[place]; }

// B [n, m] = A [m, n] transposed, four by four: m and n are multiples of 4.
static void transpose(float *B, const float *A, int m, int n) {
  for (int i = 0; i < m; i += LANES)
    for (int j = 0; j < n; j += LANES) {
      const float *from = A + i * n + j;
      float *to = B + j * m + i;
      v128_t a = wasm_v128_load(from), b = wasm_v128_load(from + n);
      v128_t c = wasm_v128_load(from + 2 * n), d = wasm_v128_load(from + 3 * n);
      // Pairs of a row and the next, then pairs of pairs.
      v128_t ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5);
      v128_t cd = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
      wasm_v128_store(to, wasm_i64x2_shuffle(ab, cd, 0, 2));
      wasm_v128_store(to + m, wasm_i64x2_shuffle(ab, cd, 1, 3));
      ab = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
      cd = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
      wasm_v128_store(to + 2 * m, wasm_i64x2_shuffle(ab, cd, 0, 2));
      wasm_v128_store(to + 3 * m, wasm_i64x2_shuffle(ab, cd, 1, 3));
    }
}

// -- forward -------------------------------------------------------------------------

// An operand's share of the hidden layer depends on that operand alone: once a number.
static void share_out(void) {
  for (int s = 0; s < 2; s++)
    product(shares + s * P * M, W_E, D, 1, W_in + s * D * M, P, M, D, 0);
}

// Fill hidden and scores for the cells of a chunk; returns its rows, in whole tiles.
static int forward(const u32 *cells, int rows) {
  int filled = (rows + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
  for (int r = 0; r < rows; r++) {
    const float *a = shares + cells[r] / p * M, *b = shares + (P + cells[r] % p) * M;
    for (int i = 0; i < M; i += LANES) {
      v128_t both = wasm_f32x4_add(wasm_v128_load(b_in + i), wasm_v128_load(a + i));
      both = wasm_f32x4_add(both, wasm_v128_load(b + i));
      wasm_v128_store(hidden + r * M + i, wasm_f32x4_pmax(wasm_f32x4_splat(0), both));
    }
  }
  clear(hidden + rows * M, (filled - rows) * M * sizeof(float));
  product(scores, hidden, M, 1, W_U, filled, P, M, 0);
  return filled;
}

// The highest score of a row.
static float highest(float *row) {
  // What fills up the vectors never wins, and its odds are as good as 0.
  for (int c = p; c < P; c++) row[c] = -__builtin_inff();
  v128_t most = wasm_v128_load(row);
  for (int c = LANES; c < P; c += LANES)
    most = wasm_f32x4_pmax(most, wasm_v128_load(row + c));
  most = wasm_f32x4_pmax(most, wasm_i32x4_shuffle(most, most, 2, 3, 0, 1));
  most = wasm_f32x4_pmax(most, wasm_i32x4_shuffle(most, most, 1, 0, 3, 2));
  return wasm_f32x4_extract_lane(most, 0);
}

// Which number has it: the first, if there are several.
static int first(const float *row, float most) {
  for (int c = 0; c < P; c += LANES) {
    v128_t equal = wasm_f32x4_eq(wasm_v128_load(row + c), wasm_f32x4_splat(most));
    if (wasm_v128_any_true(equal)) return c + __builtin_ctz(wasm_i32x4_bitmask(equal));
  }
  return 0;  // what is no number equals nothing
}

// Turn a row of scores into odds, e to the power of each less the highest; total is the
// sum of them. Returns the cross-entropy of the target, in nats.
static double softmax(float *row, float most, int target, float *total) {
  double miss = (double)most - row[target];
  v128_t all = wasm_f32x4_splat(0);
  for (int c = 0; c < P; c += LANES) {
    v128_t each = wasm_f32x4_sub(wasm_v128_load(row + c), wasm_f32x4_splat(most));
    each = exponential(each);
    wasm_v128_store(row + c, each);
    all = wasm_f32x4_add(all, each);
  }
  *total = wasm_f32x4_extract_lane(all, 0) + wasm_f32x4_extract_lane(all, 1) +
           wasm_f32x4_extract_lane(all, 2) + wasm_f32x4_extract_lane(all, 3);
  return ln(*total) + miss;
}

// -- backward ------------------------------------------------------------------------

// Turn a row of odds into the gradient of the mean loss of some rows by its scores:
// probabilities, less 1 at the target. One pass for all but the target.
static void slopes(float *row, int target, float total, int rows) {
  float share = 1 / total, weight = 1.f / rows;
  float of_target = (row[target] * share - 1) * weight;
  for (int c = 0; c < P; c += LANES) {
    v128_t each = wasm_f32x4_mul(wasm_v128_load(row + c), wasm_f32x4_splat(share));
    wasm_v128_store(row + c, wasm_f32x4_mul(each, wasm_f32x4_splat(weight)));
  }
  row[target] = of_target;
  for (int c = p; c < P; c++) row[c] = 0;
}

// Gradients of the mean cross-entropy of some cells; returns that mean.
EXPORT(gradient) double gradient(const u32 *cells, int rows) {
  const int *targets = places[TARGETS];
  double loss = 0;
  clear(places[GRADIENTS], count * sizeof(float));
  clear(dshares, 2 * P * M * sizeof(float));
  share_out();
  transpose(turned, W_U, M, P);
  for (int from = 0; from < rows; from += CHUNK) {
    int here = rows - from < CHUNK ? rows - from : CHUNK;
    const u32 *cell = cells + from;
    int filled = forward(cell, here);
    for (int r = 0; r < here; r++) {
      float *row = scores + r * P, total;
      int target = targets[cell[r]];
      loss += softmax(row, highest(row), target, &total);
      slopes(row, target, total, rows);
    }
    clear(scores + here * P, (filled - here) * P * sizeof(float));
    product(dW_U, hidden, 1, M, scores, M, P, filled, 1);
    product(dhidden, scores, P, 1, turned, filled, M, p, 0);
    for (int r = 0; r < here; r++) {
      float *a = dshares + cell[r] / p * M, *b = dshares + (P + cell[r] % p) * M;
      for (int i = 0; i < M; i += LANES) {
        v128_t open = wasm_f32x4_gt(wasm_v128_load(hidden + r * M + i),
                                    wasm_f32x4_splat(0));
        v128_t d = wasm_v128_and(open, wasm_v128_load(dhidden + r * M + i));
        wasm_v128_store(a + i, wasm_f32x4_add(wasm_v128_load(a + i), d));
        wasm_v128_store(b + i, wasm_f32x4_add(wasm_v128_load(b + i), d));
      }
    }
  }
  // Every row of the batch has one a: their shares add up to the bias'.
  for (int n = 0; n < p; n++)
    for (int i = 0; i < M; i++) db_in[i] += dshares[n * M + i];
  for (int s = 0; s < 2; s++) {
    float *d = dshares + s * P * M;
    product(dW_in + s * D * M, W_E, 1, D, d, D, M, p, 0);
    transpose(turned, W_in + s * D * M, D, M);
    product(dW_E, d, M, 1, turned, P, D, M, s);
  }
  return loss / rows;
}

// -- AdamW ---------------------------------------------------------------------------

static double remembered1, remembered2;  // β₁ᵗ and β₂ᵗ

// Move the weights along the gradients (Loshchilov & Hutter 2019); all of them decay.
EXPORT(update)
void update(double rate, double decay, double beta1, double beta2, double eps) {
  float *w = places[WEIGHTS], *g = places[GRADIENTS];
  remembered1 *= beta1, remembered2 *= beta2;
  v128_t keep = wasm_f32x4_splat((float)(1 - rate * decay));
  v128_t of_mean = wasm_f32x4_splat((float)(1 - beta1));
  v128_t of_square = wasm_f32x4_splat((float)(1 - beta2));
  v128_t old_square = wasm_f32x4_splat((float)beta2);
  v128_t way = wasm_f32x4_splat((float)(rate / (1 - remembered1)));
  v128_t root = wasm_f32x4_splat((float)__builtin_sqrt(1 - remembered2));
  v128_t small = wasm_f32x4_splat((float)eps);
  for (int i = 0; i < count; i += LANES) {
    v128_t d = wasm_v128_load(g + i);
    v128_t m = wasm_v128_load(mean + i), s = wasm_v128_load(square + i);
    m = wasm_f32x4_add(m, wasm_f32x4_mul(of_mean, wasm_f32x4_sub(d, m)));
    s = wasm_f32x4_add(wasm_f32x4_mul(old_square, s),
                       wasm_f32x4_mul(of_square, wasm_f32x4_mul(d, d)));
    wasm_v128_store(mean + i, m);
    wasm_v128_store(square + i, s);
    v128_t size = wasm_f32x4_add(wasm_f32x4_div(wasm_f32x4_sqrt(s), root), small);
    v128_t kept = wasm_f32x4_mul(wasm_v128_load(w + i), keep);
    v128_t moved = wasm_f32x4_mul(way, wasm_f32x4_div(m, size));
    wasm_v128_store(w + i, wasm_f32x4_sub(kept, moved));
  }
}

// -- training ------------------------------------------------------------------------

static int shown, next;  // how many cells are shown; where in their order we are

// Forget all that was learned. Weights as torch's defaults draw them: a normal
// embedding, layers uniform within ± 1 / √inputs.
EXPORT(initialize) void initialize(u32 seed, int cells_shown) {
  reseed(seed, 1);
  clear(places[WEIGHTS], count * sizeof(float));
  clear(mean, count * sizeof(float));
  clear(square, count * sizeof(float));
  double in = 1 / __builtin_sqrt(2 * D), out = 1 / __builtin_sqrt(M);
  for (int i = 0; i < p * D; i++) W_E[i] = (float)normal();
  for (int i = 0; i < 2 * D * M + M; i++) W_in[i] = (float)(in * uniform());
  for (int i = 0; i < M; i++)
    for (int c = 0; c < p; c++) W_U[i * P + c] = (float)(out * uniform());
  remembered1 = remembered2 = 1;
  shown = next = cells_shown;
}

// Gradients of the next batch of the epoch; a new epoch is shuffled anew. Returns the
// loss.
EXPORT(next_batch) double next_batch(int batch) {
  u32 *order = places[ORDER];
  if (next >= shown) {
    for (int i = shown - 1; i > 0; i--) {
      u32 j = draw(i + 1), cell = order[i];
      order[i] = order[j], order[j] = cell;
    }
    next = 0;
  }
  int rows = shown - next < batch ? shown - next : batch;
  double loss = gradient(order + next, rows);
  next += rows;
  return loss;
}

// -- looking -------------------------------------------------------------------------

// Answer the whole table. CELLS keeps its bit 2 (shown), and gets the others. RESULTS:
// mean loss and accuracy of what is shown, then of the rest.
EXPORT(evaluate) void evaluate(void) {
  const int *targets = places[TARGETS];
  unsigned char *cells = places[CELLS];
  double *results = places[RESULTS], loss[2] = {0, 0};
  int right[2] = {0, 0}, all[2] = {0, 0};
  share_out();
  for (int from = 0; from < p * p; from += CHUNK) {
    int rows = p * p - from < CHUNK ? p * p - from : CHUNK;
    for (int r = 0; r < rows; r++) chunk_cells[r] = from + r;
    forward(chunk_cells, rows);
    for (int r = 0; r < rows; r++) {
      unsigned char *cell = cells + from + r;
      int target = targets[from + r], hid = !(*cell & 2);
      if (target < 0) {
        *cell = 4;
        continue;
      }
      float *row = scores + r * P, most = highest(row), total;
      int is_right = first(row, most) == target;
      loss[hid] += softmax(row, most, target, &total);
      *cell = (unsigned char)((*cell & 2) | is_right);
      right[hid] += is_right;
      all[hid]++;
    }
  }
  for (int hid = 0; hid < 2; hid++) {
    results[2 * hid] = all[hid] ? loss[hid] / all[hid] : 0;
    results[2 * hid + 1] = all[hid] ? (double)right[hid] / all[hid] : 0;
  }
}

// The logits of one cell.
EXPORT(logits) void logits(u32 cell) {
  share_out();
  forward(&cell, 1);
  __builtin_memcpy(places[LOGITS], scores, P * sizeof(float));
}

// What each wave of BASIS has in the embedding.
EXPORT(transform) void transform(void) {
  product(places[COEFFICIENTS], places[BASIS], P, 1, W_E, P, D, p, 0);
}

// The length of all weights as one vector.
EXPORT(norm) double norm(void) {
  const float *w = places[WEIGHTS];
  double sum = 0;
  for (int i = 0; i < count; i++) sum += (double)w[i] * w[i];
  return __builtin_sqrt(sum);
}
