// What a bundler or a runtime gives for the file: an address, or in workerd and with ES module integration the module.
declare const releaseWasm: string | WebAssembly.Module;
export default releaseWasm;
