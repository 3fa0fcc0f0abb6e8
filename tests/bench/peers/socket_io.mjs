// The same on npm's `socket.io`: frames are the argument of an event, "m".
import { createServer } from "node:http";
import { Server } from "socket.io";
import { Rooms, options } from "./rooms.mjs";

const { port, capacity } = options();
const http = createServer((_, response) => response.end());
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
const rooms = new Rooms(capacity, (room, frame) => io.to(room.topic).emit("m", frame));

io.on("connection", (socket) => {
  const client = {
    send: (frame) => socket.emit("m", frame),
    enter: (topic) => socket.join(topic),
  };
  socket.on("m", (frame) => {
    if (frame[3] === "phx_leave") socket.leave(frame[2]);
    rooms.hear(client, frame);
  });
  socket.on("disconnect", () => rooms.gone(client));
});
http.listen(port, "127.0.0.1", 4096);
