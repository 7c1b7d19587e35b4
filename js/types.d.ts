// The public surface of every entry. Units: GB = 1e9 bytes, GB/s, billions of parameters, tokens per second.
// Every function throws a TypeError for an argument of the wrong type and a RangeError for one outside its range; both
// name the parameter, the value and the range. Results are finite.

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

/** What runs the formulas: WebAssembly, or the same C++ transpiled to JavaScript. Results are equal to the bit. */
export type Backend = 'wasm' | 'js';

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

// Written by scripts/make-layout.mjs from the lists of include/llmcalc: {
interface Names {
  architecture:
    | 'common'
    | 'command-r'
    | 'cohere2'
    | 'deepseek2'
    | 'falcon-h1'
    | 'gemma3n'
    | 'gemma4'
    | 'granitehybrid'
    | 'llama4'
    | 'olmo2'
    | 'qwen35'
    | 'qwen35moe'
    | 'qwen3next';
  attention: 'none' | 'full' | 'sliding' | 'mla';
  recurrence: 'none' | 'mamba1' | 'mamba2' | 'gatedDeltaNet' | 'shortConvolution';
  feedForward: 'none' | 'gated' | 'fusedGated' | 'plain';
  fileType:
    | 'F32'
    | 'F16'
    | 'BF16'
    | 'Q8_0'
    | 'Q6_K'
    | 'Q5_K_M'
    | 'Q5_K_S'
    | 'Q5_0'
    | 'Q5_1'
    | 'Q4_K_M'
    | 'Q4_K_S'
    | 'Q4_0'
    | 'Q4_1'
    | 'Q3_K_L'
    | 'Q3_K_M'
    | 'Q3_K_S'
    | 'Q2_K'
    | 'Q2_K_S'
    | 'IQ4_XS'
    | 'IQ4_NL'
    | 'IQ3_M'
    | 'IQ3_S'
    | 'IQ3_XS'
    | 'IQ3_XXS'
    | 'IQ2_M'
    | 'IQ2_S'
    | 'IQ2_XS'
    | 'IQ2_XXS'
    | 'IQ1_M'
    | 'IQ1_S'
    | 'TQ2_0'
    | 'TQ1_0'
    | 'MXFP4_MOE'
    | 'NVFP4'
    | 'Q2_0'
    | 'Q1_0';
  cacheType: 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0' | 'q4_1' | 'iq4_nl' | 'q5_0' | 'q5_1';
  backend: 'cuda' | 'metal' | 'vulkan' | 'rocm' | 'cpu' | 'sycl';
  memoryKind: 'separate' | 'apple' | 'amd' | 'shared';
  stage: 'none' | 'logits' | 'feedForward' | 'experts' | 'attention' | 'latentAttention' | 'recurrence' | 'hostCopy';
  verdict: 'fits' | 'tight' | 'doesNotFit';
}
// }

/** How a layer attends; `mla` is multi-head latent attention, `sliding` also stands for chunks. */
export type Attention = Names['attention'];
export type Recurrence = Names['recurrence'];
/** Gate, up and down; gate and up in one matrix; or up and down. */
export type FeedForward = Names['feedForward'];

