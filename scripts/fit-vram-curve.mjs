// Fits what a typical recent model needs besides its weights: calculateVRAM's curves.
//
//   node scripts/fit-vram-curve.mjs [--write | --check]    from data/typical_models.csv; prints the errors
//   node scripts/fit-vram-curve.mjs --extract DIR          makes that table from DIR/models/*.csv, and prints the
//                                                          error over every model there
//
// --write puts the curves into include/llmcalc/quick/fitted.hpp, --check compares. docs/formulas.md says what the numbers mean.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatCsv, parseCsv } from './support/csv.mjs';
import { putFitted } from './support/fitted.mjs';
import { factorOff, summary } from './support/statistics.mjs';

const table = fileURLToPath(new URL('../data/typical_models.csv', import.meta.url));
const { values: options } = parseArgs({
  options: { write: { type: 'boolean' }, check: { type: 'boolean' }, extract: { type: 'string' } },
});

/** Billions of parameters at the corners of the curves: sizes that models cluster around. */
const anchors = [0.5, 1.5, 3, 8, 14, 32, 72, 120, 240, 480];

/** Published before 2024, when many heads still had a cache of their own. */
const before2024 = /^(Llama [12] |CodeLlama|Mistral 7B v0\.1|Mixtral 8x7B|Yi (6B|34B)|Falcon \d+B|TinyLlama)/;

/** The context for which a windowed layer's fixed cache is spread over the tokens. */
const typicalContext = 32768;

/** What makes two models the same for this table. */
const shapeColumns = [
  'n_layers',
  'hidden_size',
  'n_heads',
  'n_kv_heads',
  'head_dim',
  'intermediate_size',
  'n_experts',
  'moe_intermediate_size',
  'layer_kinds',
  'vocab_size',
];

/** Tokens of a micro-batch, llama.cpp's default. */
const microBatch = 512;

/**
 * The compute buffer of a fully offloaded model under llama-server with flash attention, without the attention mask:
 * four inputs of hidden size and the largest stage of a layer, for one micro-batch in f32.
 * Source: the rules read off llama.cpp build 11669's recorded plans (docs/formulas.md).
 */
function computeBufferBytes(model) {
  const number = (name) => Number(model[name] || 0);
  const cell = 4 * microBatch;
  const hidden = number('hidden_size');
  // The widest layer counts; pruned models write their layers as 6x2816;8x5632.
  const widest = Math.max(0, ...model.intermediate_size.split(';').map((part) => Number(part.split('x').at(-1))));
  const feedForward = (model.flags.includes('mlp=gated') ? 3 : 1) * widest * cell;
  const expertSize = number('moe_intermediate_size');
  const experts = (3 * expertSize + (hidden > 2 * expertSize ? hidden : 0)) * number('n_experts_used') * cell;
  const perLayerInputs = number('ple_dim') * number('n_layers') * cell;
  // A mixture without dense layers still states a dense size in some configurations.
  const dense = number('n_experts') && !number('first_dense_layers') ? 0 : feedForward;
  return 4 * hidden * cell + perLayerInputs + Math.max(dense, experts);
}

function extract(directory) {
  const read = (name) => parseCsv(readFileSync(join(directory, 'models', name), 'utf8'));
  const models = new Map(read('models.csv').map((model) => [model.name, model]));
  const caches = read('kv_per_token.csv');
  const seen = new Set();
  const rows = [];
  for (const cache of caches) {
    const model = models.get(cache.name);
    const grouped = Number(model.n_kv_heads) < Number(model.n_heads);
    const attentionOnly = !model.ssm_kind && !model.mla_kv_lora_rank && /^[^MLXPch]*$/.test(model.layer_kinds);
    if (!grouped || !attentionOnly || before2024.test(cache.name)) continue;
    const paramCount = Number((Number(cache.params) / 1e9).toPrecision(4));
    const kvBytesPerToken = Number(cache.kv_bytes_llamacpp_32k_1seq) / typicalContext;
    // Fine-tunes and point releases with the same shape count once, under the name that came first. Whether a head is
    // stored twice changes the parameters, not the shape.
    const shape = shapeColumns.map((column) => model[column]).join();
    if (seen.has(shape)) continue;
    seen.add(shape);
    rows.push({
      name: cache.name,
      paramCount,
      kvBytesPerToken,
      computeBufferBytes: computeBufferBytes(model),
      plain: model.n_experts || model.llamacpp_swa === '1' ? 0 : 1,
      source: model.source,
    });
  }
  writeFileSync(table, formatCsv(rows));
  return caches
    .map(({ name, params, kv_bytes_8k, kv_bytes_32k, kv_bytes_128k }) => ({
      name,
      paramCount: Number(params) / 1e9,
      cacheBytes: { 8192: Number(kv_bytes_8k), 32768: Number(kv_bytes_32k), 131072: Number(kv_bytes_128k) },
    }))
    .filter(({ cacheBytes }) => cacheBytes[8192] > 0);
}

/** Value at `paramCount` of the curve through (0, 0) and the anchors; the last slope goes on. */
function interpolate(corners, paramCount) {
  let i = 0;
  while (i < anchors.length - 1 && paramCount > anchors[i]) i++;
  const [lowAt, low] = i === 0 ? [0, 0] : [anchors[i - 1], corners[i - 1]];
  return low + ((paramCount - lowAt) / (anchors[i] - lowAt)) * (corners[i] - low);
}

