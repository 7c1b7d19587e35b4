// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.
import type { Gpu } from '../types/memory.js';
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
