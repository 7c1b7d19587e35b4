// A small catalogue of devices, in its units: bytes and bytes/s.
import { GIB } from '../../js/cli/machine.js';

const card = (name, vendor, sold, usable, bandwidth, multiprocessors = null) => ({
  name,
  vendor,
  kind: 'gpu',
  memoryKind: 'separate',
  memory: usable * 2 ** 20,
  memorySold: sold * GIB,
  memorySource: 'nvidia-smi',
  bandwidth,
  multiprocessors,
  profileFamily: `${vendor} family`,
  backend: { NVIDIA: 'cuda', AMD: 'vulkan', Intel: 'sycl' }[vendor],
  speed: { shaderFlops: 1e13, halfFlops: 2e13, quantizedOps: 4e13 },
});
const pool = (name, vendor, kind, memoryKind, memory, bandwidth, backend) => ({
  ...card(name, vendor, 0, 0, bandwidth),
  kind,
  memoryKind,
  memory,
  memorySold: memory,
  backend,
});
export const devices = [
  card('GeForce RTX 4090', 'NVIDIA', 24, 24080, 1008e9, 128),
  { ...card('GeForce RTX 3090', 'NVIDIA', 24, 24124, 936e9, 82), power: 350 },
  card('GeForce RTX 4060 Ti 16GB', 'NVIDIA', 16, 15944, 288e9, 34),
  card('Radeon RX 7900 XTX', 'AMD', 24, 24560, 960e9),
  pool('Apple M4 Max (32-core)', 'Apple', 'apple', 'apple', null, 410e9, 'metal'),
  pool('Apple M4 Max (40-core)', 'Apple', 'apple', 'apple', null, 546e9, 'metal'),
  pool('GB10 (DGX Spark)', 'NVIDIA', 'apu', 'shared', 121.6 * GIB, 273e9, 'cuda'),
  {
    name: 'AMD EPYC 9654, DDR5-4800 x12',
    vendor: 'AMD',
    kind: 'cpu',
    memoryKind: null,
    memory: null,
    bandwidth: 460.8e9,
  },
  { name: 'TPU v4', vendor: 'Google', kind: 'accelerator', memoryKind: null, memory: 32 * GIB, bandwidth: 1200e9 },
];
export const gpuOf = ({
  name,
  profileFamily,
  memory,
  memorySold,
  bandwidth,
  multiprocessors,
  backend,
  speed,
  power,
}) => {
  const gpu = { name, family: profileFamily, memory, memorySold, bandwidth, multiprocessors, backend, ...speed, power };
  return Object.fromEntries(Object.entries(gpu).filter(([, value]) => value !== null && value !== undefined));
};
export const findDevice = (query) => {
  const found = devices.find(({ name }) => name.toLowerCase().includes(query.toLowerCase()));
  if (!found) throw new RangeError(`device must be in the catalogue, got "${query}"`);
  return found;
};
