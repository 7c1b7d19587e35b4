// What people call a file type.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantOf } from '../../js/cli/quants.js';
import { NAMES } from '../../js/core/memory.js';

const typeOf = (text) => quantOf(text).fileType;
const refused = (text, message) => assert.throws(() => quantOf(text), { name: 'RangeError', message });

test('every type of llama.cpp is taken in every spelling', () => {
  for (const name of NAMES.fileType.keys()) {
    for (const text of [
      name,
      name.toLowerCase(),
      name.replaceAll('_', '-'),
      name.replaceAll('_', ''),
      ` ${name} `,
      `${name}.gguf`,
    ]) {
      assert.deepEqual(quantOf(text), { fileType: name, importanceMatrix: false, note: null }, text);
    }
  }
});

test('other names of the same bytes', () => {
  for (const [text, name] of [
    ['Q3_K', 'Q3_K_M'],
    ['q4k', 'Q4_K_M'],
    ['Q5-K', 'Q5_K_M'],
    ['fp16', 'F16'],
    ['half', 'F16'],
    ['FP32', 'F32'],
    ['bfloat16', 'BF16'],
    ['mxfp4', 'MXFP4_MOE'],
    ['Q4_0_4_4', 'Q4_0'],
    ['q4_0_8_8', 'Q4_0'],
  ]) {
    assert.equal(typeOf(text), name, text);
  }
});

test('marks of publishers: importance matrices and QAT', () => {
  assert.deepEqual(quantOf('i1-IQ3_XS'), { fileType: 'IQ3_XS', importanceMatrix: true, note: null });
  assert.deepEqual(quantOf('imatrix_Q4_K_M').importanceMatrix, true);
  for (const [text, name] of [
    ['QAT', 'Q4_0'],
    ['q4_0-qat', 'Q4_0'],
    ['QAT_Q4_0', 'Q4_0'],
    ['qat q4_k_m', 'Q4_K_M'],
  ]) {
    const { fileType, note } = quantOf(text);
    assert.equal(fileType, name, text);
    assert.match(note, /^A QAT file of \w+ may keep its token embedding in more bits/);
  }
});

test('bits alone are asked back, with the type that is meant and the others', () => {
  for (const [text, name] of [
    ['q4', 'Q4_K_M'],
    ['Q4', 'Q4_K_M'],
    ['4bit', 'Q4_K_M'],
    ['4-bit', 'Q4_K_M'],
    ['int4', 'Q4_K_M'],
    ['q5', 'Q5_K_M'],
    ['q6', 'Q6_K'],
    ['q8', 'Q8_0'],
    ['int8', 'Q8_0'],
    ['iq4', 'IQ4_XS'],
    ['iq3', 'IQ3_M'],
    ['tq1', 'TQ1_0'],
    ['Q4_K_N', 'Q4_K_M'],
    ['q4_1s', 'Q4_1'],
    ['Q3_K_XS', 'Q3_K_M'],
    ['q2_k_xxs', 'Q2_K'],
    ['16', 'F16'],
  ]) {
    assert.throws(
      () => quantOf(text),
      (error) => error.message.startsWith(`${JSON.stringify(text)} is not a file type; did you mean ${name}?`),
      text,
    );
  }
  refused('q5', /Others of 5 bits: Q5_K_S, Q5_0, Q5_1\.$/);
});

test('mixes of publishers have no rule, and the answer says what to do', () => {
  const address =
    /it is not planned by its name; give the file or its address as the model \(only its header is read\)$/;
  for (const text of ['UD-Q4_K_XL', 'ud-iq2_xxs', 'UD_Q8_K_XL', 'Q8_K_XL', 'qat-UD-Q4_K_XL']) {
    refused(text, /is Unsloth's mix, another one for each model: /);
    refused(text, address);
  }
  for (const text of ['Q4_K_L', 'q6_k_l', 'Q3_K_XL'])
    refused(text, /is a publisher's mix, with the token embedding and the head in Q8_0: /);
  for (const text of ['IQ4_KS', 'iq2_kl', 'IQ5_K', 'IQ3_KT', 'Q4_K_R4', 'Q8_0_R8'])
    refused(text, /is of ik_llama\.cpp, which llama\.cpp does not read: /);
  for (const text of ['AWQ', 'gptq-int4', 'exl2 4.0bpw', 'FP8', 'W4A16', 'mlx-4bit'])
    refused(text, /is no type of GGUF files: /);
});

test('nothing else is taken, and no key of an object is a type', () => {
  for (const text of [
    '',
    'Q9',
    'Q7_K',
    'hello',
    'constructor',
    '__proto__',
    'toString',
    'Q4_K_M\u001b[31m',
    'q'.repeat(1e6),
  ]) {
    refused(text, /is not a file type; (?:known are F32, F16|did you mean)/);
  }
  assert.throws(
    () => quantOf('x'.repeat(1e6)),
    ({ message }) => message.length < 1000,
  );
});
