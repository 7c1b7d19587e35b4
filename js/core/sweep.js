// @ts-check
// sweep and sweepAsync over a core: a grid of questions into columns. C++ computes the points that differ, one part of
// an answer each (bindings/fit.cpp); what does not depend on an axis is copied along it here, in the caller's memory.

import { ALL_LAYERS, MODEL, NAMES, SWEEP_AXES } from '../generated/layout.js';
import { asking, knownObject, nameOf, placeOf, put, rangeError, wrongType } from './arguments.js';
import { roomOf, runtimeOn } from './fit.js';
import { words } from './keys.js';
import { writeMachine } from './memory.js';

/**
 * @typedef {import('../types/all.d.ts').Sweep} Sweep
 * @typedef {import('../types/all.d.ts').SweepQuestion} SweepQuestion
 * @typedef {Float32Array | Float64Array} Column
 * @typedef {{ to: Column, from: number }} Target a column, and where in the block its number is
 */

const QUESTION_KEYS = words('model runtime machine workload axes outputs into');
const OPTION_KEYS = words('signal onProgress sliceMilliseconds');
const AXIS_KEYS = new Set(SWEEP_AXES);
const MAXIMUM_AXES = 4;
const MAXIMUM_POINTS = 1e9;
const SLICE_MILLISECONDS = 8;

/** The parts of an answer, as C++'s SweepPart has them. */
const [PLAN, FIT, SPEED] = [0, 1, 2];
const SPEED_OUTPUTS = ['decode.p10', 'decode.p50', 'decode.p90', 'prefill.p50', 'timeToFirstToken.p50', 'decodeLimit'];

/** Axes of names, with the lists that have them. @type {Record<string, Map<unknown, number>>} */
const NAMED = { fileType: NAMES.fileType, cacheType: NAMES.cacheType };

/** @param {string} name @param {number} gpuCount @returns {[number, number] | undefined} its part, and where in the block */
function outputOf(name, gpuCount) {
  if (name === 'verdict') return [FIT, 0];
  if (name === 'bytes.host') return [PLAN, 0];
  const gpu = /^bytes\.gpu(\d+)$/.exec(name);
  if (gpu) return Number(gpu[1]) < gpuCount ? [PLAN, 1 + Number(gpu[1])] : undefined;
  const speed = SPEED_OUTPUTS.indexOf(name);
  return speed < 0 ? undefined : [SPEED, speed];
}

/** @param {any} axes @returns {{ axis: number, values: number[] }[]} the last innermost */
function readAxes(axes) {
  knownObject(axes, AXIS_KEYS, 'axes');
  const names = Object.keys(axes);
  if (names.length === 0 || names.length > MAXIMUM_AXES) {
    throw new RangeError(`${placeOf('axes')} must be one to ${MAXIMUM_AXES}, got ${names.length}`);
  }
  return names.map((name) => {
    const given = axes[name];
    if (!Array.isArray(given) && !ArrayBuffer.isView(given)) throw wrongType(`axes.${name}`, 'an array', given);
    const values = Array.from(/** @type {any[]} */ (given), (value) => {
      if (NAMED[name]) return nameOf(NAMED[name], value ?? null, 0, `axes.${name}[]`);
      if (name === 'gpuLayers' && value === 'all') return ALL_LAYERS;
      if (typeof value !== 'number') throw wrongType(`axes.${name}[]`, 'a number', value);
      return value;
    });
    if (values.length === 0) throw new RangeError(`${placeOf(`axes.${name}`)} must have a value or more, got none`);
    return { axis: SWEEP_AXES.indexOf(name), values };
  });
}

/** @param {any} into @param {string} name @param {number} points @returns {Column} */
function columnOf(into, name, points) {
  const column = into[name];
  if (column === undefined) return new Float64Array(points);
  if (!(column instanceof Float64Array) && !(column instanceof Float32Array)) {
    throw wrongType(`into['${name}']`, 'a Float64Array or Float32Array', column);
  }
  if (column.length !== points) {
    throw new RangeError(`${placeOf(`into['${name}'].length`)} must be ${points}, the points, got ${column.length}`);
  }
  return column;
}

/**
 * @param {import('./create.js').Core} core @param {Float64Array} block
 * @param {import('./fit.js').WriteQuestion} writeQuestion of estimateSpeed
 */
