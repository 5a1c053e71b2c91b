// Writes down what a release of the plugin ABI looks like, as static asserts: of every struct its
// size, of every member its offset, size and type, of every constant its value, of every typedef its
// type. Run when a minor version is released, and by a test that sees to it that nobody edits the
// result by hand:
//
//   node freeze.mjs FOLDER > FOLDER/asserts.inc
//
// FOLDER/include/plugboard holds the frozen copy of the release's C headers. Sizes and offsets are
// those that g++ finds on this machine (x86-64, or another LP64 system).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = process.argv[2];
const include = join(folder, 'include');
const headers = readdirSync(join(include, 'plugboard')).filter((name) => name.endsWith('.h')).sort();

/// The source without comments and continued lines.
function source(header) {
  return readFileSync(join(include, 'plugboard', header), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\\\n/g, ' ');
}

const spaced = (text) => text.replace(/\s+/g, ' ').trim();

/// Splits at semicolons that stand in no parentheses.
function declarations(body) {
  const found = [];
  let depth = 0;
  let text = '';
  for (const c of body) {
    if (c === '(') depth += 1;
    if (c === ')') depth -= 1;
    if (c === ';' && depth === 0) {
      found.push(spaced(text));
      text = '';
    } else {
      text += c;
    }
  }
  return found.filter((declaration) => declaration !== '');
}

/// Takes the names out of a parameter list, so that it is a type.
function parameters(list) {
  const split = [];
  let depth = 0;
  let text = '';
  for (const c of list) {
    if (c === '(') depth += 1;
    if (c === ')') depth -= 1;
    if (c === ',' && depth === 0) {
      split.push(text);
      text = '';
    } else {
      text += c;
    }
  }
  split.push(text);
  return split.map((parameter) => {
    const text = spaced(parameter);
    const callback = /^(.*?)\(\*(\w+)\)\((.*)\)$/.exec(text);
    if (callback) return `${spaced(callback[1])} (*)(${parameters(callback[3])})`;
    return text === 'void' ? 'void' : spaced(text.replace(/\b\w+$/, ''));
  }).join(', ');
}

/// A member's or typedef's name and type.
function declared(text) {
  const pointer = /^(.*?)\(\*(\w+)\)\((.*)\)$/.exec(text);
  if (pointer) {
    return { name: pointer[2], type: `${spaced(pointer[1])} (*)(${parameters(pointer[3])})` };
  }
  const array = /^(.*?)\s*\b(\w+)\[(.*)\]$/.exec(text);
  if (array) return { name: array[2], type: `${spaced(array[1])}[${array[3]}]` };
  const plain = /^(.*?)\b(\w+)$/.exec(text);
  return { name: plain[2], type: spaced(plain[1]) };
}

const constants = [];
const structs = [];
const typedefs = [];
for (const header of headers) {
  const text = source(header);
  for (const [, name, value] of text.matchAll(/^#define (PLUGBOARD_\w+)[ \t]+(\S.*)$/gm)) {
    if (name !== 'PLUGBOARD_EXPORT' && !/_H$/.test(name)) constants.push({ header, name, value: value.trim() });
  }
  const code = text.replace(/^\s*#.*$/gm, '').replace(/extern "C" \{/g, '');
  for (const [, typedef, tag, body] of code.matchAll(/(typedef )?struct (plugboard_\w+) \{([^{}]*)\}/g)) {
    structs.push({ header, name: tag, typedef: Boolean(typedef), members: declarations(body).map(declared) });
  }
  for (const declaration of declarations(code.replace(/\{[^{}]*\}/g, ''))) {
    const [, what] = /^typedef (.*)$/.exec(declaration) ?? [];
    if (what && !what.startsWith('struct ')) typedefs.push({ header, ...declared(what) });
  }
}

/// Has the compiler say how large things are and where they lie.
function measure() {
  const work = mkdtempSync(join(tmpdir(), 'freeze-'));
  try {
    const lines = ['#include <cstddef>', '#include <cstdio>', '#include <plugboard/plugboard.h>',
      'int main() {'];
    for (const { name, members } of structs) {
      lines.push(`std::printf("%zu\\n", sizeof(${name}));`);
      for (const member of members) {
        lines.push(`std::printf("%zu\\n%zu\\n", offsetof(${name}, ${member.name}), ` +
          `sizeof(${name}::${member.name}));`);
      }
    }
    lines.push('}');
    writeFileSync(join(work, 'measure.cpp'), lines.join('\n'));
    execFileSync('g++', ['-std=c++17', '-I', include, '-o', join(work, 'measure'),
      join(work, 'measure.cpp')]);
    return execFileSync(join(work, 'measure'), { encoding: 'utf8' }).trim().split('\n');
  } finally {
    rmSync(work, { recursive: true });
  }
}

const numbers = measure();
const out = ['// Written by tests/abi/freeze.mjs; not to be edited.'];
let present = '';
const heading = (header) => {
  if (header !== present) out.push('', `// ${header}`);
  present = header;
};
for (const { header, name, value } of constants) {
  heading(header);
  if (/^"/.test(value)) {
    out.push(`FROZEN_TEXT(${name}, ${value})`);
  } else if (!/\(/.test(value)) {
    out.push(`FROZEN_VALUE(${name}, ${value})`);
  }
}
for (const { header, name, type } of typedefs) {
  heading(header);
  out.push(`FROZEN_TYPEDEF(${name}, ${type})`);
}
for (const { header, name, members } of structs) {
  heading(header);
  // Those without a size of their own can never grow.
  const grows = members[0].name === 'size' && members[0].type === 'uint32_t';
  out.push(`${grows ? 'FROZEN_STRUCT' : 'FROZEN_WHOLE_STRUCT'}(${name}, ${numbers.shift()})`);
  for (const member of members) {
    out.push(`FROZEN_MEMBER(${name}, ${member.name}, ${numbers.shift()}, ${numbers.shift()}, ` +
      `${member.type})`);
  }
}
process.stdout.write(out.join('\n') + '\n');
