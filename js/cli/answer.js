// @ts-check
// What `plan` answers, as the object that --json prints (docs/plan.schema.json). The native tool makes the same one,
// number by number and key by key.
import { commandLine } from './command.js';
import { gib } from './layout.js';
import { assumptionsOf, notesOf } from './notes.js';
import { bestPlacement, fitMachineOf, fitOf, noFitOf, runtimeOn, uncheckedOf } from './placement.js';
import { SENTENCES, say } from './say.js';
import { ceilingOf, endOf, estimates, machineOf, measuredMachine, speedOf } from './speed.js';

/**
 * @typedef {import('../types/all.d.ts').WasmCalculator} Calculator
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').Hardware} SpeedMachine
 * @typedef {import('./subject.js').Subject} Subject
 * @typedef {import('./machine.js').Hardware} Hardware
 * @typedef {import('./machine.js').Split} Split
 */

/**
 * What is asked beside the plan.
 *
 * @typedef {object} Question
 * @property {import('../types/all.d.ts').Workload} workload of the speed, within the context
 * @property {boolean} curve asked for, also where everything fits
 * @property {'llama.cpp' | 'vllm'} engine of the speed
 * @property {Split} split
 * @property {{ draftLength: number } | null} draft
 * @property {readonly import('../entries/catalog.d.ts').CatalogModel[]} models of the catalogue, among which something that fits
 *   is looked for
 * @property {((machine: SpeedMachine, runtime: any) => import('./speed.js').Calibrated) | null} calibrate
 */

export const SCHEMA = 2;

/** The part of the machine that is printed: what was assumed of it stands beside it. @param {Hardware | null} hardware */
function shownOf(hardware) {
  if (!hardware) return null;
  const { assumed: _, ...shown } = hardware;
  return shown;
}

/**
 * @param {Calculator} core
 * @param {Subject} subject
 * @param {any} runtime of planMemory, every option; `gpuLayers` may be 'auto'
 * @param {Hardware | null} hardware
 * @param {Question} question
 */
export function planAnswer(core, subject, runtime, hardware, question) {
  const { model } = subject;
  const { workload } = question;
  const auto = runtime.gpuLayers === 'auto';
  let used = auto ? { ...runtime, gpuLayers: 'all' } : runtime;
  const hasGpus = hardware !== null && hardware.gpus.length > 0;
  const best = (/** @type {any} */ asked) => (hardware && hasGpus ? bestPlacement(core, model, asked, hardware) : null);
  const plan = (/** @type {any} */ placement) => core.planMemory(model, runtimeOn({ ...used, ...placement }, hardware));
  if (auto) {
    // What is refused is so in the words of a plan.
    plan({});
    const placed = best(used);
    if (placed) used = { ...used, gpuLayers: placed.gpuLayers, cpuMoeLayers: placed.cpuMoeLayers };
  }
  const memory = plan({});
  const fit = hardware && fitOf(core, memory, hardware);
  const unchecked = hardware && uncheckedOf(memory, hardware);
  if (unchecked !== null && fit?.fits) {
    throw new RangeError(say(SENTENCES.refused.ramNeeded, { size: gib(unchecked) }));
  }
  const found = fit && fit.verdict !== 'fits' && !auto ? best(used) : null;
  // Where the plan fits without the margins, another one that does so too is no better.
  const placed = fit?.verdict === 'tight' && found?.verdict !== 'fits' ? null : found;
  const fitsAnywhere = fit === null || fit.fits || placed !== null;
  const ceiling = ceilingOf(core, memory, hardware);

  let machine = machineOf(hardware, used);
  /** @type {number | null} */
  let calibratedFrom = null;
  if (question.calibrate) {
    if (!machine || !hardware) {
      throw new RangeError(SENTENCES.refused.calibrate);
    }
    const { measurements, ...profiles } = question.calibrate(
      measuredMachine(machine, hardware),
      runtimeOn(used, hardware),
    );
    machine = { ...machine, ...profiles };
    calibratedFrom = measurements;
  }
  const estimateOf = (/** @type {any} */ placement, of = workload) => {
    const asked = { ...used, ...placement, engine: question.engine };
    if (!machine || !estimates(asked)) return null;
    return core.estimateSpeed(model, runtimeOn(asked, hardware), machine, of);
  };
  const estimate = estimateOf({});
  const end = endOf(workload, used);
  const estimateAtEnd = end && estimateOf({}, end);
  const verdictOf = (/** @type {any} */ placement) =>
    hardware ? fitOf(core, plan(placement), hardware).verdict : 'doesNotFit';
  const wantsCurve =
    estimate !== null &&
    hasGpus &&
    fitsAnywhere &&
    question.engine === 'llama.cpp' &&
    (question.curve || verdictOf({ gpuLayers: 'all', cpuMoeLayers: 0 }) !== 'fits');
  const curve =
    wantsCurve && machine && hardware
      ? core.offloadCurve(model, runtimeOn(used, hardware), { ...machine, ...fitMachineOf(hardware) }, workload)
      : null;
  const suggested = placed && plan({ gpuLayers: placed.gpuLayers, cpuMoeLayers: placed.cpuMoeLayers });
  const suggestion = placed && {
    ...placed,
    hostUnchecked: hardware && suggested && uncheckedOf(suggested, hardware),
    ceilingTokensPerSecond: suggested && ceilingOf(core, suggested, hardware),
    decode: estimateOf({ gpuLayers: placed.gpuLayers, cpuMoeLayers: placed.cpuMoeLayers })?.decode ?? null,
  };
  // What does not fit is not run: the command is that of what would.
  const runs = fit && !fit.fits && placed ? placed : null;
  const hostWorks = curve !== null || (estimate?.terms.step.host ?? 0) > 0;
  return {
    schema: SCHEMA,
    model: {
      name: subject.name,
      source: subject.source,
      architecture: subject.architecture,
      ...core.parameterCount(model),
      layers: model.layerCount,
      predictionLayers: model.predictionLayerCount ?? 0,
      contextLength: model.contextLength ?? 0,
    },
    runtime: used,
    hardware: shownOf(hardware),
    memory,
    fit,
    workload,
    speed: speedOf(estimate, {
      engine: question.engine,
      ceiling,
      calibratedFrom,
      workload,
      atEnd: end && estimateAtEnd && { workload: end, estimate: estimateAtEnd },
    }),
    suggestion,
    noFit: hardware && !fitsAnywhere ? noFitOf(core, subject, used, hardware, question.models) : null,
    offloadCurve: curve,
    commandLine: fitsAnywhere
      ? commandLine(
          subject.file,
          runs ? { ...used, gpuLayers: runs.gpuLayers, cpuMoeLayers: runs.cpuMoeLayers } : used,
          { hardware, split: question.split, fits: fit !== null },
        )
      : null,
    commandFor: fitsAnywhere ? (runs ? 'suggestion' : 'plan') : null,
    assumptions: assumptionsOf(hardware, hostWorks),
    notes: notesOf({ subject, runtime: used, hardware, question, ceiling }),
  };
}

/** @typedef {ReturnType<typeof planAnswer>} Answer */
