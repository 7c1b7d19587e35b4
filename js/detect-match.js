// @ts-check
// What drivers report, as names of the catalogue. Never more than they say: several devices share a name, then all are
// listed with less confidence, and what is unknown is an empty list.
import { wordsOf } from './search.js';

/** @typedef {import('./detect.d.ts').Match} Match @typedef {import('./detect.d.ts').Known} Known */

/** Renderers that compute on the processor. */
const SOFTWARE = /llvmpipe|swiftshader|softpipe|basic render|lavapipe/i;
/** Words of reports that no name of the catalogue needs. */
const NOISE = new Set(
  (
    'nvidia amd ati intel corporation inc ltd angle opengl opengles engine direct vs ps renderer metal unspecified version mesa ' +
    'graphics gpu laptop generation tm r c core hbm hbm2 hbm2e hbm3 hbm3e radeonsi llvm drm series with w family mb'
  ).split(' '),
);
const VENDORS = /** @type {const} */ (['NVIDIA', 'AMD', 'Apple', 'Intel']);

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
  return VENDORS.find((vendor) => reported.toLowerCase().includes(vendor.toLowerCase())) ?? null;
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
  const words = wordsOf(name.replace(/HBM\d\w?|(\d)GB\b/gi, '$1')).filter((word) => !NOISE.has(word));
  // SXM4 and PCIe are words, memory sizes are not: they are compared as bytes.
  const sizeNamed = /(\d+) ?GB\b/i.exec(name);
  const size = memory ?? (sizeNamed ? Number(sizeNamed[1]) * 2 ** 30 : null);
  const wanted = words.filter((word) => !(sizeNamed && word === sizeNamed[1]));
  if (!wanted.some((word) => /\d/.test(word))) return [];
  const found = devices
    .filter((device) => device.kind !== 'cpu' && (vendor === null || device.vendor === vendor))
    .map((device) => {
      const known = wordsOf(device.name).filter((word) => !NOISE.has(word));
      const plain = known.filter((word) => word !== 'mobile' && word !== 'gb');
      const isMobile = known.includes('mobile');
      const has = (/** @type {string} */ word) => plain.includes(word);
      if (!wanted.every((word) => has(word) || ['geforce', 'radeon', 'sxm', 'pcie', 'hbm'].includes(word))) return null;
      if (mobile !== isMobile && (mobile || isMobile) && vendor === 'NVIDIA') return null;
      // Other words of the name make it another device: "Ti", "SUPER"; numbers are sizes and cores.
      const others = plain.filter((word) => !wanted.includes(word) && /^[a-z]+$/.test(word));
      const optional = new Set([
        'geforce',
        'radeon',
        'tesla',
        'quadro',
        'core',
        'sxm',
        'pcie',
        'ai',
        'ryzen',
        'max',
        'dgx',
        'spark',
        'nvl',
      ]);
      const strange = others.filter((word) => !optional.has(word));
      if (strange.length > 0 || (device.kind === 'apple' && others.length > 0)) return null;
      for (const form of ['sxm', 'pcie', 'nvl'])
        if (wanted.includes(form) && !has(form) && plain.some((w) => ['sxm', 'pcie', 'nvl'].includes(w))) return null;
      let confidence = 0.95;
      if (size !== null && device.memory !== null) {
        const ratio = size / device.memory;
        if (ratio < 0.85 || ratio > 1.1) confidence = 0.2;
      }
      if (device.kind === 'apple') {
        const stated = /\((\d+)-core\)/.exec(device.name);
        if (cores !== null && stated) confidence = Number(stated[1]) === cores ? 0.95 : 0;
        else if (!stated) confidence = cores === null ? 0.9 : 0.5;
      }
      return { name: device.name, confidence };
    })
    .filter((match) => match !== null && match.confidence > 0);
  const matches = /** @type {Match[]} */ (found).sort((a, b) => b.confidence - a.confidence);
  const best = matches.filter(({ confidence }) => confidence === matches[0].confidence);
  const others = matches.filter(({ confidence }) => confidence < matches[0].confidence);
  const share = (/** @type {Match} */ match) => ({
    ...match,
    confidence: Math.round((100 * match.confidence) / best.length) / 100,
  });
  return [...best.map(share), ...others.filter(() => best[0].confidence < 0.95)];
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
