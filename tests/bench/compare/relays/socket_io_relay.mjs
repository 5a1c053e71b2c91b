// The smallest relay on socket.io: the event "m" with (to, message) reaches `to`, whose socket came
// with that id in its query, as the event "m" with (message). socket_io_relay.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });
const peers = new Map();

io.on("connection", (socket) => {
  const { id } = socket.handshake.query;
  peers.set(id, socket);
  socket.on("m", (to, message) => peers.get(to)?.emit("m", message));
  socket.on("disconnect", () => {
    if (peers.get(id) === socket) peers.delete(id);
  });
});

const port = Number(process.argv[2]);
http.listen({ host: "127.0.0.1", port, backlog: 4096 }, () =>
  console.log(`listening on 127.0.0.1:${port}`),
);