export function createSweep(core, block, writeQuestion) {
  /** Reads a question, of which nothing is read again. @param {Float64Array} to @param {SweepQuestion} question */
  function read(to, question) {
    const {
      model,
      runtime = {},
      machine,
      workload = {},
      axes,
      outputs,
      into = {},
    } = knownObject(question, QUESTION_KEYS, 'question');
    const grid = readAxes(axes);
    // Sequences that are given have caches of their own, unless the runtime says otherwise.
    const slots = grid.find(({ axis }) => SWEEP_AXES[axis] === 'sequences');
    const given = slots ? { ...runtime, sequences: slots.values[0] } : runtime;
    const { next, measured } = writeQuestion(to, model, runtimeOn(given, machine), machine, workload);
    if (!Array.isArray(outputs) || outputs.length === 0) {
      throw wrongType('outputs', 'an array of one name or more', outputs);
    }
    const shape = grid.map(({ values }) => values.length);
    const points = shape.reduce((product, length) => product * length);
    if (points > MAXIMUM_POINTS) throw new RangeError(`${placeOf('axes')} must have at most 1e9 points, got ${points}`);
    const listed = runtimeOn(runtime, machine)?.gpus;
    const gpuCount = Array.isArray(listed) ? listed.length : (listed ?? 1);
    /** @type {Target[][]} */
    const parts = [[], [], []];
    /** @type {Record<string, Column>} */
    const columns = {};
    for (const name of outputs) {
      const output = outputOf(String(name), gpuCount);
      if (!output) {
        const known = ['verdict', 'bytes.gpu0', 'bytes.host', ...SPEED_OUTPUTS].join(', ');
        throw new RangeError(`${placeOf('outputs[]')} must be one of ${known}, got ${String(name)}`);
      }
      columns[name] = columnOf(into, name, points);
      parts[output[0]].push({ to: columns[name], from: output[1] });
    }
    // Only a verdict asks for memories.
    const needsRoom = parts[FIT].length > 0;
    const room = needsRoom ? roomOf(machine) : { hostMemory: 1e18 };
    const length = writeMachine(to, next, room, needsRoom ? gpuCount : 0);
    return { asked: to.slice(0, length), measured, grid, shape, points, parts, columns };
  }

  /**
   * Fills whole rows. The core remembers one question, which is put there before.
   *
   * @param {ReturnType<typeof read>} sweep @param {string} name of the public function
   */
  function filler({ asked, measured, grid, points, parts }, name) {
    const rowLength = grid[grid.length - 1].values.length;
    const strides = grid.map((_, i) => grid.slice(i + 1).reduce((product, { values }) => product * values.length, 1));
    const depends = parts.map((_, part) => grid.map(({ axis }) => core.sweepMatters(part, axis)));

    /** @param {number} part @param {number} point */
    function answer(part, point) {
      for (let i = 0; i < grid.length; i++) {
        const { axis, values } = grid[i];
        core.moveSweep(axis, values[Math.floor(point / strides[i]) % values.length]);
      }
      if (!core.sweepPart(part)) throw rangeError(core, name);
    }

    /** @param {number} part @param {number} first of a row */
    function fillRow(part, first) {
      const varies = depends[part][grid.length - 1];
      let source = first;
      for (let i = 0; i < grid.length - 1; i++) {
        if (!depends[part][i]) source -= (Math.floor(first / strides[i]) % grid[i].values.length) * strides[i];
      }
      const targets = parts[part];
      if (source !== first && varies) {
        for (const { to } of targets) to.copyWithin(first, source, source + rowLength);
        return;
      }
      const computed = varies ? rowLength : source === first ? 1 : 0;
      for (let point = first; point < first + computed; point++) {
        answer(part, point);
        for (const { to, from } of targets) to[point] = block[from];
      }
      if (!varies) for (const { to } of targets) to.fill(to[source], first, first + rowLength);
    }

    return {
      rows: points / rowLength,
      /** Puts the question, and refuses what no point may be asked. @param {boolean} first */
      start(first) {
        put(block, asked, asked.length);
        core.startSweep(measured);
        if (!first || parts[SPEED].length === 0) return;
        // A speed is refused where the context is shortest, and the rest longest.
        const trained = asked[MODEL.contextLength];
        for (const { axis, values } of grid) {
          const isContext = SWEEP_AXES[axis] === 'contextLength';
          const rank = (/** @type {number} */ value) => (isContext ? -(value > 0 ? value : trained) : value);
          core.moveSweep(
            axis,
            values.reduce((most, value) => (rank(value) > rank(most) ? value : most)),
          );
        }
        if (!core.sweepPart(SPEED)) throw rangeError(core, name);
      },
      /** @param {number} row */
      fill(row) {
        for (const part of [PLAN, FIT, SPEED]) if (parts[part].length > 0) fillRow(part, row * rowLength);
      },
    };
  }

  /** @type {typeof import('../types/all.d.ts').sweep} */
  function sweep(question) {
    return asking(block, 'sweep', sweep, (to) => {
      const grid = read(to, question);
      const { rows, start, fill } = filler(grid, 'sweep');
      start(true);
      for (let row = 0; row < rows; row++) fill(row);
      return { points: grid.points, shape: grid.shape, columns: grid.columns };
    });
  }

  /** @type {typeof import('../types/all.d.ts').sweepAsync} */
  async function sweepAsync(question, options = {}) {
    const { grid, signal, onProgress, slice } = asking(block, 'sweepAsync', sweepAsync, (to) => {
      const {
        signal,
        onProgress,
        sliceMilliseconds = SLICE_MILLISECONDS,
      } = knownObject(options, OPTION_KEYS, 'options');
      if (onProgress !== undefined && typeof onProgress !== 'function') {
        throw wrongType('options.onProgress', 'a function', onProgress);
      }
      if (typeof sliceMilliseconds !== 'number') {
        throw wrongType('options.sliceMilliseconds', 'a number', sliceMilliseconds);
      }
      return { grid: read(to, question), signal, onProgress, slice: sliceMilliseconds };
    });
    const { rows, start, fill } = filler(grid, 'sweepAsync');
    for (let row = 0; row < rows; ) {
      signal?.throwIfAborted();
      const until = performance.now() + slice;
      start(row === 0);
      do fill(row++);
      while (row < rows && performance.now() < until);
      onProgress?.(row / rows);
      // A task of its own, so that what else waits has its turn.
      if (row < rows) await new Promise((resolve) => setTimeout(resolve));
    }
    return { points: grid.points, shape: grid.shape, columns: grid.columns };
  }

  return { sweep, sweepAsync };
}
