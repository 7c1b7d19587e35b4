// The declarations of the package: an entry's lie in dist/ beside it, what they import in dist/types/, wherever both are
// in js/.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const SPECIFIER = /(\bfrom |\bimport\()'(\.[^']+)'/g;

/**
 * @param {string[]} entries files of declarations
 * @returns {Map<string, string>} of these, and of all that they import: the text by the place in dist/
 */
export function declarations(entries) {
  const places = new Map(entries.map((file) => [file, basename(file)]));
  const importedBy = (file, specifier) => join(dirname(file), specifier.replace(/(\.d\.ts|\.js)$/, '.d.ts'));
  // What is added on the way is gone over too.
  for (const file of places.keys()) {
    for (const [, , specifier] of readFileSync(file, 'utf8').matchAll(SPECIFIER)) {
      const imported = importedBy(file, specifier);
      if (places.has(imported)) continue;
      const place = `types/${basename(imported)}`;
      if ([...places.values()].includes(place)) throw new Error(`two files would be ${place}`);
      places.set(imported, place);
    }
  }
  const relative = (from, to) => {
    if (!from.includes('/')) return `./${to}`;
    return to.includes('/') ? `./${basename(to)}` : `../${to}`;
  };
  return new Map(
    Array.from(places, ([file, place]) => [
      place,
      readFileSync(file, 'utf8').replace(SPECIFIER, (_, before, specifier) => {
        const to = places.get(importedBy(file, specifier)).replace(/\.d\.ts$/, '.js');
        return `${before}'${relative(place, to)}'`;
      }),
    ]),
  );
}
