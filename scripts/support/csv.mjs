// The little CSV that the fitting scripts need.

/** @returns {Record<string, string>[]} the rows of a CSV text with a header line, by column name */
export function parseCsv(text) {
  const [header, ...rows] = splitRows(text);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

function splitRows(text) {
  const rows = [];
  let row = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (character === '"') {
      quoted = true;
    } else if (character === ',') {
      row.push(field);
      field = '';
    } else if (character === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
    } else if (character !== '\r') {
      field += character;
    }
  }
  if (field || row.length) rows.push([...row, field]);
  return rows;
}

/** @param {Record<string, unknown>[]} rows */
export function formatCsv(rows) {
  const quote = (value) => (/[",\n]/.test(`${value}`) ? `"${`${value}`.replaceAll('"', '""')}"` : `${value}`);
  const names = Object.keys(rows[0]);
  return `${[names, ...rows.map((row) => names.map((name) => quote(row[name])))].map((row) => row.join(',')).join('\n')}\n`;
}
