// Draws texts that match a pattern of the numbering metadata. What these patterns are made of: digits, \d,
// classes, groups, alternatives, ?, {n}, {n,m}, and $ at the end of a branch. Anything else is an error, so
// that metadata with something new is noticed. Alternatives are equally likely, so rare branches come often.
'use strict';

function parse(pattern) {
  let at = 0;

  const unexpected = () => new Error(`pattern ${pattern}: "${pattern[at]}" at ${at} is not understood`);

  function alternatives() {
    const branches = [sequence()];
    while (pattern[at] === '|') {
      at++;
      branches.push(sequence());
    }
    return { branches };
  }

  function sequence() {
    const items = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      if (pattern[at] === '$') {
        at++;
        continue;
      }
      items.push(repeated(atom()));
    }
    return items;
  }

  function atom() {
    const c = pattern[at];
    if (c === '(') {
      at += pattern.startsWith('(?:', at) ? 3 : 1;
      const group = alternatives();
      if (pattern[at++] !== ')')
        throw unexpected();
      return group;
    }
    if (c === '[')
      return charClass();
    if (pattern.startsWith('\\d', at)) {
      at += 2;
      return { chars: '0123456789' };
    }
    if (!/[0-9]/.test(c))
      throw unexpected();
    at++;
    return { chars: c };
  }

  function charClass() {
    const end = pattern.indexOf(']', at);
    const inside = pattern.slice(at + 1, end);
    at = end + 1;
    let chars = '';
    for (const [, from, to] of inside.matchAll(/(\d)(?:-(\d))?/g))
      for (let digit = Number(from); digit <= Number(to ?? from); digit++)
        chars += digit;
    return { chars };
  }

  function repeated(item) {
    const [text, low, comma, high] = /^(?:\?|\{(\d+)(,)?(\d+)?\})/.exec(pattern.slice(at)) ?? [''];
    at += text.length;
    if (!text)
      return item;
    if (text === '?')
      return { item, low: 0, high: 1 };
    if (comma && !high)
      throw unexpected();
    return { item, low: Number(low), high: Number(high ?? low) };
  }

  const tree = alternatives();
  if (at < pattern.length)
    throw unexpected();
  return tree;
}

function draw(node, random) {
  if (node.chars)
    return random.pick(node.chars);
  if (node.branches)
    return random.pick(node.branches).map((item) => draw(item, random)).join('');
  let text = '';
  for (let n = random.between(node.low, node.high); n > 0; n--)
    text += draw(node.item, random);
  return text;
}

const parsed = new Map();

/** A text that matches the pattern, as random has it. */
function matching(pattern, random) {
  let tree = parsed.get(pattern);
  if (!tree) {
    tree = parse(pattern);
    parsed.set(pattern, tree);
  }
  return draw(tree, random);
}

module.exports = { matching };
