// Calls each entry and leaves what it saw in `results`.
import js from '/dist/js.js';
import { load } from '/dist/load.js';
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

globalThis.results = {
  userAgent: navigator.userAgent,
  main: look(main),
  load: look(await load()),
  classic: look(globalThis.wasmCalculator),
  js: look(js),
  worker: await inWorker(),
  done: true,
};
