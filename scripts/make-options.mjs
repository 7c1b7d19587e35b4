// Writes what both tools and the page of the command line have of data/options.json, and says what is wrong with it:
//
//   node scripts/make-options.mjs [--check]     js/generated/options.js, and the tables of docs/cli.md
//   node scripts/make-options.mjs --cpp FILE    the table of src/options_data.hpp, made when the native tool is built
//
// Names of the core are not repeated there: `list` is one of js/generated/layout.js, which has them from include/llmcalc.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NAMES } from '../js/generated/layout.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const table = JSON.parse(readFileSync(`${root}/data/options.json`, 'utf8'));
const NATIVE = 'llmcalc';
const errors = [];

const say = (where, what) => errors.push(`data/options.json: ${where}: ${what}`);
const KEYS = new Set(
  'flag short aliases value type list names last range ranges words means refused withoutValue shorthands default sets unset passed group commands help llmcalc'.split(
    ' ',
  ),
);
/** Of options that are the program's, and of every command's. */
const BESIDE = ['program', 'everywhere'];

// The table, with what follows from it.

/** `--no-kv-offload` is the opposite of `kvOffload`: commander's name of the attribute. */
const keyOf = (flag) => flag.replace(/^--(?:no-)?/, '').replace(/-(.)/g, (_, letter) => letter.toUpperCase());

function namesOf({ flag, list, names, last = [] }) {
  if (list === undefined) return names;
  if (!(list in NAMES)) {
    say(flag, `there is no list ${list}`);
    return [];
  }
  const all = [...NAMES[list].keys()];
  for (const name of last) if (!all.includes(name)) say(flag, `${list} has no ${name}`);
  return [...all.filter((name) => !last.includes(name)), ...last];
}

/** The text that completes "It must be ...". */
function requirementOf({ type, range, ranges = [], words = [] }, names = []) {
  const values = {
    minimum: range?.[0],
    maximum: range?.[1],
    words: words.join(' or '),
    names: names.join(', '),
    ...Object.fromEntries(ranges.map(([minimum, maximum], i) => [`range${i}`, `${minimum} to ${maximum}`])),
  };
  const text = table.types[type].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  return type === 'tokens' && words.length > 0 ? `${text}, or ${values.words}` : text;
}

function completed(option) {
  const { flag, type, value, group, commands, help, default: initial, short, sets = [] } = option;
  for (const key of Object.keys(option)) if (!KEYS.has(key)) say(flag, `nothing is called ${key}`);
  if (type === 'flag' ? value !== undefined : !(type in table.types) || value === undefined) {
    say(flag, 'a flag has no value, and every other type has one and a requirement');
  }
  if (!(group in table.groups) && !BESIDE.includes(group)) say(flag, `there is no group ${group}`);
  if (!help) say(flag, 'there is no help');
  if (option.llmcalc && !option.llmcalc.why) say(flag, 'why the native tool differs is not said');
  if (
    option.passed &&
    !(sets.length === 1 && sets[0].startsWith('runtime.') && (type === 'flag' || initial !== undefined))
  ) {
    say(flag, 'what is passed on is one field of the runtime, with a default');
  }
  if (sets.some((path) => !/^(?:runtime|workload)\.\w+$/.test(path))) say(flag, 'it sets no field');
  const names = namesOf(option);
  return {
    ...option,
    key: keyOf(flag),
    on: !flag.startsWith('--no-'),
    names,
    requirement: type === 'flag' ? undefined : requirementOf(option, names),
    term: `${short === undefined ? '' : `${short}, `}${flag}${value === undefined ? '' : ` <${value}>`}`,
    ranges: option.ranges ?? (option.range ? [option.range] : []),
    default: initial === undefined ? undefined : String(initial),
    commands: commands ?? table.commands.filter(({ groups }) => groups.includes(group)).map(({ name }) => name),
  };
}
const options = table.options.map(completed);

function checkTable() {
  const owners = new Map();
  for (const { flag, aliases = [], short = [], shorthands = {}, commands, group } of options) {
    for (const name of [flag, ...aliases, ...[short].flat(), ...Object.keys(shorthands)]) {
      for (const command of BESIDE.includes(group) ? table.commands.map(({ name }) => name) : commands) {
        const place = `${command} ${name}`;
        if (owners.has(place)) say(flag, `${owners.get(place)} of ${command} has the name ${name} too`);
        owners.set(place, flag);
      }
    }
  }
  for (const { name, arguments: given, tools, why } of table.commands) {
    for (const argument of given) if (!(argument in table.arguments)) say(name, `there is no argument ${argument}`);
    if (tools.length < 2 && !why) say(name, 'why one tool has it not is not said');
  }
}

// For js/cli/options.js.

const WIDTH = 120;
const quoted = (text) => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);

