// Source maps of bundles, cut down to the code of this project: packages, glue and data are long, and nobody reads them.
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** @param {string} json the map; its sources are relative to dist/ */
export function ownSources(json) {
  const map = JSON.parse(json);
  const [sources, sourcesContent, names] = [[], [], []];
  const places = map.sources.map((source, i) => {
    if (!source.startsWith('../js/')) return undefined;
    sourcesContent.push(map.sourcesContent[i]);
    return sources.push(source) - 1;
  });
  const kept = new Map();
  const nameOf = (name) => {
    if (!kept.has(name)) kept.set(name, names.push(map.names[name]) - 1);
    return kept.get(name);
  };
  let mapped = true;
  const lines = decode(map.mappings).map((line) => {
    const segments = [];
    for (const [column, source, row, at, name] of line) {
      const place = places[source];
      if (place !== undefined) {
        segments.push(name === undefined ? [column, place, row, at] : [column, place, row, at, nameOf(name)]);
      } else if (mapped) segments.push([column]);
      mapped = place !== undefined;
    }
    return segments;
  });
  return JSON.stringify({ version: 3, file: map.file, sources, sourcesContent, names, mappings: encode(lines) });
}
