// Real browsers open every entry, and the example, under four policies: what runs, why, and that results are right.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import wasmCalculator from 'wasm-calculator';
import { devices, findDevice } from 'wasm-calculator/catalog';
import { models } from '../../examples/browser/models.js';
import { serve as serveExample } from '../../examples/browser/server.mjs';
import { servePage } from './server.js';

const browsers = {
  chrome: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  },
  firefox: { executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr' },
};

const without = () => {
  delete globalThis.WebAssembly;
};

/** What the page gets under each policy, and what the reason for a fallback says. */
const policies = [
  { name: 'no policy', backend: 'wasm', reason: /^$/ },
  { name: "script-src 'self' 'wasm-unsafe-eval'", backend: 'wasm', reason: /^$/ },
  // Chromium: CompileError, "violates the following Content Security policy"; Firefox: "call to WebAssembly... blocked by CSP".
  { name: "script-src 'self'", backend: 'js', reason: /Content Security Policy|CSP/i },
  { name: 'WebAssembly deleted', backend: 'js', reason: /WebAssembly/, preload: without },
].map((policy) => ({ ...policy, header: policy.name.startsWith('script-src') ? policy.name : undefined }));

/** What the example's server sends by itself. */
const own = { name: 'its own policy', backend: 'wasm', reason: /^$/ };

const { estimateSpeed, fits, modelFromGgufMetadata, planMemory } = wasmCalculator;
const GIB = 2 ** 30;

/** What the example should show of speed: the form's defaults, but for `runtime`. */
function expectedSpeed(modelName, deviceName, runtime) {
  const model = modelFromGgufMetadata(models[modelName].metadata, models[modelName]);
  const { name, memoryKind: kind, memory, bandwidth, speed, profileFamily: family, ...facts } = findDevice(deviceName);
  const gpu = { name, family, bandwidth, ...speed };
  const machine =
    kind === 'separate'
      ? { kind, hostMemory: 64 * GIB, gpus: [{ ...gpu, memory }], host: { bandwidth: 96e9, threads: 16 } }
      : { kind, hostMemory: 64 * GIB, gpus: [gpu], host: { threads: 16 } };
  const options = { fileType: 'Q4_K_M', multiprocessors: facts.multiprocessors ?? 0, ...runtime };
  const workload = { promptLength: runtime.contextLength - 128, outputLength: 128 };
  const at = (gpuLayers) => estimateSpeed(model, { ...options, gpuLayers }, machine, workload);
  const { decode, timeToFirstToken: first } = at(runtime.gpuLayers);
  const rate = (value) => value.toFixed(1);
  const seconds = (value) => String(Number(value.toPrecision(3)));
  const band = ({ p10, p50, p90 }, format) => `${format(p50)} (${format(p10)} to ${format(p90)})`;
  const [gpu0] = fits(planMemory(model, options), machine).devices;
  return {
    decode: `${band(decode, rate)} tokens/s`,
    first: `${band(first, seconds)} s`,
    fit: gpu0.shortBy > 0 ? `gpu0 lacks ${(gpu0.shortBy / GIB).toFixed(2)} GiB` : 'fits',
    rows: Array.from({ length: model.layerCount + 2 }, (_, gpuLayers) => {
      const { p10, p50, p90 } = at(gpuLayers).decode;
      return [String(gpuLayers), ...[p10, p50, p90].map(rate)];
    }),
    current: runtime.gpuLayers,
    error: '',
    visibility: 'visible',
  };
}

