// A recorded network, asked again: grokcore's transformer of one layer without biases
// or norm, in float32; tests/follow compares it with grokcore number by number.
//
// Letters: p numbers, P the same rounded up to whole vectors (what is beyond p is 0), D
// width, H heads, K width of a head (its channels), M neurons. In one layer what a
// number sends to the neurons and to the logits depends on that number alone: prepare()
// makes these rows once, and a sum weighs them by its attention, as
// grokcore/models/fast.py does.

#include "../inpage/vectors.h"

enum { p = 113, P = 120, D = 128, H = 4, K = 32, M = 512, T = 3 };

// Rows of what stands at the three positions: p numbers as a, p as b, the equals sign;
// in whole tiles.
enum { A = 0, B = p, EQUALS = 2 * p, ROWS = 228, SUMS = 116 };

enum {
  HALVES,     // [COUNT] all weights in float16: what load() reads
  EMBEDDING,  // [p + 1, D] W_E, as load() has left it: whoever cuts waves, cuts here
  CHANNELS,   // [H, K] 1, or 0 for a channel of a head that is cut
  SPARED,     // [M] 1, or 0 for a neuron that is cut
  PATTERN,    // [H, T] the attention of each head to a, b and "=", of the last sum
  NEURONS,    // [M] what fires, of the last sum
  LOGITS,     // [P] of the last sum
  VOTES,      // [M, P] what one unit of each neuron adds to each logit
  ANSWERS,    // [p, p] the number with the highest logit, a byte each
  PLACES
};

// In the order of grokcore's state dict.
static struct {
  float embedding[p + 1][D], position[T][D];
  float query[H][D][K], key[H][D][K], value[H][D][K], output[H][K][D];
  float in[D][M], out[M][D], unembed[D][p];
} w;
enum { COUNT = sizeof w / sizeof(float) };

static uint16_t halves[COUNT];
static float channels[H][K], spared[M];
static float rows[ROWS][D], carried[ROWS][K], scores[H][ROWS];
static float unembed[D][P];                           // w.unembed, in whole vectors
static float own_in[M], own_out[P];                   // what "=" sends by itself
static float into[H][ROWS][M], past[H][ROWS][P];      // to the neurons, to the logits
static float head_in[K][M], head_out[K][P];
static float votes[M][P], pattern[H][T], hidden[SUMS][M], logits[SUMS][P];
static unsigned char answers[p][p];
static void *places[PLACES] = {halves,  w.embedding, channels, spared, pattern,
                               hidden, logits,      votes,    answers};

EXPORT(at) void *at(int place) { return places[place]; }
EXPORT(count) int count(void) { return COUNT; }

// A float16 as a float; there are no infinities among weights.
static float single(u32 half) {
  union {
    u32 bits;
    float value;
  } x = {(half & 0x7fff) << 13};
  x.value *= 0x1p112f;  // its exponents count from elsewhere; small ones become normal
  x.bits |= (half & 0x8000) << 16;
  return x.value;
}

// Take the weights of HALVES; nothing is cut.
EXPORT(load) void load(void) {
  float *weight = (float *)&w;
  for (int i = 0; i < COUNT; i++) weight[i] = single(halves[i]);
  for (int d = 0; d < D; d++)
    for (int c = 0; c < p; c++) unembed[d][c] = w.unembed[d][c];
  for (int i = 0; i < H * K; i++) channels[0][i] = 1;
  for (int i = 0; i < M; i++) spared[i] = 1;
  product(&votes[0][0], &w.out[0][0], D, 1, &unembed[0][0], M, P, D, 0);
}

