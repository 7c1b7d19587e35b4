// @ts-check
// Text that keeps to the width of a screen: paragraphs, tables, and what may be printed of a name at all.
import Table from 'cli-table3';
import stringWidth from 'string-width';

/** @typedef {ReturnType<typeof import('picocolors').createColors>} Colors */
/**
 * Where an answer is shown.
 *
 * @typedef {object} Screen
 * @property {number} width columns that a line may have
 * @property {Colors} colors
 * @property {boolean} unicode whether more than ASCII can be drawn
 */

/** Of a screen that does not say: a pipe, or a file. */
export const USUAL_WIDTH = 100;
/** Below this nothing is laid out; the terminal breaks the lines. */
export const LEAST_WIDTH = 50;
/** Characters that a message may have: more is no message but a file that was named in it. */
const LONGEST = 2000;
/** Of a name, which a file chooses. */
const LONGEST_NAME = 120;

/**
 * What would steer a terminal, hide text or turn its direction becomes a space.
 *
 * @param {string} text @param {number} [longest] characters; what is beyond is left out
 */
export function printable(text, longest = LONGEST) {
  const part = text.slice(0, 4 * longest);
  const characters = Array.from(part.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+/gu, ' ').trim());
  if (part === text && characters.length <= longest) return characters.join('');
  return `${characters.slice(0, longest - 4).join('')} ...`;
}

/** A name that somebody chose. @param {string} name */
export const nameText = (name) => printable(name, LONGEST_NAME);

/** @param {number} bytes */
export const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** Columns of a text without colours. @param {string} text */
export const widthOf = (text) => stringWidth(text);

/** A word in pieces of at most `width` columns. @param {string} word @param {number} width */
function piecesOf(word, width) {
  if (widthOf(word) <= width) return [word];
  const pieces = [''];
  for (const character of word) {
    const longer = pieces[pieces.length - 1] + character;
    if (widthOf(longer) <= width) pieces[pieces.length - 1] = longer;
    else pieces.push(character);
  }
  return pieces;
}

/** A space that no line is broken at; it is printed as any other. */
export const KEPT = '\u00a0';

/**
 * Lines of a paragraph, without colours.
 *
 * @param {string} text @param {number} width
 * @param {string} [indent] of all lines but the first
 */
export function wrapped(text, width, indent = '') {
  const room = width - widthOf(indent);
  const lines = [''];
  let isFresh = true;
  for (const word of text.split(' ').flatMap((part) => piecesOf(part, room))) {
    const line = lines[lines.length - 1];
    const longer = isFresh ? line + word : `${line} ${word}`;
    if (widthOf(longer) <= width || isFresh) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
    isFresh = false;
  }
  return lines.map((line) => line.trimEnd().replaceAll(KEPT, ' '));
}

/**
 * A paragraph that begins with a coloured word or two.
 *
 * @param {string} start @param {string} rest @param {Screen} screen
 * @param {(text: string) => string} color of `start`
 * @param {string} [indent]
 */
export function said(start, rest, screen, color, indent = '') {
  const [first, ...others] = wrapped(start + rest, screen.width, indent);
  const begins = first.startsWith(start) ? color(start) + first.slice(start.length) : first;
  return [begins, ...others];
}

/** A name with what is said of it, the lines of which stand below each other. @param {string} name @param {number} room columns of the names @param {string} text @param {Screen} screen */
export const entry = (name, room, text, screen) =>
  said(name.padEnd(room), text, screen, screen.colors.bold, ' '.repeat(room));

const EDGES =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid';
/** Two spaces between columns, and no lines. */
const PLAIN = { ...Object.fromEntries(EDGES.split(' ').map((edge) => [edge, ''])), middle: '  ' };

/** @param {string[]} head @param {string[][]} rows */
function tableWidth(head, rows) {
  const columns = head.map((heading, i) => Math.max(...[heading, ...rows.map((row) => row[i])].map(widthOf)));
  return columns.reduce((sum, columnWidth) => sum + columnWidth + 2, -2);
}

/** Whether a table is no wider than the screen. @param {string[]} head @param {string[][]} rows @param {Screen} screen */
export const hasRoom = (head, rows, screen) => tableWidth(head, rows) <= screen.width;

/**
 * A table; where the screen is too narrow a block for each row, named by its first column.
 *
 * @param {string[]} head @param {string[][]} rows @param {Screen} screen
 * @param {('left' | 'right')[]} [align]
 */
export function table(head, rows, screen, align = []) {
  const { colors, width } = screen;
  if (!hasRoom(head, rows, screen)) {
    const blocks = rows.flatMap(([name, ...cells]) => {
      const facts = cells.map((cell, i) => `${head[i + 1]} ${cell}`.trim()).join(', ');
      return [...wrapped(name, width, '  ').map(colors.bold), ...wrapped(`  ${facts}`, width, '  ')];
    });
    return blocks.join('\n');
  }
  const made = new Table({
    head: head.map((text) => colors.bold(text)),
    chars: PLAIN,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: align,
  });
  made.push(...rows);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
