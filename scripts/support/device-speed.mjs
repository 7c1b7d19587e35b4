// What the laws of speed take from a row of data/devices.csv: bandwidth and rates in base units. Rates that a data sheet
// leaves out follow from its FP32 rate by rules of the family; what no rule reaches is 0, unknown.

const APPLE = /^Apple M(\d)/;
/** Families whose FP32 rate counts two instructions per cycle that seldom pair. */
const DUAL_ISSUE = new Set(['AMD RDNA3', 'AMD RDNA4', 'AMD APU']);
/** Families with as many integer lanes beside those of FP32, which later ones share: kernels that decode weights use both. */
const INTEGER_BESIDE = new Set(['NVIDIA Turing RTX20', 'NVIDIA Turing DC', 'NVIDIA Turing GTX16', 'NVIDIA Volta']);
/** FP16 rate, as printed on data sheets, in FP32 rates. */
const HALF_PER_SINGLE = {
  'NVIDIA Turing RTX20': 8,
  'NVIDIA Turing DC': 8,
  'NVIDIA Volta': 8,
  'NVIDIA Hopper': 14.78,
  'NVIDIA Blackwell DC': 30,
  'AMD RDNA4': 4,
  'AMD GCN/RDNA1': 1,
  'AMD CDNA': 8,
  'Intel Arc': 8,
  'Intel DC GPU': 8,
};
/** Multiprocessors of 64 FP32 lanes beside matrix units: half the lanes of later ones for the same integer rate. */
const NARROW = new Set(['NVIDIA Turing RTX20', 'NVIDIA Turing DC']);

/** Families that share a profile. @param {string} family */
export function profileFamilyOf(family) {
  if (family === 'AMD APU before RDNA3') return 'AMD APU';
  const [, generation] = APPLE.exec(family) ?? [];
  if (!generation) return family;
  return Number(generation) < 3 ? 'Apple M1-M2' : 'Apple M3-M5';
}

/** Rates of an NVIDIA GPU, from its FP32 rate and the FP16 rate of its sheet, 0 unknown. */
function nvidiaRates({ family, single, half, halfWide }) {
  switch (family) {
    case 'NVIDIA Maxwell':
      return { quantized: single, half: single };
    case 'NVIDIA Pascal':
      // A chip with fast FP16 has no integer dot product; on the others it is the other way round.
      return half > 0 ? { quantized: half, half } : { quantized: 4 * single, half: single };
    case 'NVIDIA Turing GTX16':
      return { quantized: 4 * single, half: 2 * single };
    case 'NVIDIA Volta':
      return { quantized: 4 * single, half: 8 * single };
  }
  // GA100 among the Ampere: FP16 at 16 times FP32 instead of 4.
  const narrow = NARROW.has(family) || (family === 'NVIDIA Ampere DC' && half > 8 * single);
  const sheet = (family === 'NVIDIA SoC' && 2 * halfWide) || half || single * (HALF_PER_SINGLE[family] ?? 4);
  // Integer matrix units go with multiprocessors x clock. Half of the FP16 rate is what GeForce accumulate in FP32; the
  // shares that are fitted are of that half on every card, so that they compare.
  return { quantized: (narrow ? 16 : 8) * single, half: sheet / 2 };
}

function ratesOf({ family, kind, single, half, halfWide }) {
  if (kind === 'cpu') return { quantized: 0, half: 0 };
  if (APPLE.test(family)) {
    // Shaders do all, but for the matrix units of the M5.
    const rate = family === 'Apple M5' ? 3.4 * single : single;
    return { quantized: rate, half: rate };
  }
  if (family.startsWith('NVIDIA')) return nvidiaRates({ family, single, half, halfWide });
  const rate = half || single * (HALF_PER_SINGLE[family] ?? 2);
  return { quantized: rate, half: rate };
}

/** "24-Core", "16P+4E", "6 P-cores". @param {string} name of a processor */
export function threadsOf(name) {
  const words = /\b(\d+)(?:\s?P\b|[ -](?:P-)?cores?\b)/i.exec(name) ?? [];
  return words[1] ? Number(words[1]) : 0;
}

/**
 * @param {Record<string, string>} row of data/devices.csv
 * @returns {{ bandwidth: number, shaderFlops: number, halfFlops: number, quantizedOps: number, threads: number,
 *   family: string }} bytes/s, operations/s and processor cores, each 0 where unknown; the family of its profile
 */
export function deviceSpeed(row) {
  const { family, kind } = row;
  const rate = (column) => Number(row[column] || 0) * 1e12;
  const single = rate('fp32_tflops');
  const half = rate('fp16_tflops');
  const rates = ratesOf({ family, kind, single, half, halfWide: rate('fp16_fp32acc_tflops') });
  return {
    bandwidth: Number(row.bandwidth_gbs || 0) * 1e9,
    shaderFlops:
      kind === 'cpu' ? 0 : (single * (INTEGER_BESIDE.has(family) ? 2 : 1)) / (DUAL_ISSUE.has(family) ? 2 : 1),
    halfFlops: rates.half,
    quantizedOps: rates.quantized,
    threads: kind === 'cpu' ? threadsOf(row.name) : 0,
    family: profileFamilyOf(family),
  };
}
