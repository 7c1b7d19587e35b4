// @ts-check
// The words of a command line, as commander parses them. data/options.json has the options, for the native tool and
// docs/cli.md too. What llama.cpp calls something is an alias; commander knows no `-ngl`, so aliases are replaced
// first.
import { Argument, Option } from 'commander';
import { distance } from '../catalog/search.js';
import { ARGUMENTS, COMMANDS, GROUPS, OPTIONS } from '../generated/options.js';
import { isValue, parsedValue } from './option-kinds.js';

/** @typedef {import('./option-kinds.js').TableOption} TableOption */

/** Of a command, in the order of its help. @param {string} command @returns {TableOption[]} */
export const optionsOf = (command) =>
  OPTIONS.filter(({ group, commands }) => commands?.includes(command) ?? COMMANDS[command].groups.includes(group));

const PLAN = optionsOf('plan');
/** How llama.cpp is given the model, which is an argument here. */
const MODEL_FLAGS = ARGUMENTS.model.flags ?? [];
/** Of every command, as commander knows them. */
const COMMON = OPTIONS.filter((option) => !PLAN.includes(option)).flatMap(({ flag, term = flag }) => term.split(', '));
const byName = new Map(
  PLAN.flatMap((option) => [option.flag, ...(option.aliases ?? [])].map((name) => [name, option])),
);
const shorthands = new Map(
  PLAN.flatMap(({ flag, shorthands: of = [] }) => of.map(([name, value]) => [name, `${flag}=${value}`])),
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
    const shorthand = shorthands.get(name);
    if (MODEL_FLAGS.includes(name)) {
      const model = given ?? args[++i];
      if (model === undefined) throw new RangeError(`option '${name} <model>' argument missing`);
      out.push(model);
    } else if (shorthand !== undefined) out.push(shorthand);
    else if (option?.value === undefined) {
      if (!option && /^-[^\d]/.test(name) && !COMMON.includes(name)) throw unknownOption(name);
      if (option && given !== undefined) throw unknownOption(arg);
      out.push(option?.flag ?? arg);
    } else if (given !== undefined) out.push(`${option.flag}=${given}`);
    else {
      const next = args[i + 1];
      if (option.withoutValue !== undefined && !(next !== undefined && isValue(option, next)))
        out.push(`${option.flag}=${option.withoutValue}`);
      else if (next === undefined) throw new RangeError(`option '${name} <${option.value}>' argument missing`);
      else out.push(`${option.flag}=${args[++i]}`);
    }
  }
  return out;
}

/** @param {string} name */
function unknownOption(name) {
  const [near] = [...byName.keys(), '--no-color', ...MODEL_FLAGS]
    .map((known) => ({ known, changes: distance(name, known) }))
    .sort((a, b) => a.changes - b.changes);
  const hint = near.changes <= Math.max(1, name.length / 4) ? ` (Did you mean ${near.known}?)` : '';
  return new RangeError(`unknown option '${name}'${hint}`);
}

/** @param {TableOption} option */
function commanderOption(option) {
  const { flag, term, value, aliases = [], help, initial, group } = option;
  const also = aliases.length > 0 ? ` (${aliases.join(', ')})` : '';
  const made = new Option(term ?? (value === undefined ? flag : `${flag} <${value}>`), `${help}${also}`);
  if (value !== undefined) made.argParser((text, previous) => parsedValue(option, text, previous));
  if (initial !== undefined) made.default(parsedValue(option, initial), initial);
  return made.helpGroup(GROUPS[group] ?? GROUPS.answer);
}

/**
 * A command of the table, with its arguments and options.
 *
 * @param {import('commander').Command} program @param {string} name
 */
export function addCommand(program, name) {
  const { help, arguments: given } = COMMANDS[name];
  const command = program.command(name).description(help);
  for (const argument of given) {
    const { required, help: of } = ARGUMENTS[argument];
    command.addArgument(new Argument(required ? `<${argument}>` : `[${argument}]`, of));
  }
  for (const option of optionsOf(name)) command.addOption(commanderOption(option));
  return command;
}

/** An option of the whole program. @param {string} flag */
export function programOption(flag) {
  const option = OPTIONS.find((known) => known.flag === flag && known.group === 'program');
  if (!option) throw new Error(`the program has no option ${flag}`);
  return commanderOption(option);
}

/**
 * The fields of one object of the question that options are for, each with what was said or what it is otherwise. Of
 * two options for one field the later in the table counts.
 *
 * @param {any} o options as commander parsed them
 * @param {'runtime' | 'workload'} of
 * @returns {any}
 */
export function fieldsOf(o, of) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const { key, sets = [], unset } of OPTIONS) {
    for (const [object, field] of sets) {
      if (object !== of) continue;
      if (o[key] !== undefined) fields[field] = o[key];
      else if (!(field in fields)) fields[field] = unset;
    }
  }
  return fields;
}
