// @ts-check
// Answers of `plan` for people: what fits, with bars, in as many columns as the screen has.
import { commandLines } from './command.js';
import { entry, gib, hasRoom, nameText, printable, said, table, widthOf, wrapped } from './layout.js';
import { SENTENCES, say } from './say.js';

const { print: PRINT, speeds: SPEEDS } = SENTENCES;

/** @typedef {import('./layout.js').Screen} Screen */
/** @typedef {import('./answer.js').Answer} Answer */
/** @typedef {import('./layout.js').Colors} Colors */
/** @typedef {{ p10: number, p50: number, p90: number }} Band */
/** @typedef {'weights' | 'kvCache' | 'recurrentState' | 'computeBuffer' | 'outputBuffer' | 'draft' | 'projector' | 'promptCache' | 'overhead'} Term */
/** A memory as it is shown: of a device, or of one that all share. @typedef {Record<Term | 'total', number> & { name: string, title: string, available: number | null }} Row */

const WIDEST_BAR = 24;
const NARROWEST_BAR = 8;
/** What is less than the last digit that is printed. */
const NOTHING = 0.005 * 2 ** 30;

/** @param {number} count */
function billions(count) {
  return count >= 1e9 ? `${(count / 1e9).toFixed(2)} B` : `${(count / 1e6).toFixed(0)} M`;
}

/** Term, its heading with the letter of the bars, and their colour. @type {[key: Term, heading: string, color: 'blue' | 'green' | 'cyan' | 'yellow' | 'magenta' | 'white' | 'blueBright' | 'gray' | 'red'][]} */
const TERMS = [
  ['weights', SENTENCES.terms.weights, 'blue'],
  ['kvCache', SENTENCES.terms.kvCache, 'green'],
  ['recurrentState', SENTENCES.terms.recurrentState, 'cyan'],
  ['computeBuffer', SENTENCES.terms.computeBuffer, 'yellow'],
  ['outputBuffer', SENTENCES.terms.outputBuffer, 'magenta'],
  ['draft', SENTENCES.terms.draft, 'white'],
  ['projector', SENTENCES.terms.projector, 'blueBright'],
  ['promptCache', SENTENCES.terms.promptCache, 'gray'],
  ['overhead', SENTENCES.terms.overhead, 'red'],
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
    const row = { ...sums, name: 'memory', title: PRINT.poolRow, available: available(devices.length - 1) };
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
  return wrapped(say(PRINT.part, { size: gib(needed), most: gib(Number(available)) }), screen.width, '  ');
}