/** Layers of one shape. Lengths are in elements; what does not apply is left out. */
export interface LayerGroup {
  /** Default `full`. */
  attention?: Attention;
  /** Query heads. */
  headCount?: number;
  /** Key/value heads; 1 for `mla`. */
  kvHeadCount?: number;
  /** Of one head; for `mla` kvLoraRank + ropeLength. */
  keyLength?: number;
  /** Of one head. */
  valueLength?: number;
  /** Reads the cache of an earlier layer (Gemma 3n, Gemma 4). */
  sharesCache?: boolean;
  /** Has no matrix for values. */
  valueFromKey?: boolean;
  /** One matrix for queries, keys and values. */
  fusedQKV?: boolean;
  /** The query matrix gives a gate too (Qwen3-Next). */
  gatedQuery?: boolean;
  /** For `mla`; 0 for one query matrix. */
  queryLoraRank?: number;
  kvLoraRank?: number;
  /** For `mla`: the part of a key that carries the position. */
  ropeLength?: number;
  /** For `mla`: of one head, uncompressed. */
  mlaKeyLength?: number;
  mlaValueLength?: number;
  /** Default `none`. A layer may have attention and recurrence side by side (Falcon-H1). */
  recurrence?: Recurrence;
  /** Taps. */
  convolutionLength?: number;
  /** Channels; for `gatedDeltaNet` value heads times their length. */
  innerLength?: number;
  /** Per channel; for `gatedDeltaNet` the length of a key. */
  stateLength?: number;
  /** For `gatedDeltaNet` key heads. */
  stateGroupCount?: number;
  /** mamba1: rank; mamba2: heads; gatedDeltaNet: value heads. */
  timeStepRank?: number;
  /** The dense network. Default `none`. */
  feedForward?: FeedForward;
  feedForwardLength?: number;
  expertCount?: number;
  /** Per token. */
  expertsUsed?: number;
  /** Feed-forward length of one expert. */
  expertLength?: number;
  /** Gate and up of the experts in one tensor. */
  fusedExperts?: boolean;
  /** Experts without a gate. */
  plainExperts?: boolean;
  /** Feed-forward length of all shared experts together. */
  sharedExpertLength?: number;
  /** Per-layer embeddings (Gemma 3n, Gemma 4 E). */
  perLayerEmbeddingLength?: number;
  /** Elements that stay F32 in every file: norms, biases, routers, convolutions. */
  vectorElements?: number;
  /** The same, moved with the experts. */
  expertVectorElements?: number;
  /** Elements of matrices that stay as converted, 2 bytes each. */
  unquantizedElements?: number;
  /** Sparse attention's index: the length of one more key per token (DeepSeek V3.2, GLM-5, MiniMax M3). */
  indexerKeyLength?: number;
  /** Length of the vectors experts work on, where it is not the hidden size (Nemotron 3 Super). */
  expertHiddenLength?: number;
  /** Elements of further matrices that follow the file type: an indexer's, gates of attention, to and from experts. */
  furtherElements?: number;
}

/** A tensor as a GGUF header lists it. */
export interface GgufTensor {
  name: string;
  /** Lengths, the row first. */
  shape: ArrayLike<number | bigint>;
  /** Its ggml type: `'Q4_K'`, or the number of the header. */
  type: string | number;
}

/** The shape of a decoder-only language model. */
export interface ModelSpec {
  /** One with rules of its own in llama.cpp's graphs, or `common`. Default `common`. */
  architecture?: string;
  vocabularySize: number;
  hiddenSize: number;
  /** Repeating layers, prediction layers not counted. */
  layerCount: number;
  /** Tokens it was trained for. */
  contextLength?: number;
  /** Tokens that a sliding layer sees. */
  slidingWindow?: number;
  /** The head is the token embedding. Default false. */
  tiedEmbeddings?: boolean;
  /** 80 layers of llama, qwen2 or olmo with grouped queries: quantised with more bits for values. */
  is70B?: boolean;
  perLayerEmbeddingLength?: number;
  /** Elements placed with the head, F32 (the last norm). */
  outputVectorElements?: number;
  /** Elements placed with the head, 2 bytes each. */
  outputUnquantizedElements?: number;
  firstLayerVectorElements?: number;
  firstLayerUnquantizedElements?: number;
  /**
   * Multi-token-prediction blocks: in the file, not loaded, and counted among the layers. Default 0, as in files
   * without; with `tensors` at most those that the list has.
   */
  predictionLayerCount?: number;
  /** Index of their group. */
  predictionGroup?: number;
  /** 1 to 8. */
  groups: LayerGroup[];
  /** `[group, count]`, in order and over again until all layers are there; 1 to 160. */
  runs: [group: number, count: number][];
  /** Real tensors, whose sizes win over the file type. */
  tensors?: GgufTensor[];
}

export type FileType = Names['fileType'];

export type CacheType = Names['cacheType'];

