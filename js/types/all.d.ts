// What an entry with all functions has. Every function throws a TypeError for an argument of the wrong type and a
// RangeError for one outside its range; both name the parameter, the value and the range. Results are finite.
export * from './build.js';
export * from './calculator.js';
export * from './fit.js';
export * from './formulas.js';
export * from './memory.js';
export * from './model.js';
export * from './speed.js';
export * from './sweep.js';
