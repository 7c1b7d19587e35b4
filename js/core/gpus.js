// @ts-check
// One GPU, wherever it is asked for: planMemory's runtime, the machine of fits and of estimateSpeed. A device of the
// catalogue is one as it is, so its keys are known here though nothing reads most of them.

import { checkKeys, words } from './keys.js';
import { display } from './violation.js';

const RATES = words('shaderFlops halfFlops quantizedOps');
export const GPU_KEYS = words(
  'name aliases family memory memorySold memorySource reserved margin bandwidth shaderFlops halfFlops quantizedOps threads power powerLimit ' +
    'multiprocessors backend share vendor kind memoryKind profileFamily speed bandwidthGBs releaseYear fp16Tflops ' +
    'fp16Fp32AccumulateTflops fp8Tflops int8Tops fp32Tflops channels megatransfers memoryType power source notes',
);

/**
 * Every value once, so that a getter is asked once; null, which is unknown in the catalogue, as undefined. Their types
 * are for the caller to check.
 *
 * @param {any} gpu
 * @param {string} place of it in a message: "fits: machine.gpus[0]"
 */
export function readGpu(gpu, place) {
  if (typeof gpu !== 'object' || gpu === null || Array.isArray(gpu)) {
    throw new TypeError(`${place} must be an object, got ${display(gpu)}`);
  }
  checkKeys(gpu, GPU_KEYS, place);
  const speed = gpu.speed ?? {};
  if (typeof speed !== 'object') throw new TypeError(`${place}.speed must be an object, got ${display(speed)}`);
  checkKeys(speed, RATES, `${place}.speed`);
  return {
    name: gpu.name ?? undefined,
    family: gpu.profileFamily ?? gpu.family ?? undefined,
    memory: gpu.memory ?? undefined,
    reserved: gpu.reserved ?? undefined,
    margin: gpu.margin ?? undefined,
    share: gpu.share ?? undefined,
    backend: gpu.backend ?? undefined,
    multiprocessors: gpu.multiprocessors ?? undefined,
    bandwidth: gpu.bandwidth ?? undefined,
    shaderFlops: gpu.shaderFlops ?? speed.shaderFlops ?? undefined,
    halfFlops: gpu.halfFlops ?? speed.halfFlops ?? undefined,
    quantizedOps: gpu.quantizedOps ?? speed.quantizedOps ?? undefined,
    threads: gpu.threads ?? undefined,
    power: gpu.power ?? undefined,
    powerLimit: gpu.powerLimit ?? undefined,
  };
}
