// What the licences of code that goes into dist/ ask for: dist/THIRD-PARTY.txt.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the package that a file is of, which may be nested in another's; null for files of this project. */
export function packageFolder(path) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null;
}

/** The folders of the packages of which esbuild put code into a bundle. */
export function packagesIn(results) {
  const folders = new Set();
  for (const { metafile } of results) {
    for (const { inputs } of Object.values(metafile.outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = packageFolder(path);
        if (folder && bytesInOutput > 0) folders.add(join(root, folder));
      }
    }
  }
  return folders;
}

const mit = (copyright) => `${copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * What Emscripten links into the modules and prints into their glue: the archives it is in, the file of the toolchain
 * with its licence (bindings/CMakeLists.txt copies those that are there; Debian's package lacks Emscripten's), and what
 * stands in for that.
 */
export const toolchainParts = [
  {
    name: 'Emscripten (glue, embind)',
    archives: ['libembind', 'libemscripten_js_symbols'],
    file: 'emscripten-LICENSE.txt',
    text: mit('Copyright (c) 2010-2014 Emscripten authors, see AUTHORS file.'),
  },
  {
    name: 'musl',
    archives: ['libc', 'libm'],
    file: 'musl-COPYRIGHT.txt',
    text: mit('Copyright © 2005-2020 Rich Felker, et al.'),
  },
  {
    name: 'LLVM (libc++, libc++abi, compiler-rt)',
    archives: ['libc++', 'libc++abi', 'libcompiler_rt'],
    text: `Part of the LLVM Project, under the Apache License v2.0 with LLVM Exceptions: https://llvm.org/LICENSE.txt
By its exceptions, what a compiler embeds into an object form needs no notice; this one is a courtesy.`,
  },
];

/** Which of them an archive of a link is: "libc++-noexcept.a" is "libc++" in another variant. */
export const partOfArchive = (archive) =>
  toolchainParts.find(({ archives }) =>
    archives.includes(archive.replace(/(?:-(?:noexcept|mt|debug|optz|legacyexcept|wasmexcept|ww))*\.a$/, '')),
  );

async function textOfPackage(folder) {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} ${version} is bundled and has no file with its licence`);
  return `${name} ${version}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
}

async function textOfPart({ name, file, text }, bindings) {
  const path = file && join(bindings, file);
  return `${name}\n\n${path && existsSync(path) ? (await readFile(path, 'utf8')).trim() : text}\n`;
}

/** The content of THIRD-PARTY.txt for these packages and the toolchain that made `bindings`. */
export async function thirdParty(folders, bindings) {
  const packages = await Promise.all([...folders].map(textOfPackage));
  const parts = await Promise.all(toolchainParts.map((part) => textOfPart(part, bindings)));
  return [...packages.sort(), ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}
