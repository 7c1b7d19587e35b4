// The shape of a model.
import type { Names } from '../generated/names.js';

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
