// Servers that help browsers behind different routers to find a direct way, in the form of
// RTCPeerConnection's option of that name: [{ urls: 'stun:stun.example.org' }]. None are needed on
// one machine or in one network; without one, peers further apart talk through the relay.
export const iceServers = [];

// As examples/quickstart/plugboard.toml names it; needs presence_list = true.
export const channel = 'demo';
