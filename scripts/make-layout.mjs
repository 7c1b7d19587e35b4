// Writes what JavaScript and TypeScript have of the tables of include/llmcalc (base/field.hpp), and says whether the
// schema has their fields:
//
//   node scripts/make-layout.mjs [--check] [DESCRIBE]     default build/native-debug/tools/describe
//
// DESCRIBE is the program of tools/describe.cpp. It makes js/generated/ and the block of names in js/types.d.ts; the
// code is straight lines, since a loop over a table costs most of the time of a plan.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = process.argv.slice(2);
const program = options.find((option) => !option.startsWith('--')) ?? `${root}/build/native-debug/tools/describe`;
const { lists, tables, numbers, vendors, assumptions } = JSON.parse(execFileSync(program, { encoding: 'utf8' }));

const WIDTH = 120;
const quoted = (text) => `'${text}'`;
const keysOf = (table) => tables[table].map(({ key }) => key);
/** Of an option of two numbers the first says whether it is given. */
const lengthOf = (row) => (row.kind === 'optional' ? 2 : row.kind === 'part' ? tables.CacheCells.length : 1);

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
  return `${indent}${before}\n${elements.map((element) => `${indent}  ${element},\n`).join('')}${indent}${after}`;
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
  if (kind === 'choice') return `  ${to} = nameOf(NAMES.${list}, ${rest});`;
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
    ` * @param {import('../types.d.ts').${type}} ${object}`,
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
  )
    .replace(/\{ \n/, '{\n')
    .replace(/\n };$/, '\n};')}`;

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
    `    total: ${total.join(' + ')},`,
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
    "/** @param {Float64Array} from @param {import('../types.d.ts').DeviceMemory[]} devices */",
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
const arrays = { stage: 'STAGES', verdict: 'VERDICTS' };
const named = Object.entries(lists).map(([name, names]) => {
  if (arrays[name]) return `  ${name}: indexed(${arrays[name]}),`;
  return `${listOf('  ', `${name}: indexed([`, names.map(quoted), ']),')}`;
});

const layout = `// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.

import { flagOf, nameOf, numberOf } from '../arguments.js';
import { indexed, words } from '../keys.js';

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
${wordsOf('RUNTIME_KEYS', ['engine', ...keysOf('Runtime')])}

${writer('writeGroupFields', 'LayerGroup', 'LayerGroup', 'g', 'n')}

${places('MODEL', '/** Where the numbers of a model are. */', 'ModelSpec')}

${writer('writeModelFields', 'ModelSpec', 'ModelSpec', 'm', '', ['groups', 'runs'])}

${places('RUN', '/** Where those of a run are. */', 'LayerRun')}

${places('RUNTIME', '/** Where those of a runtime are. */', 'Runtime')}

${writer('writeRuntimeFields', 'Runtime', 'MemoryRuntime', 'r', '', ['sequences', 'kvUnified', 'gpuLayers', 'backend', 'multiprocessors', 'gpus'])}

${places('RUNTIME_GPU', "/** Where those of one of a runtime's GPUs are. */", 'RuntimeGpu')}

${places('PLAN', '/** Where those of a plan are, before its devices. */', 'MemoryPlan')}

${planReader()}

${deviceReader()}

${places('MACHINE', '/** Where those of a machine are. Of a margin the first says whether there is one. */', 'Machine')}

${places('MACHINE_GPU', "/** Where those of one of a machine's GPUs are. */", 'MachineGpu')}

${places('FIT', '/** Where those of an answer of fits are, before its devices. */', 'Fit')}

${places('DEVICE_FIT', '/** Where those of one of its devices are. */', 'DeviceFit')}
`;

/** What the interfaces of js/types.d.ts must have, no more and no less; the compiler compares them. */
const interfaces = {
  LayerGroup: keysOf('LayerGroup'),
  ModelSpec: [...keysOf('ModelSpec'), 'tensors'],
  MemoryRuntime: ['engine', ...keysOf('Runtime')],
  MemoryPlan: keysOf('MemoryPlan'),
  "MemoryPlan['cells']": keysOf('CacheCells'),
  DeviceMemory: ['name', ...keysOf('DeviceTotal'), 'total', ...keysOf('DeviceLoad'), 'terms'],
  "DeviceMemory['terms']": [...keysOf('DeviceParts'), 'largestStage', ...keysOf('DeviceStage')],
  Machine: keysOf('Machine'),
  MemoryFit: [...keysOf('Fit'), 'devices'],
  ModelFit: keysOf('ModelFit'),
  "MemoryFit['devices'][number]": ['name', ...keysOf('DeviceFit'), 'shortBy', 'shortOfMargin'],
};
const types = Object.keys(interfaces).map((type) => type.replace(/\W.*/, ''));
const keys = `// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand. It compiles where the interfaces
// of types.d.ts have the fields of the tables.
${listOf('', 'import type { ', [...new Set(types)].sort(), " } from '../types.d.ts';")
  .replace('{ \n', '{\n')
  .replace('\n }', '\n}')}

