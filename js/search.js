// @ts-check
// Loose names: "4090" finds the GeForce RTX 4090, "llama 3.1 8b" Llama 3.1 8B. The native tool has the same rules
// (src/search.cpp): a name matches when every word of the query is a word of it, or begins one.

/** Words and numbers, in lower case: "RTX3060-Ti 12GB" is rtx, 3060, ti, 12, gb. @param {string} text */
export function wordsOf(text) {
  return /** @type {string[] | null} */ (text.toLowerCase().match(/\d+(?:\.\d+)*|[a-z]+/g)) ?? [];
}

/**
 * What has a name, and a vendor or a repository whose words a query may have too.
 *
 * @typedef {{ name: string, vendor?: string, repository?: string }} Named
 */

/** Of a model, what its repository adds to its name. */
const COMMON = ['instruct', 'chat', 'it', 'gguf'];
/** @param {Named} item */
const besideOf = ({ vendor, repository }) => wordsOf(vendor ?? repository ?? '');

/**
 * How well a name answers `query`: 0 not at all; more is better. The words of the query in their order count more than
 * scattered ones, whole words more than beginnings, names of fewer parts more than longer ones. Words of its vendor or
 * its repository do no harm.
 *
 * @param {string[]} query
 * @param {Named} item
 * @param {RegExp} begins what may be the beginning of a word
 */
function score(query, item, begins) {
  const words = wordsOf(item.name);
  const beside = [...besideOf(item), ...(item.vendor ? [] : COMMON)];
  /** @type {Set<number>} */
  const used = new Set();
  let whole = 0;
  let inOrder = 0;
  let last = -1;
  for (const word of query) {
    let at = words.findIndex((candidate, i) => !used.has(i) && candidate === word);
    if (at >= 0) whole++;
    else at = words.findIndex((candidate, i) => !used.has(i) && begins.test(word) && candidate.startsWith(word));
    if (at < 0) {
      if (beside.includes(word)) continue;
      return 0;
    }
    used.add(at);
    if (at > last) inOrder++;
    last = at;
  }
  return used.size === 0 ? 0 : 1e6 + whole * 1e4 + inOrder * 100 - item.name.trim().split(/\s+/).length;
}

/** Half a number is another number, and one letter begins too much. */
const BEGINS = /^[a-z]{2}/;
/** In a list, "rtx 50" may stand for the RTX 5090. */
const BEGINS_IN_LIST = /^(?:[a-z]|\d)[a-z\d]/;

/**
 * Names that answer a query, best first; those before the first drop in score are equally good.
 *
 * @template {Named} T
 * @param {string} query
 * @param {readonly T[]} items
 * @returns {{ best: T[], others: T[] }} `best`: one, or several if the query is ambiguous
 */
export function search(query, items) {
  const words = wordsOf(query);
  const ranked = (/** @type {RegExp} */ begins) =>
    items
      .map((item) => ({ item, score: score(words, item, begins) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  const strict = ranked(BEGINS);
  const same = (/** @type {string[]} */ others) => others.join(' ') === words.join(' ');
  const named = items.filter(({ name }) => same(wordsOf(name)));
  const exact = named.length > 0 || words.length === 0 ? named : items.filter((item) => same(besideOf(item)));
  const best =
    exact.length > 0 ? exact : strict.filter(({ score }) => score === strict[0].score).map(({ item }) => item);
  const found = new Set([...strict, ...ranked(BEGINS_IN_LIST)].map(({ item }) => item));
  return { best, others: [...found].filter((item) => !best.includes(item)) };
}

/** Single-letter changes from one text to another. @param {string} a @param {string} b */
export function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/**
 * The names most like one that is unknown, at most three: those that share most letters in whole words with it, then
 * those of the fewest changes.
 *
 * @param {string} name
 * @param {readonly string[]} names
 */
export function nearest(name, names) {
  const wanted = name.toLowerCase().slice(0, 100);
  const words = wordsOf(wanted);
  return names
    .map((candidate, i) => {
      const others = wordsOf(candidate);
      const shared = words.reduce((sum, word) => sum + (others.includes(word) ? word.length : 0), 0);
      return { candidate, i, shared, changes: distance(wanted, candidate.toLowerCase()) };
    })
    .sort((a, b) => b.shared - a.shared || a.changes - b.changes || a.i - b.i)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
