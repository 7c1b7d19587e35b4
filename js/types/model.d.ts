// The shape of a model.
import type { LayerGroup } from '../generated/fields.js';
import type { Names } from '../generated/names.js';

export type { LayerGroup } from '../generated/fields.js';

/** How a layer attends; `mla` is multi-head latent attention, `sliding` also stands for chunks. */
export type Attention = Names['attention'];

export type Recurrence = Names['recurrence'];

/** Gate, up and down; gate and up in one matrix; or up and down. */
export type FeedForward = Names['feedForward'];

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
