// PeerJS's signalling server as its package has it: peer_server.mjs PORT
import { PeerServer } from "peer";

const port = Number(process.argv[2]);
const options = { host: "127.0.0.1", port, path: "/", concurrent_limit: 1_000_000 };
PeerServer(options, () => console.log(`listening on 127.0.0.1:${port}`));
