// @ts-check
// Loose names: "4090" finds the GeForce RTX 4090, "llama 3.1 8b" Llama 3.1 8B. The native tool has the same rules
// (src/search.cpp): a name matches when every word of the query is a word of it, or begins one.

/** Words and numbers, in lower case: "RTX3060-Ti 12GB" is rtx, 3060, ti, 12, gb. @param {string} text */
export function wordsOf(text) {
  return text.toLowerCase().match(/\d+(?:\.\d+)*|[a-z]+/g) ?? [];
}

/**
 * How well a name answers `query`: 0 not at all; more is better. The words of the query in their order count more than
 * scattered ones, whole words more than beginnings, names of fewer parts more than longer ones.
 *
 * @param {string[]} query
 * @param {string} text
 */
function score(query, text) {
  if (query.length === 0) return 0;
  const name = wordsOf(text);
  const used = new Set();
  let whole = 0;
  let inOrder = 0;
  let last = -1;
  for (const word of query) {
    let at = name.findIndex((candidate, i) => !used.has(i) && candidate === word);
    if (at >= 0) whole++;
    // Half a number is another number, and one letter begins too much.
    else at = name.findIndex((candidate, i) => !used.has(i) && /^[a-z]{2}/.test(word) && candidate.startsWith(word));
    if (at < 0) return 0;
    used.add(at);
    if (at > last) inOrder++;
    last = at;
  }
  return 1e6 + whole * 1e4 + inOrder * 100 - text.trim().split(/\s+/).length;
}

/**
 * Names that answer a query, best first; those before the first drop in score are equally good.
 *
 * @template {{ name: string }} T
 * @param {string} query
 * @param {readonly T[]} items
 * @returns {{ best: T[], others: T[] }} `best`: one, or several if the query is ambiguous
 */
export function search(query, items) {
  const words = wordsOf(query);
  const exact = items.filter(({ name }) => wordsOf(name).join(' ') === words.join(' '));
  const scored = items
    .map((item) => ({ item, score: score(words, item.name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const found = scored.map(({ item }) => item);
  if (exact.length > 0) return { best: exact, others: found.filter((item) => !exact.includes(item)) };
  const count = scored.filter(({ score }) => score === scored[0].score).length;
  return { best: found.slice(0, count), others: found.slice(count) };
}

/** Single-letter changes from one text to another. @param {string} a @param {string} b */
function distance(a, b) {
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
 * The names most like one that is unknown, at most three.
 *
 * @param {string} name
 * @param {readonly string[]} names
 */
export function nearest(name, names) {
  const wanted = name.toLowerCase().slice(0, 100);
  return names
    .map((candidate, i) => ({ candidate, i, changes: distance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes || a.i - b.i)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
