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

/** @typedef {{ p10: number, p50: number, p90: number }} Quantiles */

/** Three digits, as far as there are that many. @param {number} value */
const digits = (value) => value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0);

/** @param {Quantiles} band @param {string} unit @param {number} [scale] */
function bandText({ p10, p50, p90 }, unit, scale = 1) {
  return `${digits(p50 * scale)} ${unit} (${digits(p10 * scale)} to ${digits(p90 * scale)})`;
}

/** @param {Quantiles} seconds */
const timeText = (seconds) => (seconds.p50 < 1 ? bandText(seconds, 'ms', 1000) : bandText(seconds, 's'));

/** @param {ReturnType<typeof import('./answer.js').planAnswer>['speed']} speed */
function evidenceText({ evidence, calibratedFrom }) {
  const rests = {
    none: 'nothing measured is like it',
    backend: 'other devices with this back end',
    family: 'other devices of its family',
    device: 'measurements of this device',
    calibrated: `${calibratedFrom} ${calibratedFrom === 1 ? 'measurement' : 'measurements'} of this machine`,
  };
  return evidence && `${evidence} (${rests[evidence]})`;
}

/** @param {ReturnType<typeof import('./answer.js').planAnswer>} answer @param {Colors} colors */
function speedLines({ speed, workload, fit }, colors) {
  const { decode, prefill, timeToFirstToken, tokensPerSecond } = speed;
  const lines = [];
  if (fit && !fit.fits && (decode || tokensPerSecond !== null)) lines.push('If there were room for it:');
  if (decode && timeToFirstToken) {
    lines.push(`${colors.bold('decode')}       ${bandText(decode, 'tok/s')}, limited by ${speed.decodeLimit}`);
    if (prefill)
      lines.push(`${colors.bold('prefill')}      ${bandText(prefill, 'tok/s')}, limited by ${speed.prefillLimit}`);
    lines.push(
      `${colors.bold('first token')}  ${timeText(timeToFirstToken)}, after a prompt of ${workload.promptLength} tokens`,
      `${colors.bold('evidence')}     ${evidenceText(speed)}; 10th to 90th percentile in brackets`,
    );
  }
  if (tokensPerSecond !== null) {
    lines.push(`${colors.bold('ceiling')}      ${digits(tokensPerSecond)} tok/s, from memory bandwidth alone`);
  }
  return lines;
}

const CURVE_WIDTH = 32;
/** Steps of the curve that are drawn. */
const CURVE_STEPS = 8;

/**
 * A bar for some of the points, the largest that fits among them.
 *
 * @param {NonNullable<ReturnType<typeof import('./answer.js').planAnswer>['offloadCurve']>} curve
 * @param {Colors} colors @param {boolean} blocks
 */
function curveLines(curve, colors, blocks) {
  const last = curve.length - 1;
  const steps = Math.min(CURVE_STEPS, last);
  const best = curve.findLastIndex(({ fits }) => fits);
  const shown = new Set(Array.from({ length: steps + 1 }, (_, step) => Math.floor((step * last) / steps)));
  if (best >= 0) shown.add(best);
  const fastest = Math.max(...curve.map(({ decode }) => decode.p50));
  const lines = [colors.bold('decode by layers on the GPU (--gpu-layers)')];
  for (const i of [...shown].sort((a, b) => a - b)) {
    const { gpuLayers, fits, decode } = curve[i];
    const length = (decode.p50 / fastest) * CURVE_WIDTH;
    let drawn = (fits ? '#' : '-').repeat(Math.round(length));
    if (blocks) {
      const eighths = Math.round(length * 8);
      const rest = eighths % 8;
      drawn = fits
        ? '█'.repeat((eighths - rest) / 8) + (rest > 0 ? String.fromCodePoint(0x2590 - rest) : '')
        : '░'.repeat(Math.round(length));
    }
    const said = fits ? (i === best && best < last ? 'the most that fits' : '') : 'does not fit';
    const bar = (fits ? colors.green : colors.dim)(drawn) + ' '.repeat(CURVE_WIDTH - drawn.length);
    const layers = String(gpuLayers).padStart(String(last).length);
    lines.push(`${layers}  ${bar}  ${digits(decode.p50)} tok/s${said && `, ${said}`}`);
  }
  return lines;
}

/**
 * @param {ReturnType<typeof import('./answer.js').planAnswer>} answer @param {Colors} colors
 * @param {boolean} blocks whether the terminal shows Unicode's
 */
export function printPlan(answer, colors, blocks) {
  const { model, runtime, memory, fit, hardware, suggestion, offloadCurve, notes } = answer;
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
  if (suggestion) {
    const options = [`--gpu-layers ${suggestion.gpuLayers}`];
    if (suggestion.cpuMoeLayers) options.push(`--cpu-moe ${suggestion.cpuMoeLayers}`);
    const speed = suggestion.decode ? `: decode ${bandText(suggestion.decode, 'tok/s')}` : '';
    lines.push(`With ${options.join(' ')} it does${speed}.`);
  }
  for (const part of [speedLines(answer, colors), offloadCurve ? curveLines(offloadCurve, colors, blocks) : []]) {
    if (part.length === 0) continue;
    if (lines.at(-1) !== '') lines.push('');
    lines.push(...part);
  }
  if (lines.at(-1) !== '') lines.push('');
  lines.push(colors.dim(answer.commandLine));
  for (const note of notes) lines.push(colors.yellow(`Note: ${note}`));
  return lines.join('\n');
}
