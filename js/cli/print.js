// @ts-check
// Answers of `plan` for people: what fits, with bars, in as many columns as the screen has.
import { commandLines } from './command.js';
import { entry, gib, hasRoom, KEPT, nameText, printable, said, table, widthOf, wrapped } from './layout.js';

/** @typedef {import('./layout.js').Screen} Screen */
/** @typedef {import('./answer.js').Answer} Answer */
/** @typedef {import('./layout.js').Colors} Colors */
/** @typedef {{ p10: number, p50: number, p90: number }} Quantiles */
/** @typedef {'weights' | 'kvCache' | 'recurrentState' | 'computeBuffer' | 'outputBuffer' | 'overhead'} Term */
/** A memory as it is shown: of a device, or of one that all share. @typedef {Record<Term | 'total', number> & { name: string, title: string, available: number | null }} Row */

const WIDEST_BAR = 24;
const NARROWEST_BAR = 8;
/** What is less than the last digit that is printed. */
const NOTHING = 0.005 * 2 ** 30;

/** @param {number} count */
function billions(count) {
  return count >= 1e9 ? `${(count / 1e9).toFixed(2)} B` : `${(count / 1e6).toFixed(0)} M`;
}

/** Term, its heading with the letter of the bars, and their colour. @type {[key: Term, heading: string, color: 'blue' | 'green' | 'cyan' | 'yellow' | 'magenta' | 'red'][]} */
const TERMS = [
  ['weights', 'Weights', 'blue'],
  ['kvCache', 'KV cache', 'green'],
  ['recurrentState', 'State', 'cyan'],
  ['computeBuffer', 'Compute', 'yellow'],
  ['outputBuffer', 'Output', 'magenta'],
  ['overhead', 'Backend', 'red'],
];

/** Letters for the terms of a row, as wide as its share of what is there. @param {Row} row @param {number} of @param {number} columns @param {Colors} colors */
function bar(row, of, columns, colors) {
  let drawn = '';
  let used = 0;
  let width = 0;
  for (const [key, [letter], color] of TERMS) {
    used += row[key];
    const end = Math.min(columns, Math.round((used / of) * columns));
    drawn += colors[color](letter.repeat(end - width));
    width = end;
  }
  return `[${drawn}${'.'.repeat(columns - width)}]${used > of ? colors.red('!') : ' '}`;
}

/**
 * The memories of an answer. With one for all, GPU and host are one.
 *
 * @param {Answer} answer
 * @returns {Row[]}
 */
function rowsOf({ memory, fit, hardware }) {
  const { devices } = memory;
  const available = (/** @type {number} */ i) => fit?.devices[i].available ?? null;
  if (hardware && hardware.kind !== 'separate' && devices.length > 1) {
    const sums = Object.fromEntries(
      [...TERMS.map(([key]) => key), /** @type {const} */ ('total')].map((key) => [
        key,
        devices.reduce((sum, device) => sum + device[key], 0),
      ]),
    );
    const row = { ...sums, name: 'memory', title: 'memory', available: available(devices.length - 1) };
    return [/** @type {Row} */ (row)];
  }
  const names = hardware?.gpus.map(({ name }) => name) ?? [];
  const areUnlike = new Set(names).size > 1;
  return devices.map((device, i) => {
    const title = areUnlike && names[i] ? `${device.name} ${nameText(names[i])}` : device.name;
    return { ...device, title, available: available(i) };
  });
}

/** @param {number} bytes */
const size = (bytes) => (bytes / 2 ** 30).toFixed(2);

/** Of one memory, the part that the GPU may have. @param {Answer} answer @param {Screen} screen */
function partLines({ fit, hardware }, screen) {
  if (!fit || !hardware || hardware.kind === 'separate' || hardware.gpus.length === 0) return [];
  const [{ needed, available }] = fit.devices;
  return wrapped(`The GPU has ${gib(needed)} of that, of at most ${gib(Number(available))}.`, screen.width, '  ');
}

