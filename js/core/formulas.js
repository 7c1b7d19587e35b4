// @ts-check
// The six formulas over a core: the table of numbers-in, numbers-out functions that bindings/ exports, the same for
// WebAssembly and for its transpiled twin. Types are checked here, ranges in C++, and both texts come from C++.
import { display, ofCaller, readViolation } from './violation.js';

/** @typedef {import('./create.js').Core} Core */

/**
 * The error for a call that cannot be answered: a TypeError where a value has the wrong type, else a RangeError.
 *
 * @param {Core} core
 * @param {Function} entry the public function
 * @param {string} name of it
 * @param {Record<string, unknown>} args by name, in order
 * @param {{ flag?: string, bound?: string }} [options] `flag`: the argument that is a boolean; `bound`: the function's name
 *   in the core, whose twin with `Violation` says which requirement is violated first
 */
function argumentError(core, entry, name, args, { flag, bound = name } = {}) {
  // A value of another type counts as NaN, which lies in no range: so C++ finds the requirement for it too.
  const values = Object.entries(args).map(([parameter, value]) => {
    if (parameter === flag) return value === true;
    return typeof value === 'number' ? value : Number.NaN;
  });
  core[`${bound}Violation`](...values);
  const { parameter, requirement: range, limit } = readViolation(core);

  const wrong = parameter || /** @type {string} */ (flag);
  const requirement = parameter ? range : 'a boolean';
  const limited = parameter && !Number.isNaN(limit) ? ` (${limit})` : '';
  const message = `${name}: ${wrong} must be ${requirement}${limited}, got ${display(args[wrong])}`;
  const error = parameter && typeof args[wrong] === 'number' ? new RangeError(message) : new TypeError(message);
  return ofCaller(error, entry);
}

/** @param {number} count */
const newColumns = (count) => ({
  bits: new Float64Array(count),
  modelSize: new Float64Array(count),
  tps: new Float64Array(count),
});

/**
 * @param {import('../types/all.d.ts').PerformanceColumns} into the caller's columns, to be filled again
 * @param {number} count
 * @param {Function} entry
 */
function checkedColumns(into, count, entry) {
  for (const column of /** @type {const} */ (['bits', 'modelSize', 'tps'])) {
    const array = into?.[column];
    const text = `batchCalculatePerformanceColumns: into.${column} must be a Float64Array of ${count} elements, got`;
    if (!(array instanceof Float64Array)) throw ofCaller(new TypeError(`${text} ${display(array)}`), entry);
    if (array.length !== count) throw ofCaller(new RangeError(`${text} ${array.length} elements`), entry);
  }
  return into;
}