/** Memories as a table, with bars as wide as there is room; null where there is none. @param {Row[]} rows @param {Screen} screen @returns {string[] | null} */
function memoryTable(rows, screen) {
  const { colors } = screen;
  const shown = TERMS.filter(([key]) => rows.some((row) => row[key] >= NOTHING));
  const head = [
    'GiB',
    '',
    ...shown.map(([, heading, color]) => colors[color](heading)),
    PRINT.total,
    PRINT.usableColumn,
  ];
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
    const total =
      row.available === null
        ? gib(row.total)
        : say(PRINT.totalOf, { total: size(row.total), available: gib(row.available) });
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

/** @param {Band} band @param {string} unit @param {number} [scale] */
function bandText({ p10, p50, p90 }, unit, scale = 1) {
  return say(SPEEDS.band, {
    middle: digits(p50 * scale),
    unit,
    low: digits(p10 * scale),
    high: digits(p90 * scale),
  });
}

/** @param {Band} seconds */
const timeText = (seconds) => (seconds.p50 < 1 ? bandText(seconds, 'ms', 1000) : bandText(seconds, 's'));

/** What takes the largest part of a time, in words. @type {Record<string, string>} */
const LIMITS = SENTENCES.limits;

/** @param {Answer['speed']} speed */
function evidenceText({ evidence, calibratedFrom }) {
  if (!evidence) return evidence;
  const { calibratedOnce, ...all } = SENTENCES.evidences;
  const once = evidence === 'calibrated' && calibratedFrom === 1;
  const rests = say(once ? calibratedOnce : all[evidence], { count: calibratedFrom });
  return say(SPEEDS.evidence, { evidence, rests });
}

/** Columns of the names of speeds. */
const NAMES_WIDTH = 13;

/** @param {Answer} answer @param {Screen} screen */
function speedLines({ speed, workload, fit, commandFor }, screen) {
  const { decode, prefill, timeToFirstToken, tokensPerSecond, atEnd } = speed;
  const lines = [];
  const add = (/** @type {string} */ name, /** @type {string} */ text) =>
    lines.push(...entry(name, NAMES_WIDTH, text, screen));
  if (fit && !fit.fits && commandFor !== null && (decode || tokensPerSecond !== null)) {
    lines.push(SPEEDS.ifRoom);
  }
  if (decode && timeToFirstToken) {
    const limited = (/** @type {string | null} */ limit) => say(SPEEDS.limited, { limit: LIMITS[String(limit)] });
    const { depth, decodeLimit } = speed;
    add('decode', say(SPEEDS.decode, { rate: bandText(decode, 'tok/s'), depth, limited: limited(decodeLimit) }));
    if (atEnd) {
      const isOther = atEnd.decodeLimit !== decodeLimit;
      const values = { rate: bandText(atEnd.decode, 'tok/s'), depth: atEnd.depth, limited: limited(atEnd.decodeLimit) };
      add('', say(isOther ? SPEEDS.atEndLimited : SPEEDS.atEnd, values));
    }
    if (prefill) {
      add('prefill', say(SPEEDS.prefill, { rate: bandText(prefill, 'tok/s'), limited: limited(speed.prefillLimit) }));
    }
    const { concurrency = 1, draftLength = 0, promptLength = 0 } = workload;
    add('first token', say(SPEEDS.firstToken, { time: timeText(timeToFirstToken), prompt: promptLength }));
    if (draftLength > 0 && speed.tokensPerSecondUser) {
      add('with draft', bandText(speed.tokensPerSecondUser, 'tok/s'));
    }
    if (concurrency > 1 && speed.tokensPerSecondTotal && speed.tokensPerSecondUser) {
      const each = bandText(speed.tokensPerSecondUser, 'tok/s');
      const rate = bandText(speed.tokensPerSecondTotal, 'tok/s');
      add('together', say(SPEEDS.together, { rate, count: concurrency, each }));
    }
    add('evidence', String(evidenceText(speed)));
  }
  if (tokensPerSecond !== null) add('ceiling', say(SPEEDS.ceiling, { rate: digits(tokensPerSecond) }));
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
      const { mostThatFits, tight, noRoom: doesNotFit } = SPEEDS;
      const remark = { fits: i === best && best < last ? mostThatFits : '', tight, doesNotFit };
      return { layers: String(gpuLayers), verdict, decode, rate, remark: remark[verdict] };
    });
  const said = points.map(({ rate, remark }) => (remark === '' ? rate : `${rate}, ${remark}`));
  const layersWidth = String(last).length;
  const columns = Math.min(WIDEST_CURVE, width - layersWidth - 4 - Math.max(...said.map(widthOf)));
  const heading = say(cpuMoeLayers > 0 ? SPEEDS.curveWith : SPEEDS.curve, { layers: cpuMoeLayers });
  const lines = wrapped(heading, width).map(colors.bold);
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
  const experts = cpuMoeLayers > 0 ? say(PRINT.cpuMoe, { layers: cpuMoeLayers }) : '';
  return say(PRINT.gpuLayers, { layers: gpuLayers }) + experts;
}

/** What is free, or missing. @param {NonNullable<Answer['fit']>['devices'][number]} device @param {string} where */
function roomText({ needed, available, margin, shortBy, shortOfMargin }, where) {
  if (Number(shortBy) > 0) return say(PRINT.short, { size: gib(Number(shortBy)), where });
  const values = { size: gib(Number(available) - needed), where, margin: gib(Number(margin)) };
  return say(Number(shortOfMargin) > 0 ? PRINT.onlyFree : PRINT.free, values);
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
    [least, say(PRINT.onLeast, { name: least.name })],
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
    if (!isShared) return say(PRINT.on, { name });
    return name === 'host' ? PRINT.inAll : PRINT.inPart;
  };
  const parts = summed(concerned)
    .map(([device, of]) => roomText(device, of ?? where(device.name)))
    .join(', ');
  const start = SENTENCES.verdicts[fit.verdict];
  const color = { fits: colors.green, tight: colors.yellow, doesNotFit: colors.red }[fit.verdict];
  const lines = said(start, `${parts === '' ? '' : ': '}${parts}.`, screen, color, '  ');
  if (suggestion) {
    const does =
      fit.verdict === 'tight' ? PRINT.doesWithMargin : suggestion.verdict === 'tight' ? PRINT.doesTightly : PRINT.does;
    const { hostUnchecked, decode } = suggestion;
    const where = hostUnchecked === null ? '' : say(PRINT.ifHost, { size: gib(hostUnchecked) });
    const speed = decode ? say(PRINT.decodes, { rate: bandText(decode, 'tok/s') }) : '';
    const told = say(PRINT.suggestion, { placement: placementText(suggestion), does: does + where + speed });
    lines.push(...wrapped(told, screen.width, '  '));
  }
  return noFit ? [...lines, ...noFitLines(noFit, hardware !== null && hardware.gpus.length > 0, screen)] : lines;
}