/** Memories as a table, with bars as wide as there is room; null where there is none. @param {Row[]} rows @param {Screen} screen @returns {string[] | null} */
function memoryTable(rows, screen) {
  const { colors } = screen;
  const shown = TERMS.filter(([key]) => rows.some((row) => row[key] >= NOTHING));
  const head = ['GiB', '', ...shown.map(([, heading, color]) => colors[color](heading)), 'Total', 'Usable'];
  const largest = Math.max(...rows.map(({ total }) => total));
  for (let columns = WIDEST_BAR; columns >= NARROWEST_BAR; columns--) {
    const cells = rows.map((row) => [
      row.title,
      bar(row, row.available || largest, columns, colors),
      ...shown.map(([key]) => size(row[key])),
      colors.bold(size(row.total)),
      row.available === null ? '-' : size(row.available),
    ]);
    if (!hasRoom(head, cells, screen)) continue;
    return table(head, cells, screen, ['left', 'left', ...new Array(head.length - 2).fill('right')]).split('\n');
  }
  return null;
}

/** The same as a block for each. @param {Row[]} rows @param {Screen} screen @returns {string[]} */
function memoryBlocks(rows, screen) {
  const { colors, width } = screen;
  const largest = Math.max(...rows.map(({ total }) => total));
  const labels = Math.max(...TERMS.map(([, heading]) => heading.length));
  return rows.flatMap((row) => {
    const total = row.available === null ? gib(row.total) : `${size(row.total)} of ${gib(row.available)}`;
    const terms = TERMS.filter(([key]) => row[key] >= NOTHING);
    return [
      ...said(row.title, `: ${total}`, screen, colors.bold, '  '),
      `  ${bar(row, row.available || largest, Math.min(WIDEST_BAR, width - 6), colors)}`.trimEnd(),
      ...terms.map(
        ([key, heading, color]) => `  ${colors[color](heading.padEnd(labels))}  ${size(row[key]).padStart(8)} GiB`,
      ),
    ];
  });
}

/** Three digits, as far as there are that many. @param {number} value */
const digits = (value) => value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0);

/** @param {Quantiles} band @param {string} unit @param {number} [scale] */
function bandText({ p10, p50, p90 }, unit, scale = 1) {
  return `${digits(p50 * scale)} ${unit} (${digits(p10 * scale)} to ${digits(p90 * scale)})`;
}

/** @param {Quantiles} seconds */
const timeText = (seconds) => (seconds.p50 < 1 ? bandText(seconds, 'ms', 1000) : bandText(seconds, 's'));

/** What takes the largest part of a time, in words. @type {Record<string, string>} */
const LIMITS = {
  memory: 'reading weights',
  compute: 'arithmetic',
  cache: 'reading the KV cache',
  launch: 'starting each step',
  link: 'copies over the link to the GPU',
  host: 'what the host computes',
};

/** @param {Answer['speed']} speed */
function evidenceText({ evidence, calibratedFrom }) {
  const rests = {
    none: 'nothing like it was measured, a guess from data sheets',
    backend: 'others with this back end were measured',
    family: 'others of its family, of like design, were measured',
    device: 'this device was measured',
    calibrated: `${calibratedFrom} ${calibratedFrom === 1 ? 'measurement' : 'measurements'} of this machine`,
  };
  return evidence && `${evidence} (${rests[evidence]}); 8 of 10 lie in the brackets`;
}

/** Columns of the names of speeds. */
const NAMES_WIDTH = 13;

/** @param {Answer} answer @param {Screen} screen */
function speedLines({ speed, workload, fit, commandFor }, screen) {
  const { decode, prefill, timeToFirstToken, tokensPerSecond, atEnd } = speed;
  const lines = [];
  const say = (/** @type {string} */ name, /** @type {string} */ text) =>
    lines.push(...entry(name, NAMES_WIDTH, text, screen));
  if (fit && !fit.fits && commandFor !== null && (decode || tokensPerSecond !== null)) {
    lines.push('If there were room for it:');
  }
  if (decode && timeToFirstToken) {
    const limited = (/** @type {string | null} */ limit) => `limited by ${LIMITS[String(limit)]}`;
    say('decode', `${bandText(decode, 'tok/s')} after ${speed.depth} tokens, ${limited(speed.decodeLimit)}`);
    if (atEnd) {
      const other = atEnd.decodeLimit === speed.decodeLimit ? '' : `, ${limited(atEnd.decodeLimit)}`;
      say('', `${bandText(atEnd.decode, 'tok/s')} after ${atEnd.depth}, at the end of the context${other}`);
    }
    if (prefill) say('prefill', `${bandText(prefill, 'tok/s')} of the prompt, ${limited(speed.prefillLimit)}`);
    say('first token', `${timeText(timeToFirstToken)}, after a prompt of ${workload.promptLength} tokens`);
    const { concurrency = 1, draftLength = 0 } = workload;
    if (draftLength > 0 && speed.tokensPerSecondUser) {
      say('with draft', bandText(speed.tokensPerSecondUser, 'tok/s'));
    }
    if (concurrency > 1 && speed.tokensPerSecondTotal && speed.tokensPerSecondUser) {
      const each = bandText(speed.tokensPerSecondUser, 'tok/s');
      say('together', `${bandText(speed.tokensPerSecondTotal, 'tok/s')}; each of ${concurrency} sequences ${each}`);
    }
    say('evidence', String(evidenceText(speed)));
  }
  if (tokensPerSecond !== null) {
    say('ceiling', `${digits(tokensPerSecond)} tok/s, what memory bandwidth alone allows`);
  }
  return lines;
}

