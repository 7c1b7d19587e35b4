// Native programs that use the library in the three ways of CMake, and the command-line tool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const work = mkdtempSync(join(tmpdir(), 'llmcalc-native-'));
after(() => rmSync(work, { recursive: true, force: true }));

function attempt(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function run(command, ...args) {
  const result = attempt(command, ...args);
  assert.equal(result.status, 0, `${command} ${args.join(' ')}\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

/** A project that gets llmcalc by `obtain` and prints 25.2; its build folder, with the program built. */
function project(name, obtain) {
  const source = join(work, name);
  mkdirSync(source);
  writeFileSync(
    join(source, 'CMakeLists.txt'),
    `cmake_minimum_required(VERSION 3.25)
project(${name.replaceAll('-', '_')} LANGUAGES CXX)
${obtain}
add_executable(program main.cpp)
target_link_libraries(program PRIVATE llmcalc::llmcalc)
`,
  );
  writeFileSync(
    join(source, 'main.cpp'),
    `#include <cstdio>
#include <llmcalc/llmcalc.hpp>
int main() { std::printf("%.1f\\n", llmcalc::calculatePerformance(1008, 40)); }
`,
  );
  return { source, build: join(source, 'build') };
}

function buildAndRun({ source, build }, ...options) {
  run('cmake', '-S', source, '-B', build, '-G', 'Ninja', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON', ...options);
  run('cmake', '--build', build);
  assert.equal(run(join(build, 'program')), '25.2\n');
  return readFileSync(join(build, 'compile_commands.json'), 'utf8');
}

const prefix = join(work, 'prefix');
const install = () => {
  const build = join(work, 'install-build');
  const off = ['TESTS', 'EXAMPLES'].map((part) => `-DLLMCALC_BUILD_${part}=OFF`);
  run('cmake', '-S', root, '-B', build, '-G', 'Ninja', `-DCMAKE_INSTALL_PREFIX=${prefix}`, ...off);
  run('cmake', '--build', build);
  run('cmake', '--install', build);
};

/** Whether CMake takes a project beside the installed package, and what it says. */
const configure = ({ source, build }) =>
  attempt('cmake', '-S', source, '-B', build, '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${prefix}`);

test('find_package finds the installed package, and its program computes', () => {
  install();
  const program = project('installed', `find_package(llmcalc ${version} REQUIRED)`);
  assert.match(buildAndRun(program, `-DCMAKE_PREFIX_PATH=${prefix}`), /-ffp-contract=off/);
});

test('find_package refuses a version that is not there', () => {
  const program = project('too-new', 'find_package(llmcalc 99 REQUIRED)');
  const { status, stderr } = configure(program);
  assert.notEqual(status, 0);
  assert.match(stderr, new RegExp(`llmcalcConfig\\.cmake, version: ${version}`));
});

test('the native example builds against the installed package', () => {
  const build = join(work, 'example');
  const example = join(root, 'examples/native');
  run('cmake', '-S', example, '-B', build, '-G', 'Ninja', `-DCMAKE_PREFIX_PATH=${prefix}`);
  run('cmake', '--build', build);
  const [memory, speed, error] = run(join(build, 'llmcalc_example')).split('\n');
  assert.match(memory, /^memory at 8192 tokens: \d\.\d\d GB, fits$/);
  assert.equal(speed, 'at most 205 tokens/s'); // 1008 / (8.03 * 4.89 / 8)
  assert.equal(error, 'calculatePerformance: bandwidth must be a number from 1e-9 to 1e9 (GB/s), got -1008');
});

test('a program links the catalogue, and reads the keys of a GGUF header', () => {
  const [byName, byKeys] = run(join(work, 'example', 'llmcalc_example_plan')).split('\n');
  assert.match(byName, /^Llama 3\.1 8B[^:]*: \d\.\d\d GB on the GPU, fits$/);
  assert.match(byKeys, /^the keys of Qwen3 8B: \d\.\d\d GB on the GPU, fits$/);
});

test('a component that was not installed is not found', () => {
  const program = project('component', `find_package(llmcalc ${version} REQUIRED COMPONENTS catalog nothing)`);
  const { status, stderr } = configure(program);
  assert.notEqual(status, 0);
  assert.match(stderr, /llmcalc was installed without its nothing/);
});

test('add_subdirectory adds the library and nothing else', () => {
  const program = project('subdirectory', `add_subdirectory(${root} llmcalc)`);
  assert.match(buildAndRun(program), /-ffp-contract=off/);
  const commands = JSON.parse(readFileSync(join(program.build, 'compile_commands.json'), 'utf8'));
  assert.deepEqual(
    commands.map(({ file }) => file),
    [join(program.source, 'main.cpp')],
  );
  const { stdout } = attempt('cmake', '--install', program.build, '--prefix', join(work, 'nothing'));
  assert.doesNotMatch(stdout, /Installing/);
});

test('FetchContent brings it too', () => {
  const program = project(
    'fetched',
    `include(FetchContent)
FetchContent_Declare(llmcalc SOURCE_DIR ${root})
FetchContent_MakeAvailable(llmcalc)`,
  );
  buildAndRun(program);
});

test('the plain include folder is enough', () => {
  const { source } = project('plain', '');
  const program = join(work, 'plain-program');
  run('g++', '-std=c++20', '-I', join(root, 'include'), join(source, 'main.cpp'), '-o', program);
  assert.equal(run(program), '25.2\n');
});

const tool = (...args) => attempt(join(prefix, 'bin/llmcalc'), ...args);

test('the tool prints results of all functions', () => {
  assert.equal(tool('calculatePerformance', '1008', '40').stdout, '25.2\n');
  assert.equal(tool('isOutOfMemory', '40', '24', '64', 'true').stdout, 'false\n');
  assert.equal(tool('isOutOfMemory', '40', '24').stdout, 'true\n');
  assert.equal(tool('calculateOffloadBandwidth', '960', '60', '32', '32').stdout, '960\n');
  assert.equal(tool('batchCalculatePerformance', '1008', '70').stdout.split('\n').length, 30);
  assert.equal(tool('batchCalculatePerformance', '1008', '70').stdout.split('\n')[0], '2\t17.5\t57.6');
  assert.match(tool('calculateVRAM', '8', '4').stdout, /^4\.\d+\n$/);
  assert.match(tool('getCPUFactor', '5', '16', 'true').stdout, /^0\.\d+\n$/);
});

test('the tool says its version and how it is used', () => {
  assert.deepEqual(tool('--version'), { status: 0, stdout: `llmcalc ${version}\n`, stderr: '' });
  const { status, stdout } = tool('--help');
  assert.equal(status, 0);
  assert.match(stdout, /^usage: llmcalc FUNCTION/);
});

test('the tool ends with 1 for a value out of range and with 2 for a call that it does not understand', () => {
  assert.deepEqual(tool('calculatePerformance', '-1', '40'), {
    status: 1,
    stdout: '',
    stderr: 'calculatePerformance: bandwidth must be a number from 1e-9 to 1e9 (GB/s), got -1\n',
  });
  assert.deepEqual(tool('calculatePerformance', 'fast', '40'), {
    status: 2,
    stdout: '',
    stderr: "llmcalc: 'fast' is not a number\n",
  });
  for (const args of [
    [],
    ['calculateEverything'],
    ['calculatePerformance', '1008'],
    ['calculatePerformance', '1', '2', '1', '4'],
  ]) {
    const { status, stdout, stderr } = tool(...args);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^usage: /);
  }
});