/** Options of llama.cpp; defaults are llama-server's. */
export interface MemoryRuntime {
  engine?: 'llama.cpp';
  /** Build number. Default 11669, which the golden data are of. */
  build?: number;
  /** llama-server, which reserves logits for one token per sequence; else for the whole micro-batch. Default true. */
  server?: boolean;
  /** Default `Q4_K_M`. */
  fileType?: FileType;
  /** The file was quantised with an importance matrix. Default false. */
  importanceMatrix?: boolean;
  /** Tokens of all sequences together. Default: the model's. */
  contextLength?: number;
  /** Default 2048. */
  batchSize?: number;
  /** Default 512. */
  microBatchSize?: number;
  /** Default 4 with `server`, else 1. */
  sequences?: number;
  /** One cache for all sequences. Default true with `server` where `sequences` is left out, else false. */
  kvUnified?: boolean;
  /** Default true. */
  flashAttention?: boolean;
  /** Default `f16`. */
  cacheTypeK?: CacheType;
  /** Default `f16`. */
  cacheTypeV?: CacheType;
  /** Layers on GPUs, the head being the last. Default `'all'`. */
  gpuLayers?: number | 'all';
  /** Layers whose experts stay on the host. Default 0. */
  cpuMoeLayers?: number;
  /** Sliding layers keep everything. Default false. */
  swaFull?: boolean;
  /** Caches are with their layers, not on the host. Default true. */
  kvOffload?: boolean;
  /**
   * GPUs: how many, their shares of the layers, or what they are. Default 1; 0 for none; at most 16. The shares of GPUs
   * as objects are their `share`, or as llama.cpp's where all have `memory`: by memory - reserved; else equal.
   */
  gpus?: number | number[] | Gpu[];
  /** For `overhead`. Default: that of `gpus`, or `cuda`. */
  backend?: GpuBackend;
  /**
   * Of every GPU, for CUDA's `overhead`. Default: of each in `gpus`; where that is unknown, 0 or null, the most that its
   * family and memory have, and where nothing is known the most of any card.
   */
  multiprocessors?: number | null;
}

export type GpuBackend = Names['backend'];

/**
 * A GPU, wherever one is asked for: a device of the catalogue as it is, what `gpuOf` makes of one, or your own. null is
 * unknown; each function reads what it needs.
 */
export interface Gpu {
  /** Of the catalogue, for its own profile of speed. */
  name?: string | null;
  /** Of the catalogue (`profileFamily`, which wins), for `overhead` and for profiles of speed. */
  family?: string | null;
  profileFamily?: string | null;
  /** Bytes that the driver reports, at least 1 MiB: less than what is sold. With one pool of memory a budget. */
  memory?: number | null;
  /** Bytes as sold; only shown. */
  memorySold?: number | null;
  /** Bytes that others use: a desktop, another model. 0, or at least 1 MiB. Default 0. */
  reserved?: number | null;
  /** Bytes that should stay free, for `verdict`. Default 2 ** 30, as llama.cpp's `--fit-target`. */
  margin?: number | null;
  /** Of the layers, relative to the others'. */
  share?: number | null;
  backend?: GpuBackend | null;
  /** For CUDA's `overhead`. */
  multiprocessors?: number | null;
  /** Bytes/s, from 1e8 to 1e15. */
  bandwidth?: number | null;
  /** Operations/s, as of `SpeedDevice`; else those of `speed`. */
  shaderFlops?: number | null;
  halfFlops?: number | null;
  quantizedOps?: number | null;
  speed?: { shaderFlops?: number; halfFlops?: number; quantizedOps?: number } | null;
}

/** What one device holds, in bytes. */
export interface DeviceMemory {
  /** `gpu0`, `gpu1`, ... or `host`. */
  name: string;
  weights: number;
  kvCache: number;
  recurrentState: number;
  /** Scratch memory of a micro-batch. */
  computeBuffer: number;
  /** Logits, on the host. */
  outputBuffer: number;
  /** The backend's own, estimated on the high side (docs/memory.md); everything else is what llama.cpp plans. */
  overhead: number;
  total: number;
  /** Repeating layers placed here. */
  layers: number;
  /** Bytes of the weights here that are read for one token of one sequence. */
  bytesPerToken: number;
  /** Parts of the above. */
  terms: {
    /** Of `weights`. */
    tokenEmbedding: number;
    outputHead: number;
    experts: number;
    /** Of `kvCache`. */
    slidingCache: number;
    /** Of `computeBuffer`, as is the rest, `largestStage`. */
    inputs: number;
    largestStage: number;
    /** Which stage of the graph is the largest. */
    stage: string;
  };
}

