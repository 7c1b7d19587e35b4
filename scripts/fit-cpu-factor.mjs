// Fits the share of the theoretical memory bandwidth that token generation reaches on a CPU: getCPUFactor.
//
//   node scripts/fit-cpu-factor.mjs DIR [--write | --check]
//
// DIR has measured/cpu.csv: other people's measurements, which are not part of this repository. --write puts the result
// into include/llmcalc/quick/fitted.hpp, --check compares. docs/formulas.md says what the numbers mean.
//
// The law: factor = plateau(generation) * coreShare(cores) * (high end ? tier : 1), and one share for platforms with
// more cores than any desktop part, whose many channels outrun their cores.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCsv } from './support/csv.mjs';
import { putFitted } from './support/fitted.mjs';
import { median, summary } from './support/statistics.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, check: { type: 'boolean' } },
});
if (positionals.length !== 1) throw new Error('usage: fit-cpu-factor.mjs DIR [--write | --check]');

/**
 * Desktop parts (and laptop ones with desktop dies): what the name in the measurements means. Where a row does not state
 * its memory, the fastest that the maker allows in two channels is assumed, in GB/s.
 * Low-power laptop parts are left out: their memory and power limits differ from machine to machine.
 */
const parts = [
  [/Ryzen 5 3600 /, 2, 6, false, 51.2],
  [/Ryzen 5 4600G/, 2, 6, false, 51.2],
  [/Ryzen 7 3700X/, 2, 8, false, 51.2],
  [/Ryzen 9 3900X/, 2, 12, true, 51.2],
  [/Ryzen 7 5700X 8/, 3, 8, false, 51.2],
  [/Ryzen 7 5700X3D/, 3, 8, false, 51.2],
  [/Ryzen 7 5800X 8/, 3, 8, false, 51.2],
  [/Ryzen 7 5800X3D/, 3, 8, false, 51.2],
  [/Ryzen 9 5900X /, 3, 12, true, 51.2],
  [/Ryzen 7 7800X3D/, 4, 8, false, 83.2],
  [/Ryzen 9 7900X/, 4, 12, true, 83.2],
  [/Ryzen 9 7950X 16/, 4, 16, true, 83.2],
  [/Ryzen 9 7940HS, DDR5-5600/, 4, 8, true, 89.6],
  [/i7-11700F/, 11, 8, false, 51.2],
  [/i7-12700KF/, 12, 12, false, 76.8],
  [/i9-13900K, DDR5-6400/, 13, 24, true, 102.4],
  [/i5-14600K/, 14, 14, false, 89.6],
  [/Ultra 9 285K/, 15, 24, true, 102.4],
];

/**
 * Effective over theoretical bandwidth, as d893a/localscore-insights has them for the 8B and 14B models.
 * Source: docs/formulas.md, CPU anchors.
 */
const anchors = [
  ['Ryzen 9 9950X3D', 5, 16, true, 0.75],
  ['Ryzen 9 9950X', 5, 16, true, 0.65],
  ['Ryzen 9 7950X3D', 4, 16, true, 0.58],
  ['Ryzen 9 5950X', 3, 16, true, 0.78],
  ['Core i9-14900HX', 14, 24, true, 0.67],
];
const servers = [
  ['EPYC 9454P', 0.39],
  ['EPYC 9135', 0.39],
  ['EPYC 9274F', 0.315],
];

const families = [
  [1, 2, 3, 4, 5],
  [10, 11, 12, 13, 14, 15],
];

const gigabyte = 1.073741824; // GB per GiB
const measured = parseCsv(readFileSync(join(positionals[0], 'measured/cpu.csv'), 'utf8')).filter(
  (row) =>
    row.metric === 'decode_tps' && Number(row.batch) === 1 && !/anomaly|reliability=low|moe=1|spec/.test(row.notes),
);

const shareOf = (row, bandwidth) => (Number(row.value) * Number(row.model_file_gib) * gigabyte) / bandwidth;
const threadsOf = ({ notes }) => Number(notes.match(/threads=(\d+)/)?.[1]);

