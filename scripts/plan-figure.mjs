// Draws docs/memory-plan.svg: the plan of one model at three settings, from the built package.
//
//   node scripts/plan-figure.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wasmCalculator from '../dist/wasmCalculator.js';
import { readCompact } from './support/memory-golden.mjs';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const GIB = 2 ** 30;
const terms = [
  ['weights', 'weights', '#3b82f6'],
  ['kvCache', 'KV cache', '#f59e0b'],
  ['computeBuffer', 'compute buffer', '#10b981'],
  ['outputBuffer', 'output buffer', '#ef4444'],
  ['overhead', 'overhead', '#6b7280'],
];
/** A 3090. */
const gpus = [{ family: 'NVIDIA Ampere GeForce', multiprocessors: 82 }];
const settings = [
  ['8,192 tokens', { contextLength: 8192 }],
  ['65,536 tokens', { contextLength: 65536 }],
  [
    '65,536 tokens, q8_0 cache, 16 layers',
    { contextLength: 65536, cacheTypeK: 'q8_0', cacheTypeV: 'q8_0', gpuLayers: 16 },
  ],
];
const model = readCompact(path('tests/golden')).models.get('llama-3.1-8b');
const plans = settings.map(([text, runtime]) => [text, wasmCalculator.planMemory(model, { ...runtime, gpus })]);
const largest = Math.max(...plans.flatMap(([, plan]) => plan.devices.map((device) => device.total)));

const [left, width, height, gap] = [60, 520, 22, 8];
const shapes = [];
let y = 52;
const text = (x, at, words, anchor = 'start') =>
  shapes.push(`<text x="${x}" y="${at}" text-anchor="${anchor}">${words}</text>`);
text(10, 20, 'Llama 3.1 8B as Q4_K_M under llama-server, on a 3090');
let legend = 10;
for (const [, label, colour] of terms) {
  shapes.push(`<rect x="${legend}" y="30" width="10" height="10" fill="${colour}"/>`);
  text(legend + 15, 39, label);
  legend += 30 + 7 * label.length;
}
for (const [words, plan] of plans) {
  y += 18;
  text(10, y, words);
  y += 6;
  for (const device of plan.devices) {
    text(10, y + 15, device.name);
    let x = left;
    for (const [term, label, colour] of terms) {
      const length = (width * device[term]) / largest;
      if (length === 0) continue;
      const title = `<title>${label}: ${(device[term] / GIB).toFixed(2)} GiB</title>`;
      shapes.push(
        `<rect x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${height}" fill="${colour}">${title}</rect>`,
      );
      x += length;
    }
    text(x + 6, y + 15, `${(device.total / GIB).toFixed(2)} GiB`);
    y += height + gap;
  }
}
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 ${y + 6}" font-family="sans-serif" font-size="12">
<title>A memory plan</title>
<rect width="680" height="${y + 6}" fill="#fff"/>
${shapes.join('\n')}
</svg>
`;
const file = path('docs/memory-plan.svg');
if (!process.argv.includes('--check')) writeFileSync(file, svg);
else if (readFileSync(file, 'utf8') !== svg) {
  console.error('docs/memory-plan.svg is not up to date');
  process.exitCode = 1;
}