/** Formatted as Biome would. `room` is what stands before and behind it on its line. */
function literal(value, indent, room) {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }'];
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => (isList ? ['', part] : [`${/^\w+$/.test(key) ? key : quoted(key)}: `, part]));
  // A list of lists is always one below the other.
  const isMatrix = isList && value.length > 1 && value.every((part) => Array.isArray(part) && part.length > 1);
  const line = `${open}${parts.map(([key, part]) => key + literal(part, '', 0)).join(', ')}${close}`;
  if (!isMatrix && indent.length + room + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  const lines = parts.map(([key, part]) => `${inner}${key}${literal(part, inner, key.length + 1)},\n`);
  return `${open.trim()}\n${lines.join('')}${indent}${close.trim()}`;
}

const pairs = (object) => object && Object.entries(object);

function javascript() {
  const listed = options.map((option, i) => {
    const { key, flag, short, term, aliases, value, type, requirement, ranges, names, words, means, refused } = option;
    const { withoutValue, shorthands, default: initial, sets, unset, passed, on, group, help } = option;
    const otherwise = sets && type === 'flag' ? (unset ?? !on) : unset;
    return literal(
      {
        key,
        flag,
        term: short === undefined ? undefined : term,
        aliases,
        value,
        type,
        requirement,
        ranges: ranges.length > 0 ? ranges : undefined,
        names,
        words,
        means: pairs(means),
        refused,
        withoutValue,
        shorthands: pairs(shorthands),
        initial,
        sets: sets?.map((path) => path.split('.')),
        unset: otherwise,
        passed,
        group,
        commands: table.options[i].commands,
        help,
      },
      '  ',
      1,
    );
  });
  const commands = Object.fromEntries(
    table.commands.map(({ name, arguments: given, groups, help }) => [name, { help, arguments: given, groups }]),
  );
  const given = Object.fromEntries(
    Object.entries(table.arguments).map(([name, { required, flags, help }]) => [name, { required, flags, help }]),
  );
  return `// @ts-check
// Written by scripts/make-options.mjs from data/options.json, never by hand.

/** Headings of the help. @type {Record<string, string>} */
export const GROUPS = ${literal(table.groups, '', 'export const GROUPS = ;'.length)};

/** @type {Record<string, { required: boolean, flags?: string[], help: string }>} */
export const ARGUMENTS = ${literal(given, '', 'export const ARGUMENTS = ;'.length)};

/** @type {Record<string, { help: string, arguments: string[], groups: string[] }>} */
export const COMMANDS = ${literal(commands, '', 'export const COMMANDS = ;'.length)};

/** @type {import('../cli/option-kinds.js').TableOption[]} */
export const OPTIONS = [
${listed.map((option) => `  ${option},`).join('\n')}
];
`;
}

// For src/options_data.hpp.

const cppText = (text) => JSON.stringify(text ?? '');
const cppList = (list = [], one = cppText) => `{${list.map(one).join(', ')}}`;
const cppPairs = (list = []) => cppList(list, ([a, b]) => `{${cppText(a)}, ${cppText(b)}}`);
const cppNumber = (value) => (Number.isInteger(value) ? `${value}.0` : String(value));

/** As commander would show it. */
function shownHelp({ help, aliases = [], default: initial, llmcalc }) {
  const also = aliases.length > 0 ? ` (${aliases.join(', ')})` : '';
  return `${llmcalc?.help ?? help}${also}${initial === undefined ? '' : ` (default: ${initial})`}`;
}

function cppRow(option) {
  const { flag, term, key, value, type, requirement, aliases, short, names, words, means, refused, ranges } = option;
  const { withoutValue, shorthands, sets, default: initial, on, group } = option;
  // What stands in the help of no command of the npm tool does not in this one's.
  const heading = group === 'everywhere' ? table.groups.answer : table.groups[group];
  const fields = {
    heading: cppText(heading),
    flag: cppText(flag),
    term: cppText(term),
    help: cppText(shownHelp(option)),
    key: cppText(key),
    value: cppText(value),
    requirement: cppText(requirement),
    withoutValue: cppText(withoutValue),
    initial: cppText(initial),
    aliases: cppList([...(aliases ?? []), ...(short === undefined ? [] : [short])]),
    names: cppList(names),
    words: cppList(words),
    sets: cppList(sets),
    means: cppPairs(pairs(means)),
    refused: cppPairs(refused?.names.map((name) => [name, refused.because])),
    shorthands: cppPairs(pairs(shorthands)),
    ranges: cppList(ranges, ([a, b]) => `{${cppNumber(a)}, ${cppNumber(b)}}`),
    type: `ValueType::${type}`,
    isOn: String(on),
    isHinted: String(short === undefined),
    isPassed: String(option.passed ?? false),
    isIgnored: String(option.llmcalc?.ignored ?? false),
  };
  return `      {${Object.entries(fields)
    .map(([name, text]) => `.${name} = ${text}`)
    .join(',\n       ')}},\n`;
}

