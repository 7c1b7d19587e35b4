// @ts-check
// wasm-calculator/detect in Node: what the system's tools tell, through systeminformation and nvidia-smi.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isSoftware, matchDevice, matchProcessor, vendorOf } from './detect-match.js';

const MIB = 2 ** 20;

const runTool = async (/** @type {string} */ command, /** @type {string[]} */ words) =>
  (await promisify(execFile)(command, words, { timeout: 5000 })).stdout;

/** @param {import('./detect.d.ts').DetectOptions} options @returns {Promise<import('./detect.d.ts').Detected>} */
export async function detectDevices({ devices, systeminformation, run = runTool }) {
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
    attempt(() => run('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits']), ''),
  ]);
  const hints = [];
  /** @type {import('./detect.d.ts').Detected['gpus']} */
  const gpus = [];
  const add = (
    /** @type {string} */ reported,
    /** @type {number | null} */ memory,
    /** @type {number | null} */ cores,
  ) =>
    gpus.push({
      reported,
      vendor: vendorOf(reported),
      memory,
      matches: matchDevice(reported, { memory, cores }, devices),
    });
  for (const line of smi.split('\n')) {
    const [, name, mib] = /^(.+), (\d+)\s*$/.exec(line) ?? [];
    if (name) add(name, Number(mib) * MIB, null);
  }
  for (const { model = '', vendor = '', vram, vramDynamic, cores } of graphics.controllers) {
    const reported = String(model).trim();
    if (!reported) continue;
    const by = vendorOf(`${vendor} ${reported}`);
    if (by === 'NVIDIA' && gpus.length > 0) continue;
    if (isSoftware(reported)) hints.push(`${reported} is no GPU.`);
    else if (by) add(reported, vram && !vramDynamic ? vram * MIB : null, Number(cores) || null);
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
