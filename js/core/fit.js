// @ts-check
// fitModel, largestContext, fewestGpuLayers, offloadCurve, decodeCeiling, parameterCount, fileBytes and backendOf over a core. What crosses to C++ is in
// the order of bindings/fit.cpp.

import { ALL_LAYERS, MAXIMUM_GPUS, NAMES, VERDICTS } from '../generated/layout.js';
import { asking, nameOf, numberOf, placeOf, put, rangeError, wrongType } from './arguments.js';
import { backendOf } from './backend-of.js';
import { writeMachine, writeModel, writeRuntime, writeTensors } from './memory.js';

/**
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').MemoryPlan} MemoryPlan
 * @typedef {import('../types/all.d.ts').Hardware} SpeedMachine
 * @typedef {(to: Float64Array, model: ModelSpec, runtime: any, machine: any, workload: any) =>
 *   { next: number, measured: boolean }} WriteQuestion
 */

/** Layers that can be on a GPU: as the file counts them, prediction blocks too, and the head as the last. @param {ModelSpec} model */
const offloadable = ({ layerCount, predictionLayerCount = 0 }) => layerCount + predictionLayerCount + 1;

/** The machine's GPUs, where the runtime says none. @param {any} runtime @param {any} machine */
export const runtimeOn = (runtime, machine) =>
  runtime?.gpus === undefined && Array.isArray(machine?.gpus) ? { ...runtime, gpus: machine.gpus } : runtime;

/** The machine of `fits` within one that has rates too. @param {any} machine */
export const roomOf = ({ kind, hostMemory, hostReserved, hostMargin, gpus }) => ({
  kind,
  hostMemory,
  hostReserved,
  hostMargin,
  gpus,
});

/**
 * @param {import('./create.js').Core} core @param {Float64Array} block
 * @param {WriteQuestion} writeQuestion of estimateSpeed
 */