/** @param {NonNullable<Answer['noFit']>} noFit @param {boolean} hasGpus @param {Screen} screen */
function noFitLines({ needed, available, smallest, smaller, lessContext, nearest }, hasGpus, screen) {
  const placed = (/** @type {import('./placement.js').Placed} */ placement) => {
    const where = hasGpus ? say(PRINT.with, { placement: placementText(placement) }) : '';
    return placement.verdict === 'tight' ? where + PRINT.withoutMargin : where;
  };
  const has = available === null ? '' : say(PRINT.canBeUsed, { size: gib(available) });
  const sentences = [say(hasGpus ? PRINT.noSplit : PRINT.notHeld, { size: gib(needed) }) + has];
  if (smaller) {
    sentences.push(say(PRINT.asType, { type: smaller.fileType, size: gib(smaller.needed) }) + placed(smaller));
  } else sentences.push(say(PRINT.smallestType, { type: smallest.fileType, size: gib(smallest.needed) }));
  if (lessContext) {
    sentences.push(say(PRINT.lessContext, { context: lessContext.contextLength }) + placed(lessContext));
  }
  if (nearest) {
    const { name, parameters, fileType, contextLength, fileBytes } = nearest;
    const values = { name: nameText(name), parameters: billions(parameters), size: gib(fileBytes), type: fileType };
    sentences.push(say(PRINT.nearest, { ...values, context: contextLength }) + placed(nearest));
  } else sentences.push(PRINT.noNearest);
  return sentences.flatMap((sentence) => wrapped(`${sentence}.`, screen.width, '  '));
}

/** @param {Answer} answer @param {Screen} screen */
function headLines({ model, runtime, memory, hardware }, screen) {
  const facts = say(model.predictionLayers > 0 ? PRINT.modelDrafting : PRINT.model, {
    parameters: billions(model.parameters),
    active: billions(model.activeParameters),
    layers: model.layers,
    drafting: model.predictionLayers,
  });
  const types = [...new Set([runtime.cacheTypeK, runtime.cacheTypeV])].join('/');
  const setup = say(PRINT.setup, {
    type: runtime.fileType,
    size: gib(memory.fileBytes),
    context: runtime.contextLength,
    cache: types,
  });
  const isWhole = runtime.gpuLayers === 'all' && runtime.cpuMoeLayers === 0;
  const placed = isWhole || hardware?.gpus.length === 0 ? '' : `; ${placementText(runtime)}`;
  return [
    ...said(nameText(model.name), `  ${facts}`, screen, screen.colors.bold, '  '),
    ...wrapped(setup + placed, screen.width, '  '),
  ];
}

/** Sizes as sold and as they can be used, alike cards together. @param {NonNullable<Answer['hardware']>} hardware @param {Screen} screen */
function machineLines({ kind, gpus, host }, screen) {
  /** @type {Map<string, number>} */
  const cards = new Map();
  for (const { name, memory, memorySold } of gpus) {
    const title = name === null ? PRINT.gpu : nameText(name);
    const isLess = memorySold !== null && memorySold !== memory;
    const sizes = { name: title, size: gib(Number(memory)), sold: gib(Number(memorySold)) };
    const card = kind !== 'separate' || memory === null ? title : say(isLess ? PRINT.usableOf : PRINT.usable, sizes);
    cards.set(card, (cards.get(card) ?? 0) + 1);
  }
  const lines = [...cards].map(([card, count]) => (count > 1 ? say(PRINT.several, { count, card }) : card));
  if (gpus.length === 0) lines.push(host.name === null ? PRINT.processor : nameText(host.name));
  if (kind !== 'separate' && host.memory !== null) {
    lines[0] = say(PRINT.pool, { name: lines[0], size: gib(host.memory) });
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
    assumptions.length === 0
      ? []
      : said(PRINT.assumed, ` ${printable(assumptions.join(' '))}`, screen, colors.dim, '  ');
  const command = commandLine === null ? [] : commandLines(commandLine, width, widthOf).map(colors.dim);
  if (commandFor === 'suggestion') command.unshift(PRINT.suggestedCommand);
  const sections = [
    [...headLines(answer, screen), ...(hardware ? machineLines(hardware, screen) : [])],
    [...(memoryTable(rows, screen) ?? memoryBlocks(rows, screen)), ...partLines(answer, screen)],
    [...verdict, ...assumed],
    // The speed of what is on no machine is nobody's.
    fit && answer.noFit ? [] : speedLines(answer, screen),
    offloadCurve ? curveLines(offloadCurve, answer.runtime.cpuMoeLayers, screen) : [],
    command,
    notes.flatMap((note) => said(PRINT.note, ` ${printable(note)}`, screen, colors.yellow, '  ')),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