export interface MemoryPlan {
  /** The GPUs, then the host. */
  devices: DeviceMemory[];
  /** Cells of each of `streams` streams: of layers that see everything, and of sliding ones (0 without any). */
  cells: { streams: number; full: number; sliding: number };
  /** Tokens of a micro-batch that get logits. */
  outputs: number;
  /** Bytes of all tensors in the file, prediction blocks too; without its header and vocabulary. */
  fileBytes: number;
  /** Bytes of weights read for one token of one sequence: all but the token embedding, of the experts the used ones. */
  bytesPerToken: number;
}

/**
 * What llama.cpp will allocate, device by device. docs/memory.md has every term with its formula, source and error.
 *
 * @throws {TypeError | RangeError} also for what the engine refuses, as a quantised cacheTypeV without flashAttention
 */
export declare function planMemory(model: ModelSpec, runtime?: MemoryRuntime): MemoryPlan;

export interface Machine {
  /** `apple`, `amd` and `shared` (DGX Spark) have one pool for host and GPU. Default `separate`. */
  kind?: Names['memoryKind'];
  /** Bytes that the system has, at least 1 MiB; with one pool all of it. */
  hostMemory: number;
  /** Bytes in use by others: 0, or at least 1 MiB. Default 0. */
  hostReserved?: number;
  /** Bytes that should stay free, for `verdict`. Default `Math.min(4 * 2 ** 30, hostMemory / 4)`. */
  hostMargin?: number;
  /** At least those of the plan, each with `memory`. With one pool left out, or with a budget instead of the usual. */
  gpus?: Gpu[];
}

export interface MemoryFit {
  /** Every device has the bytes that are needed: they may be allocated, if nobody else takes them. */
  fits: boolean;
  /** The same with all margins, only without them, or not at all. */
  verdict: Names['verdict'];
  /** In the plan's order, in bytes. With one pool the host's row is the whole pool. */
  devices: {
    name: string;
    needed: number;
    /** Memory without what is reserved. */
    available: number;
    /** What should stay free of that. */
    margin: number;
    shortBy: number;
    /** Of the margin too; 0 where nothing is needed. */
    shortOfMargin: number;
  }[];
}

/**
 * Whether every device of a plan has room. Pools are never added up; one pool must hold both the GPU's part, within its
 * budget, and everything together.
 *
 * @throws {TypeError | RangeError} also for a plan whose totals are not numbers, and for memory in another unit
 */
export declare function fits(plan: MemoryPlan, machine: Machine): MemoryFit;

/**
 * The shape of a model from the keys and values of its GGUF header.
 *
 * @param metadata All pairs, or at least those of the architecture (`llama.block_count`, ...).
 * @param options `tensors`: the header's tensor list, whose sizes then win over a file type. `tiedEmbeddings`: where
 * there is no list, whether the head is the token embedding; the default is the architecture's habit.
 * @throws {TypeError | RangeError} naming the key that is missing or unknown
 */
export declare function modelFromGgufMetadata(
  metadata: Record<string, unknown>,
  options?: { tensors?: GgufTensor[]; tiedEmbeddings?: boolean },
): ModelSpec;

/** Of a GPU, or of the host's processor with its memory: data sheet rates, the base of estimates of speed. */
export interface SpeedDevice {
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

export interface Quantiles {
  p10: number;
  p50: number;
  p90: number;
}

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
  /** Shader operations to decode and multiply a weight, by tensor type. */
  operationsPerWeight: Record<string, number>;
  /** Of a weight's two operations in prefill, by tensor type. */
  prefillCost: Record<string, number>;
  /** Measured over estimated rates of what the profile was fitted to. */
  spreads: {
    decode: Quantiles;
    experts: Quantiles;
    prefill: Quantiles;
    batched: Quantiles;
    /**
     * Decoding the very model that `calibrate` was given, where it was measured with all its layers on this side and
     * the cache is small.
     */
    measured: Quantiles;
  };
  /** Bytes of the weights of that model; 0: none, or several. */
  measuredBytes: number;
  evidence: Evidence;
}

/**
 * On what an estimate rests: nothing like it (no row of the engine, or of the back end with weights of the file type's
 * main tensor type: the bands are the widest there are), its back end, its family, measurements of it, or your own.
 */
export type Evidence = 'none' | 'backend' | 'family' | 'device' | 'calibrated';

