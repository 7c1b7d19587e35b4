// Patterns of --override-tensor, as people write them in public commands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overriddenLayers } from '../../js/cli/overrides.js';

const dense = { attention: 'full' };
const experts = { attention: 'full', expertCount: 64 };
/** 48 layers of experts, as Qwen3 30B-A3B. */
const whole = { layerCount: 48, groups: [experts], runs: [[0, 48]] };
/** Three dense layers before 58 of experts, as DeepSeek V3. */
const later = {
  layerCount: 61,
  groups: [dense, experts],
  runs: [
    [0, 3],
    [1, 58],
  ],
};
/** A dense layer and one of experts over and over, as Llama 4 Maverick. */
const alternating = {
  layerCount: 48,
  groups: [dense, experts],
  runs: [
    [0, 1],
    [1, 1],
  ],
};
const refused = (texts, model, message) =>
  assert.throws(() => overriddenLayers([texts].flat(), model), { name: 'RangeError', message }, String(texts));

test('all experts, however they are written', () => {
  for (const text of [
    'exps=CPU',
    '.ffn_.*_exps.=CPU',
    '\\.ffn_.*_exps\\.=CPU',
    '\\.ffn_(up|down|gate|gate_up)_(ch|)exps=CPU',
    'ffn_(gate|up|down)_exps.weight=CPU',
    'blk\\.[0-9]+\\.ffn_.*_exps\\.=CPU',
    'blk\\..*_exps\\.=CPU',
    '_exps=CPU',
    'ffn_gate_exps=CPU,ffn_up_exps=CPU,ffn_down_exps=CPU',
  ]) {
    for (const model of [whole, later, alternating]) assert.equal(overriddenLayers([text], model), 'all', text);
  }
  assert.equal(overriddenLayers(['ffn_gate_exps=CPU', 'ffn_up_exps=CPU', 'ffn_down_exps=CPU'], whole), 'all');
});

test('those of the first layers are what --n-cpu-moe takes', () => {
  for (const [text, layers] of [
    ['blk\\.([0-9]|1[0-9])\\.ffn_.*_exps\\.=CPU', 20],
    ['blk\\.[0-7]\\.ffn_.*_exps.=CPU', 8],
    ['blk\\.(0|1|2|3|4)\\..*exps=CPU', 5],
    ['blk\\.\\d\\.ffn_.*_exps=CPU', 10],
    ['blk.(?:[0-9]|[1-2][0-9]|3[0-5]).ffn_(up|down|gate)_exps.weight=CPU', 36],
    ['blk\\.[0-3]\\..*exps=CPU,blk\\.[4-6]\\..*exps=CPU', 7],
  ]) {
    assert.equal(overriddenLayers([text], whole), layers, text);
  }
  // Layers without experts have none to move.
  assert.equal(overriddenLayers(['blk\\.[3-9]\\..*exps=CPU'], later), 10);
  assert.equal(overriddenLayers(['blk\\.[13579]\\..*exps=CPU'], alternating), 10);
});

test('what is not that is refused in words', () => {
  refused(
    'blk\\.(2[5-9]|[3-4][0-9])\\..*_exps\\.=CPU',
    whole,
    /leaves out layers before layer 47: only the experts of the first ones/,
  );
  refused('.ffn_(up|down)_exps.=CPU', whole, /moves a part of layer 0's experts: only all of them/);
  refused('ffn=CPU', whole, /moves blk\.0\.ffn_norm\.weight too: only experts can be planned/);
  refused('blk\\.5\\.=CPU', whole, /moves blk\.5\.attn_norm\.weight too/);
  refused('.*=CPU', whole, /moves blk\.0\.attn_norm\.weight too/);
  refused('output=CPU', whole, /moves blk\.0\.attn_output\.weight too/);
  refused(['exps=CPU', '^output=CPU'], whole, /moves output\.weight too/);
  refused('exps=CUDA1', whole, /only to CPU can be planned, got "CUDA1"$/);
  refused('exps', whole, /must be PATTERN=CPU, got "exps"$/);
  refused('=CPU', whole, /must be PATTERN=CPU/);
  refused('([=CPU', whole, /"\(\[" is not a regular expression$/);
  refused('expz=CPU', whole, /moves nothing: no name of an expert is like it$/);
  refused('exps=CPU', { layerCount: 32, groups: [dense], runs: [[0, 32]] }, /moves nothing: the model has no experts$/);
  refused(`${'x'.repeat(1001)}=CPU`, whole, /a pattern has at most 1000 characters$/);
});
