// Grids of questions.
import type { Machine, Runtime } from './memory.js';
import type { CacheType, FileType, ModelSpec } from './model.js';
import type { Hardware, Workload } from './speed.js';

/**
 * What varies, from the outermost axis to the innermost, in the order of the keys: fields of the runtime and of the
 * workload by their names, and
 *
 * - `cacheType`: the type of keys and of values;
 * - `bandwidth`: bytes/s of every GPU; without GPUs, of the host;
 * - `memory`: bytes of every GPU of the machine that a verdict is of; of a unified pool and without GPUs, of the host.
 */
export interface SweepAxes {
  contextLength?: ArrayLike<number>;
  fileType?: readonly FileType[];
  cacheType?: readonly CacheType[];
  gpuLayers?: ArrayLike<number | 'all'>;
  cpuMoeLayers?: ArrayLike<number>;
  sequences?: ArrayLike<number>;
  microBatchSize?: ArrayLike<number>;
  memory?: ArrayLike<number>;
  bandwidth?: ArrayLike<number>;
  promptLength?: ArrayLike<number>;
  cachedTokens?: ArrayLike<number>;
  concurrency?: ArrayLike<number>;
}

/**
 * What a column holds. `verdict`: 0 fits, 1 tight, 2 doesNotFit, of {@link fits}. `bytes.gpu0` to `bytes.gpu15` and
 * `bytes.host`: of {@link planMemory}. The rest is of {@link estimateSpeed}; `decodeLimit` is a place in
 * memory, compute, cache, launch, link, host.
 */
export type SweepOutput =
  | 'verdict'
  | `bytes.gpu${number}`
  | 'bytes.host'
  | 'decode.p10'
  | 'decode.p50'
  | 'decode.p90'
  | 'prefill.p50'
  | 'timeToFirstToken.p50'
  | 'decodeLimit';

/** A grid to be filled. */
export interface SweepQuestion<Output extends SweepOutput = SweepOutput> {
  model: ModelSpec;
  /** What no axis says; `gpus` default to the machine's. */
  runtime?: Runtime;
  /** Of {@link estimateSpeed}; for `verdict` of {@link fits} too, with `hostMemory`. */
  machine: Hardware & Partial<Machine>;
  /** What is not said is as long as the runtime's context, not that of a point, has room for. */
  workload?: Workload;
  /** One to four, each with a value or more; at most 1e9 points. */
  axes: SweepAxes;
  outputs: readonly Output[];
  /** Columns of the caller's, by output, as long as the grid has points. Those that are missing are made. */
  into?: Partial<Record<Output, Float32Array | Float64Array>>;
}

/** A filled grid. */
export interface Sweep<Output extends SweepOutput = SweepOutput> {
  points: number;
  /** Values of each axis. */
  shape: number[];
  /** By output, point by point in the order of nested loops over the axes, the last innermost. */
  columns: Record<Output, Float32Array | Float64Array>;
}

/**
 * Verdicts, bytes and speeds over a dense grid: at every point what {@link planMemory}, {@link fits} and
 * {@link estimateSpeed} give there, to the last bit (in a Float32Array the nearest number). What does not depend on an
 * axis is computed once and copied along it. No object is made per point.
 *
 * @throws {TypeError | RangeError} what those functions refuse at any point; a context that is too short anywhere for
 *   its workload before anything is filled
 */
export declare function sweep<Output extends SweepOutput>(question: SweepQuestion<Output>): Sweep<Output>;

/**
 * As {@link sweep}, in slices between which other tasks of the thread have their turn. Rows of the innermost axis are
 * not cut.
 *
 * @param options `signal` cancels between slices; `onProgress` is told the share that is filled, from 0 to 1;
 *   `sliceMilliseconds` is how long a slice is to take, 8 unless given.
 * @throws {TypeError | RangeError | DOMException} as sweep, and what the signal was aborted with
 */
export declare function sweepAsync<Output extends SweepOutput>(
  question: SweepQuestion<Output>,
  options?: { signal?: AbortSignal; onProgress?: (share: number) => void; sliceMilliseconds?: number },
): Promise<Sweep<Output>>;