const WIDEST_CURVE = 32;
/** Steps of the curve that are drawn. */
const CURVE_STEPS = 8;

/**
 * A bar for some of the points, the largest that fits among them.
 *
 * @param {NonNullable<Answer['offloadCurve']>} curve @param {number} cpuMoeLayers of all points @param {Screen} screen
 */
function curveLines(curve, cpuMoeLayers, { colors, unicode, width }) {
  const last = curve.length - 1;
  const steps = Math.min(CURVE_STEPS, last);
  const best = curve.findLastIndex(({ verdict }) => verdict === 'fits');
  const shown = new Set(Array.from({ length: steps + 1 }, (_, step) => Math.floor((step * last) / steps)));
  if (best >= 0) shown.add(best);
  const fastest = Math.max(...curve.map(({ decode }) => decode.p50));
  const points = [...shown]
    .sort((a, b) => a - b)
    .map((i) => {
      const { gpuLayers, verdict, decode } = curve[i];
      const rate = `${digits(decode.p50)} tok/s`;
      const remark = { fits: i === best && best < last ? 'most that fits' : '', tight: 'tight', doesNotFit: 'no room' };
      return { layers: String(gpuLayers), verdict, decode, rate, remark: remark[verdict] };
    });
  const said = points.map(({ rate, remark }) => (remark === '' ? rate : `${rate}, ${remark}`));
  const layersWidth = String(last).length;
  const columns = Math.min(WIDEST_CURVE, width - layersWidth - 4 - Math.max(...said.map(widthOf)));
  const more = cpuMoeLayers > 0 ? ` with --n-cpu-moe${KEPT}${cpuMoeLayers}` : '';
  const lines = wrapped(`decode by layers on the GPU (--gpu-layers)${more}`, width).map(colors.bold);
  points.forEach(({ layers, verdict, decode }, n) => {
    const length = (decode.p50 / fastest) * columns;
    const fits = verdict !== 'doesNotFit';
    let drawn = (fits ? '#' : '-').repeat(Math.round(length));
    if (unicode) {
      const eighths = Math.round(length * 8);
      const rest = eighths % 8;
      drawn = fits
        ? '█'.repeat((eighths - rest) / 8) + (rest > 0 ? String.fromCodePoint(0x2590 - rest) : '')
        : '░'.repeat(Math.round(length));
    }
    const color = { fits: colors.green, tight: colors.yellow, doesNotFit: colors.dim }[verdict];
    lines.push(`${layers.padStart(layersWidth)}  ${color(drawn)}${' '.repeat(columns - drawn.length)}  ${said[n]}`);
  });
  return lines;
}

/** @param {{ gpuLayers: number | 'all', cpuMoeLayers: number }} placement */
function placementText({ gpuLayers, cpuMoeLayers }) {
  const options = [`--gpu-layers${KEPT}${gpuLayers}`];
  if (cpuMoeLayers > 0) options.push(`--n-cpu-moe${KEPT}${cpuMoeLayers}`);
  return options.join(' ');
}

/** How a verdict is said of a placement. @type {Record<import('./placement.js').Verdict, string>} */
const IT_DOES = { fits: 'it fits', tight: 'it fits, but without the margin', doesNotFit: 'it does not fit' };

