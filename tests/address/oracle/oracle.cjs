// oracle.cjs SEED COUNT: writes COUNT inputs and what google-libphonenumber says to each, a line each, tabs
// between: kind of input, region it is dialled in or '-', input, and the columns of google.cjs.
'use strict';
const { Random } = require('./random.cjs');
const { inputs } = require('./inputs.cjs');
const { columns, judge } = require('./google.cjs');

const [seed, count] = process.argv.slice(2).map(Number);
if (!Number.isInteger(seed) || !(count > 0)) {
  process.stderr.write('usage: oracle.cjs SEED COUNT\n');
  process.exit(2);
}

// The reader may have seen enough: then there is nobody left to write for.
process.stdout.on('error', () => process.exit(1));

function* blocks() {
  let block = '';
  for (const { kind, region, text } of inputs(new Random(seed), count)) {
    const answer = judge(text, region);
    block += [kind, region || '-', text, ...columns.map((name) => answer[name])].join('\t') + '\n';
    if (block.length > 1 << 16) {
      yield block;
      block = '';
    }
  }
  yield block;
}

async function main() {
  for (const block of blocks())
    if (!process.stdout.write(block))
      await new Promise((resolve) => process.stdout.once('drain', resolve));
}

main();
