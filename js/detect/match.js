// @ts-check
// What drivers report, as names of the catalogue. Never more than they say: several devices share a name, then all are
// listed with less confidence, and what is unknown is an empty list.

import { NOISE as AROUND, deviceTexts, search, wordsOf } from '../catalog/search.js';
import { checkKeys } from '../core/keys.js';
import { display } from '../core/violation.js';

/** @typedef {import('../entries/detect.d.ts').Match} Match @typedef {import('../entries/detect.d.ts').Known} Known */

/** Renderers that compute on the processor. */
const SOFTWARE = /llvmpipe|swiftshader|softpipe|basic render|lavapipe/i;
/** Words of reports, and of names, that tell no devices apart. */
const NOISE = new Set([
  ...AROUND,
  ...(
    'nvidia amd intel angle opengl opengles engine direct renderer metal unspecified version mesa gpu laptop mobile c ' +
    'core hbm radeonsi llvm drm w family gb mb'
  ).split(' '),
]);
/** Of boards with one chip: they tell a device apart only where its name has one too. */
const FORMS = ['sxm', 'pcie', 'nvl'];
/** Words of names that reports leave out, or the other way round. */
const OPTIONAL = new Set([
  ...FORMS,
  ...'geforce radeon rx tesla quadro instinct ai ryzen max dgx spark ultra eu jetson agx'.split(' '),
]);
const SURE = 0.95;
const UNSURE = 0.5;
const OTHER_MEMORY = 0.2;

/** @param {any} options @param {readonly string[]} more keys beside `devices` */
export function checkOptions(options, more) {
  const need = "detectDevices needs { devices }: import { devices } from 'wasm-calculator/catalog'";
  if (typeof options !== 'object' || options === null) throw new TypeError(`${need}; got ${display(options)}`);
  checkKeys(options, new Set(['devices', ...more]), 'detectDevices: options');
  if (!Array.isArray(options.devices)) throw new TypeError(`${need}; got ${display(options.devices)} for devices`);
}

/** The part of a report that names the device. @param {string} reported */
function nameIn(reported) {
  const angle = /^ANGLE \([^,]*, (.*)\)$/.exec(reported);
  let name = angle ? angle[1] : reported;
  name = name.replace(/^ANGLE Metal Renderer: /, '').replace(/ (?:Direct3D|OpenGL|Vulkan|vs_)\S*.*$/, '');
  name = name.replace(/, (?:Unspecified Version|or similar).*$/, '').replace(/\((?:TM|R|C)\)/gi, ' ');
  return name.replace(/\/(?:PCIe|SSE2).*$/, '').trim();
}
/** Without (radeonsi, navi31, ...), (DG2), (0x00002684). @param {string} name */
const bare = (name) => name.replace(/\([^)]*\)/g, ' ').trim();

/** @param {string} reported */
export const isSoftware = (reported) => SOFTWARE.test(reported);

/** @param {string} reported */
export const vendorOf = (reported) => {
  if (/geforce|quadro|tesla|\brtx\b|\bgtx\b|nvidia/i.test(reported)) return 'NVIDIA';
  if (/radeon|instinct|ryzen|epyc|\bamd\b/i.test(reported)) return 'AMD';
  if (/\barc\b|iris|xeon|intel/i.test(reported)) return 'Intel';
  return /apple/i.test(reported) ? 'Apple' : null;
};

/** @param {string} text */
const tellingWords = (text) => wordsOf(text).filter((word) => !NOISE.has(word));

/**
 * @param {string} reported
 * @param {{ memory?: number | null, cores?: number | null }} facts bytes; cores of Apple's GPU
 * @param {readonly Known[]} devices
 * @returns {Match[]} best first
 */
export function matchDevice(reported, { memory = null, cores = null }, devices) {
  if (isSoftware(reported)) return [];
  const vendor = vendorOf(reported);
  // The kind of driver may be all that an APU says of itself: "AMD Radeon Graphics (RADV GFX1151)".
  const texts = deviceTexts(nameIn(reported)).flatMap((text) => [bare(text), text]);
  const found = texts.map((text) => matchesOf(text, { vendor, memory, cores }, devices));
  const best = found.filter((_, i) => i % 2 === 0).flat();
  return listed(best.length > 0 ? best : found.flat());
}

