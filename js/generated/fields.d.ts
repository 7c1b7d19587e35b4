// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.
import type { Gpu, Runtime } from '../types/memory.js';
import type { GgufTensor } from '../types/model.js';
import type { Names } from './names.js';

/** Layers of one shape. Lengths are in elements; what does not apply is left out. */
export interface LayerGroup {
  /** Attention. A layer may have attention and recurrence side by side (Falcon-H1). Default `full`. */
  attention?: Names['attention'];
  /** Query heads. */
  headCount?: number;
  /** Key/value heads; 1 for mla. */
  kvHeadCount?: number;
  /** Per head; mla: kvLoraRank + ropeLength. */
  keyLength?: number;
  /** Per head. */
  valueLength?: number;
  /** Reads the cache of an earlier layer (Gemma 3n, Gemma 4). */
  sharesCache?: boolean;
  /** Has no value matrix (Gemma 4's full layers). */
  valueFromKey?: boolean;
  /** One matrix for queries, keys and values. */
  fusedQKV?: boolean;
  /** The query matrix gives a gate too: twice the rows (Qwen3-Next). */
  gatedQuery?: boolean;
  /** Feed-forward. Default `none`. */
  feedForward?: Names['feedForward'];
  feedForwardLength?: number;
  /** `mla`; 0 for one query matrix. */
  queryLoraRank?: number;
  /** `mla`. */
  kvLoraRank?: number;
  /** `mla`: the part of a key with positions. */
  ropeLength?: number;
  /** `mla`: per head, uncompressed. */
  mlaKeyLength?: number;
  /** `mla`: per head, uncompressed. */
  mlaValueLength?: number;
  /** Recurrence. Default `none`. */
  recurrence?: Names['recurrence'];
  /** Taps. */
  convolutionLength?: number;
  /** Channels; gatedDeltaNet: value heads x value length. */
  innerLength?: number;
  /** Per channel; gatedDeltaNet: key length. */
  stateLength?: number;
  /** gatedDeltaNet: key heads. */
  stateGroupCount?: number;
  /** mamba1: rank, mamba2: heads, gatedDeltaNet: value heads. */
  timeStepRank?: number;
  expertCount?: number;
  expertsUsed?: number;
  /** Feed-forward length of one expert. */
  expertLength?: number;
  /** Of all shared experts together. */
  sharedExpertLength?: number;
  /** Of the vectors that experts work on; 0: the hidden size (Nemotron 3 Super has less). */
  expertHiddenLength?: number;
  /** Gate and up of the experts in one tensor. */
  fusedExperts?: boolean;
  /** Without a gate. */
  plainExperts?: boolean;
  /** Sparse attention's index keeps one more key of this length per token (DeepSeek V3.2, GLM-5, MiniMax M3). */
  indexerKeyLength?: number;
  /** Per-layer embeddings (Gemma 3n, Gemma 4 E): a matrix in and one out of this length. */
  perLayerEmbeddingLength?: number;
  /** F32 elements that are moved with the experts: their biases. */
  expertVectorElements?: number;
  /** Elements of matrices that stay as they were converted, at 2 bytes (Gemma 3n's AltUp and Laurel). */
  unquantizedElements?: number;
  /**
   * Elements of other matrices with rows of the hidden size, which follow the file type: an indexer's, gates of
   * attention, the projections to expertHiddenLength and back.
   */
  furtherElements?: number;
  /** Elements that stay F32 in every file: norms, biases, convolutions, state matrices, routers. */
  vectorElements?: number;
}

/** What every engine is asked. Defaults are those of llama-server. */
export interface CommonRuntime {
  /** Default `Q4_K_M`. */
  fileType?: Names['fileType'];
  /** The file was quantised with an importance matrix. Default false. */
  importanceMatrix?: boolean;
  /** Tokens of all sequences together. Default: the model's. */
  contextLength?: number;
  /** `--parallel`. Default 4 with `server`, else 1. */
  sequences?: number;
  /** `--cache-type-k`. Default `f16`. */
  cacheTypeK?: Names['cacheType'];
  /** `--cache-type-v`. Default `f16`. */
  cacheTypeV?: Names['cacheType'];
  /** For `overhead`. Default: that of `gpus`, or `cuda`. */
  backend?: Names['backend'];
  /**
   * Of every GPU, for CUDA's `overhead`. Default: of each in `gpus`; where that is unknown, 0 or null, the most that
   * its family and memory have, and where nothing is known the most of any card.
   */
  multiprocessors?: number | null;
  /**
   * GPUs: how many, their shares of the layers, or what they are. Default 1; 0 for none; at most 16. The shares of GPUs
   * as objects are their `share`, or as llama.cpp's where all have `memory`: by memory - reserved; else equal.
   */
  gpus?: number | number[] | Gpu[];
}

