// What google-libphonenumber says to a text, in the words that src/address uses.
'use strict';
const google = require('google-libphonenumber');
const { numberOf } = require('./places.cjs');
const { zonesOf } = require('./zones.cjs');

const util = google.PhoneNumberUtil.getInstance();
const shorts = new google.ShortNumberInfo();
const { PhoneNumberFormat, PhoneNumberType } = google;
const { ValidationResult } = google.PhoneNumberUtil;

const turned = (names, values) =>
  new Map(Object.entries(names).map(([key, name]) => {
    if (values[key] === undefined)
      throw new Error(`google has no ${key}`);
    return [values[key], name];
  }));

const reasons = turned({
  IS_POSSIBLE: 'possible',
  IS_POSSIBLE_LOCAL_ONLY: 'local_only',
  INVALID_COUNTRY_CODE: 'bad_code',
  TOO_SHORT: 'too_short',
  TOO_LONG: 'too_long',
  INVALID_LENGTH: 'bad_length',
}, ValidationResult);

const types = turned({
  UNKNOWN: 'unknown',
  FIXED_LINE: 'fixed',
  MOBILE: 'mobile',
  FIXED_LINE_OR_MOBILE: 'fixed_or_mobile',
  TOLL_FREE: 'toll_free',
  PREMIUM_RATE: 'premium',
  SHARED_COST: 'shared_cost',
  VOIP: 'voip',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'pager',
  UAN: 'uan',
  VOICEMAIL: 'voicemail',
}, PhoneNumberType);

const errors = new Map([
  [google.Error.INVALID_COUNTRY_CODE, 'bad_code'],
  [google.Error.NOT_A_NUMBER, 'not_a_number'],
  [google.Error.TOO_SHORT_AFTER_IDD, 'cut_short'],
  [google.Error.TOO_SHORT_NSN, 'cut_short'],
  [google.Error.TOO_LONG, 'too_long'],
]);

function nameOf(error) {
  const name = errors.get(error.message);
  if (!name)
    throw error;
  return name;
}

const isEmergencyUnder = (code, national) =>
  util.getRegionCodesForCountryCode(code).some((region) => shorts.isEmergencyNumber(national, region));

/** What is dialled of a text: no scheme, context in front, no extension, ASCII digits, no (0), no separators. */
function dialled(text) {
  return text.replace(/^tel:(.*);phone-context=(\+\d+)$/, '$2$1').replace(/^tel:/, '').replace(/ *(;|ext|x).*$/, '')
    .replace(/[\uff10-\uff19\u0660-\u0669]/g, (digit) => digit.codePointAt(0) & 15)
    .replace('\uff0b', '+').replace('(0)', '').replace(/[ ./()-]/g, '');
}

/**
 * emergency, valid, nearby (emergency in another region of the same country code, or in that which is dialled), no;
 * '-' where the text could not be a short number. Behind a plus and a country code only emergency, in any region
 * of it, is asked: no other short number can be meant so.
 */
function shortOf(text, region, number) {
  const digits = dialled(text);

  if (region && /^\d{2,12}$/.test(digits)) {
    const code = util.getCountryCodeForRegion(region);
    if (shorts.isEmergencyNumber(digits, region))
      return 'emergency';
    if (shorts.isValidShortNumberForRegion(numberOf(code, digits), region))
      return 'valid';
    const abroad = number && isEmergencyUnder(number.getCountryCode(), util.getNationalSignificantNumber(number));
    return abroad || isEmergencyUnder(code, digits) ? 'nearby' : 'no';
  }
  const [, after] = /^\+([1-9]\d{2,11})$/.exec(digits) ?? [];
  const code = [1, 2, 3].map((n) => Number(after?.slice(0, n)))
    .find((candidate) => util.getRegionCodeForCountryCode(candidate) !== 'ZZ');
  return code && isEmergencyUnder(code, after.slice(String(code).length)) ? 'emergency' : '-';
}

// In the order of struct oracle_row in ../oracle.h.
const columns = ['reason', 'e164', 'extension', 'valid', 'type', 'region', 'international', 'national',
  'rfc3966', 'zones', 'short'];

/** An object of the columns; all but reason and short are '' when the text is no number. */
function judge(text, region) {
  const answer = Object.fromEntries(columns.map((name) => [name, '']));
  let number;

  try {
    number = util.parse(text, region || 'ZZ');
  } catch (error) {
    answer.reason = nameOf(error);
    answer.short = shortOf(text, region);
    return answer;
  }
  answer.short = shortOf(text, region, number);
  answer.extension = number.getExtension() ?? '';
  answer.rfc3966 = util.format(number, PhoneNumberFormat.RFC3966);
  number.clearExtension();
  answer.reason = reasons.get(util.isPossibleNumberWithReason(number));
  answer.e164 = util.format(number, PhoneNumberFormat.E164);
  answer.valid = util.isValidNumber(number) ? 'valid' : 'invalid';
  answer.type = types.get(util.getNumberType(number));
  answer.region = util.getRegionCodeForNumber(number) ?? '';
  answer.international = util.format(number, PhoneNumberFormat.INTERNATIONAL);
  answer.national = util.format(number, PhoneNumberFormat.NATIONAL);
  answer.zones = zonesOf(answer.e164);
  return answer;
}

module.exports = { columns, judge };
