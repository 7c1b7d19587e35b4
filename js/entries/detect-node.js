// @ts-check
// wasm-calculator/detect in Node: what the system's tools tell, through systeminformation and nvidia-smi.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { checkOptions, isSoftware, matchDevice, matchProcessor, vendorOf } from '../detect/match.js';

const MIB = 2 ** 20;

const runTool = async (/** @type {string} */ command, /** @type {string[]} */ words) =>
  (await promisify(execFile)(command, words, { timeout: 5000 })).stdout;

/**
 * What Linux's driver says of a card of AMD, whose chip lspci gives several names.
 *
 * @param {typeof runTool} run @param {unknown} bus "03:00.0"
 */
async function amdMemory(run, bus) {
  if (typeof bus !== 'string' || !/^[\da-f]{2}:[\da-f]{2}\.\d$/i.test(bus)) return null;
  try {
    const bytes = Number(await run('cat', [`/sys/bus/pci/devices/0000:${bus.toLowerCase()}/mem_info_vram_total`]));
    return bytes > 0 ? bytes : null;
  } catch {
    return null;
  }
}

/** @param {import('./detect.d.ts').DetectOptions} options @returns {Promise<import('./detect.d.ts').Detected>} */
export async function detectDevices(options) {
  checkOptions(options, ['systeminformation', 'run']);
  const { devices, systeminformation, run = runTool } = options;
  const tools = /** @type {any} */ (systeminformation ?? (await import('systeminformation')).default);
  const attempt = async (/** @type {() => Promise<any>} */ ask, /** @type {any} */ otherwise) => {
    try {
      return await ask();
    } catch {
      return otherwise;
    }
  };
  const [graphics, cpu, mem, layout, smi] = await Promise.all([
    attempt(() => tools.graphics(), { controllers: [] }),
    attempt(() => tools.cpu(), {}),
    attempt(() => tools.mem(), {}),
    attempt(() => tools.memLayout(), []),
    attempt(
      () => run('nvidia-smi', ['--query-gpu=name,memory.total,memory.used', '--format=csv,noheader,nounits']),
      '',
    ),
  ]);
  const hints = [];
  /** @type {import('./detect.d.ts').Detected['gpus']} */
  const gpus = [];
  /** @param {string} reported @param {{ memory?: number | null, used?: number | null, cores?: number | null }} facts */
  const add = (reported, { memory = null, used = null, cores = null }) =>
    gpus.push({
      reported,
      vendor: vendorOf(reported),
      memory,
      used,
      matches: matchDevice(reported, { memory, cores }, devices),
    });
  const bytesOf = (/** @type {string | undefined} */ mib) => (/^\d+$/.test(mib ?? '') ? Number(mib) * MIB : null);
  for (const line of smi.split('\n')) {
    // "NVIDIA GB10, [N/A], [N/A]": it has no memory of its own.
    const [name, total, used] = line.trim().split(/, (?=\d+(?:,|$)|\[)/);
    if (name && total) add(name, { memory: bytesOf(total), used: bytesOf(used) });
  }
  for (const { model = '', vendor = '', vram, vramDynamic, cores, busAddress } of graphics.controllers) {
    const reported = String(model).trim();
    if (!reported) continue;
    const by = vendorOf(`${vendor} ${reported}`);
    if (by === 'NVIDIA' && gpus.length > 0) continue;
    if (isSoftware(reported)) hints.push(`${reported} is no GPU.`);
    else if (by) {
      const own = vram && !vramDynamic ? vram * MIB : null;
      const memory = by === 'AMD' ? ((await amdMemory(run, busAddress)) ?? own) : own;
      add(vendorOf(reported) ? reported : `${by} ${reported}`, { memory, cores: Number(cores) || null });
    }
  }
  const populated = layout.filter((/** @type {any} */ { size }) => size > 0);
  const speeds = populated.map((/** @type {any} */ { clockSpeed }) => clockSpeed).filter(Boolean);
  // Which modules share a channel is not told: as many channels as modules, for at most two of them.
  const channels = populated.length > 0 && populated.length <= 2 ? populated.length : null;
  const megatransfers = speeds.length > 0 ? Math.min(...speeds) : null;
  const reported = [cpu.manufacturer, cpu.brand].filter(Boolean).join(' ') || null;
  return {
    gpus,
    cpu: {
      reported,
      cores: cpu.physicalCores || null,
      matches: reported ? matchProcessor(reported, devices) : [],
    },
    memory: {
      bytes: mem.total || null,
      atLeast: false,
      channels,
      megatransfers,
      bandwidth: channels && megatransfers ? (channels * megatransfers * 8) / 1000 : null,
    },
    hints,
  };
}