for (const [browserName, options] of Object.entries(browsers)) {
  describe(browserName, () => {
    let browser;
    before(async () => {
      browser = await puppeteer.launch({ browser: browserName, headless: true, ...options });
    });
    after(() => browser.close());

    /** Opens `url`, once `ready` holds does what `act` says and runs `look` in it, and fails on any error of the page. */
    async function open(url, { preload, header }, ready, look, act = async () => {}) {
      const page = await browser.newPage();
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      try {
        if (preload) await page.evaluateOnNewDocument(preload);
        await page.goto(url);
        await page.waitForFunction(ready, { timeout: 20_000, polling: 50 });
        await act(page);
        const seen = await page.evaluate(look);
        // Firefox reports what a policy blocked as an error of the page, although the exception was caught.
        const blocked = /^Content-Security-Policy: .* blocked WebAssembly/;
        assert.deepEqual(
          errors.filter((message) => !(header?.endsWith("'self'") && blocked.test(message))),
          [],
        );
        return seen;
      } finally {
        await page.close();
      }
    }

    for (const policy of policies) {
      test(`every entry under ${policy.name}`, async () => {
        const server = await servePage(policy.header);
        try {
          const results = await open(
            server.url,
            policy,
            () => globalThis.results?.done,
            () => globalThis.results,
          );
          assert.match(results.userAgent, browserName === 'chrome' ? /Chrom/ : /Firefox/);
          for (const entry of ['main', 'load', 'classic']) {
            const { backend, reason, ...rest } = results[entry];
            assert.equal(backend, policy.backend, `${entry}: ${reason}`);
            assert.match(reason, policy.reason, entry);
            assert.deepEqual(rest, { tps: 25.2, points: 29, last: 7.2 }, entry);
          }
          assert.deepEqual(results.js, { backend: 'js', reason: '', tps: 25.2, points: 29, last: 7.2 });
          // F16: 2 bytes a weight and 4 for each of the 61 norms.
          const weights = 2 * (134_515_008 - 61 * 576) + 4 * 61 * 576;
          assert.deepEqual(results.inputs, {
            location: 'model.gguf',
            weights: [weights, weights],
            layers: 30,
            detected: [true, true],
          });
          assert.deepEqual(results.worker, { backend: policy.preload ? 'wasm' : policy.backend, tps: 25.2 });
        } finally {
          await server.close();
        }
      });
    }

    for (const policy of [...policies, own]) {
      test(`the example under ${policy.name}`, async () => {
        const server = await serveExample(policy === own ? {} : { policy: policy.header ?? '' });
        try {
          const seen = await open(
            server.url,
            policy,
            () => document.querySelector('#memory')?.textContent && document.querySelector('#chart canvas'),
            () => {
              const text = (id) => document.getElementById(id).textContent.trim();
              const first = { memory: text('memory'), verdict: text('verdict'), speed: text('speed') };
              // As a user would: another model size, then something that cannot be.
              const field = document.querySelector('input[name="paramCount"]');
              const type = (value) => {
                field.value = value;
                field.dispatchEvent(new Event('input', { bubbles: true }));
              };
              type('70.6');
              const big = { memory: text('memory'), verdict: text('verdict') };
              type('-1');
              const error = text('error');
              // The plan follows its sliders.
              const parts = () =>
                [...document.querySelectorAll('#bars .bar-row')].map((row) => ({
                  device: row.querySelector('.device').textContent,
                  total: row.querySelector('.total').textContent,
                  parts: [...row.querySelectorAll('.bar span')].map((part) => part.title),
                }));
              const slide = (name, value) => {
                const slider = document.querySelector(`#plan-inputs [name="${name}"]`);
                slider.value = value;
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                return parts();
              };
              const plans = { at8k: parts(), at128k: slide('context', '17'), half: slide('gpuLayers', '16') };
              return { first, big, error, plans, backend: text('backend') };
            },
          );
          assert.equal(seen.backend, policy.backend);
          assert.match(seen.first.memory, /^\d+\.\d+ GB/);
          assert.match(seen.first.verdict, /fits/i);
          assert.match(seen.first.speed, /\d/);
          assert.notEqual(seen.big.memory, seen.first.memory);
          assert.match(seen.big.verdict, /offload/i);
          const { at8k, at128k, half } = seen.plans;
          assert.deepEqual(
            at8k.map(({ device }) => device),
            ['gpu0', 'host'],
          );
          // Llama 3.1 8B as Q4_K_M: what llama-server printed, 4403.49 and 1024.00 MiB, and sixteen times that cache.
          assert.equal(at8k[0].parts[0], 'weights: 4.30 GiB');
          assert.equal(at8k[0].parts[1], 'KV cache: 1.00 GiB');
          assert.equal(at128k[0].parts[1], 'KV cache: 16.00 GiB');
          assert.equal(half[0].parts[1], 'KV cache: 7.50 GiB');
          assert.equal(half[1].parts[1], 'KV cache: 8.50 GiB');
          assert.match(seen.error, /paramCount must be a number from 1e-6 to 1e6 .*, got -1$/);
        } finally {
          await server.close();
        }
      });

      test(`the example's curve of speed under ${policy.name}`, async () => {
        const server = await serveExample(policy === own ? {} : { policy: policy.header ?? '' });
        try {
          const seen = await open(
            server.url,
            policy,
            () => document.querySelector('#curve-chart canvas'),
            async () => {
              const text = (id) => document.getElementById(id).textContent;
              const set = (selector, value) => {
                const field = document.querySelector(selector);
                field.value = value;
                field.dispatchEvent(new Event('input', { bubbles: true }));
              };
              const plan = (name, value) => set(`#plan-inputs [name="${name}"]`, value);
              const shown = () => {
                const rows = [...document.querySelectorAll('#curve-points tr')];
                return {
                  decode: text('curve-decode'),
                  first: text('curve-first'),
                  fit: text('curve-fit'),
                  rows: rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
                  current: rows.findIndex((row) => row.ariaCurrent === 'true'),
                  error: text('curve-error'),
                  visibility: getComputedStyle(document.getElementById('curve-chart')).visibility,
                };
              };
              /** By column of the canvas, the rows of what is drawn there: the mark, the line, the band. */
              const drawn = async () => {
                await new Promise(requestAnimationFrame);
                const canvas = document.querySelector('#curve-chart canvas');
                const { width, height } = canvas;
                const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
                return Array.from({ length: width }, (_, x) => {
                  const column = { mark: [], line: [], band: [] };
                  for (let y = 0; y < height; y++) {
                    const [red, , blue, alpha] = data.subarray(4 * (y * width + x));
                    if (red > 200 && blue < 100 && alpha === 255) column.mark.push(y);
                    if (red < 100 && blue > 200 && alpha === 255) column.line.push(y);
                    if (red < 100 && blue > 200 && alpha > 20 && alpha < 80) column.band.push(y);
                  }
                  return column;
                });
              };
              const markOf = (columns) => {
                // By its edges: the line that is drawn over it hides more of one side than of the other.
                const marked = columns.flatMap(({ mark }, x) => (mark.length > 0 ? [x] : []));
                return (marked[0] + marked.at(-1)) / 2;
              };

              const stepped = shown();
              const label = document.getElementById('curve-chart').ariaLabel;
              const limits = [text('curve-limit'), text('curve-evidence')];
              const columns = await drawn();
              const marks = [];
              for (const layers of ['0', '11', '22', '33']) {
                plan('gpuLayers', layers);
                marks.push(markOf(await drawn()));
              }
              limits.push(text('curve-limit'));
              plan('context', '17');
              plan('fileType', 'F16');
              const long = shown();
              plan('context', '16');
              const tight = [shown().fit, text('plan-memory')];
              plan('context', '9');
              plan('fileType', 'Q4_K_M');
              plan('model', 'Qwen3 30B A3B');
              plan('device', 'Apple M4 Max (40-core)');
              const apple = shown();
              set('#inputs [name="coreCount"]', '');
              const unknown = { error: text('curve-error'), visibility: shown().visibility };
              set('#inputs [name="coreCount"]', '16');
              const again = shown();
              const offered = [...document.querySelector('#plan-inputs [name="device"]').options].map((o) => o.value);
              return { stepped, label, limits, columns, marks, long, tight, apple, unknown, again, offered };
            },
            async (page) => {
              await page.focus('#plan-inputs [name="gpuLayers"]');
              for (let presses = 0; presses < 5; presses++) await page.keyboard.press('ArrowLeft');
            },
          );
          const { stepped, long, apple } = seen;
          assert.deepEqual(stepped, expectedSpeed('Llama 3.1 8B', '4090', { contextLength: 8192, gpuLayers: 28 }));
          assert.equal(stepped.rows.length, 32 + 2);
          const points = stepped.rows.map((row) => row.map(Number));
          for (const [layers, p10, p50, p90] of points) {
            assert.ok(p10 < p50 && p50 < p90, `${layers} layers`);
            if (layers > 0) assert.ok(p50 > points[layers - 1][2], `${layers} layers`);
          }
          const [none, all] = [stepped.rows[0][2], stepped.rows.at(-1)[2]];
          assert.equal(
            `${seen.label} tokens/s`,
            `Tokens per second: ${none} with no layer on the GPU, ${all} with all 33; chosen: 28, ${stepped.decode}`,
          );
          assert.deepEqual(seen.limits, [
            'the host, which has the other layers',
            'measurements of this device',
            'memory bandwidth',
          ]);

          // Where the band is wide, and no line of the grid hides it, the line is inside.
          const wide = seen.columns.filter(({ line, band }) => line.length > 0 && band.length > 10);
          assert.ok(wide.length > 50, `${wide.length} columns`);
          for (const { line, band } of wide) {
            assert.ok(Math.min(...band) < Math.min(...line) && Math.max(...line) < Math.max(...band));
          }
          const steps = seen.marks.slice(1).map((x, i) => x - seen.marks[i]);
          assert.ok(steps[0] > 50);
          for (const step of steps) assert.ok(Math.abs(step - steps[0]) <= 1, `marks at ${seen.marks}`);

          assert.deepEqual(
            long,
            expectedSpeed('Llama 3.1 8B', '4090', { contextLength: 131072, gpuLayers: 33, fileType: 'F16' }),
          );
          assert.match(long.fit, /^gpu0 lacks/);
          // What a program can have stands beside what is sold, and a fit without the margin is said to be one.
          assert.match(seen.tight[0], /^tight: gpu0 lacks 0\.\d\d GiB of its margin$/);
          assert.match(seen.tight[1], /^GeForce RTX 4090: 23\.\d\d GiB can be used, of 24\.00 GiB as sold$/);
          assert.deepEqual(
            apple,
            expectedSpeed('Qwen3 30B A3B', 'M4 Max (40-core)', {
              contextLength: 512,
              gpuLayers: 49,
              backend: 'metal',
            }),
          );
          assert.match(seen.unknown.error, /machine\.host\.threads must be/);
          assert.equal(seen.unknown.visibility, 'hidden');
          assert.deepEqual(seen.again, apple);
          const unfit = devices.filter(({ kind }) => kind === 'cpu' || kind === 'accelerator').map(({ name }) => name);
          assert.ok(seen.offered.length > 200);
          assert.deepEqual(
            unfit.filter((name) => seen.offered.includes(name)),
            [],
          );
        } finally {
          await server.close();
        }
      });
    }
  });
}
