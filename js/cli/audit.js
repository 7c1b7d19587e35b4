// @ts-check
// The command that holds a log of llama.cpp beside the plan for what it loaded.
import { printable, table, wrapped } from './layout.js';

/** Bytes that a log has at most. */
export const MOST_OF_LOG = 64e6;
const MIB = 2 ** 20;

/** @type {Record<string, string>} */
const NAMES = {
  weights: 'weights',
  kvCache: 'KV cache',
  recurrentState: 'state',
  computeBuffer: 'compute',
  outputBuffer: 'output',
};

/** @type {Record<string, string>} */
const CAUSES = {
  build: 'the rules of another build agree',
  draft: 'a draft, or a prediction block, agrees',
  fileType: 'another file type agrees',
  mapping: 'the file is mapped, and the range has what lies between: that agrees',
  options: 'an option that the log does not state agrees',
  tensorOverrides: 'the tensors that --override-tensor moved are the difference',
  unknown: 'nothing that was planned instead agrees, the cause is not known',
};

/** Options as "sequences 1, kvUnified false". @param {object} options */
const listed = (options) =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(':') : value}`)
    .join(', ');

/** @param {number | null} bytes */
const mib = (bytes) => (bytes === null ? '-' : (bytes / MIB).toFixed(2).replace(/^-(0\.00)$/, '$1'));

/** @param {import('../entries/readers.d.ts').LogAudit} audit */
export const differs = ({ loads }) => loads.some(({ refused, rows }) => refused !== null || rows.some((r) => r.cause));

/**
 * @param {import('../entries/readers.d.ts').LogAudit} audit
 * @param {import('./layout.js').Screen} screen
 */
export function printAudit({ build, devices, loads }, screen) {
  const lines = [build === null ? 'The log does not say its build.' : `llama.cpp b${build}`];
  for (const { id, name, memory, free } of devices) {
    const sizes = [memory && `${mib(memory)} MiB in all`, free && `${mib(free)} MiB free before the load`];
    lines.push([`${id}: ${printable(name)}`, ...sizes.filter(Boolean)].join(', '));
  }
  for (const { role, assumed, missing, inferred, refused, rows, projectorBytes } of loads) {
    lines.push('', role === 'draft' ? 'The draft:' : 'The model:');
    const cells = rows.map(({ device, term, printed, planned }) => [
      device,
      NAMES[term],
      mib(printed),
      mib(planned),
      planned === null ? '-' : mib(planned - printed),
    ]);
    if (rows.length > 0) lines.push(table(['MiB', '', 'log', 'plan', 'plan - log'], cells, screen));
    else lines.push('No sizes of buffers are in the log.');
    for (const { device, term, cause, changes, lines: at } of rows) {
      const instead = changes ? ` (${listed(changes)})` : '';
      if (cause) lines.push(`${device}, ${NAMES[term]} (line ${at.join(', ')}): ${CAUSES[cause]}${instead}.`);
    }
    if (inferred.contextLength) lines.push(`The cache is that of a context of ${inferred.contextLength} tokens.`);
    if (inferred.gpus) lines.push(`The sizes are those of layers shared out ${inferred.gpus.join(':')}.`);
    if (projectorBytes > 0) lines.push(`A projector takes ${mib(projectorBytes)} MiB more, which are in no plan.`);
    if (missing.length > 0) lines.push(`The log lacks ${missing.join(', ')}.`);
    if (Object.keys(assumed).length > 0) lines.push(`Assumed: ${listed(assumed)}.`);
    if (refused !== null) lines.push(`There is no plan: ${printable(refused)}.`);
  }
  return lines.flatMap((line) => (line.includes('\n') ? line : wrapped(line, screen.width, '  '))).join('\n');
}
