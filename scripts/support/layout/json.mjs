// JSON as Biome formats it: an object has a line for each key, a list of plain values is one line where it is not long.
const WIDTH = 120;

/** @param {unknown} value @param {string} [indent] @param {number} [before] characters on the line before the value */
export function formatted(value, indent = '', before = 0) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((element) => element === null || typeof element !== 'object')) {
      const line = `[${value.map((element) => JSON.stringify(element)).join(', ')}]`;
      // A comma may follow.
      if (before + line.length < WIDTH) return line;
    }
    return `[\n${value.map((element) => inner + formatted(element, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, member]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + formatted(member, inner, start.length);
  });
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}
