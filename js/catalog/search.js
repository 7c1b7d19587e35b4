// @ts-check
// Loose names: "4090" finds the GeForce RTX 4090, "llama 3.1 8b" Llama 3.1 8B, and so does what nvidia-smi, lspci,
// system_profiler and vulkaninfo print, or the name of a repository. The native tool has the same rules
// (src/search.cpp): a name matches when every word of the query is a word of it or of an alias, or begins one.

/**
 * What has a name. Of a device, the vendor, family, kind and size are known beside it; of a model, the repository.
 *
 * @typedef {{ name: string, aliases?: readonly string[], repository?: string, vendor?: string, family?: string,
 *   kind?: string, memorySold?: number | null }} Named
 */

/** What a query asks of a name: words, sizes in GiB and a kind. @typedef {{ words: string[], sizes: number[], kind: string }} Asked */

/** A name is no longer; the rest is not read. */
const LONGEST = 300;
/** Of these, what is compared letter by letter. */
const COMPARED = 100;
const GIB = 2 ** 30;
/** What drivers report, and people say, of a size as sold. */
const SMALLEST_SHARE = 0.85;
const LARGEST_SHARE = 1.02;
const setOf = (/** @type {string} */ text) => new Set(text.split(' '));

/** Of a model, what says nothing of its shape. */
const COMMON = setOf('instruct chat it gguf hf base qat ud i imatrix mlx');
/** Of a device: companies, kinds of cards, and what drivers put around a name. */
export const NOISE = setOf(
  'advanced micro devices ati inc corporation corp co ltd r tm graphics card video vga compatible controller series ' +
    'generation gen edition workstation desktop founders lite hash rate lovelace design with chip chipset model device',
);
/** Brands that people put before a name that has another, or none. */
const BRANDS = setOf('geforce radeon tesla quadro instinct');
/** Parts of a name that are left out as a rule: most brands, and sizes. */
const UNSAID = /^(?:geforce|radeon|tesla|instinct|apple|\d+gb)$/i;
const COMPANIES = setOf('nvidia amd intel');
/** Words of a family that make a device of it another. */
const DISTINCT = setOf('pro memory');
/** Words for a kind of device. @type {Map<string, string>} */
const KINDS = new Map(
  Object.entries({
    cpu: 'cpu cpus processor',
    gpu: 'gpu gpus',
    apu: 'apu apus igpu integrated',
    apple: 'apple mac macbook imac macbookpro macbookair macstudio macmini',
  }).flatMap(([kind, words]) => words.split(' ').map((word) => /** @type {const} */ ([word, kind]))),
);
const LAPTOP = ['mobile'];
const ALIAS = 2;
const MACS = setOf('mac macbook');
const MAC_MODELS = setOf('pro air studio mini');
/** The same in other words. @type {Map<string, string>} */
const SYNONYMS = new Map([
  ['laptop', 'mobile'],
  ['laptops', 'mobile'],
  ['notebook', 'mobile'],
  ['cores', 'core'],
  ['gib', 'gb'],
]);

/**
 * Words and numbers, in lower case: "RTX3060-Ti 12GB" is rtx, 3060, ti, 12, gb. The sign that ends a word is a word,
 * too: "Command-R+" is command, r, plus, another model than Command R.
 *
 * @param {string} text
 */
export function wordsOf(text) {
  const words = /** @type {string[] | null} */ (text.toLowerCase().match(/\d+(?:\.\d+)*|[a-z]+(?:\+(?![a-z\d]))?/g));
  return (words ?? []).flatMap((word) => (word.endsWith('+') ? [word.slice(0, -1), 'plus'] : [word]));
}

/** What of a query is read: names are ASCII. @param {string} query */
const readOf = (query) => query.slice(0, LONGEST).replace(/[^\0-\x7f]+/g, ' ');
const isNumber = (/** @type {string | undefined} */ word) => word !== undefined && word >= '0' && word < ':';
/** @param {readonly string[]} a @param {readonly string[]} b */
const same = (a, b) => a.length === b.length && a.every((word, i) => word === b[i]);
const namesOf = (/** @type {Named} */ { name, aliases = [] }) => [name, ...aliases];

/** Text between marks, and what is left. @param {string} text @param {string} open @param {string} close */
function groupsOf(text, open, close) {
  const groups = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf(close);
    const start = end < 0 ? -1 : rest.lastIndexOf(open, end);
    if (start < 0) return { groups, rest };
    groups.push(rest.slice(start + 1, end).trim());
    rest = `${rest.slice(0, start)} ${rest.slice(end + 1)}`;
  }
}

/** Whether lspci has it in brackets beside the name: vendors, and hexadecimal numbers of classes and devices. */
const isTag = (/** @type {string} */ group) =>
  ['amd/ati', 'n/a', 'not supported'].includes(group.toLowerCase()) || /^[0-9a-f]{4}(?::[0-9a-f]{4})?$/i.test(group);

