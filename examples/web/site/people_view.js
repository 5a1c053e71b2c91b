// The left side: this page's own name, how it stands with the relay, and who else is there.

import { element } from './element.js';
import { hueOf, initialsOf, nameOf } from './names.js';

const STATES = { connecting: 'connecting', connected: 'connected', stopped: 'not connected' };
const WAYS = { direct: 'direct', relay: 'through the relay', none: 'away' };

const byId = (id) => document.getElementById(id);

export function paintAvatar(avatar, id) {
  avatar.textContent = initialsOf(id);
  avatar.style.setProperty('--hue', hueOf(id));
}

export class PeopleView {
  #show;
  #unread = new Map(); // by talk

  constructor({ join, show, link }) {
    this.#show = show;
    byId('key-form').addEventListener('submit', (event) => {
      event.preventDefault();
      byId('key-form').hidden = true;
      this.complain('');
      join(byId('key').value);
    });
    byId('copy-link').addEventListener('click', async ({ target }) => {
      try {
        await navigator.clipboard.writeText(link());
        target.textContent = 'Copied';
      } catch {
        prompt('The link:', link()); // no clipboard for pages from other machines without TLS
      }
      setTimeout(() => (target.textContent = 'Copy the link'), 2_000);
    });
  }

  setSelf({ id, address }) {
    paintAvatar(byId('own-avatar'), id);
    byId('own-name').textContent = nameOf(id);
    byId('own-address').textContent = address;
  }

  setState(state) {
    byId('relay-state').dataset.state = state;
    byId('relay-state').textContent = STATES[state];
    byId('nobody').dataset.state = state;
    if (state !== 'connected') return;
    this.complain('');
    byId('key-form').hidden = true;
  }

  askForKey(why) {
    this.complain(why);
    byId('key-form').hidden = false;
    byId('key').value = '';
    byId('key').focus();
  }

  // Says what is wrong; '' takes it back.
  complain(text, remedy = null, act = null, forMs = null) {
    const trouble = byId('trouble');
    trouble.replaceChildren(text);
    trouble.hidden = text === '';
    if (remedy) trouble.append(' ', element('button', { type: 'button', onclick: act }, remedy));
    if (forMs) {
      setTimeout(() => {
        if (trouble.textContent === text) this.complain('');
      }, forMs);
    }
  }

  addUnread(talk) {
    this.#unread.set(talk, (this.#unread.get(talk) ?? 0) + 1);
    this.#title();
  }

  clearUnread(talk) {
    if (this.#unread.delete(talk)) this.#title();
  }

  update(talks, shown) {
    // Those who have left stay in the list as long as something was said.
    const listed = talks.filter((talk) => talk.online || talk.way === 'direct' || talk.view.hasContent);
    listed.sort((a, b) => b.online - a.online || nameOf(a.id).localeCompare(nameOf(b.id)));
    byId('people-list').replaceChildren(...listed.map((talk) => this.#row(talk, shown)));
    byId('nobody').hidden = listed.length > 0;
    byId('people-title').hidden = listed.length === 0;
  }

  #row(talk, shown) {
    const avatar = element('span', { className: 'avatar', ariaHidden: 'true' });
    paintAvatar(avatar, talk.id);
    const unread = this.#unread.get(talk);
    const row = element('button',
      { type: 'button', className: 'person', onclick: () => this.#show(talk.address) },
      avatar,
      element('span', { className: 'who' },
        element('b', {}, nameOf(talk.id)), element('small', {}, WAYS[talk.way])),
      unread && element('span', { className: 'unread', ariaLabel: `${unread} unread` }, unread));
    row.dataset.address = talk.address;
    row.dataset.way = talk.way;
    if (talk === shown) row.ariaCurrent = 'true';
    return element('li', {}, row);
  }

  #title() {
    const count = [...this.#unread.values()].reduce((sum, each) => sum + each, 0);
    document.title = count > 0 ? `(${count}) Plugboard` : 'Plugboard';
  }
}
