// planMemory beside node-llama-cpp's GgufInsights, over the recorded plans of a dozen development models:
//
//   npm install --prefix bench/peer && node bench/peer/compare.mjs
//
// Full offload, one GPU, F16 files (so that no rule of quantisation is in between). GgufInsights estimates by formula;
// its V2 methods are left out, since they start llama.cpp itself, which is what the recordings are of.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GgufInsights, getLlama, readGgufFileInfo } from 'node-llama-cpp';
import wasmCalculator from '../../dist/wasmCalculator.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { summary } from '../../scripts/support/statistics.mjs';
import { writeGguf } from './gguf.mjs';

const MIB = 1024 * 1024;
const chosen = [
  'llama-2-7b',
  'llama-3.1-8b',
  'llama-3.2-1b',
  'mistral-7b-v0.3',
  'mixtral-8x7b',
  'qwen2.5-7b',
  'qwen3-8b',
  'qwen3-30b-a3b',
  'gemma-2-2b',
  'gemma-3-4b',
  'gemma-3-27b',
  'phi-4-14b',
];

const golden = readCompact(fileURLToPath(new URL('../../tests/golden', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'peer-'));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
const errors = new Map();
const add = (key, error) => {
  if (!errors.has(key)) errors.set(key, []);
  errors.get(key).push(error);
};

try {
  for (const name of chosen) {
    const path = join(folder, `${name}.gguf`);
    const model = golden.models.get(name);
    writeGguf(path, golden.entries[name].metadata, model);
    const insights = await GgufInsights.from(await readGgufFileInfo(path, { logWarnings: false }), llama);
    for (const { model: of, options, cpuFallback, devices } of golden.runs) {
      if (of !== name || cpuFallback || options.gpus === 0) continue;
      if (options.gpuLayers !== 'all' || options.cpuMoeLayers > 0 || !options.kvOffload) continue;
      // It knows no cache that sequences share, and counts its context per sequence. Quantised caches are left out: it
      // takes the bytes of a block for those of an element, 32 times too many.
      if (options.kvUnified || options.cacheTypeK !== 'f16' || options.cacheTypeV !== 'f16') continue;
      const recorded = devices.gpu0;
      const context = recorded.kvCache + recorded.computeBuffer;
      const estimate = insights.estimateContextResourceRequirements({
        contextSize: Math.ceil(options.contextLength / options.sequences),
        modelGpuLayers: insights.totalLayers,
        batchSize: options.microBatchSize,
        sequences: options.sequences,
        flashAttention: options.flashAttention,
        swaFullCache: options.swaFull,
      });
      const weights = insights.estimateModelResourceRequirements({ gpuLayers: insights.totalLayers }).gpuVram;
      const plan = wasmCalculator.planMemory(model, { ...options, fileType: 'F16', backend: 'vulkan' }).devices[0];
      const tool = options.server ? 'server' : 'fit-params';
      const ours = plan.kvCache + plan.computeBuffer;
      const contextError = (bytes) => Math.abs(bytes / MIB - context) / context;
      add(`${tool}: cache and compute buffer\tplanMemory`, contextError(ours));
      add(`${tool}: cache and compute buffer\tGgufInsights`, contextError(estimate.gpuVram));
      // The weights of this file are in no row of another file type.
      const total = context + plan.weights / MIB;
      const totalError = (bytes) => Math.abs(bytes / MIB - total) / total;
      add(`${tool}: with F16 weights\tplanMemory`, totalError(ours + plan.weights));
      add(`${tool}: with F16 weights\tGgufInsights`, totalError(estimate.gpuVram + weights));
    }
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const percent = (share) => `${(100 * share).toFixed(2)} %`;
console.log(`| GPU at full offload, ${chosen.length} models | estimator | n | median | p90 | max |`);
console.log('| --- | --- | ---: | ---: | ---: | ---: |');
for (const [key, values] of [...errors].sort(([a], [b]) => a.localeCompare(b))) {
  const { n, median, p90, max } = summary(values);
  console.log(`| ${key.replace('\t', ' | ')} | ${n} | ${[median, p90, max].map(percent).join(' | ')} |`);
}
await llama.dispose();