/** "Radeon RX 7900 XT/7900 XTX" is two names, "GeForce RTX 4060 Max-Q / Mobile" too. @param {string} text */
function alternativesOf(text) {
  const [first, ...others] = text.split('/').map((part) => part.trim());
  const stem = first.replace(/ (?:mobile|max-q)$/i, '');
  const hasNumber = (/** @type {string} */ part) => /\d/.test(part);
  const all = [first, ...others.map((part) => (hasNumber(part) ? part : `${stem} ${part}`))];
  const numbered = all.filter(hasNumber);
  return numbered.length > 0 ? numbered : all;
}

/**
 * The names in what a tool prints of a device: "deviceName = ...", "Chipset Model: ...", "0, NVIDIA ..., 12288 MiB",
 * "NVIDIA Corporation AD102 [GeForce RTX 4090] (rev a1)".
 *
 * @param {string} query
 */
export function deviceTexts(query) {
  const lines = readOf(query)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const cores = lines.slice(1).find((line) => /cores/i.test(line));
  let text = lines[0] ?? '';
  text = text.slice(text.lastIndexOf('= ') + 1).replace(/^ /, '');
  const colon = text.indexOf(': ');
  if (colon >= 0) text = text.slice(colon + 2);
  const { groups, rest } = groupsOf(text, '[', ']');
  const named = groups.filter((group) => !isTag(group)).at(-1);
  /** @type {string[]} */
  const sizes = [];
  const fields = rest.split(',').filter((field) => field.trim() !== '');
  const kept = fields.filter((field) => {
    // Of a table: an index, megabytes, a driver's version.
    const [, number, unit] = /^\s*([\d.]+)\s*(mib|mb|gib|gb|w|%)?\s*$/i.exec(field) ?? [];
    if (!number || fields.length === 1) return true;
    if (/^gi?b$/i.test(unit)) sizes.push(`${number} gb`);
    else if (/^mi?b$/i.test(unit) || (unit === undefined && /^\d{4,}$/.test(number))) sizes.push(`${number} mib`);
    return false;
  });
  const suffix = [cores?.match(/\d+/)?.[0] ? `${cores.match(/\d+/)?.[0]} core` : '', ...sizes].join(' ');
  return alternativesOf(named ?? kept.join(',')).map((name) => `${name} ${suffix}`.trim());
}

/** @param {string} text the name of a device @returns {Asked} */
function askedOf(text) {
  /** @type {Asked} */
  const asked = { words: [], sizes: [], kind: '' };
  const words = wordsOf(text).map((word) => SYNONYMS.get(word) ?? word);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const next = words[i + 1];
    const kind = KINDS.get(word);
    if (isNumber(word) && (next === 'gb' || next === 'mib')) {
      asked.sizes.push(next === 'gb' ? Number.parseFloat(word) : Number.parseFloat(word) / 1024);
      i++;
    } else if (isNumber(word) && next === 'inch') i++;
    else if (kind) {
      if (asked.kind === '' || asked.kind === 'gpu') asked.kind = kind;
      if (MACS.has(word) && MAC_MODELS.has(next)) i++;
    } else if (!NOISE.has(word)) asked.words.push(word);
  }
  return asked;
}

/** Whether a device is of the kind and of the sizes; sizes are not known of all. @param {Asked} asked @param {Named} item */
function isOf({ words, sizes, kind }, { kind: own, memorySold }) {
  if (kind !== '' && kind !== own && !(kind === 'gpu' && words.length > 0)) return false;
  if (typeof memorySold !== 'number') return true;
  return sizes.every((size) => size * GIB >= SMALLEST_SHARE * memorySold && size * GIB <= LARGEST_SHARE * memorySold);
}

/**
 * What is compared of an item, which does not change: the words of its names, as a whole and by parts.
 *
 * @typedef {{ words: string[], parts: { isUnsaid: boolean, length: number }[] }} Compared
 * @type {WeakMap<Named, { names: Compared[], beside: ReadonlySet<string> }>}
 */
const prepared = new WeakMap();

/** @param {Named} item */
function preparedOf(item) {
  let known = prepared.get(item);
  if (!known) {
    const names = namesOf(item).map((text) => ({
      words: wordsOf(text),
      parts: text.split(' ').map((part) => ({ isUnsaid: UNSAID.test(part), length: wordsOf(part).length })),
    }));
    known = { names, beside: besideOf(item) };
    prepared.set(item, known);
  }
  return known;
}

