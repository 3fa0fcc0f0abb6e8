// How an application makes use of resume with the stock client: join params that
// are a function, so that every rejoin names the token and the last number heard.
import { Seat } from "./stock.mjs";

export class ResumableSeat extends Seat {
  token = "";
  lastSeq = 0;
  #posts = [];
  #sent = 0;

  constructor(client, room, name) {
    super(client, room, () => (
      { display_name: name, resume: this.token, last_seq: this.lastSeq }));
    const record = this.channel.onMessage;
    this.channel.onMessage = (event, payload, ...refs) => {
      if (payload?.seq !== undefined) this.lastSeq = payload.seq;
      return record(event, payload, ...refs);
    };
  }

  admitted(response) {
    this.token = response.resume_token;
    if (!response.resumed || response.replay === "lost") this.lastSeq = response.seq;
    // What the room does not have was lost on its way there.
    if (response.resumed && response.replay !== "lost") this.#sent = response.received;
    this.#flush();
  }

  /// Pushes once and in order, whatever happens to the connection.
  post(event, payload) {
    this.#posts.push([event, payload]);
    this.#flush();
  }

  /// Everything that is pushed counts, or else `received` would mean nothing.
  push(event, payload) {
    this.#posts.push([event, payload]);
    this.#sent = this.#posts.length;
    return super.push(event, payload);
  }

  get postCount() {
    return this.#posts.length;
  }

  #flush() {
    const { channel, client } = this;
    while (this.#sent < this.#posts.length && channel.state === "joined"
           && client.socket.isConnected()) {
      this.send(...this.#posts[this.#sent++]);
    }
  }

  /// The next admission after the first `count` ones.
  async admission(count) {
    const { response } = await this.replies.find(
      ({ status }) => status === "ok", `admission ${count + 1}`, { from: count });
    return response;
  }
}
