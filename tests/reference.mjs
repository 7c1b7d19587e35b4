// The six functions written down once more, in plain JavaScript and straight from their contract (docs/formulas.md): an
// executable specification that shares no code with the core. Golden vectors are made with it, and the benchmarks use
// it as "plain JavaScript written naively". It checks no arguments. The fitted tables are read from fitted.hpp's text.
import { readFileSync } from 'node:fs';

const header = readFileSync(new URL('../include/llmcalc/quick/fitted.hpp', import.meta.url), 'utf8');

/** The rows of `{a, b, ...}` of the table called `name`. */
function tableOf(name) {
  const [, body] = header.match(new RegExp(`${name}\\{\\{([\\s\\S]*?)\\n\\}\\};`));
  const units = (text) => text.replaceAll('kBytesPerKiB', '1024').replaceAll('kBytesPerMiB', '1048576');
  const product = (text) => text.split('*').reduce((all, factor) => all * Number(factor), 1);
  return [...body.matchAll(/\{([^{}]*)\}/g)].map(([, row]) => units(row).split(',').map(product));
}

const constantOf = (name) => Number(header.match(new RegExp(`${name} = ([\\d.]+);`))[1]);

const curve = tableOf('kTypicalModels');
const generations = new Map(tableOf('kCPUGenerations'));
const coreShares = tableOf('kCPUCoreShares');

/** Between the corners around `x`; `[0, 0]` before the first, the last segment's slope after the last. */
function along(corners, column, x) {
  const points = [corners[0].map(() => 0), ...corners];
  let i = 1;
  while (i < points.length - 1 && x > points[i][0]) i++;
  const [from, to] = [points[i - 1], points[i]];
  return from[column] + ((x - from[0]) / (to[0] - from[0])) * (to[column] - from[column]);
}

export function calculateVRAM(paramCount, bitsPerWeight, contextLength = 4096, batchSize = 1) {
  const cells = contextLength * batchSize;
  const kvCache = along(curve, 1, paramCount) * cells;
  const activations = along(curve, 2, paramCount) + 512 * 2 * cells;
  return (paramCount * bitsPerWeight) / 8 + (kvCache + activations) / 1e9;
}

export const calculatePerformance = (bandwidth, modelSizeGB, cpuFactor = 1) => (bandwidth / modelSizeGB) * cpuFactor;

export function batchCalculatePerformance(bandwidth, paramCount, minBits = 2, maxBits = 16, step = 0.5) {
  const points = [];
  const last = Math.floor((maxBits - minBits) / step + 1e-9);
  for (let i = 0; i <= last; i++) {
    const bits = minBits + i * step;
    const modelSize = (paramCount * bits) / 8;
    points.push({ bits, modelSize, tps: calculatePerformance(bandwidth, modelSize) });
  }
  return points;
}

export const calculateOffloadBandwidth = (gpuBW, ramBW, gpuLayers, totalLayers) =>
  totalLayers / (gpuLayers / gpuBW + (totalLayers - gpuLayers) / ramBW);

export const isOutOfMemory = (modelSizeGB, vramGB, systemRAMGB = 0, allowOffload = false) =>
  modelSizeGB > (allowOffload ? vramGB + systemRAMGB : vramGB);

export function getCPUFactor(generation, coreCount, isHighEnd = false) {
  if (coreCount > (generation >= 10 ? 24 : 16)) return constantOf('kCPUManyChannels');
  const [knee] = coreShares.at(-1);
  let share = 1;
  if (coreCount <= coreShares[0][0]) share = coreShares[0][1];
  else if (coreCount < knee) {
    const i = coreShares.findIndex(([cores]) => coreCount <= cores);
    const [[lowCores, low], [highCores, high]] = [coreShares[i - 1], coreShares[i]];
    share = low + ((coreCount - lowCores) / (highCores - lowCores)) * (high - low);
  }
  return generations.get(generation) * share * (isHighEnd ? constantOf('kCPUHighEnd') : 1);
}
