// @ts-check
// Why a buffer of a log differs from its plan: what the log leaves open is asked otherwise, and a cause is what then
// agrees, without another buffer that did agree ceasing to.
import { NAMES } from '../core/memory.js';
import { REFERENCE_BUILD } from '../generated/layout.js';

/**
 * @typedef {import('../entries/readers.d.ts').LoadLog['loads'][number]} Load
 * @typedef {import('../entries/readers.d.ts').AuditRow} AuditRow
 * @typedef {NonNullable<AuditRow['cause']>} Cause
 * @typedef {import('../types/all.d.ts').MemoryPlan} MemoryPlan
 * @typedef {Record<string, any>} Runtime
 * @typedef {{ cause: Cause, changes: Runtime }} Alternative
 */

const MIB = 2 ** 20;
/** One of every kind of rule, between the builds at which they change (engines/llama_cpp/builds.hpp). */
const BUILDS = [9000, 9435, 10000, REFERENCE_BUILD];
const MICRO_BATCHES = [64, 128, 256, 512, 1024, 2048, 4096];
const SEQUENCES = [1, 2, 4, 8, 16];
const MOST_DRAFTED = 16;
/** Positions and places of a micro-batch, which docs/memory.md leaves out of compute buffers. */
const SMALL_INPUTS = 0.04 * MIB;

/**
 * How far a plan may be from what was printed: half of the last digit of every line.
 *
 * @param {Pick<AuditRow, 'term'> & { digits: number }} row
 */
export const toleranceOf = ({ term, digits }) => digits + (term === 'computeBuffer' ? SMALL_INPUTS : 0);

/** @param {AuditRow & { digits: number }} row @param {number} planned */
const isNear = (row, planned) => Math.abs(planned - row.printed) <= toleranceOf(row);

/**
 * A plan has the context that drafts as one number, and a log its parts among those of the model's own context: their
 * sums are compared.
 *
 * @param {(AuditRow & { digits: number })[]} rows @param {AuditRow} row @param {MemoryPlan['devices'][number]} device
 */
function isNearWithDraft(rows, row, device) {
  if (row.term === 'weights' || row.term === 'recurrentState') return false;
  let [difference, tolerance] = [device.draft, 0];
  for (const other of rows) {
    if (other.device !== row.device || other.term === 'weights') continue;
    difference += device[other.term] - other.printed;
    tolerance += toleranceOf(other);
  }
  return Math.abs(difference) <= tolerance;
}

/** What the log leaves open, asked otherwise, the likelier before. @param {Load} load @param {Runtime} assumed @param {Runtime} runtime */
function alternatives({ options }, assumed, runtime) {
  /** @type {Alternative[]} */
  const list = [];
  const add = (/** @type {Cause} */ cause, /** @type {Runtime} */ changes) => list.push({ cause, changes });
  const open = (/** @type {string} */ name, /** @type {any[]} */ values) => {
    if (!(name in assumed)) return;
    for (const value of values) if (value !== runtime[name]) add('options', { [name]: value });
  };
  for (const build of BUILDS) add('build', { build });
  open('flashAttention', [true, false]);
  open('server', [true, false]);
  open('kvUnified', [true, false]);
  open('sequences', SEQUENCES);
  open('microBatchSize', MICRO_BATCHES);
  open('swaFull', [true]);
  open('kvOffload', [false]);
  open('cacheTypeK', [...NAMES.cacheType.keys()]);
  const states = options.stateCopies ? [options.stateCopies] : Array.from({ length: MOST_DRAFTED }, (_, i) => i + 1);
  for (const draftLength of states) add('draft', { speculation: 'draft-mtp', draftLength });
  for (const fileType of NAMES.fileType.keys()) if (fileType !== runtime.fileType) add('fileType', { fileType });
  // A cache has two types, of which the log says both or none.
  for (const { changes } of list) if (changes.cacheTypeK) changes.cacheTypeV = changes.cacheTypeK;
  const builds = list.filter(({ cause }) => cause === 'build');
  const options_ = list.filter(({ cause }) => cause === 'options');
  const pairs = builds.flatMap((a) =>
    options_.map((b) => ({ cause: b.cause, changes: { ...a.changes, ...b.changes } })),
  );
  return [...list, ...pairs];
}

/** Whether the tensors that patterns moved are the difference. @param {Load} load @param {AuditRow} row @param {MemoryPlan} plan */
function isMoved({ overrides }, row, plan) {
  if (row.term !== 'weights' || row.planned === null || overrides.length === 0 || plan.devices.length > 2) return false;
  const moved = overrides.reduce((sum, { bytes }) => sum + bytes, 0);
  const difference = row.device === 'host' ? row.printed - row.planned : row.planned - row.printed;
  // A pattern's lines have whole MiB.
  return Math.abs(difference - moved) <= overrides.length * MIB;
}

/** Whether weights are a mapped range, from a device's first tensor to its last with what lies between. @param {Load} load @param {AuditRow & { digits: number }} row @param {MemoryPlan} plan */
function isMapped({ buffers }, row, plan) {
  if (row.term !== 'weights' || row.planned === null) return false;
  const host = plan.devices[plan.devices.length - 1];
  const mapped = buffers.some(({ device, line }) => row.lines.includes(line) && /_Mapped$/.test(device));
  return mapped && [row.planned + host.terms.tokenEmbedding, plan.fileBytes].some((bytes) => isNear(row, bytes));
}

/**
 * Gives every row that differs its cause, and the changes with which it agrees.
 *
 * @param {Load} load @param {(AuditRow & { digits: number })[]} rows @param {MemoryPlan} plan
 * @param {{ assumed: Runtime, runtime: Runtime, devices: string[], planOf: (changes: Runtime) => MemoryPlan }} question
 */
export function explainRows(load, rows, plan, { assumed, runtime, devices, planOf }) {
  const differing = rows.filter((row) => row.planned !== null && !isNear(row, row.planned));
  for (const row of differing) row.cause = isMoved(load, row, plan) ? 'tensorOverrides' : 'unknown';
  const open = () => differing.filter(({ cause }) => cause === 'unknown');
  if (open().length === 0) return;
  const agreeing = rows.filter((row) => row.planned !== null && !differing.includes(row));
  /** @type {{ alternative: Alternative, explained: typeof rows }[]} */
  const proven = [];
  for (const alternative of alternatives(load, assumed, runtime)) {
    let other;
    try {
      other = planOf(alternative.changes);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      continue;
    }
    const agrees = (/** @type {typeof rows[number]} */ row) => {
      const device = other.devices[devices.indexOf(row.device)];
      return isNear(row, device[row.term]) || (alternative.cause === 'draft' && isNearWithDraft(rows, row, device));
    };
    if (!agreeing.every(agrees)) continue;
    const explained = open().filter(agrees);
    if (explained.length > 0) proven.push({ alternative, explained });
  }
  // The one that explains most is the likeliest; sort is stable, and one change is before two.
  proven.sort((a, b) => b.explained.length - a.explained.length);
  for (const { alternative, explained } of proven) {
    for (const row of explained) {
      if (row.cause !== 'unknown') continue;
      row.cause = alternative.cause;
      row.changes = alternative.changes;
    }
  }
  for (const row of open()) if (isMapped(load, row, plan)) row.cause = 'mapping';
}