/** What llama.cpp is asked; defaults are llama-server's. */
export interface LlamaCppRuntime extends CommonRuntime {
  /** Default `llama.cpp`. */
  engine?: 'llama.cpp';
  /** The NNNN of bNNNN; the golden data are of the default one. Default 11669. */
  build?: number;
  /**
   * llama-server, which reserves logits for one token per sequence; else llama-cli, llama-completion and the library,
   * which do for the whole micro-batch. Default true.
   */
  server?: boolean;
  /** `--batch-size`, tokens. Default 2048. */
  batchSize?: number;
  /** `--ubatch-size`, tokens. Default 512. */
  microBatchSize?: number;
  /**
   * `--kv-unified`: one cache for all sequences. Default true with `server` where `sequences` is left out, else false.
   */
  kvUnified?: boolean;
  /** `--flash-attn`. Default true. */
  flashAttention?: boolean;
  /** `--n-gpu-layers`: layers on GPUs, the output head being the last. Default `'all'`. */
  gpuLayers?: number | 'all';
  /** `--n-cpu-moe`: layers whose experts stay on the host. Default 0. */
  cpuMoeLayers?: number;
  /** `--swa-full`: sliding layers keep everything. Default false. */
  swaFull?: boolean;
  /** Caches are with their layers; --no-kv-offload: on the host. Default true. */
  kvOffload?: boolean;
  /**
   * `--spec-type`: what proposes tokens. draft-mtp loads the prediction blocks of the file and gives them a context.
   * Default `none`.
   */
  speculation?: Names['speculation'];
  /** `--spec-draft-n-max`: tokens proposed at a time. Default 3. */
  draftLength?: number;
  /** `--cache-type-k-draft`. Default `f16`. */
  draftCacheTypeK?: Names['cacheType'];
  /** `--cache-type-v-draft`. Default `f16`. */
  draftCacheTypeV?: Names['cacheType'];
  /**
   * `--cache-ram`: MiB of prompts that llama-server keeps on the host for later, at most. Its own 8,192 fill while it
   * serves; 0 counts none. Default 0.
   */
  cacheRam?: number;
  /**
   * `--ctx-checkpoints`: copies of states and sliding caches that each slot of llama-server keeps on the host at most
   * (its own default is 32), which it takes checkpointStep tokens apart. 0 counts none. Default 0.
   */
  contextCheckpoints?: number;
  /** `--checkpoint-min-step`, tokens; 0: no least distance. Default 8192. */
  checkpointStep?: number;
  /**
   * `--mmproj`: a projector of images or sounds, in bytes. Its weights and its buffer are on the first GPU, or on the
   * host with --no-mmproj-offload, its inputs on the host. Readers of files have them: tryProjector, readProjector.
   * Default 0.
   */
  projectorWeights?: number;
  /** Default 0. */
  projectorBuffer?: number;
  /** Default 0. */
  projectorInputs?: number;
  /** `--mmproj-offload`. Default true. */
  projectorOffload?: boolean;
}

