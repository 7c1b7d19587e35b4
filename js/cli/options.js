// @ts-check
// The options of `plan` and `explain`, as data: docs/cli.md has them as a table, and the native tool the same ones
// (src/plan.cpp). What llama.cpp calls something is an alias; commander knows no `-ngl`, so aliases are replaced first.
import { InvalidArgumentError, Option } from 'commander';
import { NAMES } from '../memory.js';
import { distance } from '../search.js';
import { quantOf } from './quants.js';

/**
 * @typedef {{ requirement: string, parse: (text: string, previous?: any) => any }} Kind
 * @typedef {object} PlanOption
 * @property {'machine' | 'model' | 'runtime' | 'speed'} group
 * @property {string} flag
 * @property {string} [value] what stands for its value in the help; a switch has none
 * @property {Kind} [kind] of its value
 * @property {string[]} [aliases] other names of the same
 * @property {string} help
 * @property {string | number} [initial] as it would be written, where it is not given
 */

/** @param {string} requirement */
const refuse = (requirement) => new InvalidArgumentError(`It must be ${requirement}.`);
/** Plain decimals: no exponents and no hexadecimals. */
const DECIMAL = /^(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})$/;

/** @param {string} text @param {number} minimum @param {number} maximum @param {string} requirement @param {boolean} [whole] */
function numberIn(text, minimum, maximum, requirement, whole) {
  const value = Number(text);
  if (!DECIMAL.test(text.trim()) || value < minimum || value > maximum || (whole && !Number.isInteger(value))) {
    throw refuse(requirement);
  }
  return value;
}

/** @param {number} minimum @param {number} maximum @returns {Kind} */
export function whole(minimum, maximum) {
  const requirement = `a whole number from ${minimum} to ${maximum}`;
  return { requirement, parse: (text) => numberIn(text, minimum, maximum, requirement, true) };
}

/** @param {number} minimum @param {number} maximum @returns {Kind} */
export function decimal(minimum, maximum) {
  const requirement = `a plain number from ${minimum} to ${maximum}`;
  return { requirement, parse: (text) => numberIn(text, minimum, maximum, requirement) };
}

/** One value for all GPUs, or one for each. @param {number} minimum @param {number} maximum @returns {Kind} */
function decimals(minimum, maximum) {
  const requirement = `a plain number from ${minimum} to ${maximum}, or one for each GPU with commas`;
  return { requirement, parse: (text) => text.split(',').map((part) => numberIn(part, minimum, maximum, requirement)) };
}

/** A whole number or one of some words. `means` are what some numbers stand for. @param {string[]} words @param {Record<string, string>} [means] @returns {Kind} */
function countOr(words, means = {}) {
  const requirement = `a whole number, ${words.join(' or ')}`;
  return {
    requirement,
    parse(text) {
      const word = (Object.hasOwn(means, text) ? means[text] : text).toLowerCase();
      return words.includes(word) ? word : numberIn(text, 0, 1e9, requirement, true);
    },
  };
}

/** @param {readonly string[]} names @returns {Kind} */
function oneOf(names) {
  const requirement = `one of ${names.join(', ')}`;
  return {
    requirement,
    parse(text) {
      const name = text.toLowerCase();
      if (!names.includes(name)) throw refuse(requirement);
      return name;
    },
  };
}

/** Every time it is given counts. @type {Kind} */
const list = { requirement: 'a text', parse: (text, previous = []) => [...previous, text] };
/** @type {Kind} */
const text = { requirement: 'a text', parse: (value) => value };

/** A count with its unit: `32768`, `32k`, `1m`. @param {string} value @param {number} minimum @param {string} requirement */
function countIn(value, minimum, requirement) {
  const [, digits, unit = ''] = /^(\d{1,10})([km]?)$/i.exec(value.trim()) ?? [];
  const count = Number(digits) * (unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1024 : 1024 ** 2);
  if (!(count >= minimum && count <= 1e9)) throw refuse(requirement);
  return count;
}