type Same<A extends B, B extends C, C = A> = [A, B, C];

export type Compared = [
${Object.entries(interfaces)
  .map(([type, names]) => {
    const line = `  Same<keyof ${type}, ${names.map(quoted).join(' | ')}>,`;
    if (line.length <= WIDTH) return line;
    const union = names.map(quoted).join(' | ');
    const lines =
      union.length + 5 <= WIDTH ? `    ${union}\n` : names.map((name) => `    | ${quoted(name)}\n`).join('');
    return `  Same<\n    keyof ${type},\n${lines}  >,`;
  })
  .join('\n')}
];
`;

const BEGIN = '// Written by scripts/make-layout.mjs from the lists of include/llmcalc: {';
const END = '// }';
function withNames(text) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(`\n${END}\n`, begin);
  if (begin < 0 || end < 0) throw new Error('js/types.d.ts has no block of names');
  const unions = Object.entries(lists).map(([list, names]) => {
    const line = `  ${list}: ${names.map(quoted).join(' | ')};`;
    if (line.length <= WIDTH) return line;
    return `  ${list}:\n${names.map((name) => `    | ${quoted(name)}`).join('\n')};`;
  });
  return `${text.slice(0, begin)}${BEGIN}\ninterface Names {\n${unions.join('\n')}\n}${text.slice(end)}`;
}

/** The fields of tables that the schema has not, or has beside them. */
function schemaErrors() {
  const schema = JSON.parse(readFileSync(`${root}/docs/plan.schema.json`, 'utf8')).properties;
  const { memory, runtime, fit, hardware } = schema;
  const device = memory.properties.devices.items.properties;
  const compared = [
    ['runtime', runtime.properties, interfaces.MemoryRuntime.filter((key) => key !== 'multiprocessors')],
    ['memory', memory.properties, interfaces.MemoryPlan],
    ['memory.cells', memory.properties.cells.properties, interfaces["MemoryPlan['cells']"]],
    ['memory.devices[]', device, interfaces.DeviceMemory],
    ['memory.devices[].terms', device.terms.properties, interfaces["DeviceMemory['terms']"]],
    ['fit', fit.properties, interfaces.MemoryFit],
    ['fit.devices[]', fit.properties.devices.items.properties, interfaces["MemoryFit['devices'][number]"]],
  ];
  const errors = compared.flatMap(([place, properties, fields]) => [
    ...fields.filter((key) => !(key in properties)).map((key) => `${place} has no ${key}`),
    ...Object.keys(properties)
      .filter((key) => !fields.includes(key))
      .map((key) => `${place} has ${key}, which no table has`),
  ]);
  const enums = [
    ['runtime.fileType', runtime.properties.fileType, lists.fileType],
    ['runtime.cacheTypeK', runtime.properties.cacheTypeK, lists.cacheType],
    ['runtime.cacheTypeV', runtime.properties.cacheTypeV, lists.cacheType],
    ['runtime.backend', runtime.properties.backend, lists.backend],
    ['hardware.kind', hardware.properties.kind, lists.memoryKind],
    ['fit.verdict', fit.properties.verdict, lists.verdict],
    ['memory.devices[].terms.stage', device.terms.properties.stage, lists.stage],
  ];
  for (const [place, property, names] of enums) {
    if (property.enum && property.enum.join() !== names.join()) errors.push(`${place} has other names than its list`);
  }
  return errors.map((error) => `docs/plan.schema.json: ${error}`);
}

/** What is known of machines: the back ends of vendors, and what a host is taken for of which nothing is said. */
const { '': usual, ...vendorBackends } = vendors;
const { unknownMemory, unsaidHostMemory, hostMargin, gpuMargin } = assumptions;
const machine = `// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc/machine, never by hand.

/** The back end of a vendor's GPUs, as data/devices.csv spells it. @type {ReadonlyMap<string, import('../types.d.ts').Names['backend']>} */
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

const typesFile = 'js/types.d.ts';
const made = {
  'js/generated/layout.js': layout,
  'js/generated/keys.d.ts': keys,
  'js/generated/machine.js': machine,
  [typesFile]: withNames(readFileSync(`${root}/${typesFile}`, 'utf8')),
};
const errors = schemaErrors();
for (const [file, text] of Object.entries(made)) {
  if (!options.includes('--check')) writeFileSync(`${root}/${file}`, text);
  else if (readFileSync(`${root}/${file}`, 'utf8') !== text) errors.push(`${file} is not up to date`);
}
for (const error of errors) console.error(error);
process.exitCode = errors.length > 0 ? 1 : 0;
