// What of a GPU's memory a program can have: what drivers were seen to leave it, or where nobody reported it, a rule of
// its class that errs low. `driver_mib` is what nvidia-smi calls the total, `usable_mib` what cudaMemGetInfo, hip, Vulkan
// or SYCL tell a program, under Linux where that differs (Windows leaves more); of several reports the lowest.

/** Reports from which a line says more than a share. */
const ENOUGH = 8;

/** What takes memory before any program does is alike within these; the first that has a row. */
const CLASSES = /** @type {[string, (row: any) => boolean][]} */ ([
  ['one memory', ({ kind }) => kind === 'apu'],
  [
    'NVIDIA with HBM',
    ({ family, name }) =>
      /^NVIDIA (?:Volta|Hopper|Blackwell DC)$/.test(family) || /^(?:A30|A100|A800|Tesla P100)\b/.test(name),
  ],
  ['NVIDIA before Turing', ({ family }) => /^NVIDIA (?:Maxwell|Pascal)$/.test(family)],
  ['NVIDIA Turing', ({ family }) => /^NVIDIA Turing/.test(family)],
  ['NVIDIA since Ampere', ({ family }) => /^NVIDIA/.test(family)],
  ['AMD with HBM', ({ family }) => family === 'AMD Vega20' || family === 'AMD CDNA'],
  ['AMD RDNA4', ({ family }) => family === 'AMD RDNA4'],
  ['AMD', ({ family }) => /^AMD/.test(family)],
  ['Intel', ({ family, kind }) => /^Intel/.test(family) && kind === 'gpu'],
]);

/** @param {Record<string, string>} row of data/devices.csv */
const classOf = (row) => CLASSES.find(([, has]) => has(row))?.[0] ?? null;
/** MiB that the driver calls the total; where it is not known, as sold. */
const totalOf = (row) => Number(row.driver_mib || Number(row.memory_gib) * 1024);

/** What is lost of a total, by least squares: a line, or of few reports their largest share. */
function lineThrough(points) {
  const sum = (f) => points.reduce((all, point) => all + f(point), 0);
  const n = points.length;
  if (n < ENOUGH) return { base: 0, share: Math.max(...points.map(({ total, lost }) => lost / total)) };
  const [x, y] = [sum(({ total }) => total) / n, sum(({ lost }) => lost) / n];
  const share = sum(({ total, lost }) => (total - x) * (lost - y)) / sum(({ total }) => (total - x) ** 2);
  return { base: y - share * x, share };
}
const lostBy = ({ base, share }, total) => base + share * total;
const worstOf = (line, points) => Math.max(0, ...points.map(({ total, lost }) => lost - lostBy(line, total)));

/**
 * The rule of every class, fitted to the reports in the table itself.
 *
 * @param {Record<string, string>[]} rows
 */
export function memoryRules(rows) {
  return CLASSES.map(([name]) => {
    const points = rows
      .filter((row) => row.usable_mib && classOf(row) === name)
      .map((row) => ({ name: row.name, total: totalOf(row), lost: totalOf(row) - Number(row.usable_mib) }));
    const line = lineThrough(points);
    const worst = worstOf(line, points);
    const below = points.map(({ total, lost }) => lostBy(line, total) + worst - lost).sort((a, b) => a - b);
    // As of a device that nobody reported: the rule of the others.
    const above = points.filter(({ total, lost }, i) => {
      const others = points.filter((_, n) => n !== i);
      const without = lineThrough(others);
      return others.length > 0 && lostBy(without, total) + worstOf(without, others) < lost - 1;
    });
    return {
      name,
      n: points.length,
      ...line,
      worst,
      medianBelow: below[below.length >> 1],
      mostBelow: below.at(-1),
      leftOutAbove: above.length,
    };
  });
}

const MIB = 2 ** 20;
const percent = (share) => Number((100 * share).toFixed(2));

/**
 * @param {Record<string, string>} row of data/devices.csv
 * @param {ReturnType<typeof memoryRules>} rules
 * @returns {{ memory: number | null, memorySold: number | null, memorySource: string | null }} bytes
 */
export function deviceMemory(row, rules) {
  if (row.memory_gib === '') return { memory: null, memorySold: null, memorySource: null };
  const memorySold = Number(row.memory_gib) * 2 ** 30;
  const driver = row.driver_mib ? `, ${row.driver_mib} by its driver` : '';
  if (row.usable_mib) {
    return {
      memory: Number(row.usable_mib) * MIB,
      memorySold,
      memorySource: `${row.usable_mib} MiB reported${driver}: ${row.memory_reports}`,
    };
  }
  const rule = rules.find(({ name }) => name === classOf(row));
  if (!rule) return { memory: memorySold, memorySold, memorySource: 'as sold: no report, no rule' };
  const total = totalOf(row);
  const usable = Math.floor(total - lostBy(rule, total) - rule.worst);
  const lost = [Math.round(rule.base + rule.worst), percent(rule.share)];
  const less = [lost[0] > 0 ? `${lost[0]} MiB` : '', lost[1] > 0 ? `${lost[1]} %` : ''].filter(Boolean).join(' and ');
  return {
    memory: usable * MIB,
    memorySold,
    memorySource: `rule (${rule.name}, n ${rule.n}): ${total} MiB less ${less}, ${Math.round(rule.medianBelow)} MiB low in the median${row.memory_reports ? `; ${row.memory_reports}` : ''}`,
  };
}

/** The rules as a table. @param {ReturnType<typeof memoryRules>} rules */
export function rulesTable(rules) {
  const cells = rules.map((rule) => [
    rule.name,
    rule.n,
    Math.round(rule.base + rule.worst),
    percent(rule.share),
    Math.round(rule.medianBelow),
    Math.round(rule.mostBelow),
    rule.leftOutAbove,
  ]);
  const head = ['class', 'n', 'MiB', '% of the total', 'median below', 'most below', 'above, left out'];
  return [head, head.map((_, i) => (i ? '---:' : '---')), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
