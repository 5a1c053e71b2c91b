// Ids that people can read: presence tells ids, so names need no message of their own.

const MOODS = [
  'able', 'brave', 'bright', 'calm', 'clever', 'cosy', 'eager', 'early', 'fair', 'fond', 'gentle', 'glad',
  'golden', 'happy', 'honest', 'jolly', 'keen', 'kind', 'lively', 'lucky', 'mellow', 'merry', 'neat', 'noble',
  'patient', 'proud', 'quick', 'quiet', 'silver', 'sunny', 'swift', 'warm',
];
const ANIMALS = [
  'badger', 'beaver', 'bison', 'crane', 'deer', 'dolphin', 'falcon', 'finch', 'fox', 'gecko', 'hare', 'hedgehog',
  'heron', 'ibis', 'koala', 'lark', 'lemur', 'lynx', 'magpie', 'marten', 'newt', 'otter', 'owl', 'panda', 'puffin',
  'raven', 'robin', 'seal', 'stork', 'tapir', 'wombat', 'wren',
];

const one = (list) => list[random32() % list.length];

export function random32() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

// Such as brave-otter-3f9k.
export function newId() {
  const tail = (random32() % 36 ** 4).toString(36).padStart(4, '0');
  return `${one(MOODS)}-${one(ANIMALS)}-${tail}`;
}

// "Brave Otter" for ids made here, the id itself for others (`plugboard peer` has any).
export function nameOf(id) {
  const parts = /^([a-z]+)-([a-z]+)-[a-z0-9]{4}$/.exec(id);
  if (!parts) return id;
  return parts.slice(1).map((word) => word[0].toUpperCase() + word.slice(1)).join(' ');
}

export function initialsOf(id) {
  const words = nameOf(id).split(/[ _-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => word[0].toUpperCase()).join('');
}

// 0 to 359, the same everywhere.
export function hueOf(id) {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  return hash % 360;
}