/** Those of the highest confidence share it; beside sure ones the others are noise. @param {Match[]} matches */
function listed(matches) {
  const ordered = [...new Map(matches.map((match) => [match.name, match])).values()];
  ordered.sort((a, b) => b.confidence - a.confidence);
  const best = ordered.filter(({ confidence }) => confidence === ordered[0].confidence);
  const shared = best.map((match) => ({
    ...match,
    confidence: Math.round((100 * match.confidence) / best.length) / 100,
  }));
  return best[0]?.confidence === SURE ? shared : [...shared, ...ordered.slice(best.length)];
}

/**
 * @param {string} text
 * @param {{ vendor: string | null, memory: number | null, cores: number | null }} facts
 * @param {readonly Known[]} devices
 * @returns {Match[]}
 */
function matchesOf(text, { vendor, memory, cores }, devices) {
  const mobile = /laptop|mobile|max-q/i.test(text);
  // NVIDIA's drivers call the H100 of an SXM board by its memory.
  const name = text.replace(/\bHBM3\b/, 'SXM');
  // A size is compared as bytes, not as a word.
  const sizeNamed = /(\d+) ?GB\b/i.exec(name);
  const size = memory ?? (sizeNamed ? Number(sizeNamed[1]) * 2 ** 30 : null);
  const wanted = tellingWords(name.replace(/HBM\d\w?|\d+ ?GB\b/gi, '').replace(/(SXM)\d/i, '$1'));
  const numbered = wanted.some((word) => /\d/.test(word));
  if (wanted.length === 0) return [];
  /** @param {readonly string[]} known words of a name */
  const isNamed = (known, /** @type {boolean} */ isApple) => {
    const has = (/** @type {string} */ word) => known.includes(word);
    const others = known.filter((word) => !wanted.includes(word) && /^[a-z]+$/.test(word));
    // Without a number only the whole name tells a device.
    if (!numbered) return others.length === 0 && wanted.every(has) && known.length === wanted.length;
    if (!wanted.every((word) => has(word) || ['geforce', 'radeon', ...FORMS].includes(word))) return false;
    if (FORMS.some((form) => wanted.includes(form) && !has(form)) && FORMS.some(has)) return false;
    // Another word makes another device ("Ti", "SUPER"); other numbers are sizes and cores.
    return others.every((word) => !isApple && OPTIONAL.has(word));
  };
  /** @param {Known} device */
  const confidenceIn = (device) => {
    if (device.kind === 'cpu' || (vendor !== null && device.vendor !== vendor)) return 0;
    if (vendor === 'NVIDIA' && mobile !== /mobile|max-q/i.test(device.name)) return 0;
    const isApple = device.kind === 'apple';
    if (![device.name, ...(device.aliases ?? [])].some((each) => isNamed(tellingWords(each), isApple))) return 0;
    if (isApple) {
      const stated = /\((\d+)-core\)/.exec(device.name);
      if (cores === null) return stated ? SURE : 0.9;
      if (!stated) return UNSURE;
      return Number(stated[1]) === cores ? SURE : 0;
    }
    if (!numbered) return UNSURE;
    const sold = device.memorySold ?? device.memory;
    if (size === null || sold === null) return SURE;
    const ratio = size / sold;
    return ratio < 0.85 || ratio > 1.1 ? OTHER_MEMORY : SURE;
  };
  const matching = devices.filter((device) => confidenceIn(device) > 0);
  // "NVIDIA H200" is the one whose name or alias it is.
  const named = matching.length > 1 ? search(text, matching).best : matching;
  const sure = named.filter((device) => confidenceIn(device) >= UNSURE);
  return (sure.length > 0 ? sure : matching).map((device) => ({
    name: device.name,
    confidence: confidenceIn(device),
  }));
}

/**
 * Processors of the catalogue are systems with their memory: a match needs the same model.
 *
 * @param {string} reported
 * @param {readonly Known[]} devices
 * @returns {Match[]}
 */
export function matchProcessor(reported, devices) {
  const model = /\b(?:i[3579]-?\d{4,5}\w*|BCM\d{4}|\d{4}\w{0,3}|\w\d{4})\b/i
    .exec(reported.replace(/\(\w+\)/g, ''))?.[0]
    .toLowerCase();
  if (!model) return [];
  const systems = devices.filter(
    ({ kind, name, aliases = [] }) =>
      kind === 'cpu' && [name, ...aliases].some((each) => each.toLowerCase().split(/[ ,]+/).includes(model)),
  );
  // The memory fitted may be another.
  return systems.map(({ name }) => ({ name, confidence: Math.round(60 / systems.length) / 100 }));
}
