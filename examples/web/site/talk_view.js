// One conversation as it looks: who it is with, which way is used, what was said, what was sent.

import { drawing, element } from './element.js';
import { MAX_SIZE } from './files.js';
import { nameOf } from './names.js';
import { paintAvatar } from './people_view.js';

// Pictures are shown; of anything else a browser might run what is in it.
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
const PREVIEW_SIZE = 20 * 1024 * 1024;

// You below on the left, the peer on the right, the relay above.
const WAY_DRAWING = `
  <svg class="way-drawing" viewBox="0 0 120 44" aria-hidden="true">
    <path class="over" d="M14 34C30 6 44 8 60 8S90 6 106 34"/>
    <path class="straight" d="M22 34h76"/>
    <circle class="relay" cx="60" cy="8" r="5"/>
    <circle class="end" cx="14" cy="34" r="6"/>
    <circle class="end" cx="106" cy="34" r="6"/>
  </svg>`;
const CLIP = `
  <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path fill="none" stroke="currentColor"
    stroke-width="2" stroke-linecap="round" d="m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.700 4.700l-8.500
    8.500a1.700 1.700 0 0 1-2.400-2.400l7.800-7.800"/></svg>`;
const PLANE = `
  <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="currentColor"
    d="M3.400 20.400 21.500 12 3.400 3.600 3.300 10.100 15 12 3.300 13.900z"/></svg>`;
const ARROW = `
  <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path fill="none" stroke="currentColor"
    stroke-width="2.200" stroke-linecap="round" stroke-linejoin="round" d="M15 5l-7 7 7 7"/></svg>`;

const WAY_WORDS = { direct: 'direct', relay: 'relayed' };

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function sizeText(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 3);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

function waysText({ direct, relay }) {
  if (direct > 0 && relay > 0) return 'partly direct, partly relayed';
  return direct > 0 ? 'direct' : 'relayed';
}

export class TalkView {
  hasContent = false;

  #talk;
  #unread;
  #changed;
  #wayText;
  #log;
  #field;
  #send;
  #attach;
  #cards = new Map(); // by file