/** What is free, or missing. @param {NonNullable<Answer['fit']>['devices'][number]} device @param {string} where */
function roomText({ needed, available, margin, shortBy, shortOfMargin }, where) {
  if (Number(shortBy) > 0) return `${gib(Number(shortBy))} short ${where}`;
  const free = `${gib(Number(available) - needed)} free ${where}`;
  return Number(shortOfMargin) > 0 ? `only ${free}, where ${gib(Number(margin))} should stay so` : free;
}

const LISTED = 3;

/**
 * Of many GPUs that have room the one with least.
 *
 * @param {NonNullable<Answer['fit']>['devices']} devices
 * @returns {[device: NonNullable<Answer['fit']>['devices'][number], where?: string][]}
 */
function summed(devices) {
  const gpus = devices.filter(({ name }) => name !== 'host');
  if (gpus.length <= LISTED || gpus.some(({ shortOfMargin }) => Number(shortOfMargin) > 0)) {
    return devices.map((device) => [device]);
  }
  const free = (/** @type {typeof gpus[number]} */ { available, needed }) => Number(available) - needed;
  const least = gpus.reduce((a, b) => (free(b) < free(a) ? b : a));
  const host = devices.filter(({ name }) => name === 'host');
  return [
    [least, `on ${least.name} and more on the other GPUs`],
    ...host.map((device) => /** @type {[typeof device]} */ ([device])),
  ];
}

/** Whether it fits, and with what it would. @param {Answer} answer @param {Screen} screen */
function verdictLines({ fit, suggestion, hardware, noFit }, screen) {
  if (!fit) return [];
  const { colors } = screen;
  const known = fit.devices.filter(({ available }) => available !== null);
  const concerned = {
    fits: known,
    tight: known.filter(({ shortOfMargin }) => Number(shortOfMargin) > 0),
    doesNotFit: known.filter(({ shortBy }) => Number(shortBy) > 0),
  }[fit.verdict];
  // Of one memory the GPU has a part that it may not exceed.
  const isShared = hardware !== null && hardware.kind !== 'separate' && hardware.gpus.length > 0;
  const where = (/** @type {string} */ name) => {
    if (!isShared) return `on ${name}`;
    return name === 'host' ? 'in all' : 'in the part that the GPU may have';
  };
  const parts = summed(concerned)
    .map(([device, of]) => roomText(device, of ?? where(device.name)))
    .join(', ');
  const [start, color] = /** @type {const} */ ({
    fits: ['It fits', colors.green],
    tight: ['It fits, but it is tight', colors.yellow],
    doesNotFit: ['It does not fit', colors.red],
  })[fit.verdict];
  const lines = said(start, `${parts === '' ? '' : ': '}${parts}.`, screen, color, '  ');
  if (suggestion) {
    const speed = suggestion.decode ? `: decode ${bandText(suggestion.decode, 'tok/s')}` : '';
    const does = fit.verdict === 'tight' ? 'the margin stays free' : IT_DOES[suggestion.verdict];
    const { hostUnchecked } = suggestion;
    const where = hostUnchecked === null ? '' : `, if the host has ${gib(hostUnchecked)} for it (--ram)`;
    lines.push(...wrapped(`With ${placementText(suggestion)} ${does}${where}${speed}.`, screen.width, '  '));
  }
  return noFit ? [...lines, ...noFitLines(noFit, hardware !== null && hardware.gpus.length > 0, screen)] : lines;
}

/** @param {NonNullable<Answer['noFit']>} noFit @param {boolean} hasGpus @param {Screen} screen */
function noFitLines({ needed, available, smallest, smaller, lessContext, nearest }, hasGpus, screen) {
  const placed = (/** @type {import('./placement.js').Placed} */ placement) => {
    const where = hasGpus ? `, with ${placementText(placement)}` : '';
    return placement.verdict === 'tight' ? `${where} and without the margin` : where;
  };
  const has = available === null ? '' : `, and ${gib(available)} can be used`;
  const sentences = [
    `${hasGpus ? 'No split over this machine holds it' : 'This machine does not hold it'}: it takes ${gib(needed)}${has}.`,
  ];
  if (smaller) {
    sentences.push(`As ${smaller.fileType} (--quant) it fits: ${gib(smaller.needed)}${placed(smaller)}.`);
  } else {
    sentences.push(
      `The smallest file type, ${smallest.fileType}, takes ${gib(smallest.needed)} and does not fit either.`,
    );
  }
  if (lessContext) {
    sentences.push(`With --context ${lessContext.contextLength} it fits${placed(lessContext)}.`);
  }
  if (nearest) {
    const { name, parameters, fileType, contextLength, fileBytes } = nearest;
    const facts = `${billions(parameters)} parameters, ${gib(fileBytes)} as ${fileType}`;
    sentences.push(
      `Of its family the largest that fits is ${nameText(name)} (${facts}), at ${contextLength} tokens of context${placed(nearest)}.`,
    );
  } else sentences.push('No smaller model of its family is known that fits.');
  return sentences.flatMap((sentence) => wrapped(sentence, screen.width, '  '));
}

