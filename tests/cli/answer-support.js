// What an answer is made of, without the words of a question: models of the golden data, cards and pools.
import core from '../../dist/js.js';

export const GIB = 2 ** 30;

/** Unlike functions of the core until it takes GPUs as objects. */
const numbersOf = (gpu) => Object.fromEntries(Object.entries(gpu).filter(([, value]) => value !== null));
const runtimeOf = (runtime = {}) => {
  if (!Array.isArray(runtime.gpus)) return runtime;
  const { gpus } = runtime;
  const shares = gpus.some(({ share }) => share !== undefined)
    ? gpus.map(({ share = 0 }) => share)
    : gpus.map(({ memory, reserved }) => (memory ? memory - reserved : 1));
  return {
    ...runtime,
    gpus: shares,
    multiprocessors: Math.max(0, ...gpus.map(({ multiprocessors }) => multiprocessors ?? 0)),
  };
};
export const standIn = {
  ...core,
  planMemory: (model, runtime) => core.planMemory(model, runtimeOf(runtime)),
  estimateSpeed: (model, runtime, machine, workload) =>
    core.estimateSpeed(model, runtimeOf(runtime), { ...machine, gpus: machine.gpus.map(numbersOf) }, workload),
  fits(plan, { hostMargin = 0, gpus, ...machine }) {
    const { devices } = core.fits(plan, { ...machine, gpus: gpus.map(numbersOf) });
    const rows = devices.map((device, i) => {
      const margin = i < gpus.length ? gpus[i].margin : hostMargin;
      return { ...device, margin, shortOfMargin: Math.max(0, device.needed + margin - device.available) };
    });
    const fits = rows.every(({ shortBy }) => shortBy === 0);
    const verdict = !fits ? 'doesNotFit' : rows.every(({ shortOfMargin }) => shortOfMargin === 0) ? 'fits' : 'tight';
    return { fits, verdict, devices: rows };
  },
};
