// Tokens per second and times.
import type { Names } from '../generated/names.js';
import type { GpuBackend, Machine, Runtime } from './memory.js';
import type { ModelSpec } from './model.js';

/** Of a GPU, or of the host's processor with its memory: data sheet rates, the base of estimates of speed. */
export interface Device {
  /** Of the catalogue (`wasm-calculator/catalog`), for the device's own profile. */
  name?: string;
  /** `profileFamily` of the catalogue; of a host `Apple`, `x86` (default) or `vCPU`. */
  family?: string;
  /** Bytes/s, from 1e8 to 1e15. */
  bandwidth?: number;
  /** FP32 FLOP/s outside of matrix units; what is issued in pairs counts once. Default: unknown. */
  shaderFlops?: number;
  /** FP16 FLOP/s, dense; of matrix units the rate that accumulates in FP32. Default: unknown. */
  halfFlops?: number;
  /** Operations/s of the path that quantised matrices take in prefill. Default: unknown. */
  quantizedOps?: number;
  /** Of a host: cores that compute. Default 8. */
  threads?: number;
}

/** @deprecated the former name of Device */
export type SpeedDevice = Device;

/** The 10th, 50th and 90th percentile of what such machines measure. */
export interface Band {
  p10: number;
  p50: number;
  p90: number;
}

/** Measured over estimated tokens per second, at those percentiles of measurements like it. */
export interface Spread {
  p10: number;
  p50: number;
  p90: number;
}

/** @deprecated the former name of Band */
export type Quantiles = Band;

/** What a back end makes of a device: docs/speed.md has every parameter. */
export interface SpeedProfile {
  /** Of the bandwidth, reading weights. */
  bandwidthShare: number;
  /** Of `shaderFlops`. */
  kernelShare: number;
  /** Seconds per layer and step; on processors times threads. */
  layerSeconds: number;
  /** Layers with experts take so many layers more. */
  expertLayers: number;
  /** Layers with a recurrence, likewise. */
  recurrentLayers: number;
  /** Of the bandwidth, reading keys and values of heads of 128. */
  cacheShare: number;
  /** Shader operations per element of a quantised cache. */
  cacheOperations: number;
  /** Of `quantizedOps`. */
  quantizedShare: number;
  /** Of `halfFlops`. */
  halfShare: number;
  /** Of `halfFlops`. */
  attentionShare: number;
  /** Seconds per layer and 512 tokens. */
  prefillLayerSeconds: number;
  /** Rows per expert and micro-batch that are computed for nothing. */
  expertPadding: number;
  /** Seconds per matrix of an expert that is not quantised, and micro-batch. */
  expertSeconds: number;
  /** Bytes moved per score of attention, without flash attention. */
  scoreBytes: number;
  /** Of the recurrence's own operations. */
  recurrentCost: number;
  /** Seconds per prompt. */
  callSeconds: number;
  /** Of a weight's work, for each further sequence of two to eight; quantised weights. */
  batchQuantized: number;
  /** The same of Q8_0. */
  batchQ8: number;
  /** The same of weights that are not quantised. */
  batchFloat: number;
  /** The same of experts. */
  batchExperts: number;
  /** Seconds per layer where there are several sequences. */
  batchLayerSeconds: number;
  /** Of prefill's time per token, for dense weights of more than eight sequences. */
  matrixShare: number;
  /** The same of experts. */
  matrixExperts: number;
  /** Times an expert's work in decoding, once for more than eight sequences. */
  matrixExpertWork: number;
  /** Seconds per layer where there are more than eight sequences. */
  matrixLayerSeconds: number;
  /** Times what the cache of one sequence takes, where there are several. */
  batchCache: number;
  /** Seconds per further GPU of a layer split, and step, over links of 100e9 bytes/s and more. */
  gpuHopSeconds: number;
  /** The same over slower links. */
  slowHopSeconds: number;
  /** Seconds per step where layers are on host and GPU. */
  hostHopSeconds: number;
  /** Seconds per layer whose experts or cache are on the host. */
  expertHopSeconds: number;
  /** Of `linkBandwidth`, copying weights. */
  linkShare: number;
  /** Seconds per all-reduce of a tensor split. */
  reduceSeconds: number;
  /** Seconds per all-reduce and root of its tokens. */
  reduceTokenSeconds: number;
  /** Layers with experts take an all-reduce of a prompt so many times as long. */
  reduceExperts: number;
  /** Of the time that a layer split could save with several micro-batches. */
  pipelineShare: number;
  /** Shader operations to decode and multiply a weight, by tensor type. */
  operationsPerWeight: Record<string, number>;
  /** Of a weight's two operations in prefill, by tensor type. */
  prefillCost: Record<string, number>;
  /** Measured over estimated rates of what the profile was fitted to. */
  spreads: {
    decode: Spread;
    experts: Spread;
    prefill: Spread;
    /** Decoding several sequences. */
    batched: Spread;
    /** Prompts after more than 2,048 tokens. */
    deepPrefill: Spread;
    /** Decoding with a draft. */
    drafted: Spread;
    /**
     * Decoding the very model that `calibrate` was given, where it was measured with all its layers on this side and
     * the cache is small.
     */
    measured: Spread;
  };
  /** Bytes of the weights of that model; 0: none, or several. */
  measuredBytes: number;
  evidence: Evidence;
}

