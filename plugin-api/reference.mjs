// Writes docs/plugin-reference.md from the C headers, which are where everything is explained:
//
//   node plugin-api/reference.mjs > docs/plugin-reference.md
//
// A test sees to it that the page is that of the headers of now.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'include', 'plugboard');
const headers = ['abi.h', 'plugin.h', 'host.h', 'key_store.h', 'rate_limiter.h', 'hook.h',
  'http_handler.h', 'blob_store.h', 'id_parser.h'];

/// A comment's words as Markdown: paragraphs, and indented lines as they stand.
function prose(comment) {
  const lines = comment.replace(/^\/\*/, '').replace(/\*\/$/, '').split('\n')
    .map((line, index) => (index === 0 ? line.trim() : line.replace(/^ {0,3}/, '').trimEnd()));
  const out = [];
  let fenced = false;
  for (const line of lines) {
    const indented = /^ {2,}\S/.test(line);
    const listed = /^\w[\w ]*? {2,}\S/.test(line) && !/[.,;:]$/.test(line.split(/ {2,}/)[0]);
    const continued = fenced && /^ {4,}\S/.test(line);
    if ((indented || listed || continued) && !fenced) {
      out.push('', '```text');
      fenced = true;
    } else if (fenced && !indented && !listed && !continued) {
      out.push('```');
      if (line !== '') out.push('');
      fenced = false;
    }
    out.push(line);
  }
  if (fenced) out.push('```');
  return out.join('\n').trim();
}

/// The same in one line.
const sentence = (comment) => comment.replace(/^\/\*/, '').replace(/\*\/$/, '').replace(/\s+/g, ' ').trim();

const declaration = (text) => text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\s+/g, ' ').trim();

/// What a comment says and what follows it, piece by piece: members of a struct.
function members(body) {
  const out = [];
  const piece = /(\/\*[\s\S]*?\*\/)|([^;/]+(?:\([^;]*\))?[^;/]*;)([ \t]*\/\*[\s\S]*?\*\/)?/g;
  let about = '';
  for (const [, comment, member, behind] of body.matchAll(piece)) {
    if (comment) {
      about = comment;
      continue;
    }
    out.push({ member: declaration(member), about: [about, behind ?? ''].filter((text) => text.trim() !== '').map((text) => sentence(text.trim())).join(' ') });
    about = '';
  }
  return out;
}

const out = ['# Plugin reference', '',
  'Every constant, struct and function of the plugin ABI, in the words of its headers; written by',
  '`plugin-api/reference.mjs`. How they are used together is told in [plugin-guide.md](plugin-guide.md), how they may',
  'change in [abi.md](abi.md). The C++ layer is explained in its own headers (`plugboard/*.hpp`), which begin with the list of',
  'what a class may have.', ''];

for (const header of headers) {
  const text = readFileSync(join(folder, header), 'utf8');
  const intro = /^\/\*[\s\S]*?\*\//.exec(text)[0];
  out.push(`## ${header}`, '', prose(intro), '');
  const code = text.slice(text.indexOf('extern "C" {')).replace(/^#(if|ifdef|ifndef|else|endif|include).*$/gm, '');
  const piece = /(\/\*[\s\S]*?\*\/)|#define (PLUGBOARD_\w+)((?:\(.*?\))?)[ \t]*((?:.*\\\n)*.*)|(typedef )?struct (\w+) \{([\s\S]*?)\n\}[^;]*;|([^;#/{}]+;)([ \t]*\/\*[\s\S]*?\*\/)?/g;
  let about = '';
  let constants = [];
  const flush = () => {
    if (constants.length > 0) out.push('| constant | value | |', '| --- | --- | --- |', ...constants, '');
    constants = [];
  };
  for (const [, comment, constant, args, value, , struct, body, other] of code.matchAll(piece)) {
    if (comment) {
      flush();
      if (about) out.push(prose(about), '');
      about = comment;
    } else if (constant) {
      const [, plain, behind] = /^([\s\S]*?)(\/\*[\s\S]*\*\/)?\s*$/.exec(value);
      if (constant === 'PLUGBOARD_EXPORT') continue;
      if (args) {
        out.push(`### \`${constant}${args}\``, '', about ? prose(about) : '', '');
        about = '';
        continue;
      }
      if (about) out.push(prose(about), '');
      about = '';
      // A comment may go on in the next line.
      const rest = behind ?? (/\/\*/.test(plain) ? plain.slice(plain.indexOf('/*')) : '');
      const shown = plain.replace(/\/\*[\s\S]*$/, '').trim();
      constants.push(`| \`${constant}\` | \`${shown}\` | ${rest ? sentence(rest) : ''} |`);
    } else if (struct) {
      flush();
      out.push(`### \`${struct}\``, '');
      if (about) out.push(prose(about), '');
      about = '';
      for (const { member, about: said } of members(body)) {
        out.push(`- \`${member}\`${said ? `  \n  ${said}` : ''}`);
      }
      out.push('');
    } else if (other && declaration(other) !== ';') {
      flush();
      out.push(`### \`${declaration(other)}\``, '');
      if (about) out.push(prose(about), '');
      about = '';
    }
  }
  flush();
  if (about) out.push(prose(about), '');
}
process.stdout.write(out.join('\n').replace(/\n{3,}/g, '\n\n').trimEnd() + '\n');
