// drift.cjs COUNT SEED: counts, region by region, the numbers that google-libphonenumber and libphonenumber-js
// judge differently. Half of the numbers are those of the oracle (tests/address/oracle), drawn from google's
// patterns, spoiled or random; the other half is drawn from the patterns of libphonenumber-js.
'use strict';
const path = require('node:path');
const js = require('libphonenumber-js/max');
const metadata = require('libphonenumber-js/max/metadata');
const google = require('google-libphonenumber');

const oracle = path.join(__dirname, '../../tests/address/oracle');
const { Random } = require(path.join(oracle, 'random.cjs'));
const { matching } = require(path.join(oracle, 'pattern.cjs'));
const { numbers } = require(path.join(oracle, 'inputs.cjs'));

const util = google.PhoneNumberUtil.getInstance();
const typeNames = new Map(Object.entries(google.PhoneNumberType).map(([name, value]) => [value, name]));
const { IS_POSSIBLE } = google.PhoneNumberUtil.ValidationResult;
const versionOf = (name) => require(path.join(process.env.NODE_PATH, name, 'package.json')).version;

function googleOn(text) {
  try {
    const number = util.parse(text, 'ZZ');
    const valid = util.isValidNumber(number);
    return {
      possible: util.isPossibleNumberWithReason(number) === IS_POSSIBLE,
      valid,
      type: valid ? typeNames.get(util.getNumberType(number)) : '',
      region: valid ? util.getRegionCodeForNumber(number) ?? '' : '',
    };
  } catch {
    return { possible: false, valid: false, type: '', region: '' };
  }
}

function jsOn(text) {
  const number = js.parsePhoneNumberFromString(text);
  const valid = number?.isValid() ?? false;
  return {
    possible: number?.isPossible() ?? false,
    valid,
    type: valid ? number.getType() ?? 'UNKNOWN' : '',
    region: valid ? number.country ?? '001' : '', // no country: what google calls 001
  };
}

/** The kind of difference, the weightiest one; undefined when there is none. */
function difference(ours, theirs) {
  if (ours.valid !== theirs.valid)
    return theirs.valid ? 'only newer valid' : 'only google valid';
  if (ours.possible !== theirs.possible)
    return 'possible';
  return ['type', 'region'].find((aspect) => ours[aspect] !== theirs[aspect]);
}

// A country in the metadata of libphonenumber-js is an array: code, -, pattern of all, .., patterns of types.
const CODE = 0, PATTERN = 2, TYPES = 11;
const newer = [...Object.entries(metadata.countries), ...Object.entries(metadata.nonGeographic)]
  .map(([region, data]) => {
    const types = (data[TYPES] || []).filter(Boolean).map(([pattern]) => pattern);
    return { region, code: data[CODE], patterns: types.length ? types : [data[PATTERN]] };
  });

function newerNumber(random) {
  const { region, code, patterns } = random.pick(newer);
  return { region, text: `+${code}${matching(random.pick(patterns), random)}` };
}

const kinds = ['only newer valid', 'only google valid', 'possible', 'type', 'region'];
const [count, seed] = process.argv.slice(2).map(Number);
const perRegion = new Map();
const total = { asked: 0, differ: 0, kind: Object.fromEntries(kinds.map((kind) => [kind, 0])) };

function ask({ region, text }) {
  const kind = difference(googleOn(text), jsOn(text));
  const seen = perRegion.get(region) ?? { region, asked: 0, differ: 0, kind: {}, first: '' };
  perRegion.set(region, seen);
  for (const sum of [seen, total]) {
    sum.asked++;
    if (kind) {
      sum.differ++;
      sum.kind[kind] = (sum.kind[kind] ?? 0) + 1;
    }
  }
  if (kind)
    seen.first ||= text;
}

const random = new Random(seed);
for (const older of numbers(random, count / 2)) {
  ask(older);
  ask(newerNumber(random));
}

const line = (name, { asked, differ, kind }, example) => console.log([
  name.padEnd(6), `${(100 * differ / asked).toFixed(1)} %`.padStart(7), String(asked).padStart(7),
  ...kinds.map((one) => String(kind[one] ?? '').padStart(one.length)), example,
].join('  '));

console.log(`google-libphonenumber ${versionOf('google-libphonenumber')}, libphonenumber-js ` +
  `${versionOf('libphonenumber-js')}, seed ${seed}`);
console.log(['region', ' differ', '  asked', ...kinds, 'for example'].join('  '));
const differing = [...perRegion.values()].filter((seen) => seen.differ > 0);
for (const seen of differing.sort((a, b) => b.differ / b.asked - a.differ / a.asked || (a.region < b.region ? -1 : 1)))
  line(seen.region, seen, seen.first);
line('all', total, '');
