// What an entry with all functions has. Every function throws a TypeError for an argument of the wrong type and a
// RangeError for one outside its range; both name the parameter, the value and the range. Results are finite.
export * from './types/build.js';
export * from './types/calculator.js';
export * from './types/fit.js';
export * from './types/formulas.js';
export * from './types/memory.js';
export * from './types/model.js';
export * from './types/speed.js';