/** As many as trained for is llama.cpp's 0. @type {Kind} */
const tokens = {
  requirement: 'a whole number of tokens from 1 to 1000000000, with k or m for 1,024 or 1,048,576 of them, or max',
  parse: (value) => (/^(?:max|0)$/i.test(value.trim()) ? 'max' : countIn(value, 1, tokens.requirement)),
};

/** @type {Kind} */
const depth = {
  requirement: 'a whole number of tokens from 0 to 1000000000, with k or m for 1,024 or 1,048,576 of them',
  parse: (value) => countIn(value, 0, depth.requirement),
};

/** What llama.cpp takes for yes, no, and "if it can". @type {Kind} */
const onOff = {
  requirement: 'on, off or auto',
  parse(value) {
    if (/^(?:on|enabled|true|1|auto|-1)$/i.test(value)) return true;
    if (/^(?:off|disabled|false|0)$/i.test(value)) return false;
    throw refuse(onOff.requirement);
  },
};

/** @type {Kind} */
const splitMode = {
  requirement: 'none or layer',
  parse(value) {
    if (/^(?:row|tensor)$/i.test(value)) {
      throw new InvalidArgumentError('Splits by row and by tensor cannot be planned, none and layer can.');
    }
    return oneOf(['none', 'layer']).parse(value);
  },
};

/** Shares of GPUs. @type {Kind} */
const shares = {
  requirement: 'plain numbers with commas, of which one is above 0',
  parse(value) {
    const parts = value.split(/[,/]+/).map((part) => numberIn(part, 0, 1e6, shares.requirement));
    if (parts.length > 16 || !parts.some((share) => share > 0)) throw refuse(shares.requirement);
    return parts;
  },
};

/** @type {Kind} */
const quant = {
  requirement: 'a file type of llama.cpp',
  parse(value) {
    try {
      return quantOf(value);
    } catch (error) {
      throw new InvalidArgumentError(`${/** @type {Error} */ (error).message}`);
    }
  },
};

/** A draft: tokens at a time, the part of them that is accepted, what one costs. @type {Kind} */
const draft = {
  requirement: 'N, N,RATE or N,RATE,COST: 1 to 64 tokens, 0 to 1 of them accepted, 0 to 10 steps for each',
  parse(value) {
    const parts = value.split(',');
    if (parts.length > 3) throw refuse(draft.requirement);
    return {
      draftLength: numberIn(parts[0], 1, 64, draft.requirement, true),
      acceptanceRate: parts[1] === undefined ? null : numberIn(parts[1], 0, 1, draft.requirement),
      draftCost: parts[2] === undefined ? null : numberIn(parts[2], 0, 10, draft.requirement),
    };
  },
};

const GIGABYTES = decimals(0, 1e6);
/** Of what has a memory; none is another question. */
const MEMORY = decimals(0.1, 1e6);
const CACHE_TYPES = /** @type {string[]} */ ([...NAMES.cacheType.keys()]);
const CACHE_TYPE = oneOf(CACHE_TYPES);