/** Words that a query may have beside those of the name. @param {Named} item */
function besideOf({ vendor, family = '', repository = '' }) {
  if (vendor === undefined) return new Set([...wordsOf(repository), ...COMMON]);
  const beside = wordsOf(family).filter((word) => word.length > 1 && !isNumber(word) && !DISTINCT.has(word));
  // Only NVIDIA says of every name whether it is a laptop's.
  return new Set([...wordsOf(vendor), ...beside, ...BRANDS, ...(vendor === 'NVIDIA' ? [] : ['mobile'])]);
}

/** Half a number is another number, and one letter begins too much. */
const BEGINS = /^[a-z]{2}/;
/** In a list, "rtx 50" may stand for the RTX 5090. */
const BEGINS_IN_LIST = /^(?:[a-z]|\d)[a-z\d]/;

/**
 * How well words answer a query: 0 not at all; more is better. The words of the query in their order count more than
 * scattered ones, whole words more than beginnings, names with fewer parts that nobody asked for more than others.
 *
 * @param {readonly string[]} query
 * @param {Compared} name
 * @param {ReadonlySet<string>} beside
 * @param {RegExp} begins what may be the beginning of a word
 */
function score(query, { words, parts }, beside, begins) {
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
      if (beside.has(word)) continue;
      return 0;
    }
    used.add(at);
    if (at > last) inOrder++;
    last = at;
  }
  if (used.size === 0) return 0;
  let at = 0;
  let unasked = 0;
  for (const { isUnsaid, length } of parts) {
    let all = true;
    for (const end = at + length; at < end; at++) all &&= used.has(at);
    if (!all && !isUnsaid) unasked++;
  }
  // A laptop's is not meant unless it is said.
  const laptop = words.includes('mobile') && !query.includes('mobile') ? 5 : 0;
  return 1e6 + whole * 1e4 + inOrder * 100 - unasked - laptop;
}