/** @param {Core} core */
export function createFormulas(core) {
  const blockLength = core.blockLength();
  const first = core.blockAddress() / Float64Array.BYTES_PER_ELEMENT;
  // The heap has a fixed size, so these views stay valid.
  const [bitsBlock, modelSizeBlock, tpsBlock] = [0, 1, 2].map((column) =>
    core.HEAPF64.subarray(first + column * blockLength, first + (column + 1) * blockLength),
  );

  function calculateVRAM(paramCount, bitsPerWeight, contextLength = 4096, batchSize = 1) {
    if (
      typeof paramCount === 'number' &&
      typeof bitsPerWeight === 'number' &&
      typeof contextLength === 'number' &&
      typeof batchSize === 'number'
    ) {
      const vram = core.calculateVRAM(paramCount, bitsPerWeight, contextLength, batchSize);
      if (!Number.isNaN(vram)) return vram;
    }
    const args = { paramCount, bitsPerWeight, contextLength, batchSize };
    throw argumentError(core, calculateVRAM, 'calculateVRAM', args);
  }

  function calculatePerformance(bandwidth, modelSizeGB, cpuFactor = 1) {
    if (typeof bandwidth === 'number' && typeof modelSizeGB === 'number' && typeof cpuFactor === 'number') {
      const tps = core.calculatePerformance(bandwidth, modelSizeGB, cpuFactor);
      if (!Number.isNaN(tps)) return tps;
    }
    const args = { bandwidth, modelSizeGB, cpuFactor };
    throw argumentError(core, calculatePerformance, 'calculatePerformance', args);
  }

  /** The number of points of a sweep, or an error in the name of `name`. */
  function countPoints(entry, name, bandwidth, paramCount, minBits, maxBits, step) {
    if (
      typeof bandwidth === 'number' &&
      typeof paramCount === 'number' &&
      typeof minBits === 'number' &&
      typeof maxBits === 'number' &&
      typeof step === 'number'
    ) {
      const count = core.countBatchPoints(bandwidth, paramCount, minBits, maxBits, step);
      if (!Number.isNaN(count)) return count;
    }
    const args = { bandwidth, paramCount, minBits, maxBits, step };
    throw argumentError(core, entry, name, args, { bound: 'countBatchPoints' });
  }

  function batchCalculatePerformance(bandwidth, paramCount, minBits = 2, maxBits = 16, step = 0.5) {
    const count = countPoints(
      batchCalculatePerformance,
      'batchCalculatePerformance',
      bandwidth,
      paramCount,
      minBits,
      maxBits,
      step,
    );
    const points = new Array(count);
    for (let start = 0; start < count; start += blockLength) {
      const length = Math.min(blockLength, count - start);
      core.fillBlock(bandwidth, paramCount, minBits, step, start, length);
      for (let i = 0; i < length; i++) {
        points[start + i] = { bits: bitsBlock[i], modelSize: modelSizeBlock[i], tps: tpsBlock[i] };
      }
    }
    return points;
  }

  function batchCalculatePerformanceColumns(bandwidth, paramCount, minBits = 2, maxBits = 16, step = 0.5, into) {
    const name = 'batchCalculatePerformanceColumns';
    const count = countPoints(batchCalculatePerformanceColumns, name, bandwidth, paramCount, minBits, maxBits, step);
    const columns =
      into === undefined ? newColumns(count) : checkedColumns(into, count, batchCalculatePerformanceColumns);
    const { bits, modelSize, tps } = columns;
    for (let start = 0; start < count; start += blockLength) {
      const length = Math.min(blockLength, count - start);
      core.fillBlock(bandwidth, paramCount, minBits, step, start, length);
      const whole = length === blockLength;
      bits.set(whole ? bitsBlock : bitsBlock.subarray(0, length), start);
      modelSize.set(whole ? modelSizeBlock : modelSizeBlock.subarray(0, length), start);
      tps.set(whole ? tpsBlock : tpsBlock.subarray(0, length), start);
    }
    return columns;
  }

  function calculateOffloadBandwidth(gpuBW, ramBW, gpuLayers, totalLayers) {
    if (
      typeof gpuBW === 'number' &&
      typeof ramBW === 'number' &&
      typeof gpuLayers === 'number' &&
      typeof totalLayers === 'number'
    ) {
      const bandwidth = core.calculateOffloadBandwidth(gpuBW, ramBW, gpuLayers, totalLayers);
      if (!Number.isNaN(bandwidth)) return bandwidth;
    }
    const args = { gpuBW, ramBW, gpuLayers, totalLayers };
    throw argumentError(core, calculateOffloadBandwidth, 'calculateOffloadBandwidth', args);
  }

  function isOutOfMemory(modelSizeGB, vramGB, systemRAMGB = 0, allowOffload = false) {
    if (
      typeof modelSizeGB === 'number' &&
      typeof vramGB === 'number' &&
      typeof systemRAMGB === 'number' &&
      typeof allowOffload === 'boolean'
    ) {
      const answer = core.isOutOfMemory(modelSizeGB, vramGB, systemRAMGB, allowOffload);
      if (!Number.isNaN(answer)) return answer === 1;
    }
    const args = { modelSizeGB, vramGB, systemRAMGB, allowOffload };
    throw argumentError(core, isOutOfMemory, 'isOutOfMemory', args, { flag: 'allowOffload' });
  }

  function getCPUFactor(generation, coreCount, isHighEnd = false) {
    if (typeof generation === 'number' && typeof coreCount === 'number' && typeof isHighEnd === 'boolean') {
      const factor = core.getCPUFactor(generation, coreCount, isHighEnd);
      if (!Number.isNaN(factor)) return factor;
    }
    const args = { generation, coreCount, isHighEnd };
    throw argumentError(core, getCPUFactor, 'getCPUFactor', args, { flag: 'isHighEnd' });
  }

  return {
    calculateVRAM,
    calculatePerformance,
    batchCalculatePerformance,
    batchCalculatePerformanceColumns,
    calculateOffloadBandwidth,
    isOutOfMemory,
    getCPUFactor,
  };
}

/**
 * What a calculator says of itself.
 *
 * @param {'wasm' | 'js'} backend
 * @param {Error | null} fallbackReason why it is not 'wasm', if that was tried
 */
export const ranBy = (backend, fallbackReason) => ({
  isWASMAvailable: () => backend === 'wasm',
  backend,
  fallbackReason,
  version: __VERSION__,
});