/** A machine for `fits` and for estimates of speed. */
export interface SpeedMachine extends Omit<Machine, 'gpus' | 'hostMemory'> {
  hostMemory?: number;
  gpus?: ({ memory?: number; reserved?: number } & SpeedDevice)[];
  /** Default: 8 cores and 75e9 bytes/s; with one pool of memory the GPU's bandwidth. */
  host?: SpeedDevice;
  /** Bytes/s from host to GPU. Default 25e9. */
  linkBandwidth?: number;
  /** Bytes/s between GPUs; from 100e9 on it counts as NVLink. Default 25e9. */
  gpuLinkBandwidth?: number;
  /** How several GPUs share a model. Default `layer`. */
  split?: 'layer' | 'tensor';
  /** Default: the shipped one of the first GPU. */
  profile?: SpeedProfile;
  /** Default: the shipped one of the host. */
  hostProfile?: SpeedProfile;
}

export interface SpeedRuntime extends Omit<MemoryRuntime, 'engine'> {
  /** Default `llama.cpp`. `vllm` knows of GPUs alone. */
  engine?: 'llama.cpp' | 'vllm';
}

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
export type SpeedLimit = 'memory' | 'compute' | 'cache' | 'launch' | 'link' | 'host';

export interface SpeedEstimate {
  /** Tokens/s of one sequence alone, on average over the output. */
  decode: Quantiles;
  /** Tokens/s of one prompt; null without one. */
  prefill: Quantiles | null;
  /** Seconds: all prompts that come at once, and one step. */
  timeToFirstToken: Quantiles;
  /** Seconds until the last token. */
  requestTime: Quantiles;
  /** Tokens/s of each of `concurrency` sequences, with the draft. */
  tokensPerSecondUser: Quantiles;
  /** Tokens/s of all together. */
  tokensPerSecondTotal: Quantiles;
  /** Seconds of one step of one sequence, and of one prompt, by cause, before the bands. */
  terms: { step: Record<SpeedLimit, number>; prompt: Record<SpeedLimit, number> };
  decodeLimit: SpeedLimit;
  prefillLimit: SpeedLimit | null;
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
  runtime: SpeedRuntime | undefined,
  machine: SpeedMachine,
  workload?: Workload,
): SpeedEstimate;

/**
 * The shipped profile of a device: its own, else its family's, else its back end's; `evidence` says which.
 *
 * @throws {TypeError | RangeError}
 */
export declare function speedProfile(device?: {
  backend?: MemoryRuntime['backend'];
  family?: string;
  name?: string;
  /** Of llama.cpp; builds of 2023 and 2024 were slower. */
  build?: number;
}): SpeedProfile;

/** One number that a benchmark printed, and what was measured. */
export interface Measurement {
  model: ModelSpec;
  runtime?: SpeedRuntime;
  machine: SpeedMachine;
  workload?: Workload;
  /** Default `decode`: all sequences together. */
  metric?: 'decode' | 'prefill';
  tokensPerSecond: number;
  /** Default 1. */
  weight?: number;
}

export interface Calibration {
  /** For `machine.profile` and `machine.hostProfile`. */
  profile: SpeedProfile;
  hostProfile: SpeedProfile;
  /** Tokens/s of each measurement by the calibrated profiles. */
  estimates: number[];
  /** Of `parameters`. */
  factors: number[];
}

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
): Calibration;

/** A placement of a model's layers that a machine has room for. */
export interface ModelFit {
  /** `tight`: only without the margins. Never `doesNotFit`. */
  verdict: Names['verdict'];
  /** Layers on the GPUs, for {@link MemoryRuntime.gpuLayers}. */
  gpuLayers: number | 'all';
  /** Layers whose experts stay on the host, for {@link MemoryRuntime.cpuMoeLayers}. */
  cpuMoeLayers: number;
}

/**
 * The placement with the most on the GPUs that fits a machine with its margins, else the first that fits at all; null
 * where none does. All layers are tried first; of a mixture of experts, the experts of one layer more after the other go
 * to the host before a whole layer does.
 *
 * @param runtime Of {@link planMemory}; its `gpuLayers` is not read. `gpus` default to the machine's.
 * @param machine Of {@link fits}. Bytes; where the host's are not known 1e18 asks nothing of it.
 * @throws {TypeError | RangeError} what planMemory or fits refuses
 */
export declare function fitModel(
  model: ModelSpec,
  runtime: MemoryRuntime | undefined,
  machine: Machine,
): ModelFit | null;

