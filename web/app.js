// The page: one room at a time, through the stock Phoenix client.
import { Presence, Socket } from "phoenix";

const element = (id) => document.getElementById(id);
const tell = (text) => { element("status").textContent = text; };
const alarm = (text) => { element("notice").textContent = text; };
const message_count_max = 500;

/// Chat arrives escaped, for pages that show it as HTML. This one shows text.
const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const as_typed = (text) => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]);

function tagged(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function show_message({ display_name, text, ts }) {
  const line = document.createElement("li");
  const time = new Date(ts).toLocaleTimeString([], { timeStyle: "short" });
  line.append(tagged("b", display_name), " ", tagged("small", time), "\n", as_typed(text));
  const chat = element("chat");
  chat.append(line);
  while (chat.childElementCount > message_count_max)
    chat.firstElementChild.remove();
  chat.scrollTop = chat.scrollHeight;
}

function show_roster(presence, seat) {
  const entries = presence.list((id, { metas: [meta] }) => {
    const line = tagged("li", meta.display_name);
    if (id === seat.self_id)
      line.append(" ", tagged("small", "(you)"));
    return line;
  });
  element("roster").replaceChildren(...entries);
  element("here").textContent = `Here now: ${entries.length} of ${seat.capacity}`;
}

function show(inside) {
  element("lobby").hidden = inside;
  element("inside").hidden = !inside;
  element(inside ? "text" : "name").focus();
}

/// What a refusal says to a person.
function explain({ error, reason, limit, reasons }) {
  if (error === "capacity")
    return `This room is full: it takes ${limit} people.`;
  return reasons?.join("; ") ?? reason ?? "The server refused.";
}

function enter(room_id, display_name) {
  // The token and the last number seen bring us back to the same seat, with
  // whatever we missed, when the connection breaks.
  const seat = { token: "", seq: 0, self_id: "", capacity: 0 };
  // Listens before the client does, which hangs up without leaving.
  const leave_politely = () => channel.leave();
  addEventListener("pagehide", leave_politely);
  const socket = new Socket("/socket");
  const channel = socket.channel(`room:${room_id}`, () =>
    ({ room_id, display_name, resume: seat.token, last_seq: seat.seq }));
  const presence = new Presence(channel);
  let over = false;

  /// Stops the client, which would try again for ever otherwise.
  function give_up(why) {
    if (over)
      return;
    over = true;
    removeEventListener("pagehide", leave_politely);
    channel.leave();
    socket.disconnect();
    element("leave").onclick = element("compose").onsubmit = null;
    tell("");
    alarm(why);
    show(false);
  }

  channel.onMessage = (event, payload) => {
    seat.seq = payload?.seq ?? seat.seq;
    return payload;
  };
  channel.on("chat:msg", show_message);
  presence.onSync(() => show_roster(presence, seat));
  socket.onClose(() => tell(over ? "" : "Connection lost; trying again"));

  channel.join()
    .receive("ok", (reply) => {
      const { self_id, capacity, resume_token: token } = reply;
      // What a resumed join missed is still to come, and counts when it is here.
      const seq = reply.resumed && reply.replay !== "lost" ? seat.seq : reply.seq;
      Object.assign(seat, { self_id, capacity, token, seq });
      tell("Connected");
      alarm("");
      if (element("inside").hidden)
        show(true);
    })
    .receive("error", (refusal) => {
      if (["capacity", "invalid_payload", "unauthorized"].includes(refusal.error))
        give_up(explain(refusal));
      else
        tell("The server cannot let you in now; trying again");
    })
    .receive("timeout", () => tell("No answer; trying again"));
  channel.onClose(() => give_up("You are no longer in this room."));

  element("title").textContent = room_id;
  element("chat").replaceChildren();
  element("leave").onclick = () => give_up("");
  element("compose").onsubmit = (submit) => {
    submit.preventDefault();
    const text = element("text").value;
    element("text").value = "";
    const failed = (why) => { alarm(`${why} \u201c${text}\u201d`); };
    channel.push("chat:msg", { text })
      .receive("ok", () => alarm(""))
      .receive("error", (refusal) => failed(`Not sent: ${explain(refusal)}`))
      .receive("timeout", () => failed("No answer; perhaps not sent:"));
  };
  tell("Connecting");
  alarm("");
  socket.connect();
}

element("generate").onclick = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  element("room").value = Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
};
element("lobby").onsubmit = (submit) => {
  submit.preventDefault();
  const room_id = element("room").value.trim();
  history.replaceState(null, "", `/r/${encodeURIComponent(room_id)}`);
  enter(room_id, element("name").value.trim());
};
element("room").value = decodeURIComponent(location.pathname.replace(/^\/(r\/)?/, ""));
tell("");