export function createFit(core, block, writeQuestion) {
  /** @param {Float64Array} question @param {ModelSpec} model @param {any} runtime @param {any} machine */
  function putFit(question, model, runtime, machine) {
    if (typeof machine !== 'object' || machine === null) throw wrongType('machine', 'an object', machine);
    let next = writeRuntime(question, writeModel(question, 0, model), runtimeOn(runtime, machine));
    const measured = model.tensors !== undefined;
    if (measured) next = writeTensors(question, next, model);
    put(block, question, writeMachine(question, next, machine, 0));
    return measured;
  }

  /** @type {typeof import('../types/all.d.ts').fitModel} */
  function fitModel(model, runtime = {}, machine) {
    return asking(block, 'fitModel', fitModel, (question) => {
      if (!core.fitModel(putFit(question, model, runtime, machine))) throw rangeError(core, 'fitModel');
      const [verdict, gpuLayers, cpuMoeLayers] = block;
      if (VERDICTS[verdict] === 'doesNotFit') return null;
      return {
        gpuLayers: gpuLayers === ALL_LAYERS ? 'all' : gpuLayers,
        cpuMoeLayers,
        verdict: /** @type {any} */ (VERDICTS[verdict]),
      };
    });
  }

  /** @type {typeof import('../types/all.d.ts').largestContext} */
  function largestContext(model, runtime = {}, machine) {
    return asking(block, 'largestContext', largestContext, (question) => {
      if (!core.largestContext(putFit(question, model, runtime, machine))) throw rangeError(core, 'largestContext');
      const [verdict, contextLength] = block;
      if (VERDICTS[verdict] === 'doesNotFit') return null;
      return { contextLength, verdict: /** @type {any} */ (VERDICTS[verdict]) };
    });
  }

  /** @type {typeof import('../types/all.d.ts').fewestGpuLayers} */
  function fewestGpuLayers(model, runtime = {}, machine, tokensPerSecond, workload = {}) {
    return asking(block, 'fewestGpuLayers', fewestGpuLayers, (question) => {
      const wished = numberOf(tokensPerSecond, Number.NaN, 'tokensPerSecond');
      const { next, measured } = writeQuestion(question, model, runtimeOn(runtime, machine), machine, workload);
      const last = offloadable(model);
      put(block, question, writeMachine(question, next, { hostMemory: 1e18 }, 0));
      const layers = core.fewestGpuLayers(measured, wished);
      if (Number.isNaN(layers)) throw rangeError(core, 'fewestGpuLayers');
      return layers <= last ? layers : null;
    });
  }

  /** @type {typeof import('../types/all.d.ts').offloadCurve} */
  function offloadCurve(model, runtime = {}, machine, workload = {}) {
    return asking(block, 'offloadCurve', offloadCurve, (question) => {
      const { next, measured } = writeQuestion(question, model, runtimeOn(runtime, machine), machine, workload);
      const last = offloadable(model);
      put(block, question, writeMachine(question, next, roomOf(machine), 0));
      core.startCurve(measured);
      return Array.from({ length: last + 1 }, (_, gpuLayers) => {
        if (!core.offloadPoint(gpuLayers)) throw rangeError(core, 'offloadCurve');
        const [verdict, p10, p50, p90] = block;
        return { gpuLayers, verdict: /** @type {any} */ (VERDICTS[verdict]), decode: { p10, p50, p90 } };
      });
    });
  }

  /** @type {typeof import('../types/all.d.ts').decodeCeiling} */
  function decodeCeiling(plan, machine) {
    return asking(block, 'decodeCeiling', decodeCeiling, (question) => {
      const devices = plan?.devices;
      if (!Array.isArray(devices) || devices.length === 0) throw wrongType('plan', 'what planMemory returns', plan);
      if (typeof machine !== 'object' || machine === null) throw wrongType('machine', 'an object', machine);
      const { gpus = [], host } = machine;
      if (!Array.isArray(gpus)) throw wrongType('machine.gpus', 'an array', gpus);
      const count = devices.length - 1;
      if (count > MAXIMUM_GPUS) {
        throw new RangeError(`${placeOf('plan.devices')} must be the host and up to ${MAXIMUM_GPUS} GPUs`);
      }
      question[0] = count;
      // The host comes first in the block, and last in a plan.
      devices.forEach((device, n) => {
        const i = n === count ? 1 : 3 + 2 * n;
        const { bandwidth } = (n === count ? host : gpus[n]) ?? {};
        const place = n === count ? 'machine.host.bandwidth' : 'machine.gpus[].bandwidth';
        question[i] = numberOf(device?.bytesPerToken, Number.NaN, 'plan.devices[].bytesPerToken', n);
        question[i + 1] = numberOf(bandwidth ?? undefined, 0, place, n);
      });
      put(block, question, 3 + 2 * count);
      const ceiling = core.decodeCeiling();
      return Number.isNaN(ceiling) ? null : ceiling;
    });
  }

  /** @type {typeof import('../types/all.d.ts').parameterCount} */
  function parameterCount(model) {
    return asking(block, 'parameterCount', parameterCount, (question) => {
      put(block, question, writeModel(question, 0, model));
      if (!core.parameterCount()) throw rangeError(core, 'parameterCount');
      const [parameters, activeParameters] = block;
      return { parameters, activeParameters };
    });
  }

  /** @type {typeof import('../types/all.d.ts').fileBytes} */
  function fileBytes(model, fileType, importanceMatrix = false) {
    return asking(block, 'fileBytes', fileBytes, (question) => {
      const type = nameOf(NAMES.fileType, fileType, Number.NaN, 'fileType');
      if (Number.isNaN(type)) throw wrongType('fileType', 'the name of a file type', fileType);
      if (typeof importanceMatrix !== 'boolean') throw wrongType('importanceMatrix', 'a boolean', importanceMatrix);
      put(block, question, writeModel(question, 0, model));
      const bytes = core.fileBytes(type, importanceMatrix);
      if (Number.isNaN(bytes)) throw rangeError(core, 'fileBytes');
      return bytes;
    });
  }

  return {
    fitModel,
    largestContext,
    fewestGpuLayers,
    offloadCurve,
    decodeCeiling,
    parameterCount,
    fileBytes,
    backendOf,
  };
}
