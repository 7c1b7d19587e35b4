// Real browsers open every entry, and the example, under four policies: what runs, why, and that results are right.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';
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

for (const [browserName, options] of Object.entries(browsers)) {
  describe(browserName, () => {
    let browser;
    before(async () => {
      browser = await puppeteer.launch({ browser: browserName, headless: true, ...options });
    });
    after(() => browser.close());

    /** Opens `url`, runs `look` in it once `ready` holds, and fails on any error of the page. */
    async function open(url, { preload, header }, ready, look) {
      const page = await browser.newPage();
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      try {
        if (preload) await page.evaluateOnNewDocument(preload);
        await page.goto(url);
        await page.waitForFunction(ready, { timeout: 20_000, polling: 50 });
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

      test(`the example under ${policy.name}`, async () => {
        const server = await serveExample({ policy: policy.header });
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
    }
  });
}
