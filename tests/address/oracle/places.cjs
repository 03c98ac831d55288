// Where numbers are: every region and every country code of no country, with what the metadata says of it.
'use strict';
const google = require('google-libphonenumber');

// Field numbers of PhoneMetadata in google's phonemetadata.proto.
const TYPES = [2, 3, 4, 5, 6, 7, 8, 21, 25, 28];
const CODE = 10, DIALLED_ABROAD = 11, TRUNK_PREFIX = 12, TRUNK_PATTERN = 15;
const SHORT = [1, 27, 29, 31, 33];

const util = google.PhoneNumberUtil.getInstance();
const { PhoneNumberType } = google;

const pattern = (desc) => (Array.isArray(desc) ? desc[2] : undefined);
const patterns = (data, fields) => fields.map((field) => pattern(data?.[field])).filter(Boolean);

function examples(region, code) {
  if (!region)
    return [util.getExampleNumberForNonGeoEntity(code)];
  return Object.values(PhoneNumberType).map((type) => util.getExampleNumberForType(region, type));
}

const places = Object.entries(google.metadata.countryToMetadata).map(([key, data]) => {
  const region = /^[A-Z]/.test(key) ? key : '';
  const shorts = google.shortnumbermetadata.countryToMetadata[key];
  return {
    region, // '' of no country
    code: data[CODE],
    patterns: patterns(data, TYPES),
    short: region ? patterns(shorts, SHORT) : [],
    emergency: region ? patterns(shorts, [27]) : [],
    abroad: region ? data[DIALLED_ABROAD] : undefined,
    trunk: data[TRUNK_PREFIX] ?? '',
    trunkPattern: data[TRUNK_PATTERN] ?? '',
    examples: examples(region, data[CODE]).filter(Boolean).map((n) => util.getNationalSignificantNumber(n)),
  };
});

/** google's object of a national number, leading zeros and all. */
function numberOf(code, national) {
  const number = new google.PhoneNumber();
  const zeros = /^0*/.exec(national.slice(0, -1))[0].length;

  number.setCountryCode(code);
  number.setNationalNumber(Number(national));
  if (zeros > 0)
    number.setItalianLeadingZero(true);
  if (zeros > 1)
    number.setNumberOfLeadingZeros(zeros);
  return number;
}

module.exports = { places, numberOf };
