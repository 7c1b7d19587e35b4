// Writes what JavaScript, TypeScript and the schema of a plan have of the tables of include/llmcalc (base/field.hpp):
//
//   node scripts/make-layout.mjs [--check] [DESCRIBE]     default build/native-debug/tools/describe
//
// DESCRIBE is the program of tools/describe.cpp. Made are js/generated/, and fields of docs/plan.schema.json; the code
// is straight lines, since a loop over a table costs most of the time of a plan.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { architecturesText, fileTypesText, tensorsText } from './support/layout/gguf.mjs';
import { answersText, schemaText } from './support/layout/schema.mjs';
import { fieldsText } from './support/layout/types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = process.argv.slice(2);
const program = options.find((option) => !option.startsWith('--')) ?? `${root}/build/native-debug/tools/describe`;
const described = JSON.parse(execFileSync(program, { encoding: 'utf8' }));
const { lists: allLists, tables, numbers, vendors, assumptions } = described;
/** Lists of the reader of files, which no public type has. */
const { qkNorm, mixing, ...lists } = allLists;

/** Lists that js/generated/speed.js has: whoever plans memory needs none of their names. */
const ofSpeed = ['evidence', 'limit', 'split', 'metric'];

const WIDTH = 120;
const quoted = (text) => `'${text}'`;
const keysOf = (table) => tables[table].map(({ key }) => key);
/** Of an option of two numbers the first says whether it is given. */
const lengthOf = (row) => (row.kind === 'optional' ? 2 : (row.length ?? 1));

/** Rows with the place of their first number. */
function placed(rows) {
  let next = 0;
  return rows.map((row) => {
    const place = next;
    next += lengthOf(row);
    return { ...row, place };
  });
}
const lengthOfAll = (rows) => rows.reduce((sum, row) => sum + lengthOf(row), 0);

/** Formatted as Biome would. */
const listOf = (indent, before, elements, after) => {
  const line = `${indent}${before}${elements.join(', ')}${after}`;
  if (line.length <= WIDTH) return line;
  const lines = elements.map((element) => `${indent}  ${element},\n`).join('');
  return `${indent}${before.trimEnd()}\n${lines}${indent}${after.trimStart()}`;
};

function wordsOf(name, keys) {
  const line = `export const ${name} = words(${quoted(keys.join(' '))});`;
  if (line.length <= WIDTH) return line;
  const lines = [];
  for (const key of keys) {
    const last = lines.at(-1);
    if (last && last.length + key.length < 108) lines[lines.length - 1] = `${last} ${key}`;
    else lines.push(key);
  }
  const texts = lines.map((text, n) => quoted(n < lines.length - 1 ? `${text} ` : text));
  return `export const ${name} = words(\n  ${texts.join(' +\n    ')},\n);`;
}

/** The line that writes one field of `object`. */
function written({ key, name, kind, list, default: usual, place }, object, index) {
  const to = place === 0 ? 'to[i]' : `to[i + ${place}]`;
  const rest = `${object}.${key}, ${usual}, ${quoted(index ? key : name)}${index ? `, ${index}` : ''}`;
  if (kind === 'choice') return `  ${to} = nameOf(${ofSpeed.includes(list) ? `${list}s` : `NAMES.${list}`}, ${rest});`;
  if (kind === 'flag') return `  ${to} = flagOf(${rest});`;
  if (kind === 'number') return `  ${to} = numberOf(${rest});`;
  throw new Error(`${name} is a ${kind}, which is written by hand`);
}

/** A function that writes all of a table but what is said to be written by hand. */
function writer(name, table, type, object, index, byHand = []) {
  const rows = placed(tables[table]).filter(({ key }) => !byHand.includes(key));
  const known = keysOf(table);
  for (const key of byHand) if (!known.includes(key)) throw new Error(`${table} has no ${key}`);
  return [
    '/**',
    ` * All of ${type}${byHand.length > 0 ? ` but ${byHand.join(', ')}` : ''}.`,
    ' *',
    ' * @param {Float64Array} to',
    ' * @param {number} i',
    ` * @param {import('../types/all.d.ts').${type}} ${object}`,
    ...(index ? [` * @param {number} ${index} its place`] : []),
    ' * @returns {number} where the next thing goes',
    ' */',
    `export function ${name}(to, i, ${object}${index ? `, ${index}` : ''}) {`,
    ...rows.map((row) => written(row, object, index)),
    `  return i + ${lengthOfAll(tables[table])};`,
    '}',
  ].join('\n');
}

