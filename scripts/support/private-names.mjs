// Whether `detail` is private to its file: which headers use a name that the detail namespace of another one declares.
//
// It reads text and is no compiler. A name behind `detail::` must be declared by the header's own detail; a plain name
// counts where it stands in a detail namespace, or in a header that opens one by `using namespace`, as a call, a
// constant or a type.

/** @param {string} text @returns {string} without comments, texts and what is for the preprocessor */
const codeOf = (text) =>
  text
    .replace(/\/\/.*$/gm, '')
    .replace(/"(?:\\.|[^"\\\n])*"/g, '""')
    .replace(/^#.*$/gm, '');

/** The place after the bracket that closes the one at `from`. @param {string} text @param {number} from @param {string} pair */
function afterClosing(text, from, [open, close]) {
  let depth = 0;
  for (let i = from; i < text.length; ++i) {
    if (text[i] === open) ++depth;
    else if (text[i] === close && --depth === 0) return i + 1;
  }
  return text.length;
}

/** What a declaration, without the text in its braces, declares. @param {string} declaration @returns {string | undefined} */
function nameIn(declaration) {
  let left = declaration.replace(/\[\[.*?\]\]/gs, ' ').trim();
  while (/^template\s*</.test(left)) left = left.slice(afterClosing(left, left.indexOf('<'), '<>')).trim();
  const type = /^(?:struct|class|enum class|enum|union|concept|using(?! namespace))\s+(\w+)/.exec(left);
  if (type) return type[1];
  // The name is the last word before the first parenthesis, value or brace outside of template arguments.
  let depth = 0;
  for (let i = 0; i < left.length; ++i) {
    if (left[i] === '<') ++depth;
    else if (left[i] === '>') --depth;
    else if (depth === 0 && '(={'.includes(left[i])) left = left.slice(0, i);
  }
  return /(\w+)\s*$/.exec(left)?.[1];
}

/**
 * The detail namespaces of a header: their texts, and the names that they declare.
 *
 * @param {string} code
 */
function detailsOf(code) {
  /** @type {string[]} */
  const texts = [];
  /** @type {Set<string>} */
  const names = new Set();
  for (const { index, 0: opening } of code.matchAll(/\bnamespace (?:\w+::)*detail \{/g)) {
    const from = index + opening.length;
    const text = code.slice(from, afterClosing(code, from - 1, '{}') - 1);
    texts.push(text);
    // Without what stands in braces: a pair of them ends a function, and one before a semicolon a type or a value.
    let outline = '';
    for (let i = 0; i < text.length; ++i) {
      outline += text[i];
      if (text[i] !== '{') continue;
      i = afterClosing(text, i, '{}') - 1;
      outline += /^\s*[;(]/.test(text.slice(i + 1)) ? '}' : '};';
    }
    for (const declaration of outline.split(';')) {
      const name = nameIn(declaration);
      if (name) names.add(name);
    }
  }
  return { texts, names };
}

/**
 * @param {Map<string, string>} headers their texts
 * @param {(header: string) => string[]} includedBy
 * @returns {string[]} what is wrong, a sentence each
 */
export function privateNamesUsed(headers, includedBy) {
  const codes = new Map([...headers].map(([header, text]) => [header, codeOf(text)]));
  const details = new Map([...codes].map(([header, code]) => [header, detailsOf(code)]));
  const below = (/** @type {string} */ header, seen = new Set()) => {
    for (const included of includedBy(header)) {
      if (seen.has(included)) continue;
      seen.add(included);
      below(included, seen);
    }
    return seen;
  };
  const errors = [];
  for (const [header, code] of codes) {
    const own = /** @type {ReturnType<typeof detailsOf>} */ (details.get(header));
    const qualified = new Set([...code.matchAll(/\bdetail::(\w+)/g)].map(([, name]) => name));
    for (const name of qualified) if (!own.names.has(name)) errors.push(`${header} uses detail::${name} of another`);
    const inside = /\busing namespace (?:\w+::)*detail;/.test(code) ? [code] : own.texts;
    for (const other of inside.length > 0 ? below(header) : []) {
      for (const name of details.get(other)?.names ?? []) {
        if (own.names.has(name)) errors.push(`${header} and ${other} both declare detail::${name}`);
        if (own.names.has(name) || qualified.has(name)) continue;
        const use = new RegExp(`(?<![\\w.:]|->)${name}\\b${/^(?:k?[A-Z])/.test(name) ? '' : '(?=[(<])'}`);
        if (inside.some((text) => use.test(text))) errors.push(`${header} uses ${name} of the detail of ${other}`);
      }
    }
  }
  return errors;
}
