// What stands before several nodes: passes each connection on to one that takes it.
import net from "node:net";

export class Balancer {
  #ports;
  #turn = 0;
  #server;
  #sockets = new Set();

  static async start(t, nodes) {
    const balancer = new Balancer(nodes.map(({ port }) => port));
    await new Promise((resolve) => { balancer.#server.listen(0, "127.0.0.1", resolve); });
    t.after(() => balancer.#end());
    return balancer;
  }

  constructor(ports) {
    this.#ports = ports;
    this.#server = net.createServer({ allowHalfOpen: true }, (client) => {
      this.#pass(client, this.#ports.length);
    });
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}/socket`;
  }

  #pass(client, tries) {
    const node = net.connect({
      port: this.#ports[this.#turn++ % this.#ports.length], host: "127.0.0.1", allowHalfOpen: true,
    });
    for (const socket of [client, node]) {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    }
    const refused = () => {
      if (tries > 1) this.#pass(client, tries - 1);
      else client.destroy();
    };
    node.once("error", refused);
    client.on("error", () => node.destroy());
    node.once("connect", () => {
      node.off("error", refused);
      node.on("error", () => client.destroy());
      client.pipe(node);
      node.pipe(client);
    });
  }

  #end() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
