// @ts-check
// What a projector of images takes (llama.cpp's --mmproj), of the header of its file. Its twin,
// include/llmcalc/readers/gguf/projector.hpp, says where the numbers come from.
import { display } from '../core/violation.js';
import { bytesOfTensor } from '../models/tensors.js';
import { readHeader } from './gguf-file.js';
import { started } from './source.js';

const RESERVED_TOKENS = 2116;
const PATCHES_OF_TOKEN = 4;
const CHANNELS = 3;
/** Frames and bins of half a minute of sound. */
const FRAMES = 3000;
const BINS = 128;
const LONGEST = 1e6;

/** @typedef {import('../entries/readers.d.ts').Projector} Projector */

/** @param {Record<string, any>} metadata @param {string} prefix */
function lengthsOf(metadata, prefix) {
  return (/** @type {string} */ key) => {
    const value = metadata[prefix + key];
    if (Number.isInteger(value) && value >= 1 && value <= LONGEST) return value;
    const got = value === undefined ? 'nothing' : Array.isArray(value) ? 'an array' : display(value);
    throw new RangeError(`${prefix}${key} must be a whole number from 1 to 1e6, got ${got}`);
  };
}

/** Buffer and inputs of the encoder of images, in bytes. @param {Record<string, any>} metadata @param {string} kind @param {number} mostTokens */
function imagesOf(metadata, kind, mostTokens) {
  const length = lengthsOf(metadata, 'clip.vision.');
  const hidden = length('embedding_length');
  const network = length('feed_forward_length');
  const patch = length('patch_size');
  const side = Math.floor(length('image_size') / patch);
  const pixels = CHANNELS * patch * patch;
  let patches = side * side;
  let floats = network + 6 * hidden + pixels;
  let inputs = pixels;
  const isKnown = kind === 'gemma3' || kind === 'qwen3vl_merger';
  if (kind === 'gemma3') {
    floats = network + 4 * hidden;
  } else if (kind === 'qwen3vl_merger') {
    patches = PATCHES_OF_TOKEN * (mostTokens || RESERVED_TOKENS);
    inputs = pixels + 4;
    const flags = metadata['clip.vision.is_deepstack_layers'];
    const deep = Array.isArray(flags) ? flags.filter((is) => is === true).length : 0;
    floats =
      deep > 0
        ? Math.max(network + 6 * hidden, network + deep * length('projection_dim')) + inputs
        : Math.max(6 * hidden + inputs, network + 2 * hidden + 4);
  } else if (mostTokens > 0) {
    patches = Math.max(patches, PATCHES_OF_TOKEN * mostTokens);
  }
  return { buffer: patches * floats * 4, inputs: patches * inputs * 4, isAssumed: !isKnown };
}

/** @param {Record<string, any>} metadata */
function soundsOf(metadata) {
  const length = lengthsOf(metadata, 'clip.audio.');
  const floats = length('feed_forward_length') + 6 * length('embedding_length');
  return { buffer: FRAMES * floats * 4, inputs: FRAMES * BINS * 4, isAssumed: true };
}

/**
 * @param {Record<string, any>} metadata @param {{ name: string, shape: number[], type: number }[]} tensors
 * @param {number} mostTokens
 * @returns {Projector}
 */
function projectorOf(metadata, tensors, mostTokens) {
  const architecture = metadata['general.architecture'] ?? '';
  if (architecture !== 'clip') {
    throw new RangeError(`general.architecture must be clip in a projector, got ${display(architecture)}`);
  }
  const kind =
    ['clip.projector_type', 'clip.vision.projector_type', 'clip.audio.projector_type']
      .map((key) => metadata[key])
      .find((value) => typeof value === 'string' && value !== '') ?? '';
  const weights = tensors.reduce((sum, tensor, n) => sum + bytesOfTensor(tensor, n), 0);
  const encoders = [
    ...(metadata['clip.has_vision_encoder'] === true ? [imagesOf(metadata, kind, mostTokens)] : []),
    ...(metadata['clip.has_audio_encoder'] === true ? [soundsOf(metadata)] : []),
  ];
  if (encoders.length === 0) throw new RangeError('it has an encoder neither of images nor of sounds');
  return {
    kind,
    weights,
    buffer: Math.max(...encoders.map(({ buffer }) => buffer)),
    inputs: Math.max(...encoders.map(({ inputs }) => inputs)),
    isAssumed: encoders.some(({ isAssumed }) => isAssumed),
  };
}

/**
 * @param {import('../entries/readers.d.ts').Input} input
 * @param {import('../entries/readers.d.ts').ReadOptions & { imageTokens?: number }} [options]
 * @returns {Promise<Projector>}
 */
export async function readProjector(input, { imageTokens = 0, ...options } = {}) {
  const { location, metadata, tensors } = await readHeader(input, started('readProjector', options), 'readProjector');
  try {
    return projectorOf(metadata, tensors, imageTokens);
  } catch (error) {
    throw new RangeError(`readProjector: ${location}: ${/** @type {Error} */ (error).message}`);
  }
}