/**
 * On what an estimate rests: nothing like it (no row of the engine, or of the back end with weights of the file type's
 * main tensor type: the bands are the widest there are), its back end, its family, measurements of it, or your own.
 */
export type Evidence = Names['evidence'];

/** A machine for `fits` and for estimates of speed. */
export interface Hardware extends Omit<Machine, 'gpus' | 'hostMemory'> {
  hostMemory?: number;
  gpus?: ({ memory?: number; reserved?: number } & Device)[];
  /** Default: 8 cores and 75e9 bytes/s; with one pool of memory the GPU's bandwidth. */
  host?: Device;
  /** Bytes/s from host to GPU. Default 25e9. */
  linkBandwidth?: number;
  /** Bytes/s between GPUs; from 100e9 on it counts as NVLink. Default 25e9. */
  gpuLinkBandwidth?: number;
  /** How several GPUs share a model. Default `layer`. */
  split?: Names['split'];
  /** Default: the shipped one of the first GPU. */
  profile?: SpeedProfile;
  /** Default: the shipped one of the host. */
  hostProfile?: SpeedProfile;
}

/** @deprecated the former name of Hardware */
export type SpeedMachine = Hardware;

export interface Workload {
  /** Tokens of one prompt that are computed; 0 for none. Default 512, or what the context leaves. */
  promptLength?: number;
  /** Tokens generated, at least 1. Default 128, or what the context leaves. */
  outputLength?: number;
  /** Tokens in the cache before the prompt. Default 0. */
  cachedTokens?: number;
  /** Sequences at the same time, from 1 to 4096. Default 1. */
  concurrency?: number;
  /** Tokens that a draft proposes at a time, up to 64. Default 0: no draft. */
  draftLength?: number;
  /** Of those tokens, 0 to 1. Default 0. */
  acceptanceRate?: number;
  /** Of one drafted token, relative to a step of the model. Default 0. */
  draftCost?: number;
  /** Bytes of the file's tensors, where its mix of types is not the file type's usual one. Default: by the rules. */
  fileBytes?: number;
}

/** What takes the largest part of a time. */
export type Limit = Names['limit'];

/** @deprecated the former name of Limit */
export type SpeedLimit = Limit;

export interface SpeedEstimate {
  /** Tokens/s of one sequence alone, on average over the output. */
  decode: Band;
  /** Tokens/s of one prompt; null without one. */
  prefill: Band | null;
  /** Seconds: all prompts that come at once, and one step. */
  timeToFirstToken: Band;
  /** Seconds until the last token. */
  requestTime: Band;
  /** Tokens/s of each of `concurrency` sequences, with the draft. */
  tokensPerSecondUser: Band;
  /** Tokens/s of all together. */
  tokensPerSecondTotal: Band;
  /** Seconds of one step of one sequence, and of one prompt, by cause, before the bands. */
  terms: { step: Record<Limit, number>; prompt: Record<Limit, number> };
  decodeLimit: Limit;
  prefillLimit: Limit | null;
  evidence: Evidence;
}

/**
 * Tokens per second and times, each as the 10th, 50th and 90th percentile of what such machines measure. docs/speed.md
 * has the laws, their sources and errors.
 *
 * @throws {TypeError | RangeError}
 */
export declare function estimateSpeed(
  model: ModelSpec,
  runtime: Runtime | undefined,
  machine: Hardware,
  workload?: Workload,
): SpeedEstimate;

/**
 * The shipped profile of a device: its own, else its family's, else its back end's; `evidence` says which.
 *
 * @throws {TypeError | RangeError}
 */
export declare function speedProfile(device?: {
  backend?: GpuBackend;
  family?: string;
  name?: string;
  /** Of llama.cpp; builds of 2023 and 2024 were slower. */
  build?: number;
}): SpeedProfile;

/** One number that a benchmark printed, and what was measured. */
export interface Measurement {
  model: ModelSpec;
  runtime?: Runtime;
  machine: Hardware;
  workload?: Workload;
  /** Default `decode`: all sequences together. */
  metric?: 'decode' | 'prefill';
  tokensPerSecond: number;
  /** Default 1. */
  weight?: number;
}

export interface CalibratedProfiles {
  /** For `machine.profile` and `machine.hostProfile`. */
  profile: SpeedProfile;
  hostProfile: SpeedProfile;
  /** Tokens/s of each measurement by the calibrated profiles. */
  estimates: number[];
  /** Of `parameters`. */
  factors: number[];
}

/** @deprecated the former name of CalibratedProfiles; in C++ a Calibration is what makes them */
export type Calibration = CalibratedProfiles;

/**
 * Profiles of one machine from measurements made on it, of whatever models. One moves what it says most about, two of
 * different size tell bandwidth and fixed time apart.
 *
 * @param options `parameters`: which numbers of a profile may vary, and how far, instead of a machine's usual ones; for
 * fitting profiles of many machines.
 * @throws {TypeError | RangeError}
 */
export declare function calibrate(
  measurements: Measurement[],
  options?: { parameters?: { parameter: number; deviation: number; center?: number }[] },
): CalibratedProfiles;
