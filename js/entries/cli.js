// @ts-check
// npx wasm-calculator: will it fit, and how fast? Exit status: 0 it fits (or nothing was asked), 1 it does not,
// 2 the question is not understood, or something cannot be read or written; 130 interrupted.
import { complain, run } from '../cli/commands.js';

const INTERRUPTED = 130;
/** @param {number} code @returns {never} */
const exit = (code) => process.exit(code);

process.on('SIGINT', () => exit(INTERRUPTED));
process.on('uncaughtException', (error) => exit(complain(error)));
process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  // `| head` closes the pipe before all is written.
  if (error.code === 'EPIPE') exit(Number(process.exitCode ?? 0));
  exit(complain(new Error(`the output cannot be written: ${error.message}`)));
});
// There is nowhere left to say that.
process.stderr.on('error', () => {});

try {
  await run(process.argv.slice(2), exit);
} catch (error) {
  process.exitCode = complain(error);
}
