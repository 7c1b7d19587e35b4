// The shape of a model.
import type { ModelSpec } from '../generated/fields.js';
import type { Names } from '../generated/names.js';

export type { LayerGroup, ModelSpec } from '../generated/fields.js';

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