function cpp() {
  // The version is asked of the program alone.
  const rows = options.filter(({ commands, flag, group }) =>
    BESIDE.includes(group) ? flag !== '--version' : commands.includes('plan'),
  );
  const plan = table.commands.find(({ name }) => name === 'plan');
  const { model } = table.arguments;
  const functions = table.functions.list.map(
    ({ name, arguments: given, answers }) =>
      `      {.name = ${cppText(name)},\n       .answers = ${cppText(answers)},\n       .arguments = ${cppList(
        given,
        ({ name, default: usual }) => `{${cppText(name)}, ${usual === undefined ? 'std::nullopt' : cppNumber(usual)}}`,
      )}},\n`,
  );
  return `// Made by scripts/make-options.mjs from data/options.json.
#include "options_data.hpp"

namespace llmcalc {

const PlanCommand& planCommand() {
  static const PlanCommand command = {
      .help = ${cppText(plan.help)},
      .model = ${cppText(model.llmcalc?.help ?? model.help)},
      .modelFlags = ${cppList(model.flags)},
  };
  return command;
}

const std::vector<OptionRow>& optionRows() {
  static const std::vector<OptionRow> rows = {
${rows.map(cppRow).join('')}  };
  return rows;
}

const std::vector<FunctionRow>& functionRows() {
  static const std::vector<FunctionRow> rows = {
${functions.join('')}  };
  return rows;
}

}  // namespace llmcalc
`;
}

// For docs/cli.md.

const inCell = (text) => text.replaceAll('|', '\\|');
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function commandTable() {
  // A command without an answer of its own shares the row of the one before.
  const rows = [];
  for (const { name, arguments: given, answers, tools } of table.commands) {
    const shown = given.map((argument) => {
      const word = argument.toUpperCase();
      return ` ${table.arguments[argument].required ? word : `[${word}]`}`;
    });
    const command = `\`${name}${shown.join('')}\``;
    if (answers === undefined) rows.at(-1).commands.push(command);
    else rows.push({ commands: [command], answers, tools });
  }
  return [
    '| command | answers | tools |',
    '| --- | --- | --- |',
    ...rows.map(({ commands, answers, tools }) => {
      return `| ${commands.join(', ')} | ${answers} | ${tools.length > 1 ? 'both' : tools[0]} |`;
    }),
  ];
}

function optionTable() {
  const rows = options
    .filter(({ group, commands }) => group !== 'answer' && commands.includes('explain'))
    .map(({ flag, value, aliases = [], help, default: initial, llmcalc }) => {
      const names = [`${flag}${value === undefined ? '' : ` ${inCell(value)}`}`, ...aliases];
      const shown = initial === undefined ? '' : ` Default \`${initial}\`.`;
      const differs = llmcalc?.ignored ? ` \`${NATIVE}\` takes it and does nothing: ${llmcalc.why}.` : '';
      return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${inCell(sentence(help))}${shown}${differs} |`;
    });
  return ['| option | |', '| --- | --- |', ...rows];
}

const environmentTable = () => [
  '| variable | |',
  '| --- | --- |',
  ...table.environment.map(({ name, help, tools }) => {
    return `| \`${name}\` | ${sentence(help)}${tools.length > 1 ? '' : ` Of \`${tools[0]}\` alone.`} |`;
  }),
];

/** The page with a table between its marks. */
function withTable(page, name, lines) {
  const begin = `<!-- Written by scripts/make-options.mjs from data/options.json: ${name} -->\n`;
  const end = '<!-- end -->\n';
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/cli.md has no place for the table of ${name}`);
  return `${page.slice(0, from)}${begin}\n${lines.join('\n')}\n\n${page.slice(to)}`;
}

function documentation() {
  let page = readFileSync(`${root}/docs/cli.md`, 'utf8');
  page = withTable(page, 'commands', commandTable());
  page = withTable(page, 'options', optionTable());
  return withTable(page, 'environment', environmentTable());
}

checkTable();
const [action, file] = process.argv.slice(2);
if (action === '--cpp') writeFileSync(file, cpp());
else {
  for (const [name, text] of Object.entries({
    'js/generated/options.js': javascript(),
    'docs/cli.md': documentation(),
  })) {
    if (action !== '--check') writeFileSync(`${root}/${name}`, text);
    else if (readFileSync(`${root}/${name}`, 'utf8') !== text) errors.push(`${name} is not up to date`);
  }
}
for (const error of errors) console.error(error);
process.exitCode = errors.length > 0 ? 1 : 0;