/** Where the numbers of a table are, and how many they are. */
const places = (name, comment, table) =>
  `${comment}\n${listOf(
    '',
    `export const ${name} = { `,
    [...placed(tables[table]).map(({ key, place }) => `${key}: ${place}`), `length: ${lengthOfAll(tables[table])}`],
    ' };',
  )}`;

function deviceReader() {
  const device = ['DeviceTotal', 'DeviceLoad', 'DeviceParts', 'DeviceStage'].flatMap((table) => tables[table]);
  const from = new Map(placed(device).map(({ key, place }) => [key, place === 0 ? 'from[i]' : `from[i + ${place}]`]));
  const total = keysOf('DeviceTotal');
  return [
    '/** @param {Float64Array} from @param {number} i @param {string} name */',
    'export function readDevice(from, i, name) {',
    ...total.map((key) => `  const ${key} = ${from.get(key)};`),
    `  const inputs = ${from.get('inputs')};`,
    '  return {',
    '    name,',
    ...total.map((key) => `    ${key},`),
    total.join(' + ').length < WIDTH - 12
      ? `    total: ${total.join(' + ')},`
      : `    total:\n      ${total.join(' + ')},`,
    ...keysOf('DeviceLoad').map((key) => `    ${key}: ${from.get(key)},`),
    '    terms: {',
    ...keysOf('DeviceParts').map((key) => `      ${key === 'inputs' ? key : `${key}: ${from.get(key)}`},`),
    '      largestStage: computeBuffer - inputs,',
    `      stage: STAGES[${from.get('stage')}],`,
    '    },',
    '  };',
    '}',
    '',
    `export const DEVICE_LENGTH = ${lengthOfAll(device)};`,
  ].join('\n');
}

function planReader() {
  const cells = tables.CacheCells.map(({ key }, n) => [key, n]);
  const lines = placed(tables.MemoryPlan).map(({ key, kind, place }) => {
    if (kind === 'count') return `    ${key},`;
    if (kind === 'part')
      return `    ${key}: { ${cells.map(([inner, n]) => `${inner}: from[${place + n}]`).join(', ')} },`;
    return `    ${key}: from[${place}],`;
  });
  return [
    "/** @param {Float64Array} from @param {import('../types/all.d.ts').DeviceMemory[]} devices */",
    'export function readPlanFields(from, devices) {',
    '  return {',
    ...lines,
    '  };',
    '}',
  ].join('\n');
}

const constants = Object.entries(numbers).map(
  ([name, value]) => `export const ${name.replace(/[A-Z]/g, '_$&').toUpperCase()} = ${value};`,
);
const arrays = { stage: 'STAGES', verdict: 'VERDICTS', sweepAxis: 'SWEEP_AXES' };
const named = Object.entries(lists)
  .filter(([name]) => !ofSpeed.includes(name))
  .map(([name, names]) => {
    if (arrays[name]) return `  ${name}: indexed(${arrays[name]}),`;
    return `${listOf('  ', `${name}: indexed([`, names.map(quoted), ']),')}`;
  });

const measurementKeys = ['model', 'runtime', 'machine', 'workload', ...keysOf('Measurement')];
const machineKeys = [
  ...keysOf('Machine'),
  ...keysOf('Hardware').filter((key) => key !== 'gpus' && key !== 'unified'),
  'profile',
  'hostProfile',
];

const layout = `// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.

import { flagOf, nameOf, numberOf } from '../core/arguments.js';
import { indexed, words } from '../core/keys.js';

${Object.entries(arrays)
  .map(([list, name]) => listOf('', `export const ${name} = [`, lists[list].map(quoted), '];'))
  .join('\n')}
/** The lists of names, in the order of their places in C++. */
export const NAMES = {
${named.join('\n')}
};

${constants.join('\n')}
/** Of \`margin\`, where a machine's GPU has none. */
export const DEFAULT_GPU_MARGIN = ${tables.MachineGpu.find(({ key }) => key === 'margin').default};

${wordsOf('MODEL_KEYS', [...keysOf('ModelSpec'), 'tensors'])}
${wordsOf('GROUP_KEYS', keysOf('LayerGroup'))}
${wordsOf('RUNTIME_KEYS', keysOf('Runtime'))}
/** Of the machine of fits and of estimateSpeed, which may be the same object. */
${wordsOf('MACHINE_KEYS', machineKeys)}

${writer('writeGroupFields', 'LayerGroup', 'LayerGroup', 'g', 'n')}

${places('MODEL', '/** Where the numbers of a model are. */', 'ModelSpec')}

${writer('writeModelFields', 'ModelSpec', 'ModelSpec', 'm', '', ['groups', 'runs'])}

${places('RUN', '/** Where those of a run are. */', 'LayerRun')}

${places('RUNTIME', '/** Where those of a runtime are. */', 'Runtime')}

${writer('writeRuntimeFields', 'Runtime', 'LlamaCppRuntime', 'r', '', ['sequences', 'kvUnified', 'gpuLayers', 'backend', 'multiprocessors', 'gpus'])}

${places('RUNTIME_GPU', "/** Where those of one of a runtime's GPUs are. */", 'RuntimeGpu')}

${places('PLAN', '/** Where those of a plan are, before its devices. */', 'MemoryPlan')}

${planReader()}

${deviceReader()}

${places('MACHINE', '/** Where those of a machine are. Of a margin the first says whether there is one. */', 'Machine')}

${places('MACHINE_GPU', "/** Where those of one of a machine's GPUs are. */", 'MachineGpu')}

${places('FIT', '/** Where those of an answer of fits are, before its devices. */', 'Fit')}

${places('DEVICE_FIT', '/** Where those of one of its devices are. */', 'DeviceFit')}
`;

const listText = (name, table) => listOf('', `export const ${name} = [`, keysOf(table).map(quoted), '];');

/** The lines that write or read what a profile has beside its lists. */
const profileRest = {
  write: tables.SpeedProfile.map(({ key, kind, list, default: usual }) => {
    const rest = `profile.${key}, ${usual}, \`\${name}.${key}\``;
    return `  to[next++] = ${kind === 'choice' ? `nameOf(${list}s, ${rest})` : `numberOf(${rest})`};`;
  }),
  read: tables.SpeedProfile.map(({ key, kind, list }) =>
    kind === 'choice' ? `  profile.${key} = SPEED_NAMES.${list}[from[next++]];` : `  profile.${key} = from[next++];`,
  ),
};
const bandKeys = keysOf('Band');
if (bandKeys.join() !== keysOf('Spread').join()) throw new Error('a spread has other quantiles than a band');
const numbersOf = (keys) => keys.map((key, n) => `${key}: from[${n === 0 ? 'i' : `i + ${n}`}]`);

function estimateReader() {
  const rows = placed(['SpeedBands', 'SpeedPhases', 'SpeedReasons'].flatMap((table) => tables[table]));
  const linesOf = (table, line) => rows.filter(({ key }) => keysOf(table).includes(key)).map(line);
  return [
    `/** @param {Float64Array} from @param {number} i */`,
    `const bandAt = (from, i) => ({ ${numbersOf(bandKeys).join(', ')} });`,
    '',
    '/** @param {Float64Array} from @param {number} i */',
    'const termsAt = (from, i) => ({',
    ...numbersOf(keysOf('SpeedTerms')).map((number) => `  ${number},`),
    '});',
    '',
    '/** @param {Float64Array} from */',
    'export const readEstimateFields = (from) => ({',
    ...linesOf('SpeedBands', ({ key, place }) => `  ${key}: bandAt(from, ${place}),`),
    `  terms: { ${linesOf('SpeedPhases', ({ key, place }) => `${key}: termsAt(from, ${place})`).join(', ')} },`,
    ...linesOf('SpeedReasons', ({ key, place, list }) => `  ${key}: SPEED_NAMES.${list}[from[${place}]],`),
    '});',
  ].join('\n');
}

const speed = `// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.

import { knownObject, nameOf, numberOf } from '../core/arguments.js';
import { indexed, words } from '../core/keys.js';
import { TENSOR_TYPES } from '../models/tensors.js';

/** The lists of names that only speed has, in the order of their places in C++, and the numbers of a profile. */
export const SPEED_NAMES = {
${ofSpeed.map((list) => listOf('  ', `${list}: [`, lists[list].map(quoted), '],')).join('\n')}
${listOf('  ', 'profileField: [', keysOf('ProfileNumbers').map(quoted), '],')}
};
${ofSpeed
  .filter((list) => list !== 'limit' && list !== 'metric')
  .map((list) => `const ${list}s = indexed(SPEED_NAMES.${list});`)
  .join('\n')}
/** Kinds of rates that have bands. */
${listOf('', 'export const SPREADS = /** @type {const} */ ([', keysOf('ProfileSpreads').map(quoted), ']);')}
${listText('BANDS', 'SpeedBands')}
const COSTS = ${`[${keysOf('ProfileCosts').map(quoted).join(', ')}]`};
const QUANTILES = words('${bandKeys.join(' ')}');
const SPREAD_KEYS = new Set(SPREADS);
const TYPES = Object.keys(TENSOR_TYPES);
const TYPE_KEYS = new Set(TYPES);

export const REFERENCE_BUILD = ${numbers.referenceBuild};
${listText('DEVICE_FIELDS', 'Device')}
${wordsOf('WORKLOAD_KEYS', keysOf('Workload'))}
${wordsOf('MEASUREMENT_KEYS', measurementKeys)}
const PROFILE_KEYS = words(\`\${SPEED_NAMES.profileField.join(' ')} \${COSTS.join(' ')} spreads ${keysOf('SpeedProfile').join(' ')}\`);

${places('WORKLOAD', '/** Where the numbers of a workload are. */', 'Workload')}

${writer('writeWorkloadFields', 'Workload', 'Workload', 'w', '', ['promptLength', 'outputLength'])}

${places('HARDWARE', "/** Where those of a machine are, before its GPUs' and its profiles'. */", 'Hardware')}

${writer('writeHardwareFields', 'Hardware', 'Hardware', 'm', '', ['gpus', 'host', 'unified'])}

/** @param {Float64Array} to @param {number} i @param {any} profile @param {string} name @returns {number} */
export function writeProfile(to, i, profile, name) {
  knownObject(profile, PROFILE_KEYS, name, 'a profile of speedProfile');
  let next = i;
  for (const field of SPEED_NAMES.profileField) to[next++] = numberOf(profile[field], Number.NaN, \`\${name}.\${field}\`);
  for (const costs of COSTS) {
    const byType = knownObject(profile[costs] ?? {}, TYPE_KEYS, \`\${name}.\${costs}\`);
    for (const type of TYPES) to[next++] = numberOf(byType[type], Number.NaN, \`\${name}.\${costs}.\${type}\`);
  }
  const spreads = knownObject(profile.spreads ?? {}, SPREAD_KEYS, \`\${name}.spreads\`);
  for (const spread of SPREADS) {
    const quantiles = knownObject(spreads[spread] ?? {}, QUANTILES, \`\${name}.spreads.\${spread}\`);
    for (const quantile of QUANTILES) {
      to[next++] = numberOf(quantiles[quantile], Number.NaN, \`\${name}.spreads.\${spread}.\${quantile}\`);
    }
  }
${profileRest.write.join('\n')}
  return next;
}

/** @param {Float64Array} from @param {number} i @returns {[import('../types/all.d.ts').SpeedProfile, number]} and where the next thing is */
export function readProfile(from, i) {
  let next = i;
  /** @type {any} */
  const profile = {};
  for (const field of SPEED_NAMES.profileField) profile[field] = from[next++];
  for (const costs of COSTS) {
    profile[costs] = {};
    for (const type of TYPES) profile[costs][type] = from[next++];
  }
  profile.spreads = {};
  for (const spread of SPREADS) profile.spreads[spread] = { ${bandKeys.map((key) => `${key}: from[next++]`).join(', ')} };
${profileRest.read.join('\n')}
  return [profile, next];
}

${estimateReader()}
`;

/** What objects of the answers have, with what no table has. */
const answered = {
  plan: keysOf('MemoryPlan'),
  cells: keysOf('CacheCells'),
  device: ['name', ...keysOf('DeviceTotal'), 'total', ...keysOf('DeviceLoad'), 'terms'],
  parts: [...keysOf('DeviceParts'), 'largestStage', ...keysOf('DeviceStage')],
  fit: [...keysOf('Fit'), 'devices'],
  deviceFit: ['name', ...keysOf('DeviceFit'), 'shortBy', 'shortOfMargin'],
};
const unions = Object.entries(lists).map(([list, names]) => {
  const line = `  ${list}: ${names.map(quoted).join(' | ')};`;
  if (line.length <= WIDTH) return line;
  return `  ${list}:\n${names.map((name) => `    | ${quoted(name)}`).join('\n')};`;
});
const names = `// Written by scripts/make-layout.mjs from the lists of include/llmcalc, never by hand.
export interface Names {
${unions.join('\n')}
}
`;

/** What is known of machines: the back ends of vendors, and what a host is taken for of which nothing is said. */
const { '': usual, ...vendorBackends } = vendors;
const { unknownMemory, unsaidHostMemory, hostMargin, gpuMargin } = assumptions;
const machine = `// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc/machine, never by hand.

/** The back end of a vendor's GPUs, as data/devices.csv spells it. @type {ReadonlyMap<string, import('./names.d.ts').Names['backend']>} */
export const VENDOR_BACKENDS = new Map([
${Object.entries(vendorBackends)
  .map((pair) => `  [${pair.map(quoted).join(', ')}],\n`)
  .join('')}]);
/** That of all others. */
export const USUAL_BACKEND = ${quoted(usual)};

/** Bytes of a host that nobody gave, and those of them that need no asking. */
export const UNKNOWN_MEMORY = ${unknownMemory};
export const UNSAID_HOST_MEMORY = ${unsaidHostMemory};
/** Bytes that should stay free on a GPU, and at most of a host: of less than four times that a quarter. */
export const GPU_MARGIN = ${gpuMargin};
export const MOST_HOST_MARGIN = ${hostMargin};

/** Of a host of which nothing is said: bytes/s of its memory, cores, bytes/s between it and a GPU. */
export const ASSUMED_HOST = { ${tables.AssumedHost.map((row) => `${row.key}: ${row.default}`).join(', ')} };
`;

const made = {
  'js/generated/layout.js': layout,
  'js/generated/speed.js': speed,
  'js/generated/fields.d.ts': fieldsText(described, root),
  'docs/plan.schema.json': schemaText(readFileSync(`${root}/docs/plan.schema.json`, 'utf8'), described, answered, root),
  'docs/answers.schema.json': answersText(readFileSync(`${root}/docs/answers.schema.json`, 'utf8'), described),
  'js/generated/names.d.ts': names,
  'js/generated/machine.js': machine,
  'js/generated/architectures.js': architecturesText(described, root),
  'js/generated/file-types.js': fileTypesText(described),
  'js/generated/tensors.js': tensorsText(described),
};
const errors = [];
for (const [file, text] of Object.entries(made)) {
  if (!options.includes('--check')) writeFileSync(`${root}/${file}`, text);
  else if (readFileSync(`${root}/${file}`, 'utf8') !== text) errors.push(`${file} is not up to date`);
}
for (const error of errors) console.error(error);
process.exitCode = errors.length > 0 ? 1 : 0;
