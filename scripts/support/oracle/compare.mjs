// What llama.cpp planned beside what planMemory plans, term by term, in MiB.

const MIB = 2 ** 20;
/** Printed digits: two of a term, whole MiB of weights. */
const PRINTED = 0.006;
const WHOLE = 1.01;

/**
 * @param {Pick<import('../../../js/types/all.d.ts').WasmCalculator, 'planMemory' | 'modelFromGgufMetadata'>} calculator
 * @returns a function of a shape and the options of a run
 */
export function planner({ planMemory, modelFromGgufMetadata }) {
  return ({ metadata, tied }, o) => {
    const { gpuCount, shares, ...runtime } = o;
    const model = modelFromGgufMetadata(metadata, { tiedEmbeddings: tied });
    const plan = planMemory(model, { ...runtime, backend: 'vulkan', gpus: shares ?? gpuCount });
    const terms = (device) => {
      const { weights, kvCache, recurrentState, computeBuffer, outputBuffer } = device;
      const bytes = { weights, kvCache, recurrentState, computeBuffer, outputBuffer };
      return Object.fromEntries(Object.entries(bytes).map(([term, value]) => [term, value / MIB]));
    };
    return { gpus: plan.devices.slice(0, -1).map(terms), host: terms(plan.devices.at(-1)) };
  };
}

/**
 * The differences of one answer: of exact terms, and relative ones of compute buffers.
 *
 * @param {any} theirs @param {any} ours
 */
export function differences(theirs, ours) {
  const rows = [];
  const devices = [
    ...theirs.gpus.map((device, i) => [`gpu${i}`, device, ours.gpus[i]]),
    ['host', theirs.host, ours.host],
  ];
  for (const [device, their, our] of devices) {
    for (const term of ['weights', 'kvCache', 'recurrentState', 'outputBuffer', 'computeBuffer']) {
      if (their[term] === null || their[term] === undefined) continue;
      const difference = our[term] - their[term];
      const exact = term !== 'computeBuffer';
      // Two caches are printed apart.
      const tolerance = term === 'weights' ? WHOLE : term === 'kvCache' ? 2 * PRINTED : PRINTED;
      const relative = Math.abs(difference) <= tolerance ? 0 : difference / Math.max(their[term], 1);
      rows.push({ device, term, exact, theirs: their[term], ours: our[term], relative });
    }
  }
  return rows;
}

/**
 * The differences of what every device needs in all, of the rows of one answer.
 *
 * @param {ReturnType<typeof differences>} rows
 */
export function wholePlans(rows) {
  const totals = new Map();
  for (const { device, theirs, ours, relative } of rows) {
    const total = totals.get(device) ?? { theirs: 0, difference: 0 };
    total.theirs += theirs;
    if (relative !== 0) total.difference += ours - theirs;
    totals.set(device, total);
  }
  return [...totals.values()].map(({ theirs, difference }) => difference / Math.max(theirs, 1));
}

/** The keys in which a drawn shape differs from the real one. @param {any} real @param {any} drawn */
export function changedKeys(real, drawn) {
  const entries = Object.entries(drawn.metadata);
  return Object.fromEntries(
    entries.filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(real.metadata[key])),
  );
}

/** A real shape with other keys. @param {any} real @param {any} [changed] */
export const shapeOf = (real, changed) => (changed ? { ...real, metadata: { ...real.metadata, ...changed } } : real);