/** @type {PlanOption[]} */
export const OPTIONS = [
  {
    group: 'machine',
    flag: '--device',
    value: 'name',
    kind: list,
    help: 'a device of the catalogue, or as its driver calls it; once for each of several; cpu for no GPU. Default: this machine',
  },
  { group: 'machine', flag: '--gpus', value: 'n', kind: whole(0, 16), help: 'how many of one device' },
  {
    group: 'machine',
    flag: '--vram',
    value: 'GB',
    kind: MEMORY,
    help: 'memory of a GPU as sold, of which a little less can be used (1 GB is 2^30 bytes); of one pool the limit of the GPU',
  },
  {
    group: 'machine',
    flag: '--vram-usable',
    value: 'GB',
    kind: MEMORY,
    help: 'memory of a GPU that a program can have',
  },
  { group: 'machine', flag: '--bandwidth', value: 'GB/s', kind: decimals(0.1, 1e6), help: "of the GPU's memory" },
  { group: 'machine', flag: '--reserve', value: 'GB', kind: GIGABYTES, help: 'in use on a GPU by others; default 0' },
  { group: 'machine', flag: '--margin', value: 'GB', kind: GIGABYTES, help: 'to stay free on a GPU; default 1' },
  {
    group: 'machine',
    flag: '--ram',
    value: 'GB',
    kind: decimal(0.1, 1e6),
    help: 'memory of the host; of Apple and APUs, all of it',
  },
  {
    group: 'machine',
    flag: '--ram-reserve',
    value: 'GB',
    kind: decimal(0, 1e6),
    help: 'in use on the host by others; default: 4 or a quarter of it are to stay free, whichever is less',
  },
  { group: 'machine', flag: '--ram-bandwidth', value: 'GB/s', kind: decimal(0.1, 1e6), help: "of the host's memory" },
  {
    group: 'machine',
    flag: '--threads',
    aliases: ['-t'],
    value: 'n',
    kind: whole(1, 4096),
    help: 'cores of the host that compute',
  },
  {
    group: 'machine',
    flag: '--backend',
    value: 'name',
    kind: oneOf(['cuda', 'metal', 'vulkan', 'rocm', 'sycl', 'cpu']),
    help: 'interface to the GPU; default that of its vendor: cuda, metal, sycl, else vulkan',
  },
  {
    group: 'machine',
    flag: '--split-mode',
    aliases: ['-sm'],
    value: 'mode',
    kind: splitMode,
    help: 'layer: over all GPUs; none: on one, --main-gpu. Default layer',
  },
  {
    group: 'machine',
    flag: '--tensor-split',
    aliases: ['-ts'],
    value: 'shares',
    kind: shares,
    help: 'of the layers on each GPU: 3,1; default by free memory',
  },
  {
    group: 'machine',
    flag: '--main-gpu',
    aliases: ['-mg'],
    value: 'n',
    kind: whole(0, 15),
    help: 'the GPU of --split-mode none, from 0',
  },
  { group: 'machine', flag: '--no-detect', help: 'without a device no machine at all: sizes alone' },
  {
    group: 'model',
    flag: '--quant',
    value: 'type',
    kind: quant,
    help: "file type; default the file's, or the one that the model is released in, else Q4_K_M",
  },
  { group: 'model', flag: '--imatrix', help: 'quantised with an importance matrix' },
  {
    group: 'model',
    flag: '--timeout',
    value: 'seconds',
    kind: decimal(1, 86400),
    help: 'for all that is read of an address; default 600',
  },
  {
    group: 'runtime',
    flag: '--context',
    aliases: ['-c', '--ctx-size'],
    value: 'n',
    kind: tokens,
    help: 'tokens of all sequences together: 32768, 32k, or max for as many as trained. Default 8192, or as trained if that is less',
  },
  { group: 'runtime', flag: '--kv', value: 'type', kind: CACHE_TYPE, help: 'type of both caches; default f16' },
  {
    group: 'runtime',
    flag: '--kv-k',
    aliases: ['-ctk', '--cache-type-k'],
    value: 'type',
    kind: CACHE_TYPE,
    help: 'type of the keys',
  },
  {
    group: 'runtime',
    flag: '--kv-v',
    aliases: ['-ctv', '--cache-type-v'],
    value: 'type',
    kind: CACHE_TYPE,
    help: 'type of the values',
  },
  {
    group: 'runtime',
    flag: '--gpu-layers',
    aliases: ['-ngl', '--n-gpu-layers'],
    value: 'n',
    kind: countOr(['all', 'auto'], { '-1': 'auto', '-2': 'all' }),
    help: 'layers on the GPU: a number, all, or auto for what fits; default all',
  },
  {
    group: 'runtime',
    flag: '--fit',
    aliases: ['-fit'],
    value: 'on|off',
    kind: onOff,
    help: 'on: as --gpu-layers auto, where no layers are said',
    initial: 'off',
  },
  {
    group: 'runtime',
    flag: '--n-cpu-moe',
    aliases: ['-ncmoe', '-cmoe', '--cpu-moe'],
    value: 'n',
    kind: countOr(['all']),
    help: 'layers whose experts stay on the host, the first ones; all, or --cpu-moe without a number, for every one',
    initial: 0,
  },
  {
    group: 'runtime',
    flag: '--override-tensor',
    aliases: ['-ot'],
    value: 'pattern=CPU',
    kind: list,
    help: 'the same as a pattern of names: the experts of the first layers, or of all, and nothing else',
  },
  {
    group: 'runtime',
    flag: '--parallel',
    aliases: ['-np'],
    value: 'n',
    kind: countOr(['auto'], { '-1': 'auto' }),
    help: 'sequences at once, each with its part of the context; default 4 in one cache',
  },
  { group: 'runtime', flag: '--kv-unified', aliases: ['-kvu'], help: 'one cache for all sequences' },
  { group: 'runtime', flag: '--no-kv-unified', aliases: ['-no-kvu'], help: 'a cache for each sequence' },
  {
    group: 'runtime',
    flag: '--batch',
    aliases: ['-b', '--batch-size'],
    value: 'n',
    kind: whole(1, 1e9),
    help: 'logical batch',
    initial: 2048,
  },
  {
    group: 'runtime',
    flag: '--ubatch',
    aliases: ['-ub', '--ubatch-size'],
    value: 'n',
    kind: whole(1, 1e9),
    help: 'micro-batch',
    initial: 512,
  },
  { group: 'runtime', flag: '--server', help: 'as llama-server, the default' },
  { group: 'runtime', flag: '--no-server', help: 'as llama-cli' },
  {
    group: 'runtime',
    flag: '--flash-attention',
    aliases: ['-fa', '--flash-attn'],
    value: 'on|off|auto',
    kind: onOff,
    help: 'flash attention; auto is on',
    initial: 'on',
  },
  { group: 'runtime', flag: '--swa-full', help: 'whole caches for sliding layers' },
  { group: 'runtime', flag: '--no-kv-offload', aliases: ['-nkvo'], help: 'caches on the host' },
  {
    group: 'runtime',
    flag: '--build',
    value: 'n',
    kind: whole(1, 1e9),
    help: 'build number of llama.cpp',
    initial: 11669,
  },
  {
    group: 'speed',
    flag: '--prompt',
    value: 'n',
    kind: whole(0, 1e9),
    help: 'tokens of the prompt; default 512, or less in a small context',
  },
  {
    group: 'speed',
    flag: '--output',
    value: 'n',
    kind: whole(1, 1e9),
    help: 'tokens generated; default 128, or less in a small context',
  },
  {
    group: 'speed',
    flag: '--depth',
    value: 'n',
    kind: depth,
    help: 'tokens in the cache before the prompt',
    initial: 0,
  },
  {
    group: 'speed',
    flag: '--concurrency',
    value: 'n',
    kind: whole(1, 4096),
    help: 'sequences that generate at the same time',
    initial: 1,
  },
  {
    group: 'speed',
    flag: '--draft',
    aliases: ['--draft-max', '--draft-n'],
    value: 'n,rate,cost',
    kind: draft,
    help: 'tokens that a draft proposes at a time, the part that is accepted, and what one costs in steps of the model (default 0)',
  },
  {
    group: 'speed',
    flag: '--engine',
    value: 'name',
    kind: oneOf(['llama.cpp', 'vllm']),
    help: 'of the speed; memory is always that of llama.cpp',
    initial: 'llama.cpp',
  },
  {
    group: 'speed',
    flag: '--calibrate',
    value: 'file',
    kind: text,
    help: 'what llama-bench printed on this machine, in any of its formats',
  },
];

