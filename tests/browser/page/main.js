// Calls each entry and leaves what it saw in `results`.

import { devices, findModel } from '/dist/catalog.js';
import { detectDevices } from '/dist/detect.js';
import js from '/dist/js.js';
import { load } from '/dist/load.js';
import { readGguf } from '/dist/readers.js';
import main from '/dist/wasmCalculator.js';

function look({ backend, fallbackReason, calculatePerformance, batchCalculatePerformanceColumns }) {
  const { tps } = batchCalculatePerformanceColumns(1008, 70);
  const reason = fallbackReason === null ? '' : fallbackReason.message;
  return { backend, reason, tps: calculatePerformance(1008, 40), points: tps.length, last: tps.at(-1) };
}

const inWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker('/page/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });

/** The smallest header there is: SmolLM2 135M's keys as a File, and its plan. */
async function inputs() {
  const header = await (await fetch('/page/model.gguf')).arrayBuffer();
  const { model, source } = await readGguf(new File([header], 'model.gguf'));
  const remote = await readGguf(new URL('/page/model.gguf', location.href));
  const weights = ({ model }) => main.planMemory(model, { contextLength: 512 }).devices[0].weights;
  const { gpus, cpu } = await detectDevices({ devices });
  return {
    location: source.locations[0],
    weights: [weights({ model }), weights(remote)],
    layers: findModel('smollm2 135m').model.layerCount,
    detected: [gpus.length <= 1, cpu.cores > 0],
  };
}

globalThis.results = {
  userAgent: navigator.userAgent,
  main: look(main),
  load: look(await load()),
  classic: look(globalThis.wasmCalculator),
  js: look(js),
  worker: await inWorker(),
  inputs: await inputs(),
  done: true,
};
