// What Doxygen and TypeDoc had to say, for scripts/docs: exits with 1 where a function that programs call is not
// documented, a comment is wrong, or a reference was not made; counts what else is not.
//
//   node scripts/support/reference-report.mjs FOLDER
import { existsSync, readFileSync } from 'node:fs';
import { publicFunctions } from './public-functions.mjs';

const folder = process.argv[2];
const linesOf = (file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n').filter(Boolean);
const faults = [];

const undocumented = / is not documented\.$/;
const doxygen = linesOf('doxygen.log');
faults.push(...doxygen.filter((line) => !undocumented.test(line)));
for (const name of publicFunctions()) {
  const missing = new RegExp(` Member ${name}\\(.*\\(function\\) of namespace llmcalc is not documented`);
  faults.push(...doxygen.filter((line) => missing.test(line)));
}

const typedoc = linesOf('typedoc.log').filter(
  (line) => /\[(?:error|warning)\]/.test(line) && !/ Found \d+ /.test(line),
);
// A member of a calculator is documented where it is declared.
faults.push(...typedoc.filter((line) => !/\(Property\), .* does not have any documentation/.test(line)));

for (const page of ['cpp/html/index.html', 'js/index.html']) {
  if (!existsSync(`${folder}/${page}`)) faults.push(`${folder}/${page} was not made`);
}
for (const fault of faults) console.error(fault);
console.log(
  `${folder}/index.html; not documented in the headers, beside public functions: ` +
    `${doxygen.filter((line) => undocumented.test(line)).length} (${folder}/doxygen.log)`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
