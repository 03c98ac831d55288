// What is put to both: numbers that google gives as examples, numbers drawn from the metadata's patterns,
// both of them spoiled, and random digits; each written as people write it.
'use strict';
const google = require('google-libphonenumber');
const { matching } = require('./pattern.cjs');
const { places, numberOf } = require('./places.cjs');

const util = google.PhoneNumberUtil.getInstance();
const { PhoneNumberFormat } = google;
const regions = places.filter((place) => place.region);
const shortPlaces = regions.filter((place) => place.short.length);
const zeroTrunk = regions.filter((place) => place.trunk === '0');
const trunk = regions.filter((place) => place.trunk);

/* ------------------------------------------------------------------ national numbers */

function mutated(national, random) {
  const at = random.below(national.length);
  const head = national.slice(0, at), tail = national.slice(at + 1);
  switch (random.below(4)) {
  case 0:
    return head + random.below(10) + tail;
  case 1:
    return head + random.below(10) + national.slice(at);
  case 2:
    return head + tail || national;
  default: {
    const n = Math.min(random.between(1, 4), national.length);
    return random.digits(n) + national.slice(n);
  }
  }
}

function drawn(place, random) {
  return place.patterns.length ? matching(random.pick(place.patterns), random) : random.pick(place.examples);
}

/** The digits of a number of the place, right ones and wrong ones. */
function nationalOf(place, random) {
  switch (random.weighted([[50, 'drawn'], [20, 'mutated'], [15, 'example'], [15, 'random']])) {
  case 'drawn':
    return drawn(place, random);
  case 'mutated':
    return mutated(drawn(place, random), random);
  case 'example':
    return place.examples.length ? mutated(random.pick(place.examples), random) : random.digits(8);
  default:
    return random.digits(random.between(4, 15));
  }
}

/* ------------------------------------------------------------------ ways to write them */

const e164 = (place, national) => `+${place.code}${national}`;
const written = (place, national, format) => util.format(numberOf(place.code, national), format);
const international = (place, national) => written(place, national, PhoneNumberFormat.INTERNATIONAL);
const nationally = (place, national) => written(place, national, PhoneNumberFormat.NATIONAL);

/** Digits in another script, from its zero. */
const inScript = (text, zero) => text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** With separators between digits; a slash only once, as people use it. */
function separated(text, random) {
  const separator = random.pick([' ', '-', '.', '/', '  ', ' - ']);
  let out = text[0], used = false;
  for (const c of text.slice(1)) {
    const here = /\d$/.test(out) && random.percent(30) && !(separator === '/' && used);
    out += here ? separator + c : c;
    used ||= here;
  }
  return out;
}

/** The zero that is only dialled within the country, or the number's own first one. */
function zeroInBrackets(place, national, random) {
  const rest = national.startsWith('0') && national.length > 1 ? national.slice(1) : national;
  return `+${place.code}${random.pick([' (0)', '(0)', ' (0) '])}${separated(rest, random)}`;
}

function bracketed(place, national, random) {
  const n = random.between(1, Math.max(1, national.length - 1));
  return `+${place.code} (${national.slice(0, n)}) ${national.slice(n)}`;
}

const extension = (random) => random.pick([';ext=', ' ext. ', ' x', ' ext ']) + random.digits(random.between(1, 6));

// Each takes a place, a national number and chance, and gives [text, region it is dialled in].
const anyRegion = (random) => (random.percent(30) ? random.pick(regions).region : '');
const forms = {
  'e164': (place, national, random) => [e164(place, national), anyRegion(random)],
  'international': (place, national, random) => [international(place, national), anyRegion(random)],
  'separators': (place, national, random) => [separated(e164(place, national), random), anyRegion(random)],
  'brackets': (place, national, random) => [bracketed(place, national, random), anyRegion(random)],
  'national': (place, national) => [nationally(place, national), place.region],
  'national digits': (place, national) => [national, place.region],
  'national, separators': (place, national, random) => [separated(place.trunk + national, random), place.region],
  'trunk prefix': (place, national) => [place.trunk + national, place.region],
  'carrier prefix': (place, national, random) =>
    [matching(place.trunkPattern, random) + national, place.region],
  'dialled elsewhere': (place, national, random) => [national, random.pick(regions).region],
  'no region': (place, national, random) => [random.pick([nationally(place, national), national]), ''],
  'no plus': (place, national) => [place.code + national, place.region],
  'no plus, elsewhere': (place, national, random) => [place.code + national, anyRegion(random)],
  'dialled abroad': (place, national, random) => {
    const from = random.pick(regions.filter((region) => region.abroad));
    const trunkPrefix = random.percent(10) ? place.trunk : '';
    return [matching(from.abroad, random) + place.code + trunkPrefix + national, from.region];
  },
  'extension': (place, national, random) =>
    [random.pick([e164, international])(place, national) + extension(random), ''],
  'national extension': (place, national, random) => [nationally(place, national) + extension(random), place.region],
  'tel': (place, national) => [written(place, national, PhoneNumberFormat.RFC3966), ''],
  'tel extension': (place, national, random) =>
    [`tel:${e164(place, national)};ext=${random.digits(random.between(1, 6))}`, anyRegion(random)],
  'tel context': (place, national) => [`tel:${national};phone-context=+${place.code}`, ''],
  'zero in brackets': (place, national, random) => [zeroInBrackets(place, national, random), anyRegion(random)],
  'trunk prefix after code': (place, national, random) =>
    [`+${place.code}${place.trunk}${national}`, anyRegion(random)],
  'fullwidth': (place, national) => [inScript(e164(place, national), 0xff10).replace('+', '\uff0b'), ''],
  'arabic': (place, national) => [inScript(e164(place, national), 0x660), ''],
};