/** What vLLM is asked. There are estimates of its speed, on GPUs alone; its memory is not planned. */
export interface VllmRuntime extends CommonRuntime {
  engine: 'vllm';
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
  /** The context of what drafts: its cache, states and buffers, and the weights of a model of its own (addDraft). */
  draft: number;
  /** Of images or sounds: weights and buffer, or its inputs on the host. */
  projector: number;
  /** What llama-server keeps of earlier prompts, and its checkpoints, at most; on the host. */
  promptCache: number;
  /** The backend's own, estimated on the high side (docs/memory.md); everything else is what llama.cpp plans. */
  overhead: number;
  total: number;
  /** Repeating layers placed here. */
  layers: number;
  /**
   * Bytes of the weights here that are read for one token of one sequence: everything but the token embeddings and the
   * experts that the token does not use.
   */
  bytesPerToken: number;
  /** Parts of the above. */
  terms: {
    /** Part of weights. */
    tokenEmbedding: number;
    /** Part of weights. */
    outputHead: number;
    /** Part of weights. */
    experts: number;
    /** Part of kvCache. */
    slidingCache: number;
    /** Part of computeBuffer. */
    inputs: number;
    /** The rest of `computeBuffer`. */
    largestStage: number;
    /** Of the graph, which is the largest: what the rest of computeBuffer is for. */
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
  /**
   * Bytes of weights read for one token of one sequence, on all devices: all but the token embedding, of the experts
   * the used ones.
   */
  bytesPerToken: number;
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
  /** 1 to 8. */
  groups: LayerGroup[];
  /** `[group, count]`, in order and over again until all layers are there; 1 to 160. */
  runs: [group: number, count: number][];
  /** Tokens that a sliding layer sees. */
  slidingWindow?: number;
  /** Elements placed with the head, F32 (the last norm). */
  outputVectorElements?: number;
  /** The head is the token embedding. Default false. */
  tiedEmbeddings?: boolean;
  /** llama-quantize gives values more bits in a "70B": 80 layers of llama, qwen2, olmo or deci. */
  is70B?: boolean;
  /** Per-layer embeddings: one table for all layers, beside the token embedding. */
  perLayerEmbeddingLength?: number;
  /** Elements placed with the head, 2 bytes each. */
  outputUnquantizedElements?: number;
  /** Elements placed with the first layer, F32. */
  firstLayerVectorElements?: number;
  /** Elements placed with the first layer, 2 bytes each. */
  firstLayerUnquantizedElements?: number;
  /**
   * Multi-token-prediction blocks: in the file, not loaded, and counted among the layers. Default 0, as in files
   * without; with `tensors` at most those that the list has.
   */
  predictionLayerCount?: number;
  /** Index of their group. */
  predictionGroup?: number;
  /** Real tensors, whose sizes win over the file type. */
  tensors?: GgufTensor[];
}

/** A machine, as far as it holds a plan. */
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

export interface Fit {
  /** Every device has the bytes that are needed: they may be allocated, if nobody else takes them. */
  fits: boolean;
  /** Room with all margins, only without them, or none. */
  verdict: Names['verdict'];
  /** In the plan's order, in bytes. With one pool the host's row is the whole pool. */
  devices: {
    name: string;
    /** Bytes that the plan takes. */
    needed: number;
    /** Memory without what is reserved. */
    available: number;
    /** What should stay free of that. */
    margin: number;
    /** Bytes missing, or 0. */
    shortBy: number;
    /** Bytes missing for the margin as well; 0 where nothing is needed. */
    shortOfMargin: number;
  }[];
}

/** A placement of a model's layers that a machine has room for. */
export interface ModelFit {
  /** `tight`: only without the margins. Never `doesNotFit`. */
  verdict: Names['verdict'];
  /** Layers on the GPUs, for {@link LlamaCppRuntime.gpuLayers}. */
  gpuLayers: number | 'all';
  /** Layers whose experts stay on the host, for {@link LlamaCppRuntime.cpuMoeLayers}. */
  cpuMoeLayers: number;
}

/** The context that a machine has room for. */
export interface ContextFit {
  /** `tight`: only without the margins. Never `doesNotFit`. */
  verdict: Names['verdict'];
  /** Tokens of all sequences together, for {@link LlamaCppRuntime.contextLength}. */
  contextLength: number;
}

/** Of a GPU, or of the host's processor with its memory: data sheet rates, the base of estimates of speed. */
export interface Device {
  /** Of the catalogue (`wasm-calculator/catalog`), for the device's own profile. */
  name?: string;
  /** `profileFamily` of the catalogue; of a host `Apple`, `x86` (default) or `vCPU`. */
  family?: string;
  /** Bytes/s, from 1e8 to 1e15. */
  bandwidth?: number;
  /** FP32 FLOP/s outside of matrix units; what is issued in pairs counts once. */
  shaderFlops?: number;
  /** FP16 FLOP/s, dense; of matrix units the rate that accumulates in FP32. */
  halfFlops?: number;
  /** Operations/s of the path that quantised matrices take in prefill: INT8 where there is one. */
  quantizedOps?: number;
  /** Of a host: cores that compute. Default 8. */
  threads?: number;
}

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

export interface Workload {
  /** Tokens of one prompt that are computed; 0 for none. Default 512, or what the context leaves. */
  promptLength?: number;
  /** Tokens that are generated, at least 1. Default 128, or what the context leaves. */
  outputLength?: number;
  /** Tokens in the cache before the prompt. Default 0. */
  cachedTokens?: number;
  /** Sequences at the same time, from 1 to 4096. Default 1. */
  concurrency?: number;
  /** Tokens that a draft proposes at a time, up to 64; 0: no draft. Default 0. */
  draftLength?: number;
  /** Of the tokens of a draft, 0 to 1. Default 0. */
  acceptanceRate?: number;
  /** Of one drafted token, relative to a step of the model. Default 0. */
  draftCost?: number;
  /** Bytes of the file's tensors, where its mix of types is not the file type's usual one. Default: by the rules. */
  fileBytes?: number;
}

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
  /** Rows per expert and 512 tokens that are computed for nothing. */
  expertPadding: number;
  /** Seconds per matrix of an expert that is not quantised, and micro-batch. */
  expertSeconds: number;
  /** Bytes moved per score of attention, without flash attention. */
  scoreBytes: number;
  /** Of the recurrence's own operations. */
  recurrentCost: number;
  /** Seconds per prompt. */
  callSeconds: number;
  /** Of a weight's work, for each further of up to eight sequences; quantised weights. */
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
  /** The same for experts. */
  matrixExperts: number;
  /** Times an expert's work in decoding, once for more than eight sequences. */
  matrixExpertWork: number;
  /** Seconds per layer where there are more than eight sequences. */
  matrixLayerSeconds: number;
  /** Times what the cache of one sequence takes, where there are several. */
  batchCache: number;
  /** Seconds per further GPU of a layer split, and step, over links of 100e9 bytes/s. */
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
  /** Of a weight's two operations in prefill, by tensor type; 1 where nothing is in the way. */
  prefillCost: Record<string, number>;
  /** Measured over estimated rates of what the profile was fitted to. */
  spreads: {
    decode: Spread;
    /** Decoding a mixture of experts. */
    experts: Spread;
    prefill: Spread;
    /** Decoding several sequences. */
    batched: Spread;
    /** Prompts after more than 2,048 tokens. */
    deepPrefill: Spread;
    /** Decoding with a draft. */
    drafted: Spread;
    /** Decoding the very model that was measured, with all its layers on this side and a small cache. */
    measured: Spread;
  };
  /** Bytes of the weights of that model; 0: none, or several. */
  measuredBytes: number;
  /** On what the parameters rest. */
  evidence: Names['evidence'];
}

