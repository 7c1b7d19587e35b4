// Quantiles, and the way in which every accuracy of this project is stated.

/** The `share` quantile, linear between neighbours. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

export const median = (values) => quantile(values, 0.5);

/** How far off an estimate is, as a factor of at least 1 in either direction. */
export const factorOff = (estimate, real) => Math.max(estimate / real, real / estimate);

/** `n`, median, p90 and maximum of some errors. */
export const summary = (errors) => ({
  n: errors.length,
  median: median(errors),
  p90: quantile(errors, 0.9),
  max: Math.max(...errors),
});