/** What has a value that may be left out. @type {Record<string, { value: RegExp, otherwise: string }>} */
export const OPTIONAL_VALUES = {
  '--n-cpu-moe': { value: /^(?:\d+|all)$/i, otherwise: 'all' },
  '--flash-attention': { value: /^(?:on|off|auto|enabled|disabled|true|false|-?[01])$/i, otherwise: 'on' },
};
/** Whole arguments that stand for others. @type {Record<string, string[]>} */
export const SHORTHANDS = {
  '--no-flash-attention': ['--flash-attention', 'off'],
  '--no-flash-attn': ['--flash-attention', 'off'],
};
/** How llama.cpp is given the model, which is an argument here. */
export const MODEL_FLAGS = ['-m', '--model', '-mu', '--model-url', '-hf', '-hfr', '--hf-repo'];

const GROUPS = { machine: 'Machine:', model: 'Model:', runtime: 'As llama.cpp runs it:', speed: 'Speed:' };
/** Of every command. */
const COMMON = ['--json', '--curve', '--help', '-h', '--color', '--no-color', '--version', '-V'];
const byName = new Map(
  OPTIONS.flatMap((option) => [option.flag, ...(option.aliases ?? [])].map((name) => [name, option])),
);

/**
 * Arguments as commander knows them: aliases become the option they stand for, `--cpu-moe` alone gets its value, and a
 * model that is named with `-m` becomes the argument.
 *
 * @param {readonly string[]} args after the command
 * @returns {string[]}
 * @throws {RangeError} for an option that nobody knows, with the nearest
 */
