// llama.cpp's own fit beside ours: the context and the layers that each chooses for some free memory of a GPU.
import { environmentOf, linesOf } from './engine.mjs';

const MIB = 2 ** 20;
/** --fit-ctx: llama.cpp takes layers off the GPU rather than give less context. */
const LEAST_CONTEXT = 4096;

/** Models of every kind, with MiB that a GPU has free: from a part of the layers to all of them with a long context. */
export const FIT_QUESTIONS = {
  'llama-3.1-8b': [4096, 6144, 8192, 12288, 24576],
  'qwen2.5-0.5b': [1536, 2048, 4096],
  'gemma-3-27b': [12288, 16384, 24576],
  'llama-3.1-70b': [24576, 49152],
  'qwen3-30b-a3b': [8192, 16384, 24576],
  'deepseek-v2-lite': [6144, 8192, 16384],
  'mixtral-8x7b': [8192, 24576],
  'granite-4.0-h-tiny-7b-a1b': [4096, 6144],
  'phi-4-14b': [8192, 12288],
  'qwen3-8b': [6144, 8192],
  'mistral-small-3.1-24b': [12288, 24576],
  'gemma-2-27b': [12288, 24576],
};

/** The layers of a model. @param {any} metadata */
const layersOf = (metadata) => Number(metadata[`${metadata['general.architecture']}.block_count`]);

/**
 * @param {string} path of a file @param {number} free MiB @param {any} metadata of the file
 * @returns {Promise<{ contextLength: number, gpuLayers: number | 'all', movedLayers: number } | null>} null: no answer
 */
export async function engineFit(path, free, metadata) {
  const lines = await linesOf(['llama-fit-params', '-m', path], environmentOf(1, free));
  const answer = lines.find((line) => /^-c \d+ /.test(line));
  if (!answer) return null;
  const count = layersOf(metadata);
  const layers = Number(/-ngl (-?\d+)/.exec(answer)?.[1] ?? -1);
  // It names a layer beyond the last too; the first that it names may stay on the GPU in part.
  const moved = new Set(Array.from(answer.matchAll(/blk\\.(\d+)\\./g), ([, layer]) => Number(layer)));
  return {
    contextLength: Number(/^-c (\d+)/.exec(answer)?.[1]),
    gpuLayers: layers < 0 || layers > count ? 'all' : layers,
    movedLayers: [...moved].filter((layer) => layer < count).length,
  };
}

/**
 * What we choose by the same rules: the longest context with all layers on the GPU; where that is less than the least,
 * the least, with as many layers as have room. llama.cpp counts what it allocates, so what the back end takes for itself
 * is added to the memory.
 *
 * @param {any} calculator @param {{ metadata: any }} shape @param {number} free MiB
 */
export function ourFit({ modelFromGgufMetadata, planMemory, largestContext, fitModel }, { metadata }, free) {
  const model = modelFromGgufMetadata(metadata);
  const runtime = { fileType: 'Q4_K_M', backend: 'vulkan', server: false, sequences: 1, gpus: 1 };
  const { overhead } = planMemory(model, { ...runtime, contextLength: LEAST_CONTEXT }).devices[0];
  const machine = { hostMemory: 1e18, gpus: [{ memory: free * MIB + overhead }] };
  const longest = largestContext(model, runtime, machine);
  if (longest?.verdict === 'fits' && longest.contextLength >= Math.min(LEAST_CONTEXT, model.contextLength)) {
    return { contextLength: longest.contextLength, gpuLayers: 'all', movedLayers: 0 };
  }
  const placed = fitModel(model, { ...runtime, contextLength: LEAST_CONTEXT }, machine);
  if (!placed) return null;
  // Of the first layers some may have no experts, which --n-cpu-moe counts too.
  const { groups, runs } = model;
  const ofLayer = [];
  while (ofLayer.length < model.layerCount)
    for (const [group, count] of runs) ofLayer.push(...Array(count).fill(group));
  const movedLayers = ofLayer.slice(0, placed.cpuMoeLayers).filter((group) => groups[group].expertCount > 0).length;
  return { contextLength: LEAST_CONTEXT, gpuLayers: placed.gpuLayers, movedLayers };
}

/**
 * What is more than one layer or one step of 256 tokens apart, in words; none where both choose alike.
 *
 * @param {any} theirs @param {any} ours
 */
export function fitDifference(theirs, ours) {
  if (!ours) return 'ours finds no room';
  const far = (/** @type {any} */ a, /** @type {any} */ b, /** @type {number} */ step) =>
    a !== b && !(Math.abs(a - b) <= step);
  const apart =
    far(theirs.contextLength, ours.contextLength, 256) ||
    far(theirs.gpuLayers, ours.gpuLayers, 1) ||
    far(theirs.movedLayers, ours.movedLayers, 1);
  return apart ? `llama.cpp ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)}` : '';
}