/** Seconds of a step or a prompt by cause. */
export interface SpeedTerms {
  /** Reading weights. */
  memory: number;
  /** Beyond what reading weights takes. */
  compute: number;
  /** Keys, values and recurrent state; of a prompt, attention. */
  cache: number;
  /** Fixed times per layer and call. */
  launch: number;
  /** Between devices. */
  link: number;
  /** All that the host computes. */
  host: number;
}

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
  /** Seconds by cause. */
  terms: {
    /** Of one sequence alone, before the bands. */
    step: SpeedTerms;
    /** Of one prompt, before the bands. */
    prompt: SpeedTerms;
  };
  /** What takes the largest part of a step. */
  decodeLimit: Names['limit'];
  /** What takes the largest part of a prompt. */
  prefillLimit: Names['limit'] | null;
  /** On what the estimate rests. */
  evidence: Names['evidence'];
}

/** One number that a benchmark printed, and what was measured. */
export interface Measurement {
  model: ModelSpec;
  runtime?: Runtime;
  machine: Hardware;
  workload?: Workload;
  /** Of decoding, all sequences together, or of the prompt. Default `decode`. */
  metric?: Names['metric'];
  /** 1e-6 to 1e9. */
  tokensPerSecond: number;
  /** 1: as good as the others; 0 to 1e6. Default 1. */
  weight?: number;
}