/**
 * One cell per part: the median over its rows of files of at least 3 GiB. Where the number of threads was varied, the
 * rows with as many threads as cores, which is llama.cpp's default.
 */
const desktops = parts
  .map(([name, generation, cores, isHighEnd, bandwidth]) => {
    const all = measured.filter((row) => name.test(row.hardware) && Number(row.model_file_gib) >= 3);
    const byDefault = all.filter((row) => threadsOf(row) === cores);
    const rows = byDefault.length ? byDefault : all;
    const shares = rows.map((row) => shareOf(row, Number(row.memory_bandwidth_gbs || bandwidth)));
    return { name: name.source, generation, cores, isHighEnd, rows: rows.length, share: median(shares) };
  })
  .filter(({ rows }) => rows > 0)
  .concat(
    anchors.map(([name, generation, cores, isHighEnd, share]) => ({
      name,
      generation,
      cores,
      isHighEnd,
      rows: 1,
      share,
    })),
  );

/**
 * How much of its plateau a CPU reaches with few cores: one i7-8700 (two channels of DDR4-2400) with 1, 2, 4 and all of
 * its cores at work, relative to the best. Source: InventiveHQ/speculative-decoding measurements in cpu.csv.
 */
function coreCurve() {
  const rows = measured.filter((row) => /i7-8700, DDR4/.test(row.hardware) && /Coder-3B/.test(row.model));
  const at = (threads) =>
    Math.max(...rows.filter((row) => row.notes.includes(`threads=${threads};`)).map((row) => Number(row.value)));
  const best = Math.max(at(6), at(8), at(12));
  return [1, 2, 4, 6].map((cores) => [cores, cores === 6 ? 1 : Number((at(cores) / best).toFixed(2))]);
}

/** Linear between the corners, 1 from the last on. */
function coreShare(curve, cores) {
  const next = curve.findIndex(([corner]) => cores <= corner);
  if (next < 0) return 1;
  if (next === 0) return curve[0][1];
  const [[lowCores, low], [highCores, high]] = [curve[next - 1], curve[next]];
  return low + ((cores - lowCores) / (highCores - lowCores)) * (high - low);
}

/** Non-decreasing values closest to `values` (pool adjacent violators, weighted by n); those with n = 0 join a neighbour. */
function pooled(cells) {
  const blocks = [];
  for (const { value, n } of cells) {
    blocks.push({ sum: n ? value * n : 0, n, width: 1 });
    const mean = ({ sum, n }) => sum / n;
    const last = () => blocks.at(-1);
    while (blocks.length > 1 && (last().n === 0 || blocks.at(-2).n === 0 || mean(blocks.at(-2)) >= mean(last()))) {
      const { sum, n: count, width } = blocks.pop();
      const before = last();
      before.sum += sum;
      before.n += count;
      before.width += width;
    }
  }
  return blocks.flatMap(({ sum, n, width }) => new Array(width).fill(sum / n));
}

const rounded = (value) => Number(value.toFixed(2));

/** Plateaus for a given tier: the median of each generation's parts, pooled where it would fall. */
function plateausFor(cells, curve, tier) {
  return families.flatMap((family) => {
    const values = family.map((generation) => {
      const shares = cells
        .filter((cell) => cell.generation === generation)
        .map(({ share, cores, isHighEnd }) => share / coreShare(curve, cores) / (isHighEnd ? tier : 1));
      return { value: shares.length ? median(shares) : 0, n: shares.length };
    });
    return pooled(values).map((plateau, i) => [family[i], rounded(plateau), values[i].n, rounded(values[i].value)]);
  });
}

/** The tier, from 1 to 1.3, that leaves the least mean error. */
function fit(cells) {
  const curve = coreCurve();
  let best;
  for (let percent = 0; percent <= 30; percent++) {
    const tier = rounded(1 + percent / 100);
    const law = { curve, tier, plateaus: plateausFor(cells, curve, tier) };
    const error = cells.reduce((sum, cell) => sum + Math.abs(estimate(law, cell) / cell.share - 1), 0);
    if (!best || error < best.error - 1e-9) best = { ...law, error };
  }
  return best;
}

