// Answers of whole command lines, without a process: the catalogue's models, devices and the core itself.
import { Command } from 'commander';
import picocolors from 'picocolors';
import * as catalogue from '../../dist/catalog.js';
import core from '../../dist/js.js';
import { addCommand, withoutAliases } from '../../js/cli/options.js';
import { answerOf, questionOf } from '../../js/cli/question.js';

export { catalogue, core };
export const GIB = 2 ** 30;

/** @param {number} width @param {{ unicode?: boolean, colored?: boolean }} [more] */
export const screenOf = (width, { unicode = false, colored = false } = {}) => ({
  width,
  unicode,
  colors: picocolors.createColors(colored),
});

/** Words of a line; what is in double quotes is one. @param {string} line */
const wordsOf = (line) => line.match(/"[^"]*"|\S+/g).map((word) => word.replaceAll('"', ''));

/** @param {string} line @param {object} more of the world that answers */
function asked(line, more) {
  let question;
  const program = new Command('tool').exitOverride().configureOutput({ writeErr: () => {} });
  addCommand(program, 'plan').action((text, o) => {
    question = [text, o];
  });
  program.parse(['plan', ...withoutAliases(wordsOf(line))], { from: 'user' });
  const detect = () => {
    throw new Error('a test asks for no machine but its own');
  };
  return [...question, { core, catalogue, readers: {}, detect, warn: () => {}, ...more }];
}

/** What `plan LINE --json` prints, as an object. @param {string} line @param {object} [more] */
export const answerTo = (line, more = {}) => answerOf(...asked(line, more));
/** @param {string} line @param {object} [more] */
export const questionTo = (line, more = {}) => questionOf(...asked(line, more));
