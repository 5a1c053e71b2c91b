// What readers of JSON make of messages. Three ways to call it:
//   node json_parse.mjs folds           lists the characters beyond ASCII that some change of letter
//                                       case makes into ASCII letters
//   node json_parse.mjs messages FILE   checks what the relay found in each message of the file
// The file has a line for each message: its bytes in hex; whether it is valid, has a foreign `from`,
// a duplicate, a reserved type; then from, to, type, address and payload, in hex or `-`.
//   node json_parse.mjs forwarded FILE  checks that every reader finds the sender in each message of
//                                       the file, its bytes in hex on a line, and never the relay
import { readFileSync } from 'node:fs';

const SENDER = 'pwa:alice001';
const MAX_NESTING = 1024;

/** Ways in which readers bring names to one letter case before they compare them. */
const FOLDINGS = [
  (s) => s.toLowerCase(),
  (s) => s.toUpperCase().toLowerCase(),
  (s) => s.toLowerCase().toUpperCase().toLowerCase(),
  // Simple folding, as Go has it: regular expressions do it, one character at a time.
  (s) => s.replace(/[a-z]/giu, (c) => LETTERS.find((letter) => letter.folded.test(c)).name),
];
const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz', (name) => (
  { name, folded: new RegExp(`^${name}$`, 'iu') }));
const EXACT = (s) => s;
/** Readers written in C see a string end at a zero. */
const CUTS = [EXACT, (s) => s.split('\0', 1)[0]];

function folds() {
  for (let point = 0x80; point < 0x110000; ++point) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    const found = new Set(FOLDINGS.map((fold) => fold(character)));
    for (const folded of found) {
      if (!/^[a-z]+$/.test(folded)) continue;
      console.log(point.toString(16).padStart(4, '0'), folded);
    }
  }
}

/** Generalised UTF-8 to a string that may hold lone surrogates. */
function decodeGeneralised(bytes) {
  let out = '';
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i];
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = size === 1 ? lead : lead & (0xff >> (size + 1));
    for (let k = 1; k < size; ++k) point = point * 64 + (bytes[i + k] & 0x3f);
    out += String.fromCodePoint(point);
    i += size;
  }
  return out;
}

function decodeUtf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nesting(text) {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    if (token === '}' || token === ']') --depth;
  }
  return deepest;
}

/** The members of a valid object's top level, in order, duplicates included. */
function topLevel(text) {
  const members = [];
  let depth = 0;
  let name;
  let start;
  const end = (at) => {
    if (name === undefined) return;
    const raw = text.slice(start, at).trim();
    members.push({ name, raw, value: JSON.parse(raw) });
    name = undefined;
  };
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const [token] = match;
    if (depth === 1 && name === undefined && token[0] === '"') {
      name = JSON.parse(token);
    } else if (depth === 1 && token === ':') {
      start = match.index + 1;
    } else if (depth === 1 && token === ',') {
      end(match.index);
    } else if (token === '{' || token === '[') {
      ++depth;
    } else if (token === '}' || token === ']') {
      if (--depth === 0) end(match.index);
    }
  }
  return members;
}

/** What each reader finds under `word`: a list of the values it may take, in order. */
function readings(members, word) {
  const found = [];
  for (const cut of CUTS) {
    for (const fold of [EXACT, ...FOLDINGS]) {
      const values = members.filter((member) => fold(cut(member.name)) === word);
      found.push(values.map((member) => member.value));
    }
  }
  return found;
}

function isReserved(value) {
  if (typeof value !== 'string') return false;
  return CUTS.some((cut) => [EXACT, ...FOLDINGS].some(
    (fold) => ['error', 'peer-status'].includes(fold(cut(value)))));
}

function check(line) {
  const [message, valid, foreign, duplicate, reserved, ...texts] = line.split(' ');
  const bytes = Buffer.from(message.slice(1), 'hex');
  const text = decodeUtf8(bytes);
  const object = text === undefined ? undefined : parse(text);
  const isObject = typeof object === 'object' && object !== null && !Array.isArray(object);
  const expectValid = isObject && nesting(text) <= MAX_NESTING;
  const complain = (what) => console.log(`${what}: ${JSON.stringify(text ?? bytes.toString('hex'))}`);
  if ((valid === '1') !== expectValid) return complain('valid');
  if (!expectValid) return true;

  const members = topLevel(text);
  const froms = readings(members, 'from');
  if ((foreign === '1') !== froms.some((values) => values.some((value) => value !== SENDER))) {
    return complain('foreign from');
  }
  const twice = (word) => readings(members, word).some((values) => values.length > 1);
  if ((duplicate === '1') !== ['from', 'to', 'type', 'address'].some(twice)) {
    return complain('duplicate');
  }
  const types = readings(members, 'type');
  if ((reserved === '1') !== types.some((values) => values.some(isReserved))) {
    return complain('reserved type');
  }
  // What is passed on: whoever keeps the first, the last, or folds, reads the sender's address.
  if (foreign === '0') {
    const read = [object.from, ...froms.flatMap((values) => [values.at(0), values.at(-1)])];
    if (!read.every((value) => value === undefined || value === SENDER)) return complain('read');
  }
  for (const [index, name] of ['from', 'to', 'type', 'address'].entries()) {
    const first = members.find((member) => member.name === name && typeof member.value === 'string');
    const ours = texts[index] === '-' ? undefined
      : decodeGeneralised(Buffer.from(texts[index].slice(1), 'hex'));
    if (ours !== first?.value) return complain(name);
  }
  const payload = members.find((member) => member.name === 'payload')?.raw;
  const ourPayload = texts[4] === '-' ? undefined
    : Buffer.from(texts[4].slice(1), 'hex').toString();
  if (payload !== ourPayload) return complain('payload');
  return true;
}

function messages(path) {
  const lines = readFileSync(path, 'latin1').split('\n').filter(Boolean);
  const good = lines.filter((line) => check(line) === true).length;
  console.log(`${good} messages read alike`);
  process.exitCode = good === lines.length && good > 0 ? 0 : 1;
}

/** Whether all readers take a message for the sender's. */
function isTheSenders(line) {
  const text = decodeUtf8(Buffer.from(line.slice(1), 'hex'));
  const object = text === undefined ? undefined : parse(text);
  if (typeof object !== 'object' || object === null || object.from !== SENDER) return false;
  const members = topLevel(text);
  const froms = readings(members, 'from').flatMap((values) => [values.at(0), values.at(-1)]);
  if (!froms.every((value) => value === undefined || value === SENDER)) return false;
  return !readings(members, 'type').some((values) => values.some(isReserved));
}

function forwarded(path) {
  const lines = readFileSync(path, 'latin1').split('\n').filter(Boolean);
  const wrong = lines.filter((line) => !isTheSenders(line));
  for (const line of wrong) console.log(`read otherwise: ${line}`);
  console.log(`${lines.length - wrong.length} messages read as the sender's`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

if (process.argv[2] === 'folds') folds();
else if (process.argv[2] === 'forwarded') forwarded(process.argv[3]);
else messages(process.argv[3]);