/** @param {Answer} answer @param {Screen} screen */
function headLines({ model, runtime, memory, hardware }, screen) {
  const blocks = model.predictionLayers > 0 ? ` and ${model.predictionLayers} that drafts` : '';
  const facts =
    `  ${billions(model.parameters)} parameters (${billions(model.activeParameters)} read for every token), ` +
    `${model.layers} layers${blocks}`;
  const types = [...new Set([runtime.cacheTypeK, runtime.cacheTypeV])].join('/');
  const setup = `${runtime.fileType}, ${gib(memory.fileBytes)} of weights; ${runtime.contextLength} tokens of context, cached as ${types}`;
  const isWhole = runtime.gpuLayers === 'all' && runtime.cpuMoeLayers === 0;
  const placed = isWhole || hardware?.gpus.length === 0 ? '' : `; ${placementText(runtime)}`;
  return [
    ...said(nameText(model.name), facts, screen, screen.colors.bold, '  '),
    ...wrapped(setup + placed, screen.width, '  '),
  ];
}

/** Sizes as sold and as they can be used, alike cards together. @param {NonNullable<Answer['hardware']>} hardware @param {Screen} screen */
function machineLines({ kind, gpus, host }, screen) {
  /** @type {Map<string, number>} */
  const cards = new Map();
  for (const { name, memory, memorySold } of gpus) {
    const sold = memorySold !== null && memorySold !== memory ? `, of ${gib(memorySold)} as sold` : '';
    const usable = kind !== 'separate' || memory === null ? '' : `: ${gib(memory)} usable${sold}`;
    const card = `${name === null ? 'GPU' : nameText(name)}${usable}`;
    cards.set(card, (cards.get(card) ?? 0) + 1);
  }
  const lines = [...cards].map(([card, count]) => (count > 1 ? `${count} x ${card} each` : card));
  if (gpus.length === 0) lines.push(host.name === null ? 'Processor, no GPU' : nameText(host.name));
  if (kind !== 'separate' && host.memory !== null) {
    lines[0] += `: ${gib(host.memory)} of memory for processor and GPU together`;
  }
  return lines.flatMap((line) => wrapped(line, screen.width, '  '));
}

/** @param {Answer} answer @param {Screen} screen */
export function printPlan(answer, screen) {
  const { hardware, fit, offloadCurve, commandLine, commandFor, assumptions, notes } = answer;
  const { colors, width } = screen;
  const rows = rowsOf(answer);
  const verdict = verdictLines(answer, screen);
  const assumed =
    assumptions.length === 0 ? [] : said('Assumed:', ` ${printable(assumptions.join(' '))}`, screen, colors.dim, '  ');
  const command = commandLine === null ? [] : commandLines(commandLine, width, widthOf).map(colors.dim);
  if (commandFor === 'suggestion') command.unshift('The command of what fits:');
  const sections = [
    [...headLines(answer, screen), ...(hardware ? machineLines(hardware, screen) : [])],
    [...(memoryTable(rows, screen) ?? memoryBlocks(rows, screen)), ...partLines(answer, screen)],
    [...verdict, ...assumed],
    // The speed of what is on no machine is nobody's.
    fit && answer.noFit ? [] : speedLines(answer, screen),
    offloadCurve ? curveLines(offloadCurve, answer.runtime.cpuMoeLayers, screen) : [],
    command,
    notes.flatMap((note) => said('Note:', ` ${printable(note)}`, screen, colors.yellow, '  ')),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
