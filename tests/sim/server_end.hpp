// The server's end of one simulated connection: what a WebSocket session with its
// dialect is in production.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/ports.hpp"
#include "protocol/wire/dialect.hpp"
#include "tests/sim/node.hpp"

namespace greenroom::sim {

using wire::slot_id;

struct leave_topic {};

/// What a client says, one slot for each of its joins.
struct request {
  slot_id slot = 0;
  std::variant<join_request, client_push, leave_topic> what;
};

/// Of a word that names no join: whichever is current means it.
inline constexpr slot_id any_slot = 0;

/// The whole roster once more, as Phoenix's `presence_state`.
struct roster_told {
  std::vector<presence> roster;
};

/// What a client hears.
struct word {
  slot_id slot = any_slot;
  std::variant<session_event, roster_told> what;
};

/// What a server's end asks of the world around it.
struct surroundings {
  std::function<std::shared_ptr<session_hold>(join_request, std::shared_ptr<outbox_port>)>
    open;
  std::function<void(std::int64_t wait_ms, std::function<void()>)> after;
  std::function<instant()> now;
};

/// One session of a connection.
struct attachment {
  std::shared_ptr<session_hold> session; ///< Null once it has ended.
  participant_id who;                    ///< Nil until it was admitted.
  bool is_joined = false;
  bool is_leaving = false;
  bool was_told_last = false; ///< Its last word came.
  bool is_overdrawn = false;  ///< Got more credit back than it ever used.
  std::uint32_t count_in_flight = 0;
  std::size_t bytes_in_flight = 0;
  client_pushes said; ///< Not handed to the session yet.

  /// @returns Whether there is a session, and its process lives.
  bool is_alive() const { return session && session->is_alive(); }
};

class server_end {
public:
  explicit server_end(surroundings world) : world_(std::move(world)) {}
  virtual ~server_end() = default;
  server_end(const server_end&) = delete;
  server_end& operator=(const server_end&) = delete;

  // -- from the line --------------------------------------------------------------

  /// @returns Whether it reads at all; a request it does not read stays on the line.
  virtual bool wants(const request& next) const = 0;
  virtual void take(request said) = 0;
  /// All that was read is taken: what was said in it goes to the sessions.
  void hand_over();
  /// The connection is gone, with all its sessions.
  void lose();

  // -- to the line ----------------------------------------------------------------

  virtual bool has_word() const = 0;
  /// @returns Nothing if what came next was for nobody.
  virtual std::optional<word> next() = 0;
  /// @returns Whether more waits for the client than is allowed.
  virtual bool is_over() const = 0;
  /// @returns Whether events may have merged, as the client did not keep up.
  virtual bool was_congested() const = 0;

  const std::map<slot_id, attachment>& attachments() const { return attachments_; }
  bool is_lost() const { return is_lost_; }

protected:
  void open(slot_id slot, join_request wanted);
  void push(slot_id slot, client_push said);
  void leave(slot_id slot);
  void release(slot_id slot);

  virtual void hear(slot_id slot, session_event&& event) = 0;

  surroundings world_;

  /// As if so many words filled what the transport itself holds.
  static constexpr std::size_t congested_count = 24;

private:
  static void hand_over(attachment& one);

  class slot_outbox;
  struct liveness {};

  void note(slot_id slot, const session_event& event);

  std::map<slot_id, attachment> attachments_;
  bool is_lost_ = false;
  /// Sessions may outlive their connection; what they say then is for nobody.
  std::shared_ptr<liveness> alive_ = std::make_shared<liveness>();
};

/// Takes and tells decoded commands, by the same rules as a dialect: credit, one
/// session at a time, nothing of a topic after its leave.
std::unique_ptr<server_end> make_plain_end(surroundings world,
                                           std::size_t outbox_bytes_max);

/// Takes and tells Phoenix's own text, through the production dialect.
std::unique_ptr<server_end> make_phoenix_end(surroundings world,
                                             std::size_t outbox_bytes_max);

} // namespace greenroom::sim
