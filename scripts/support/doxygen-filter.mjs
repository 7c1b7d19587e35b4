// The headers as Doxygen reads them (INPUT_FILTER of docs/Doxyfile): their comments are plain, and become its own where
// they document something. Lines keep their numbers.
//
//   node scripts/support/doxygen-filter.mjs HEADER
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Line a line of a header
 * @property {string} code without its comment, and without what strings say
 * @property {number} comment where its comment begins; -1: nowhere
 * @property {boolean} documents whether it begins where declarations are: in a namespace, or in a type
 */

/** What a brace opens, by the declaration before it. @param {string} declaration */
function scopeOf(declaration) {
  if (/\bnamespace\b|^extern ""$/.test(declaration)) return 'namespace';
  if (/\benum\b/.test(declaration)) return 'type';
  return /\b(?:struct|class|union|concept)\b(?![^<]*>\s*\w)[^()=]*$/.test(declaration) ? 'type' : 'code';
}

/** @param {string} text @returns {Line[]} */
function linesOf(text) {
  const scopes = ['namespace'];
  let declaration = '';
  let parentheses = 0;
  return text.split('\n').map((line) => {
    const documents = scopes.at(-1) !== 'code' && parentheses === 0;
    if (line.startsWith('#')) return { code: line, comment: -1, documents: false };
    const code = line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'/g, (quoted) => `"${' '.repeat(quoted.length - 2)}"`);
    const comment = code.indexOf('//');
    for (const character of comment < 0 ? code : code.slice(0, comment)) {
      if (character === '{') {
        scopes.push(parentheses > 0 ? 'code' : scopeOf(declaration.replace(/" *"/g, '""').trim()));
        declaration = '';
      } else if (character === '}') {
        scopes.pop();
        declaration = '';
      } else if (character === ';' && parentheses === 0) declaration = '';
      else {
        if (character === '(') parentheses++;
        if (character === ')') parentheses--;
        declaration += character;
      }
    }
    declaration += ' ';
    return { code: comment < 0 ? code : code.slice(0, comment), comment, documents };
  });
}

/** Where a declaration that begins on line `at` has its name and its parameters; null: it is no function. */
function functionAt(lines, at) {
  let head = '';
  for (let i = at; i < lines.length && i < at + 20; i++) {
    const code = lines[i].code.trim().replaceAll('{}', '0');
    head += ` ${code}`;
    if (/[;{]/.test(code)) break;
  }
  const found = /^(?: (?:template <.*?>|requires .*?))*([^=;{]*?)\b(\w+)\(([^{;]*)\)/.exec(
    head.replace(/\[\[\w+\]\]/g, ''),
  );
  if (!found || !/\w/.test(found[1]) || /^(?:if|for|while|return|requires|static_assert)$/.test(found[2])) return null;
  return { name: found[2], parameters: found[3] };
}

/** A line of a comment in Doxygen's language, which takes more for commands and tags than is meant. */
function escaped(words) {
  return words
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? part : part.replace(/[\\@<>#]/g, '\\$&')))
    .join('');
}

/** Of a function's comment, lines like "name    what it is" are its parameters. */
function commentLine(words, parameters) {
  const [, name, rest] = /^ ?(\w+(?:, \w+)*) {2,}(\S.*)$/.exec(words) ?? [];
  const names = name?.split(', ') ?? [];
  if (names.length > 0 && names.every((one) => new RegExp(`\\b${one}\\b`).test(parameters))) {
    return ` @param ${names.join()} ${escaped(rest)}`;
  }
  const source = /^ ?Source: (.*)$/.exec(words);
  return source ? ` @par Source: ${escaped(source[1])}` : escaped(words);
}

/** @param {string} text of a header @param {string} name of it, as programs include it */
export function filtered(text, name) {
  const lines = linesOf(text);
  const output = text.split('\n');
  const isComment = (i) => lines[i]?.comment >= 0 && !lines[i].code.trim();
  const documented = new Set();
  for (let i = 0; i < lines.length; i++) {
    if (!lines[i].documents) continue;
    if (isComment(i)) {
      let end = i;
      while (isComment(end + 1)) end++;
      const below = lines[end + 1]?.code.trim() ?? '';
      const isHead = i === 0;
      if (isHead || (below && !/^[}#]/.test(below) && lines[end + 1].documents)) {
        const called = isHead ? null : functionAt(lines, end + 1);
        if (called) documented.add(called.name);
        for (let n = i; n <= end; n++) {
          const words = output[n].slice(lines[n].comment + 2);
          const said =
            isHead && n === 0
              ? ` @file ${name}${escaped(words.replace(/^ [\w/]+\.hpp:/, ''))}`
              : commentLine(words, called?.parameters ?? '');
          output[n] = `${output[n].slice(0, lines[n].comment)}///${said}`;
        }
        if (called) i = end + 1;
        else i = end;
      } else i = end;
    } else if (lines[i].comment >= 0 && !/^ *\}/.test(lines[i].code)) {
      output[i] = `${output[i].slice(0, lines[i].comment)}///<${escaped(output[i].slice(lines[i].comment + 2))}`;
      for (; isComment(i + 1) && lines[i + 1].comment > lines[i].code.search(/\S/) + 1; i++) {
        output[i + 1] =
          `${output[i + 1].slice(0, lines[i + 1].comment)}///<${escaped(output[i + 1].slice(lines[i + 1].comment + 2))}`;
        lines[i + 1].code = lines[i].code;
      }
    } else if (lines[i].comment < 0) {
      // A function that throws what its twin returns is documented there.
      const called = /[\w>\]] \w+\(/.test(lines[i].code) ? functionAt(lines, i) : null;
      const twin = called && `try${called.name[0].toUpperCase()}${called.name.slice(1)}`;
      if (!twin || documented.has(called.name) || !documented.has(twin)) continue;
      documented.add(called.name);
      output[i] = output[i].replace(
        /^ */,
        `$&/** ${twin}, but throws ArgumentError where that returns a violation. */ `,
      );
    }
  }
  return output.join('\n');
}

/** The functions of a header that have a comment of their own or a twin that has. @param {string} text */
export function documentedFunctions(text) {
  const lines = filtered(text, '').split('\n');
  const plain = linesOf(text);
  const names = new Set();
  for (const [i, line] of lines.entries()) {
    const inline = /^ *\/\*\* try\w+, but throws/.test(line);
    if (!inline && (!/^ *\/\/\/(?!<)/.test(line) || /^ *\/\/\//.test(lines[i + 1] ?? ''))) continue;
    const called = functionAt(plain, inline ? i : i + 1);
    if (called) names.add(called.name);
  }
  return names;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const path = process.argv[2];
  process.stdout.write(filtered(readFileSync(path, 'utf8'), path.replace(/^.*include\//, '')));
}