// How often each form comes, and the places it makes sense for.
const mix = [
  [300, 'e164', places],
  [50, 'international', places],
  [50, 'separators', places],
  [20, 'brackets', places],
  [90, 'national', regions],
  [60, 'national digits', regions],
  [20, 'national, separators', regions],
  [30, 'trunk prefix', trunk],
  [30, 'carrier prefix', regions.filter((place) => place.trunkPattern)],
  [30, 'dialled elsewhere', regions],
  [10, 'no region', regions],
  [30, 'no plus', regions],
  [20, 'no plus, elsewhere', places],
  [60, 'dialled abroad', places],
  [30, 'extension', places],
  [10, 'national extension', regions],
  [30, 'tel', places],
  [10, 'tel extension', places],
  [10, 'tel context', regions],
  [30, 'zero in brackets', zeroTrunk],
  [10, 'zero in brackets', places],
  [30, 'trunk prefix after code', trunk],
  [8, 'fullwidth', places],
  [8, 'arabic', places],
].map(([weight, name, where]) => [weight, { name, where }]);

function input(random) {
  const { name, where } = random.weighted(mix);
  const place = random.pick(where);
  const [text, region] = forms[name](place, nationalOf(place, random), random);
  return { kind: name, region, text };
}

/* ------------------------------------------------------------------ short numbers */

function shortInput(random) {
  const place = random.pick(shortPlaces);
  const from = place.emergency.length && random.percent(15) ? place.emergency : place.short;
  let digits = matching(random.pick(from), random);
  if (random.percent(25))
    digits = mutated(digits, random);
  return random.weighted([
    [80, { kind: 'short', region: place.region, text: digits }],
    [5, { kind: 'short, separators', region: place.region, text: separated(digits, random) }],
    [8, { kind: 'short after code', region: '', text: `+${place.code}${digits}` }],
    [7, { kind: 'short elsewhere', region: random.pick(regions).region, text: digits }],
  ]);
}

/* ------------------------------------------------------------------ random codes, examples */

function randomCode(random) {
  return { kind: 'random digits', region: '', text: `+${random.digits(random.between(4, 17))}` };
}

function* everyExample() {
  for (const place of places)
    for (const national of place.examples) {
      yield { kind: 'example', region: '', text: e164(place, national) };
      if (place.region)
        yield { kind: 'example, national', region: place.region, text: nationally(place, national) };
    }
}

// What chance seldom meets, so that each deliberate difference occurs whatever the seed.
const rare = [
  ['', '+49169404/3239122'], // seven digits on each side of a slash
  ['', '+995227059/049679327'],
  ['TA', '844 ext. 26'],
  ['BR', '0411835362921111961284567'], // more than 24 digits
  ['AU', '1474001149800836373207039'],
  ['UY', '0160'], // an international prefix with nothing behind it
  ['ZA', '10111'], // emergency, and possible as a national number
  ['', '+246374250.0'], // decimal places
  ['DO', '18490706802.0'],
  ['', '+4930901820/21'], // a slash before other last digits
  ['', '+474127345/67'],
  ['KG', '0101'], // an emergency number behind a trunk prefix
].map(([region, text]) => ({ kind: 'rare', region, text }));

function* inputs(random, count) {
  let n = 0;
  for (const known of [...rare, ...everyExample()]) {
    if (n++ >= count)
      return;
    yield known;
  }
  for (; n < count; n++)
    yield random.weighted([[88, input], [10, shortInput], [2, randomCode]])(random);
}

/** Numbers in E.164 only, {region, text}: for comparing metadata with metadata. */
function* numbers(random, count) {
  for (let n = 0; n < count; n++) {
    const place = random.pick(places);
    yield { region: place.region || String(place.code), text: e164(place, nationalOf(place, random)) };
  }
}

module.exports = { inputs, numbers };
