// The smallest relay of Plugboard's protocol on ws: ws_relay.mjs PORT [--deflate]
import { WebSocketServer } from "ws";

const peers = new Map();
const watchers = new Map();

function tell(socket, address, online) {
  socket.send(JSON.stringify({ type: "peer-status", payload: { address, online } }));
}

function tellAll(address, online) {
  for (const socket of watchers.get(address) ?? []) tell(socket, address, online);
}

function take(socket, address, data, isBinary) {
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return;
  }
  if (typeof message.from === "string" && typeof message.to === "string") {
    if (message.from === address) peers.get(message.to)?.send(data, { binary: isBinary });
  } else if (message.type === "watch") {
    let watching = watchers.get(message.address);
    if (watching === undefined) watchers.set(message.address, (watching = new Set()));
    watching.add(socket);
    tell(socket, message.address, peers.has(message.address));
  } else if (message.type === "unwatch") {
    watchers.get(message.address)?.delete(socket);
  }
}

const port = Number(process.argv[2]);
// As Plugboard compresses: every message, at zlib's fastest.
const perMessageDeflate =
  process.argv[3] === "--deflate" && { threshold: 0, zlibDeflateOptions: { level: 1 } };
const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096, perMessageDeflate });
server.on("connection", (socket, request) => {
  const [, channel, id] = request.url.split("?")[0].split("/");
  const address = `${channel}:${id}`;
  peers.set(address, socket);
  tellAll(address, true);
  socket.on("message", (data, isBinary) => take(socket, address, data, isBinary));
  socket.on("close", () => {
    if (peers.get(address) !== socket) return;
    peers.delete(address);
    tellAll(address, false);
  });
});
server.on("listening", () => console.log(`listening on 127.0.0.1:${port}`));
