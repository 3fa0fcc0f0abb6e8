// A relay as it is written by hand on npm's `ws`.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { Rooms, options } from "./rooms.mjs";

const { port, capacity } = options();
const rooms = new Rooms(capacity, (room, frame) => {
  const text = JSON.stringify(frame); // Once for all of them.
  for (const { socket } of room.members.values()) socket.send(text);
});

const http = createServer((_, response) => response.end());
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (socket) => {
  const client = { socket, send: (frame) => socket.send(JSON.stringify(frame)) };
  socket.on("message", (bytes) => rooms.hear(client, JSON.parse(bytes)));
  socket.on("close", () => rooms.gone(client));
  socket.on("error", () => socket.terminate());
});
http.listen(port, "127.0.0.1", 4096);
