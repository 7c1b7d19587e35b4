// Cold start of one entry in a new process: `node bench/cold.mjs ENTRY` prints milliseconds from import to first result.
const entry = process.argv[2];
const start = performance.now();
const module = await import(entry);
const { calculateVRAM } = module.load ? await module.load() : module;
calculateVRAM(8.03, 4.89);
console.log(performance.now() - start);