/** One number of layers on the GPUs. */
export interface OffloadPoint {
  gpuLayers: number;
  verdict: Names['verdict'];
  /** Tokens/s. */
  decode: SpeedEstimate['decode'];
}

/**
 * Verdict and speed with none to all layers on the GPUs: as the file counts them, prediction blocks too, and the head as
 * the last.
 *
 * @param runtime Of {@link estimateSpeed}; its `gpuLayers` is not read. `gpus` default to the machine's.
 * @param machine Of {@link estimateSpeed} and of {@link fits}: with `hostMemory`.
 * @throws {TypeError | RangeError} what planMemory, fits or estimateSpeed refuses
 */
export declare function offloadCurve(
  model: ModelSpec,
  runtime: SpeedRuntime | undefined,
  machine: SpeedMachine & { hostMemory: number },
  workload?: Workload,
): OffloadPoint[];

/**
 * Tokens per second that memory bandwidth alone allows a plan, above every estimate: one over the seconds in which every
 * device reads its bytes of weights for one token, one device after the other. Null where a rate that matters is not
 * known.
 *
 * @param machine Bytes/s of the GPUs, in the order of the plan, and of the host.
 * @throws {TypeError | RangeError}
 */
export declare function decodeCeiling(
  plan: MemoryPlan,
  machine: { gpus?: readonly { bandwidth?: number | null }[]; host?: { bandwidth?: number | null } },
): number | null;

/**
 * Elements of all tensors of a model's file, and those of them that are read for one token: no token embeddings, of the
 * experts the used. The model's own tensor list is not read.
 *
 * @throws {TypeError | RangeError} what planMemory refuses of the model
 */
export declare function parameterCount(model: ModelSpec): { parameters: number; activeParameters: number };

/**
 * Bytes of all tensors of a file of a type, prediction blocks too; without its header and vocabulary, which are some
 * megabytes. The model's own tensor list is not read.
 *
 * @param importanceMatrix Whether the file was quantised with one. Default false.
 * @throws {TypeError | RangeError} what planMemory refuses of the model
 */
export declare function fileBytes(
  model: ModelSpec,
  fileType: NonNullable<MemoryRuntime['fileType']>,
  importanceMatrix?: boolean,
): number;

/**
 * What llama.cpp runs on the GPUs of a vendor with: `cuda` for "NVIDIA", `metal` for "Apple", `sycl` for "Intel", else
 * `vulkan`. The catalogue's devices have it as `backend`.
 *
 * @throws {TypeError}
 */
export declare function backendOf(vendor: string): Names['backend'];

/** Whether WebAssembly runs the formulas: `backend === 'wasm'`. */
export declare function isWASMAvailable(): boolean;

/** Which build runs the formulas. */
export declare const backend: Backend;

/** Why the transpiled build runs although WebAssembly was tried; null otherwise. */
export declare const fallbackReason: Error | null;

/** All of it as one object. */
export interface WasmCalculator {
  readonly calculateVRAM: typeof calculateVRAM;
  readonly calculatePerformance: typeof calculatePerformance;
  readonly batchCalculatePerformance: typeof batchCalculatePerformance;
  readonly batchCalculatePerformanceColumns: typeof batchCalculatePerformanceColumns;
  readonly calculateOffloadBandwidth: typeof calculateOffloadBandwidth;
  readonly isOutOfMemory: typeof isOutOfMemory;
  readonly getCPUFactor: typeof getCPUFactor;
  readonly planMemory: typeof planMemory;
  readonly fits: typeof fits;
  readonly modelFromGgufMetadata: typeof modelFromGgufMetadata;
  readonly isWASMAvailable: typeof isWASMAvailable;
  readonly backend: Backend;
  readonly fallbackReason: Error | null;
}

/** The same with estimates of speed. */
export interface SpeedCalculator extends WasmCalculator {
  readonly estimateSpeed: typeof estimateSpeed;
  readonly speedProfile: typeof speedProfile;
  readonly calibrate: typeof calibrate;
  readonly fitModel: typeof fitModel;
  readonly offloadCurve: typeof offloadCurve;
  readonly decodeCeiling: typeof decodeCeiling;
  readonly parameterCount: typeof parameterCount;
  readonly fileBytes: typeof fileBytes;
  readonly backendOf: typeof backendOf;
}