static float dot(const float *x, const float *y, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

// What a head sees in each row, for the query of "=".
static void score(int h) {
  float query[K] = {0}, look[D];
  for (int d = 0; d < D; d++)
    for (int k = 0; k < K; k++) query[k] += rows[EQUALS][d] * w.query[h][d][k];
  for (int d = 0; d < D; d++)
    look[d] = dot(w.key[h][d], query, K) / __builtin_sqrtf(K);
  for (int r = 0; r <= EQUALS; r++) scores[h][r] = dot(rows[r], look, D);
}

// After load(), and after a cut in EMBEDDING or CHANNELS: make the rows.
EXPORT(prepare) void prepare(void) {
  for (int d = 0; d < D; d++) {
    for (int n = 0; n < p; n++) {
      rows[A + n][d] = w.embedding[n][d] + w.position[0][d];
      rows[B + n][d] = w.embedding[n][d] + w.position[1][d];
    }
    rows[EQUALS][d] = w.embedding[p][d] + w.position[2][d];
  }
  for (int i = 0; i < M; i++) own_in[i] = 0;
  for (int c = 0; c < P; c++) own_out[c] = 0;
  for (int d = 0; d < D; d++) {
    for (int i = 0; i < M; i++) own_in[i] += rows[EQUALS][d] * w.in[d][i];
    for (int c = 0; c < P; c++) own_out[c] += rows[EQUALS][d] * unembed[d][c];
  }
  for (int h = 0; h < H; h++) {
    score(h);
    product(&carried[0][0], &rows[0][0], D, 1, &w.value[h][0][0], ROWS, K, D, 0);
    for (int r = 0; r < ROWS; r++)
      for (int k = 0; k < K; k++) carried[r][k] *= channels[h][k];
    product(&head_in[0][0], &w.output[h][0][0], D, 1, &w.in[0][0], K, M, D, 0);
    product(&head_out[0][0], &w.output[h][0][0], D, 1, &unembed[0][0], K, P, D, 0);
    product(&into[h][0][0], &carried[0][0], K, 1, &head_in[0][0], ROWS, M, K, 0);
    product(&past[h][0][0], &carried[0][0], K, 1, &head_out[0][0], ROWS, P, K, 0);
  }
}

// The attention of a head: a softmax over what stands at the three positions.
static void attend(int h, const int *at) {
  float most = scores[h][EQUALS], sum = 0;
  for (int t = 0; t < T; t++)
    if (scores[h][at[t]] > most) most = scores[h][at[t]];
  v128_t over = wasm_f32x4_make(scores[h][at[0]] - most, scores[h][at[1]] - most,
                                scores[h][at[2]] - most, -87);
  float weight[LANES];
  wasm_v128_store(weight, exponential(over));
  for (int t = 0; t < T; t++) sum += weight[t];
  for (int t = 0; t < T; t++) pattern[h][t] = weight[t] / sum;
}

static void add(float *to, float weight, const float *from, int n) {
  v128_t each = wasm_f32x4_splat(weight);
  for (int i = 0; i < n; i += LANES) {
    v128_t more = wasm_f32x4_mul(each, wasm_v128_load(from + i));
    wasm_v128_store(to + i, wasm_f32x4_add(wasm_v128_load(to + i), more));
  }
}

// Send a sum to a row of neurons and of logits, which then lack the neurons' votes.
static void send(int a, int b, float *neurons, float *logit) {
  const int at[T] = {A + a, B + b, EQUALS};
  __builtin_memcpy(neurons, own_in, sizeof own_in);
  __builtin_memcpy(logit, own_out, sizeof own_out);
  for (int h = 0; h < H; h++) {
    attend(h, at);
    for (int t = 0; t < T; t++) {
      add(neurons, pattern[h][t], into[h][at[t]], M);
      add(logit, pattern[h][t], past[h][at[t]], P);
    }
  }
  for (int i = 0; i < M; i++) neurons[i] = neurons[i] > 0 ? neurons[i] * spared[i] : 0;
}

// Follow one sum: fills PATTERN, NEURONS and LOGITS.
EXPORT(answer) void answer(int a, int b) {
  send(a, b, hidden[0], logits[0]);
  for (int i = 0; i < M; i++) add(logits[0], hidden[0][i], votes[i], P);
}

// Fill a row of ANSWERS: a with every b.
EXPORT(answer_row) void answer_row(int a) {
  for (int b = 0; b < p; b++) send(a, b, hidden[b], logits[b]);
  product(logits[0], hidden[0], M, 1, &votes[0][0], SUMS, P, M, 1);
  for (int b = 0; b < p; b++) {
    int best = 0;
    for (int c = 1; c < p; c++)
      if (logits[b][c] > logits[b][best]) best = c;
    answers[a][b] = (unsigned char)best;
  }
}
