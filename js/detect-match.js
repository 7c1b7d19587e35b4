// @ts-check
// What drivers report, as names of the catalogue. Never more than they say: several devices share a name, then all are
// listed with less confidence, and what is unknown is an empty list.
import { wordsOf } from './search.js';

/** @typedef {import('./detect.d.ts').Match} Match @typedef {import('./detect.d.ts').Known} Known */

/** Renderers that compute on the processor. */
const SOFTWARE = /llvmpipe|swiftshader|softpipe|basic render|lavapipe/i;
/** Words of reports, and of names, that tell no devices apart. */
const NOISE = new Set(
  (
    'nvidia amd ati intel corporation inc ltd angle opengl opengles engine direct renderer metal unspecified version ' +
    'mesa graphics gpu laptop mobile generation tm r c core hbm radeonsi llvm drm series with w family gb mb'
  ).split(' '),
);
/** Of boards with one chip: they tell a device apart only where its name has one too. */
const FORMS = ['sxm', 'pcie', 'nvl'];
/** Words of names that reports leave out, or the other way round. */
const OPTIONAL = new Set([...FORMS, ...'geforce radeon tesla quadro ai ryzen max dgx spark'.split(' ')]);
const SURE = 0.95;
const OTHER_MEMORY = 0.2;

/** The part of a report that names the device. @param {string} reported */
function nameIn(reported) {
  const angle = /^ANGLE \([^,]*, (.*)\)$/.exec(reported);
  let name = angle ? angle[1] : reported;
  name = name.replace(/^ANGLE Metal Renderer: /, '').replace(/ (?:Direct3D|OpenGL|Vulkan|vs_)\S*.*$/, '');
  name = name.replace(/, (?:Unspecified Version|or similar).*$/, '').replace(/\((?:TM|R|C)\)/gi, ' ');
  // (radeonsi, navi31, ...), (DG2), (0x00002684)
  return name
    .replace(/\([^)]*\)/g, ' ')
    .replace(/\/(?:PCIe|SSE2).*$/, '')
    .trim();
}

/** @param {string} reported */
export const isSoftware = (reported) => SOFTWARE.test(reported);

/** @param {string} reported */
export const vendorOf = (reported) => {
  if (/geforce|quadro|tesla|\brtx\b|\bgtx\b|nvidia/i.test(reported)) return 'NVIDIA';
  if (/radeon|instinct|ryzen|epyc|\bamd\b/i.test(reported)) return 'AMD';
  if (/\barc\b|iris|xeon|intel/i.test(reported)) return 'Intel';
  return /apple/i.test(reported) ? 'Apple' : null;
};

/**
 * @param {string} reported
 * @param {{ memory?: number | null, cores?: number | null }} facts bytes; cores of Apple's GPU
 * @param {readonly Known[]} devices
 * @returns {Match[]} best first
 */
export function matchDevice(reported, { memory = null, cores = null }, devices) {
  if (isSoftware(reported)) return [];
  const vendor = vendorOf(reported);
  const mobile = /laptop|mobile|max-q/i.test(reported);
  // NVIDIA's drivers call the H100 of an SXM board by its memory.
  const name = nameIn(reported).replace(/\bHBM3\b/, 'SXM');
  // A size is compared as bytes, not as a word.
  const sizeNamed = /(\d+) ?GB\b/i.exec(name);
  const size = memory ?? (sizeNamed ? Number(sizeNamed[1]) * 2 ** 30 : null);
  const wanted = wordsOf(name.replace(/HBM\d\w?|\d+ ?GB\b/gi, '').replace(/(SXM)\d/i, '$1')).filter(
    (word) => !NOISE.has(word),
  );
  if (!wanted.some((word) => /\d/.test(word))) return [];
  /** @param {Known} device */
  const confidenceIn = (device) => {
    if (device.kind === 'cpu' || (vendor !== null && device.vendor !== vendor)) return 0;
    if (vendor === 'NVIDIA' && mobile !== /mobile/i.test(device.name)) return 0;
    const known = wordsOf(device.name).filter((word) => !NOISE.has(word));
    const has = (/** @type {string} */ word) => known.includes(word);
    if (!wanted.every((word) => has(word) || ['geforce', 'radeon', ...FORMS].includes(word))) return 0;
    if (FORMS.some((form) => wanted.includes(form) && !has(form)) && FORMS.some(has)) return 0;
    // Another word makes another device ("Ti", "SUPER"); other numbers are sizes and cores.
    const others = known.filter((word) => !wanted.includes(word) && /^[a-z]+$/.test(word));
    if (others.some((word) => device.kind === 'apple' || !OPTIONAL.has(word))) return 0;
    if (device.kind === 'apple') {
      const stated = /\((\d+)-core\)/.exec(device.name);
      if (cores === null) return stated ? SURE : 0.9;
      if (!stated) return 0.5;
      return Number(stated[1]) === cores ? SURE : 0;
    }
    if (size === null || device.memory === null) return SURE;
    const ratio = size / device.memory;
    return ratio < 0.85 || ratio > 1.1 ? OTHER_MEMORY : SURE;
  };
  const matches = devices
    .map((device) => ({ name: device.name, confidence: confidenceIn(device) }))
    .filter(({ confidence }) => confidence > 0)
    .sort((a, b) => b.confidence - a.confidence);
  const best = matches.filter(({ confidence }) => confidence === matches[0].confidence);
  // Devices of one reported name share what is known of it; beside a sure one the others are noise.
  const shared = best.map((match) => ({
    ...match,
    confidence: Math.round((100 * match.confidence) / best.length) / 100,
  }));
  return best[0]?.confidence === SURE ? shared : [...shared, ...matches.slice(best.length)];
}

/**
 * Processors of the catalogue are systems with their memory: a match needs the same model.
 *
 * @param {string} reported
 * @param {readonly Known[]} devices
 * @returns {Match[]}
 */
export function matchProcessor(reported, devices) {
  const model = /\b(?:i[3579]-?\d{4,5}\w*|\d{4}\w{0,3}|\w\d{4})\b/i
    .exec(reported.replace(/\(\w+\)/g, ''))?.[0]
    .toLowerCase();
  if (!model) return [];
  const systems = devices.filter(
    ({ kind, name }) => kind === 'cpu' && name.toLowerCase().split(/[ ,]+/).includes(model),
  );
  // The memory fitted may be another.
  return systems.map(({ name }) => ({ name, confidence: Math.round(60 / systems.length) / 100 }));
}
