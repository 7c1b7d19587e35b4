// An entry of RightNow-GPU-Database (data/all-gpus.json of reox007/RightNow-GPU-Database) as a row of data/devices.csv.

/** What NVIDIA calls a generation, by chip where one name has several. */
const NVIDIA = [
  ['Maxwell', /^Maxwell/],
  ['Pascal', /^Pascal/],
  ['Volta', /^Volta/],
  ['Turing GTX16', /^Turing/, /^TU11[67]/],
  ['Turing DC', /^Turing/, /./, /^Tesla/],
  ['Turing RTX20', /^Turing/],
  ['Ampere GeForce', /^Ampere/, /./, /^(?:GeForce|CMP)/],
  ['Ampere pro', /^Ampere/, /./, /^(?:RTX|Quadro)/],
  ['Ampere DC', /^Ampere/],
  ['Ada GeForce', /^Ada/, /./, /^GeForce/],
  ['Ada pro', /^Ada/, /./, /^RTX/],
  ['Ada DC', /^Ada/],
  ['Hopper', /^Hopper/],
  ['Blackwell GeForce', /^Blackwell 2/, /./, /^GeForce/],
  ['Blackwell pro', /^Blackwell 2/],
  ['Blackwell DC', /^Blackwell/],
];
const AMD = [
  ['Vega20', /^GCN 5/],
  ['GCN/RDNA1', /^(?:GCN|RDNA 1)/],
  ['CDNA', /^CDNA/],
  ['RDNA2', /^RDNA 2/],
  ['RDNA3', /^RDNA 3/],
  ['RDNA4', /^RDNA 4/],
];
const INTEL = [
  ['DC GPU', /^Generation 12.5|Xe-HPC|Xe2-HPC/],
  ['Arc', /./],
];
const VENDORS = { nvidia: ['NVIDIA', NVIDIA], amd: ['AMD', AMD], intel: ['Intel', INTEL] };
const BUILT_IN = /Jetson|GB10/;

/** @param {any} entry @returns {string} */
function familyOf({ vendor, architecture = '', gpuName = '', name }) {
  const [company, families] = VENDORS[vendor] ?? [];
  const found = families?.find(
    ([, of, chip = /./, named = /./]) => of.test(architecture) && chip.test(gpuName) && named.test(name),
  );
  if (!found) throw new Error(`${name}: no family for ${vendor} ${architecture}`);
  return BUILT_IN.test(name) ? 'NVIDIA SoC' : `${company} ${found[0]}`;
}

/**
 * The row, by the columns that a data sheet tells. A bandwidth that the bus and the data rate of its memory cannot have
 * is refused.
 *
 * @param {any} entry of the database @param {Record<string, string>} [facts] columns that are otherwise
 * @returns {Record<string, string>}
 */
export function deviceRowOf(entry, facts = {}) {
  const { name, vendor, memorySize, memoryBandwidth, fp32, sms, tdp, releaseDate, memoryType, memoryBus } = entry;
  for (const key of ['memorySize', 'memoryBandwidth', 'fp32', 'releaseDate', 'memoryType', 'memoryBus']) {
    if (!entry[key]) throw new Error(`${name}: ${key} is missing`);
  }
  // Gbit/s of a line, by the kinds of memory.
  const perLine = (8 * memoryBandwidth) / memoryBus;
  const most = /^HBM/.test(memoryType) ? 10 : 33;
  if (!(perLine >= 0.7 && perLine <= most)) {
    throw new Error(`${name}: ${memoryBandwidth} GB/s over ${memoryBus} bit is ${perLine.toFixed(1)} Gbit/s a line`);
  }
  const isShared = BUILT_IN.test(name);
  return {
    name,
    aliases: '',
    vendor: VENDORS[vendor][0],
    family: familyOf(entry),
    kind: isShared ? 'apu' : 'gpu',
    memory_gib: String(memorySize),
    memory_kind: isShared ? 'shared' : 'separate',
    memory_type: memoryType,
    bandwidth_gbs: String(memoryBandwidth),
    multiprocessors: sms ? String(sms) : '',
    fp32_tflops: String(fp32),
    power_w: tdp ? String(tdp) : '',
    release_year: releaseDate.slice(0, 4),
    source: 'reox007/RightNow-GPU-Database data/all-gpus.json',
    ...facts,
  };
}

/**
 * A processor with its memory, in whose name both are.
 *
 * @param {{ name: string, vendor: string, channels: number, megatransfers: number, memoryType: string }} of
 * @returns {Record<string, string>}
 */
export function processorRowOf({ name, vendor, channels, megatransfers, memoryType }) {
  return {
    name: `${name}, ${memoryType}-${megatransfers}${channels >= 1 ? ` x${channels}` : ''}`,
    vendor,
    family: 'CPU memory',
    kind: 'cpu',
    memory_type: memoryType,
    bandwidth_gbs: String(Math.round((channels * megatransfers * 8) / 100) / 10),
    channels: String(channels),
    mts: String(megatransfers),
    notes: 'bandwidth = channels x MT/s x 8 / 1000',
  };
}
