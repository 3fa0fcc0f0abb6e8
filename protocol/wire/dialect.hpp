// A dialect: how one connection's messages become commands, and how events
// become its messages. Pure values: no thread, clock, socket or actor.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/vocabulary/journal.hpp"
#include "protocol/vocabulary/messages.hpp"
#include "protocol/vocabulary/prefetch.hpp"
#include "protocol/wire/json_text.hpp"

namespace greenroom::wire {

/// Names one joined topic (one session) of one connection. Never used twice.
using slot_id = std::uint32_t;

/// What a dialect asks of the connection that carries it. Called only from
/// within a dialect's own functions.
class dialect_host {
public:
  /// Queues bytes for the client, behind everything queued before.
  virtual void send(shared_frame frame) = 0;

  /// Queues an event for the client. The connection calls `dialect::encode`
  /// when its turn comes; until then it may merge or replace it, see
  /// net/outbox_queue.hpp. A replay counts
  /// less towards the bound, see `limits::replay_share`.
  virtual void relay(slot_id slot, shared_event event, bool is_replay) = 0;

  /// Starts a session for `slot`.
  virtual void open(slot_id slot, join_request request) = 0;

  /// Hands a push to the room of `slot`, as its session's word, with what else was read at
  /// once, but before any `leave` or `release` of the slot. Only between `session_opened`
  /// and `leave`, and never beyond the slot's credit.
  virtual void push(slot_id slot, client_push&& push) = 0;

  /// Asks the session of `slot` to leave. It answers `room_left` or, if it was
  /// still joining, `join_refused`.
  virtual void leave(slot_id slot) = 0;

  /// Lets go of the session of `slot`, which will not be heard of again: it has
  /// ended, or else its client is lost to it.
  virtual void release(slot_id slot) = 0;

  /// Closes the connection, once what was queued before is sent.
  virtual void close(close_reason reason) = 0;

  /// Logs a refusal that no room knows of. The connection adds when it was, and from
  /// which address; of many it leaves some out.
  virtual void note(journal_entry refused) = 0;

protected:
  ~dialect_host() = default;
};

class dialect {
public:
  virtual ~dialect() = default;

  /// Takes one whole text message of the client.
  /// @param text At most `limits::message_bytes_max` bytes, not yet known to be
  ///             UTF-8. Parsed in place: its content is unspecified afterwards.
  virtual void receive(std::string& text, instant now, dialect_host& host) = 0;

  /// Takes what the session of `slot` says. Late words of a session whose slot
  /// was released are ignored.
  virtual void hear(slot_id slot, session_event&& event, dialect_host& host) = 0;

  /// Renders a relayed event at the moment at which it is to be sent, behind what `out`
  /// has.
  /// @returns false, and adds nothing, when the slot does not listen any more.
  virtual bool encode(slot_id slot, const room_event& event, json_text& out) = 0;

  /// Answers what has waited too long. Called about once a second while anything waits.
  virtual void tick(instant now, dialect_host& host) = 0;

  /// @returns Whether anything waits.
  virtual bool has_deadlines() const = 0;

  /// @returns false while so much is parked that the connection must not read.
  virtual bool wants_input() const = 0;

  /// Adds room and participant to a line about the connection, if it has only one.
  virtual void identify(journal_entry& line) const = 0;
  /// @returns Whether anything that the client said waits for its turn. Then an end of
  ///          the connection that came behind it waits too.
  virtual bool has_parked() const = 0;

  /// Lists what is needed when a message of `slot` is received or an event heard, see
  /// protocol/vocabulary/prefetch.hpp.
  virtual void list_needed(slot_id slot, prefetch_list& places) const = 0;
};

} // namespace greenroom::wire
