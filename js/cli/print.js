// @ts-check
// Answers for people: tables with bars.
import Table from 'cli-table3';

/** @typedef {ReturnType<typeof import('picocolors').createColors>} Colors */

const BAR = 24;

/** @param {number} bytes */
export const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** Names are a file's to choose: what would steer a terminal is left out. @param {string} text */
export const printable = (text) => text.replace(/\p{Cc}+/gu, ' ').trim();

/** @param {number} count */
function billions(count) {
  return count >= 1e9 ? `${(count / 1e9).toFixed(2)} B` : `${(count / 1e6).toFixed(0)} M`;
}

const EDGES =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid';
/** Two spaces between columns, and no lines. */
const PLAIN = { ...Object.fromEntries(EDGES.split(' ').map((edge) => [edge, ''])), middle: '  ' };

/** @param {string[]} head @param {string[][]} rows @param {Colors} colors @param {('left' | 'right')[]} [align] */
export function table(head, rows, colors, align = []) {
  const made = new Table({
    head: head.map((text) => colors.bold(text)),
    chars: PLAIN,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: align,
  });
  made.push(...rows);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** @typedef {'weights' | 'kvCache' | 'recurrentState' | 'computeBuffer' | 'outputBuffer' | 'overhead'} Term */
/** Term, its heading with the letter of the bars, and their colour. @type {[key: Term, heading: string, color: 'blue' | 'green' | 'cyan' | 'yellow' | 'magenta' | 'red'][]} */
const TERMS = [
  ['weights', 'Weights', 'blue'],
  ['kvCache', 'KV cache', 'green'],
  ['recurrentState', 'State', 'cyan'],
  ['computeBuffer', 'Compute', 'yellow'],
  ['outputBuffer', 'Output', 'magenta'],
  ['overhead', 'Backend', 'red'],
];

/** Letters for the terms of a device, as wide as its share of what is there. @param {any} device @param {number} of @param {Colors} colors */
function bar(device, of, colors) {
  let drawn = '';
  let used = 0;
  let width = 0;
  for (const [key, [letter], color] of TERMS) {
    used += device[key];
    const end = Math.min(BAR, Math.round((used / of) * BAR));
    drawn += colors[color](letter.repeat(end - width));
    width = end;
  }
  return `[${drawn}${'.'.repeat(BAR - width)}]${used > of ? colors.red('!') : ' '}`;
}

/** @param {ReturnType<typeof import('./answer.js').planAnswer>} answer @param {Colors} colors */
export function printPlan(answer, colors) {
  const { model, runtime, memory, fit, hardware, suggestion, notes } = answer;
  const speed = answer.speed.tokensPerSecond;
  const lines = [
    `${colors.bold(printable(model.name))}  ${billions(model.parameters)} parameters, ${billions(model.activeParameters)} read per token, ${model.layers} layers`,
    `${runtime.fileType}, ${runtime.contextLength} tokens of context, caches ${runtime.cacheTypeK}/${runtime.cacheTypeV}, weights ${gib(memory.fileBytes)}`,
  ];
  if (hardware) {
    const memoryText = hardware.gpuMemory === null ? '' : ` of ${gib(hardware.gpuMemory)}`;
    lines.push(`${hardware.device ?? 'GPU'}${hardware.gpus > 1 ? ` x ${hardware.gpus}` : ''}${memoryText}`);
  }
  const largest = Math.max(...memory.devices.map(({ total }) => total));
  const shown = TERMS.filter(([key]) => memory.devices.some((device) => device[key] > 0));
  const size = (/** @type {number} */ bytes) => (bytes / 2 ** 30).toFixed(2);
  const rows = memory.devices.map((device, i) => {
    const available = fit?.devices[i].available ?? null;
    return [
      device.name,
      bar(device, available || largest, colors),
      ...shown.map(([key]) => size(device[key])),
      colors.bold(size(device.total)),
      available === null ? '-' : size(available),
    ];
  });
  const head = ['GiB', '', ...shown.map(([, heading, color]) => colors[color](heading)), 'Total', 'Available'];
  lines.push('', table(head, rows, colors, ['left', 'left', ...new Array(head.length - 2).fill('right')]), '');
  if (fit?.fits) {
    const spare = fit.devices
      .filter(({ available }) => available !== null)
      .map(({ name, needed, available }) => `${gib(Number(available) - needed)} to spare on ${name}`);
    lines.push(`${colors.green('It fits')}: ${spare.join(', ')}.`);
  } else if (fit) {
    const short = fit.devices
      .filter(({ shortBy }) => Number(shortBy) > 0)
      .map(({ name, shortBy }) => `${gib(Number(shortBy))} short on ${name}`);
    lines.push(`${colors.red('It does not fit')}: ${short.join(', ')}.`);
  }
  const ceiling = (/** @type {number | null} */ value) =>
    value === null ? '' : `at most ${value.toFixed(1)} tokens/s (ceiling: memory bandwidth alone)`;
  if (suggestion) {
    const options = [`--gpu-layers ${suggestion.gpuLayers}`];
    if (suggestion.cpuMoeLayers) options.push(`--cpu-moe ${suggestion.cpuMoeLayers}`);
    lines.push(`With ${options.join(' ')} it does; ${ceiling(suggestion.ceilingTokensPerSecond)}`);
  }
  if (speed !== null) lines.push(`Decoding: ${ceiling(speed)}`);
  if (lines.at(-1) !== '') lines.push('');
  lines.push(colors.dim(answer.commandLine));
  for (const note of notes) lines.push(colors.yellow(`Note: ${note}`));
  return lines.join('\n');
}
