// The six formulas, for a number where no file, no shape and no device is known. Units: GB = 1e9 bytes, GB/s, billions
// of parameters, tokens per second.

/** One quantisation of a sweep. */
export interface PerformancePoint {
  /** Bits per weight. */
  bits: number;
  /** Size of the weights in GB. */
  modelSize: number;
  /** Tokens per second: the memory-bandwidth ceiling of {@link calculatePerformance}. */
  tps: number;
}

/** A sweep as columns of equal length, each in a buffer of its own. */
export interface PerformanceColumns {
  bits: Float64Array;
  modelSize: Float64Array;
  tps: Float64Array;
}

/**
 * Memory in GB that a model takes on a card: weights + KV cache (f16) + compute buffer, for a typical recent
 * grouped-query model of that size. docs/formulas.md has the curve and its error over real models.
 *
 * @param paramCount Billions of parameters, all of them (for a mixture of experts too), 1e-6 to 1e6.
 * @param bitsPerWeight Average over the file, for example 4.89 for Q4_K_M of Llama 3.1 8B; 0.1 to 64.
 * @param contextLength Tokens kept per sequence, an integer from 1 to 1e9. Default 4096.
 * @param batchSize Sequences at the same time, an integer from 1 to 1e6. Default 1.
 * @throws {TypeError | RangeError}
 */
export declare function calculateVRAM(
  paramCount: number,
  bitsPerWeight: number,
  contextLength?: number,
  batchSize?: number,
): number;

/**
 * Tokens per second that memory bandwidth allows: `bandwidth / modelSizeGB * cpuFactor`. A ceiling, not a forecast.
 *
 * @param bandwidth GB/s of the memory that holds the weights, 1e-9 to 1e9.
 * @param modelSizeGB GB read per token (for a dense model the size of its file), 1e-9 to 1e9.
 * @param cpuFactor Share of the bandwidth that is reached, above 0 and at most 1. Default 1.
 * @throws {TypeError | RangeError}
 */
export declare function calculatePerformance(bandwidth: number, modelSizeGB: number, cpuFactor?: number): number;

/**
 * Model size and speed over bits per weight: point i has `minBits + i * step` bits; the end is included when a point
 * falls within 1e-9 of a step of it. At most 1e7 points.
 *
 * @param bandwidth GB/s, 1e-9 to 1e9.
 * @param paramCount Billions of parameters, 1e-6 to 1e6.
 * @param minBits 0.1 to 64. Default 2.
 * @param maxBits At least minBits, up to 64. Default 16.
 * @param step Bits, above 0 and at most 64. Default 0.5.
 * @throws {TypeError | RangeError}
 */
export declare function batchCalculatePerformance(
  bandwidth: number,
  paramCount: number,
  minBits?: number,
  maxBits?: number,
  step?: number,
): PerformancePoint[];

/**
 * The same sweep as three Float64Arrays: for charts and for large sweeps.
 *
 * @param into Columns of exactly as many elements as the sweep has points, to be filled instead of new ones and
 * returned: sweeps of the same length, one per frame, then allocate nothing.
 * @throws {TypeError | RangeError}
 */
export declare function batchCalculatePerformanceColumns(
  bandwidth: number,
  paramCount: number,
  minBits?: number,
  maxBits?: number,
  step?: number,
  into?: PerformanceColumns,
): PerformanceColumns;

/**
 * Effective GB/s when `gpuLayers` of `totalLayers` equal layers are read from the GPU's memory and the others from
 * system memory: the harmonic mean weighted by layers.
 *
 * @param gpuBW GB/s, 1e-9 to 1e9.
 * @param ramBW GB/s, 1e-9 to 1e9.
 * @param gpuLayers An integer from 0 to totalLayers.
 * @param totalLayers An integer from 1 to 1e6.
 * @throws {TypeError | RangeError}
 */
export declare function calculateOffloadBandwidth(
  gpuBW: number,
  ramBW: number,
  gpuLayers: number,
  totalLayers: number,
): number;

/**
 * Whether a model does not fit: it must be at most the VRAM, or with offload at most VRAM and system memory together.
 *
 * @param modelSizeGB GB, 1e-9 to 1e9.
 * @param vramGB Free GB, 0 to 1e9.
 * @param systemRAMGB Free GB, 0 to 1e9. Default 0.
 * @param allowOffload Whether layers may stay in system memory. Default false.
 * @throws {TypeError | RangeError}
 */
export declare function isOutOfMemory(
  modelSizeGB: number,
  vramGB: number,
  systemRAMGB?: number,
  allowOffload?: boolean,
): boolean;

/**
 * The fraction of the theoretical memory bandwidth that token generation reaches on a CPU, 0.1 to 1.
 *
 * @param generation 1 to 5 for AMD Zen 1 to 5, 10 to 15 for Intel Core generations (15: Core Ultra 200).
 * @param coreCount Physical cores, an integer from 1 to 1024.
 * @param isHighEnd Whether it is the top of its generation (Ryzen 9, Core i9, Ultra 9). Default false.
 * @throws {TypeError | RangeError}
 */
export declare function getCPUFactor(generation: number, coreCount: number, isHighEnd?: boolean): number;
