// @ts-check
// wasm-calculator/detect in a browser: what WebGPU, WebGL and the navigator tell.
import { checkOptions, isSoftware, matchDevice, vendorOf } from '../detect/match.js';

/** @param {any} canvas */
function rendererOf(canvas) {
  const gl = canvas?.getContext('webgl2') ?? canvas?.getContext('webgl');
  const extension = gl?.getExtension('WEBGL_debug_renderer_info');
  const renderer = gl?.getParameter(extension ? extension.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  return typeof renderer === 'string' && renderer !== 'WebKit WebGL' ? renderer : null;
}

const newCanvas = () =>
  typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(1, 1) : document.createElement('canvas');

/** @param {import('./detect.d.ts').DetectOptions} options @returns {Promise<import('./detect.d.ts').Detected>} */
export async function detectDevices(options) {
  checkOptions(options, ['navigator', 'createCanvas']);
  const { devices, navigator: nav = globalThis.navigator, createCanvas = newCanvas } = options;
  const hints = [];
  const attempt = async (/** @type {() => any} */ ask) => {
    try {
      return await ask();
    } catch {
      return null;
    }
  };
  const adapter = await attempt(() => /** @type {any} */ (nav)?.gpu?.requestAdapter());
  const info = adapter?.info ?? {};
  const described = info.description || info.device || null;
  const renderer = await attempt(() => rendererOf(createCanvas()));
  const gpus = [];
  const reported = renderer ?? described;
  if (reported !== null && isSoftware(reported))
    hints.push(`The page is drawn by the processor (${reported}): a GPU is not seen.`);
  else if (reported !== null) {
    let matches = matchDevice(reported, {}, devices);
    if (matches.length === 0 && described) matches = matchDevice(described, {}, devices);
    gpus.push({ reported, vendor: vendorOf(`${info.vendor ?? ''} ${reported}`), memory: null, used: null, matches });
  }
  const gigabytes = /** @type {any} */ (nav)?.deviceMemory;
  const known = typeof gigabytes === 'number' && gigabytes > 0;
  if (known) hints.push('A browser tells its memory only up to a limit: it has at least so much.');
  return {
    gpus,
    cpu: { reported: null, cores: nav?.hardwareConcurrency ?? null, matches: [] },
    memory: {
      bytes: known ? gigabytes * 2 ** 30 : null,
      atLeast: known,
      channels: null,
      megatransfers: null,
      bandwidth: null,
    },
    hints,
  };
}