const estimate = ({ curve, tier, plateaus }, { generation, cores, isHighEnd }) =>
  plateaus.find(([of]) => of === generation)[1] * coreShare(curve, cores) * (isHighEnd ? tier : 1);

const law = fit(desktops);
const server = rounded(median(servers.map(([, share]) => share)));
const own = summary(desktops.map((cell) => Math.abs(estimate(law, cell) / cell.share - 1)));
const leftOut = summary(
  desktops.map((cell) => Math.abs(estimate(fit(desktops.filter((other) => other !== cell)), cell) / cell.share - 1)),
);
/** What a single constant would do, each part left out of its median: the bar that the law has to clear. */
const constant = summary(
  desktops.map((cell) => {
    const others = desktops.filter((other) => other !== cell);
    return Math.abs(median(others.map(({ share }) => share)) / cell.share - 1);
  }),
);
/** Many-channel platforms whose bandwidth the source states: shown, not fitted; a few tuned and untuned single machines. */
const manyChannels = measured.filter(
  (row) => /Threadripper|EPYC|Xeon/.test(row.hardware) && row.memory_bandwidth_gbs && Number(row.model_file_gib) >= 3,
);
const stated = [...new Set(manyChannels.map(({ hardware }) => hardware))].map((name) => {
  const rows = manyChannels.filter(({ hardware }) => hardware === name);
  return [name, median(rows.map((row) => shareOf(row, Number(row.memory_bandwidth_gbs))))];
});

const describe = ({ n, median: middle, p90 }) =>
  `n ${n}, median ${(100 * middle).toFixed(0)} %, p90 ${(100 * p90).toFixed(0)} %`;

console.log('part, generation, cores, high end, rows, measured share, law');
for (const cell of desktops) {
  const { name, generation, cores, isHighEnd, rows, share } = cell;
  console.log(
    `  ${name.trim()}, ${generation}, ${cores}, ${isHighEnd}, ${rows}, ${share.toFixed(2)}, ${estimate(law, cell).toFixed(2)}`,
  );
}
console.log(`desktop parts: ${describe(own)}`);
console.log(`each part left out of the fit: ${describe(leftOut)}`);
console.log(`one constant for all, each part left out: ${describe(constant)}`);
console.log('many-channel platforms with a stated bandwidth, measured share:');
for (const [name, share] of stated) console.log(`  ${name}: ${share.toFixed(2)}`);
console.log(`generation, plateau, parts, their own median:`);
for (const plateau of law.plateaus) console.log(`  ${plateau.join('\t')}`);
console.log(
  `core shares ${JSON.stringify(law.curve)}, tier ${law.tier}, many-channel platforms ${server} (n ${servers.length})`,
);

putFitted(
  'scripts/fit-cpu-factor.mjs',
  `
// Plateaus, non-decreasing within a family. Error over the parts: ${describe(own)}; each part left out of the fit:
// ${describe(leftOut)}; one constant instead: ${describe(constant)}. n counts parts; a generation without any shares its
// neighbours' value.
inline constexpr std::array<CPUGeneration, ${law.plateaus.length}> kCPUGenerations{{
${law.plateaus
  .map(
    ([generation, plateau, n, alone]) =>
      `{${generation}, ${plateau}},  // ${generation < 10 ? 'AMD Zen' : 'Intel Core'} ${generation}: n ${n}${n ? `, alone ${alone}` : ''}`,
  )
  .join('\n')}
}};

// Share of the plateau by cores at work, linear between them: n 1, one i7-8700 with a 3B model.
inline constexpr std::array<CPUCoreShare, ${law.curve.length}> kCPUCoreShares{{
${law.curve.map(([cores, share]) => `{${cores}, ${share}},`).join('\n')}
}};

// High-end over other parts of the same generation.
inline constexpr double kCPUHighEnd = ${law.tier};

// Platforms with more cores than a desktop part have so many memory channels that their cores do not keep up:
// ${servers.map(([name, share]) => `${name} ${share}`).join(', ')}.
inline constexpr double kCPUManyChannels = ${server};

`,
  options,
);
