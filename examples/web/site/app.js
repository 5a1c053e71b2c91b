// The page: joins the relay, keeps a list of who is there, and a conversation with each.

import { RelayClient } from './client/plugboard-client.js';
import { channel } from './config.js';
import { newId } from './names.js';
import { PeopleView } from './people_view.js';
import { Talk } from './talk.js';
import { TalkView } from './talk_view.js';

// After a new connection the relay tells who is there; who was, and is not told, has gone.
const ROLL_CALL = 1_500; // ms

const talks = new Map(); // by address
let relay = null;
let shown = null;

const people = new PeopleView({
  join: (key) => {
    sessionStorage.setItem('key', key);
    join(sessionStorage.getItem('id'));
  },
  show: (address) => show(talks.get(address)),
  link: () => {
    const key = sessionStorage.getItem('key');
    return `${location.origin}${location.pathname}${key ? `#key=${encodeURIComponent(key)}` : ''}`;
  },
});

function listPeople() {
  people.update([...talks.values()], shown);
}

function talkWith(address) {
  let talk = talks.get(address);
  if (!talk) {
    talk = new Talk(relay, address);
    talk.view = new TalkView(talk, {
      back: () => show(null),
      unread: () => {
        if (talk !== shown || document.hidden) people.addUnread(talk);
        listPeople();
      },
      changed: listPeople,
    });
    talks.set(address, talk);
  }
  return talk;
}

function show(talk) {
  shown = talk;
  document.body.dataset.view = talk ? 'talk' : 'people';
  document.getElementById('nothing-open').hidden = talk !== null;
  for (const each of talks.values()) each.view.element.hidden = each !== talk;
  people.clearUnread(talk);
  listPeople();
  if (!talk) return;
  talk.open();
  talk.view.focus();
}

function join(id) {
  relay?.close();
  for (const talk of talks.values()) talk.end();
  talks.clear();
  document.getElementById('talks').replaceChildren();
  sessionStorage.setItem('id', id);

  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const key = sessionStorage.getItem('key') ?? '';
  try {
    relay = new RelayClient({ url: `${scheme}://${location.host}`, channel, id, key });
  } catch {
    sessionStorage.removeItem('key');
    people.setState('stopped');
    people.askForKey('That is not an access key.');
    return;
  }
  const client = relay;
  people.setSelf(client);
  people.setState('connecting');
  show(null);

  client.on('open', () => {
    const before = new Set(talks.keys());
    const there = (address) => before.delete(address);
    client.on('peer-status', there);
    setTimeout(() => {
      client.off('peer-status', there);
      if (client.connected) for (const address of before) talks.get(address).setOnline(false);
    }, ROLL_CALL);
    client.watch(`${channel}:*`);
    client.watch(client.address); // its answer says that the relay has let this page in
  });
  client.on('peer-status', (address, online) => {
    if (address === client.address) {
      people.setState('connected');
      for (const talk of talks.values()) talk.relayChanged();
    } else if (online || talks.has(address)) {
      talkWith(address).setOnline(online);
    }
    listPeople();
  });
  client.on('message', (from, payload) => talkWith(from).receiveRelayed(payload));
  client.on('error', (code, message) => {
    if (code === 'INVALID_KEY' || code === 'KEY_REVOKED') {
      sessionStorage.removeItem('key');
      people.askForKey(key ? `The relay refuses this key: ${message}.` : 'This relay asks for a key.');
    } else if (code === 'REPLACED') {
      people.complain('Another tab has taken this name.', 'Take another', () => join(newId()));
    } else if (code === 'RATE_LIMITED') {
      people.complain('The relay asks to go slower; this page waits a moment.', null, null, 5_000);
    } else {
      people.complain(message);
    }
  });
  client.on('close', () => {
    if (client !== relay) return;
    people.setState(client.stopped ? 'stopped' : 'connecting');
    for (const talk of talks.values()) talk.relayChanged();
  });
  client.connect();
}

addEventListener('visibilitychange', () => {
  if (document.hidden || !shown) return;
  people.clearUnread(shown);
  listPeople();
});

// The key is in the part of the link that browsers send to nobody. It leaves the address bar, where
// people would show it to each other.
function takeKeyFromLink() {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key === null) return;
  sessionStorage.setItem('key', key);
  history.replaceState(null, '', location.pathname + location.search);
}

takeKeyFromLink();
addEventListener('hashchange', () => {
  takeKeyFromLink();
  join(sessionStorage.getItem('id'));
});
join(sessionStorage.getItem('id') ?? newId());
