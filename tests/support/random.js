/** Marsaglia's xorshift32: whole numbers below what is asked for. @param {number} seed */
export function randomOf(seed) {
  let x = seed >>> 0 || 1;
  return (below) => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % below;
  };
}