  constructor(talk, { back, unread, changed }) {
    this.#talk = talk;
    this.#unread = unread;
    this.#changed = changed;
    const avatar = element('span', { className: 'avatar', ariaHidden: 'true' });
    paintAvatar(avatar, talk.id);
    this.#wayText = element('span', { className: 'way-text', role: 'status' });
    this.#log = element('ol', { className: 'log', role: 'log', tabIndex: 0, ariaLabel: 'Messages' });
    this.element = element('section', { className: 'one-talk', hidden: true },
      element('header', { className: 'bar' },
        element('button', { type: 'button', className: 'icon back', ariaLabel: 'Back', onclick: back },
          drawing(ARROW)),
        avatar,
        element('span', { className: 'who' },
          element('b', {}, nameOf(talk.id)), element('small', {}, talk.address)),
        element('span', { className: 'way' }, drawing(WAY_DRAWING), this.#wayText)),
      this.#log,
      this.#composer());
    this.#letDrop();
    document.getElementById('talks').append(this.element);
    this.wayChanged();
  }

  focus() {
    // Phones would bring up their keyboard.
    if (matchMedia('(pointer: fine)').matches) this.#field.focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  wayChanged() {
    const { way, searching } = this.#talk;
    this.element.dataset.way = way;
    this.element.dataset.searching = searching;
    this.#wayText.textContent = {
      direct: 'Direct',
      relay: searching ? 'Relayed; looking for a direct way' : 'Through the relay',
      none: 'Not reachable',
    }[way];
    this.#send.disabled = this.#attach.disabled = way === 'none';
    this.#changed();
  }

  text(own, text, way) {
    this.#add(own, element('p', { className: 'bubble' }, text), WAY_WORDS[way]);
  }

  file(own, file) {
    const card = element('div', { className: 'bubble file' });
    const foot = this.#add(own, card, '');
    this.#cards.set(file, { card, foot, own });
    this.fileChanged(file);
  }

  fileChanged(file) {
    const known = this.#cards.get(file);
    const { card, foot, own } = known;
    card.dataset.state = file.state;
    if (known.state !== file.state) {
      known.state = file.state;
      const atEnd = this.#isAtEnd();
      known.bar = file.state === 'moving' && element('progress', { max: Math.max(file.size, 1) });
      known.told = element('small', {});
      card.replaceChildren(
        element('b', {}, file.name), known.told,
        ...[known.bar, ...(own ? [] : this.#choices(file))].filter(Boolean));
      if (file.state === 'done') foot.textContent = `${time.format()} · ${waysText(file.wayCounts)}`;
      if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    }
    known.told.textContent = this.#fileText(own, file);
    if (known.bar) known.bar.value = file.done;
  }

  #fileText(own, file) {
    const size = sizeText(file.size);
    switch (file.state) {
      case 'offered': return own ? `${size}, waiting for an answer` : size;
      case 'moving': return `${sizeText(file.done)} of ${size}, ${waysText(file.wayCounts)}`;
      case 'done': return own ? `${size}, received` : size;
      case 'declined': return `${size}, declined`;
      default: return file.size > MAX_SIZE ? `${size}: too large for this page` : `${size}, not sent`;
    }
  }

  // What the receiver may do with a file.
  #choices(file) {
    if (file.state === 'offered') {
      return [element('span', { className: 'row' },
        element('button', { type: 'button', className: 'primary', onclick: () => file.accept() }, 'Accept'),
        element('button', { type: 'button', onclick: () => file.decline() }, 'Decline'))];
    }
    if (file.state !== 'done') return [];
    const made = [];
    if (PICTURES.has(file.type) && file.size <= PREVIEW_SIZE) {
      made.push(element('img', {
        className: 'preview', alt: '', src: URL.createObjectURL(file.blob(file.type)),
        onload: () => (this.#log.scrollTop = this.#log.scrollHeight),
      }));
    }
    made.push(element('a', {
      className: 'save', download: file.name, href: URL.createObjectURL(file.blob()),
    }, 'Save'));
    return made;
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60;
  }

  #add(own, content, way) {
    this.hasContent = true;
    const atEnd = own || this.#isAtEnd();
    const foot = element('small', { className: 'foot' }, way ? `${time.format()} · ${way}` : time.format());
    this.#log.append(element('li', { className: own ? 'own' : 'theirs' }, content, foot));
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    if (!own) this.#unread();
    return foot;
  }

  #composer() {
    const picker = element('input', {
      type: 'file', multiple: true, hidden: true,
      onchange: () => {
        this.#offerAll(picker.files);
        picker.value = '';
      },
    });
    this.#attach = element('button', {
      type: 'button', className: 'icon', ariaLabel: 'Send a file', onclick: () => picker.click(),
    }, drawing(CLIP));
    this.#field = element('input', {
      type: 'text', autocomplete: 'off', enterKeyHint: 'send', placeholder: 'Message', ariaLabel: 'Message',
    });
    this.#send = element('button', { className: 'icon primary', ariaLabel: 'Send' }, drawing(PLANE));
    return element('form', {
      className: 'composer',
      onsubmit: (event) => {
        event.preventDefault();
        const text = this.#field.value.trim();
        if (text !== '' && this.#talk.say(text)) this.#field.value = '';
      },
    }, picker, this.#attach, this.#field, this.#send);
  }

  #offerAll(files) {
    for (const file of files) this.#talk.offer(file);
  }

  #letDrop() {
    const holdsFiles = (event) => event.dataTransfer?.types.includes('Files');
    this.element.addEventListener('dragover', (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.element.classList.add('dropping');
    });
    this.element.addEventListener('dragleave', (event) => {
      if (!this.element.contains(event.relatedTarget)) this.element.classList.remove('dropping');
    });
    this.element.addEventListener('drop', (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.element.classList.remove('dropping');
      if (this.#talk.way !== 'none') this.#offerAll(event.dataTransfer.files);
    });
  }
}
