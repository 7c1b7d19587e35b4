// The comments of a struct's members, which no program can print.
import { readFileSync } from 'node:fs';

const MEMBER = /^ {2}(?:[\w:]+|std::\w+<.*>) (\w+)(?: = [^;]*|\{[^;]*\})?;(?:\s*\/\/ (.*))?$/;

/**
 * By the member's name: the lines above it, or what stands after it.
 *
 * @param {string} file @param {string} struct
 * @returns {Map<string, string>}
 */
export function commentsOf(file, struct) {
  const text = readFileSync(file, 'utf8');
  const body = new RegExp(`^struct ${struct}(?: :[^{]*)? \\{\\n(.*?)^\\};`, 'ms').exec(text)?.[1];
  if (body === undefined) throw new Error(`${file} has no struct ${struct}`);
  const comments = new Map();
  let above = [];
  let isContinued = '';
  for (const line of body.split('\n')) {
    const comment = /^( *)\/\/ (.*)$/.exec(line);
    if (comment && comment[1].length > 2 && isContinued) {
      comments.set(isContinued, `${comments.get(isContinued)} ${comment[2]}`);
      continue;
    }
    isContinued = '';
    if (comment) {
      above.push(comment[2]);
      continue;
    }
    const [, name, after] = MEMBER.exec(line) ?? [];
    if (name) {
      const said = after ?? above.join(' ');
      if (said) comments.set(name, said);
      if (after) isContinued = name;
    }
    above = [];
  }
  return comments;
}