/** @template {Named} T @param {Asked} asked @param {readonly T[]} items @param {RegExp} begins */
function ranked(asked, items, begins) {
  const isLaptop = same(asked.words, LAPTOP);
  /** @param {T} item */
  const pointsOf = (item) => {
    if (asked.words.length === 0) return asked.kind === '' ? 0 : 1;
    const { names, beside } = preparedOf(item);
    if (isLaptop) return names[0].words.includes('mobile') ? 1 : 0;
    // An alias leaves out what the name says.
    return Math.max(...names.map((name, i) => score(asked.words, name, beside, begins) - (i > 0 ? ALIAS : 0)));
  };
  return items
    .filter((item) => isOf(asked, item))
    .map((item) => ({ item, score: pointsOf(item) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
}

/** The same without the groups in round brackets, and with a laptop's other name. @param {string} text */
const formsOf = (text) => {
  const { rest } = groupsOf(text, '(', ')');
  return [text, rest, rest.replace(/max-?q/i, 'mobile')];
};
/** With its user, without, and without the user that some put before a dash below. @param {string} text */
const pathsOf = (text) => {
  const last = text.slice(text.lastIndexOf('/') + 1);
  return [text, last, last.slice(last.indexOf('_') + 1)];
};

/** What a file's type looks like in a name. */
const QUANT = /^(?:ud-|i1-)?(?:i?q\d(?:_[a-z0-9]+)*|tq\d_\d|b?f16|fp16|f32|mxfp4(?:_moe)?|nvfp4)$/i;

/**
 * A name of a model as it stands in the address of a repository, apart from the type of a file:
 * "hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M", "bartowski/Qwen3-8B-GGUF", "llama3.1:8b-instruct-q8_0", "Qwen3-8B-Q4_K_M.gguf".
 *
 * @param {string} text
 * @returns {{ name: string, quant: string | null }} `quant` as it stands there
 */
export function parseModelName(text) {
  let name = readOf(text)
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/^(?:www\.)?(?:hf\.co|huggingface\.co|ollama\.com\/library)\//i, '')
    .replace(/\.gguf$/i, '')
    .replace(/:latest$/i, '');
  /** @type {string | null} */
  let quant = null;
  const tag = name.lastIndexOf(':');
  if (tag >= 0 && QUANT.test(name.slice(tag + 1))) {
    quant = name.slice(tag + 1);
    name = name.slice(0, tag);
  }
  const bare = (/** @type {string} */ rest) => rest.replace(/[-_.]gguf$/i, '').replace(/-i1$/i, '');
  name = bare(name);
  for (let cut = 1; quant === null && cut < name.length; cut++) {
    // The longest type at the end: "UD-Q4_K_XL" before "Q4_K_XL".
    if (/[-.: ]/.test(name[cut - 1]) && QUANT.test(name.slice(cut))) {
      quant = name.slice(cut);
      name = name.slice(0, cut - 1);
    }
  }
  return { name: bare(name), quant };
}

/** Of a repository with GGUF files the model; a type in another name is a question of its own. @param {string} query */
const modelText = (query) => (/\/.*(?::|gguf)/is.test(readOf(query)) ? parseModelName(query).name : readOf(query));

/**
 * Names that answer a query, best first; those before the first drop in score are equally good.
 *
 * @template {Named} T
 * @param {string} query
 * @param {readonly T[]} items
 * @returns {{ best: T[], others: T[] }} `best`: one, or several if the query is ambiguous
 */
export function search(query, items) {
  const asDevice = items.length > 0 && items[0].vendor !== undefined;
  const words = wordsOf(readOf(query));
  // What a driver prints has the company before the name.
  const plain = words.filter((word) => !COMPANIES.has(word));
  const exactly = (/** @type {(item: T) => string[][]} */ of) =>
    plain.length === 0 ? [] : items.filter((item) => of(item).some((all) => same(all, words) || same(all, plain)));
  const wordsIn = (/** @type {T} */ item) => preparedOf(item).names.map((name) => name.words);
  const named = exactly((item) => wordsIn(item).slice(0, 1));
  const known = named.length > 0 ? named : exactly((item) => wordsIn(item).slice(1));
  const exact = known.length > 0 ? known : exactly(({ repository = '' }) => [wordsOf(repository)]);
  const texts = asDevice ? deviceTexts(query).map(formsOf) : [pathsOf(modelText(query))];
  /** @type {Set<T>} */
  const best = new Set(exact);
  /** @type {Set<T>} */
  const found = new Set();
  for (const forms of texts) {
    const asked = forms.map((form) => (asDevice ? askedOf(form) : { words: wordsOf(form), sizes: [], kind: '' }));
    const strict = asked.map((of) => ranked(of, items, BEGINS)).find((list) => list.length > 0) ?? [];
    if (exact.length === 0) {
      for (const { item, score } of strict) if (score === strict[0].score) best.add(item);
    }
    for (const { item } of [...strict, ...ranked(asked[0], items, BEGINS_IN_LIST)]) found.add(item);
  }
  return { best: [...best], others: [...found].filter((item) => !best.has(item)) };
}

/** Letters that are changed, or swapped with the next, from one text to another. @param {string} a @param {string} b */
export function distance(a, b) {
  /** @type {number[]} */
  let before = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length];
}

/** How alike two words are, of 100: the same, a few letters apart, a digit apart, or one the beginning of the other. */
function likeness(/** @type {string} */ a, /** @type {string} */ b) {
  if (a === b) return 100;
  if (a.length < 3 || b.length < 3 || isNumber(a) !== isNumber(b)) return 0;
  const changes = distance(a, b);
  if (isNumber(a)) return a.length !== b.length ? 0 : changes === 1 ? 50 : 10;
  const longer = Math.max(a.length, b.length);
  if (3 * changes <= longer) return 100 - Math.floor((100 * changes) / longer);
  return a.startsWith(b) || b.startsWith(a) ? 60 : 0;
}
/** Names of families and long numbers tell most, single letters and small numbers least. @param {string} word */
const weightOf = (word) => (word.length >= 3 ? (word.includes('.') ? 2 : 3) : 1);

/** @param {readonly string[]} words */
const spelt = (words) => words.join(' ').slice(0, COMPARED);

/** The most names that are given for one that is unknown. */
const NEAREST = 3;

/**
 * Names like one that is unknown, the most alike first; none where no word is alike.
 *
 * @param {string} query
 * @param {readonly Named[]} items
 * @returns {string[]} at most three
 */
export function nearestNames(query, items) {
  const asDevice = items.length > 0 && items[0].vendor !== undefined;
  const text = asDevice ? deviceTexts(query)[0] : parseModelName(query).name;
  const words = asDevice ? askedOf(text).words : wordsOf(text).filter((word) => !COMMON.has(word));
  const order = items.flatMap((item, i) => {
    const best = preparedOf(item)
      .names.map((name) => {
        let points = 0;
        let told = false;
        for (const word of words) {
          const alike = Math.max(0, ...name.words.map((other) => likeness(word, other)));
          points += alike * weightOf(word);
          if (alike >= 50 && word.length >= 3 && !word.includes('.')) told = true;
        }
        return { points: told ? points : 0, changes: distance(spelt(words), spelt(name.words)) };
      })
      .sort((a, b) => b.points - a.points || a.changes - b.changes)[0];
    return best.points > 0 ? [{ name: item.name, i, ...best }] : [];
  });
  return order
    .sort((a, b) => b.points - a.points || a.changes - b.changes || a.i - b.i)
    .slice(0, NEAREST)
    .map(({ name }) => name);
}

/**
 * The names most like one that is unknown: those that share most letters in whole words with it, then those of the
 * fewest changes; whatever they mean.
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
    .slice(0, NEAREST)
    .map(({ candidate }) => candidate);
}