export function withoutAliases(args) {
  /** @type {string[]} */
  const out = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--') return [...out, ...args.slice(i)];
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const given = equals < 0 ? undefined : arg.slice(equals + 1);
    const option = byName.get(name);
    if (MODEL_FLAGS.includes(name)) {
      const model = given ?? args[++i];
      if (model === undefined) throw new RangeError(`option '${name} <model>' argument missing`);
      out.push(model);
    } else if (Object.hasOwn(SHORTHANDS, name)) out.push(...SHORTHANDS[name]);
    else if (option?.value === undefined) {
      if (!option && /^-[^\d]/.test(name) && !COMMON.includes(name)) throw unknownOption(name);
      out.push(option && given === undefined ? option.flag : arg);
    } else if (given !== undefined) out.push(`${option.flag}=${given}`);
    else {
      const optional = OPTIONAL_VALUES[option.flag];
      const next = args[i + 1];
      if (optional && !(next !== undefined && optional.value.test(next)))
        out.push(`${option.flag}=${optional.otherwise}`);
      else if (next === undefined) throw new RangeError(`option '${name} <${option.value}>' argument missing`);
      else out.push(`${option.flag}=${args[++i]}`);
    }
  }
  return out;
}

/** @param {string} name */
function unknownOption(name) {
  const names = [...byName.keys(), ...MODEL_FLAGS, '--json', '--curve'];
  const [near] = names
    .map((known) => ({ known, changes: distance(name, known) }))
    .sort((a, b) => a.changes - b.changes);
  const hint = near.changes <= Math.max(1, name.length / 4) ? ` (Did you mean ${near.known}?)` : '';
  return new RangeError(`unknown option '${name}'${hint}`);
}

/** @param {import('commander').Command} command */
export function withPlanOptions(command) {
  command.argument(
    '<model>',
    'a name of the catalogue or of a repository, a GGUF file or its address, a config.json, or the JSON of a ModelSpec',
  );
  for (const { group, flag, value, kind, aliases = [], help, initial } of OPTIONS) {
    const also = aliases.length > 0 ? ` (${aliases.join(', ')})` : '';
    const option = new Option(value === undefined ? flag : `${flag} <${value}>`, `${help}${also}`).helpGroup(
      GROUPS[group],
    );
    if (kind) option.argParser(kind.parse);
    if (initial !== undefined) option.default(kind?.parse(String(initial)), String(initial));
    command.addOption(option);
  }
  return command;
}
