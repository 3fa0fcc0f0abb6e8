// What `greenroom ctl` says to a server, without a process for each question.
import net from "node:net";

const patienceMs = 5_000;

/// @param {string} path The server's control socket.
/// @returns {Promise<string | undefined>} Nothing if it gave no answer.
export function askNode(path, request) {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.createConnection(path, () => socket.write(`${request}\n`));
    socket.setEncoding("utf8").setTimeout(patienceMs, () => socket.destroy());
    socket.on("data", (text) => { answer += text; });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer.startsWith("ok\n") ? answer.slice(3) : undefined));
  });
}