/** The non-decreasing curve with the least mean |log factor| over `rows`, by coordinate descent in multiples of `unit`. */
function fit(rows, column, unit) {
  const cost = (corners) =>
    rows.reduce((sum, row) => sum + Math.log(factorOff(interpolate(corners, row.paramCount), row[column])), 0);
  // Start at the running maximum of the values near each anchor.
  let highest = 0;
  let corners = anchors.map((anchor) => {
    const near = rows.filter(({ paramCount }) => factorOff(paramCount, anchor) < 1.6).map((row) => row[column]);
    if (near.length) highest = Math.max(highest, summary(near).median);
    return Math.round(highest / unit) * unit;
  });
  let best = cost(corners);
  for (let stride = 64; stride >= 1; ) {
    let improved = false;
    // Runs of corners move together too: a level stretch is stuck if each corner must move alone.
    for (let i = 0; i < corners.length; i++) {
      for (let end = i + 1; end <= corners.length; end++) {
        for (const step of [-stride * unit, stride * unit]) {
          const moved = corners.map((corner, k) => (k >= i && k < end ? corner + step : corner));
          if (moved[0] <= 0 || moved.some((corner, k) => corner < (moved[k - 1] ?? 0))) continue;
          const total = cost(moved);
          if (total < best - 1e-12) {
            corners = moved;
            best = total;
            improved = true;
          }
        }
      }
    }
    if (!improved) stride /= 2;
  }
  return corners;
}

const describe = ({ n, median, p90, max }) =>
  `n ${n}, median x${median.toFixed(2)}, p90 x${p90.toFixed(2)}, max x${max.toFixed(1)}`;

const errors = (corners, rows, column) =>
  summary(rows.map((row) => factorOff(interpolate(corners, row.paramCount), row[column])));

/** Prints the factors of a curve over the plain models, over each of them when it is left out of the fit, and over all. */
function report(label, rows, column, unit, corners) {
  const plain = rows.filter((row) => row.plain);
  const leftOut = summary(
    plain.map((row) => {
      const others = plain.filter((other) => other !== row);
      return factorOff(interpolate(fit(others, column, unit), row.paramCount), row[column]);
    }),
  );
  console.log(`${label}`);
  console.log(`  plain models: ${describe(errors(corners, plain, column))}`);
  console.log(`  plain models, each left out of the fit: ${describe(leftOut)}`);
  console.log(`  with mixtures and windows: ${describe(errors(corners, rows, column))}`);
}

/** The common rule: 0.002 GB per billion parameters and 1,000 tokens. */
const crude = (paramCount) => (0.002e9 / 1000) * paramCount;

const everyModel = options.extract ? extract(options.extract) : undefined;
const rows = parseCsv(readFileSync(table, 'utf8')).map((row) => ({
  name: row.name,
  paramCount: Number(row.paramCount),
  kvBytesPerToken: Number(row.kvBytesPerToken),
  computeBufferBytes: Number(row.computeBufferBytes),
  plain: row.plain === '1',
}));
// A mixture has the cache of a far smaller dense model, and a windowed model hardly any: no curve over the parameters
// can serve them too. The plain ones are what people mean by a size; for the others the estimate errs on the high side.
const plainRows = rows.filter((row) => row.plain);
const crudeErrors = (among) => summary(among.map((row) => factorOff(crude(row.paramCount), row.kvBytesPerToken)));

const kvCorners = fit(plainRows, 'kvBytesPerToken', 1024);
const bufferCorners = fit(plainRows, 'computeBufferBytes', 1024 ** 2);
report('KV cache per token', rows, 'kvBytesPerToken', 1024, kvCorners);
console.log('KV cache per token by the 0.002 GB rule');
console.log(`  plain models: ${describe(crudeErrors(plainRows))}`);
console.log(`  with mixtures and windows: ${describe(crudeErrors(rows))}`);
report('compute buffer', rows, 'computeBufferBytes', 1024 ** 2, bufferCorners);

for (const context of everyModel ? [8192, 32768, 131072] : []) {
  const factors = (estimate) =>
    summary(
      everyModel.map(({ paramCount, cacheBytes }) => factorOff(estimate(paramCount) * context, cacheBytes[context])),
    );
  console.log(`every model with a cache, ${context} tokens: ${describe(factors((p) => interpolate(kvCorners, p)))}`);
  console.log(`  by the 0.002 GB rule: ${describe(factors(crude))}`);
}

const kilobytes = (bytes) => `${bytes / 1024} * kBytesPerKiB`;
const megabytes = (bytes) => `${bytes / 1024 ** 2} * kBytesPerMiB`;
putFitted(
  'scripts/fit-vram-curve.mjs',
  `
// Corners of the curves, fitted to ${plainRows.length} dense grouped-query models of 2024 and later without windows. Factors off:
//   KV cache        ${describe(errors(kvCorners, plainRows, 'kvBytesPerToken'))}
//                   with mixtures and windows ${describe(errors(kvCorners, rows, 'kvBytesPerToken'))}
//   0.002 GB rule   ${describe(crudeErrors(plainRows))}
//                   with mixtures and windows ${describe(crudeErrors(rows))}
//   compute buffer  ${describe(errors(bufferCorners, plainRows, 'computeBufferBytes'))}
inline constexpr std::array<TypicalModel, ${anchors.length}> kTypicalModels{{
${anchors.map((anchor, i) => `{${anchor}, ${kilobytes(kvCorners[i])}, ${megabytes(bufferCorners[i])}},`).join('\n')}
}};

`,
  options,
);
console.log('billions of parameters, KiB of KV cache per token, MiB of compute buffer:');
anchors.forEach((anchor, i) => {
  console.log(`  ${anchor}\t${kvCorners[i] / 1024}\t${bufferCorners[i] / 1024 ** 2}`);
});
