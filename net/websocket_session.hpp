// One WebSocket: carries a dialect's messages in and out, and holds one link per
// joined topic. What the messages mean is the dialect's business alone.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/frame_batch.hpp"
#include "net/frame_reader.hpp"
#include "net/frame_writer.hpp"
#include "net/handshake.hpp"
#include "net/inbox.hpp"
#include "net/line_quota.hpp"
#include "net/outbox_queue.hpp"
#include "net/polled_socket.hpp"

namespace greenroom::net {

class connection_pool;

/// All that a turn of the actors brings leaves in one write. After our Close the
/// client's messages are still read, until it closes too.
///
/// Its life: open; closing, once `close` was called (says no more, but listens);
/// ending, once the client closed or broke the protocol (neither); gone.
class websocket_session final : public connection,
                                public std::enable_shared_from_this<websocket_session>,
                                private wire::dialect_host,
                                private inbox_reader,
                                private pollable {
public:
  websocket_session(connection_pool& pool, std::unique_ptr<wire::dialect> dialect,
                    std::string client_address);

  /// @param subprotocol To be agreed on; empty if the client offered none.
  void start(tcp_socket connected, const upgrade_request& asked,
             std::string_view subprotocol);

  /// Writes what waits, as far as the client's side has room.
  void flush();

  instant sweep(instant now) override;
  void stop() override { close(close_reason::stopping); }
  void abandon() override;

private:
  enum class phase : std::uint8_t { open, closing, ending, gone };

  struct slot_link {
    wire::slot_id slot;
    std::unique_ptr<session_link> link;
    client_pushes said; ///< Not handed to it yet.
  };

  // What the dialect asks for.
  void send(shared_frame frame) override;
  void relay(wire::slot_id slot, shared_event event, bool is_replay) override;
  void open(wire::slot_id slot, join_request request) override;
  void push(wire::slot_id slot, client_push&& push) override;
  void leave(wire::slot_id slot) override;
  void release(wire::slot_id slot) override;
  void close(close_reason reason) override;
  void note(journal_entry refused) override;

  // What sessions say.
  bool is_free() const override { return !is_in_dialect_; }
  void hear(wire::slot_id slot, session_event&& event) override;
  void look() override;
  void list_needed(wire::slot_id slot, prefetch_list& places) const override;

  // What the poller says.
  void on_readable(bool is_end) override;
  void on_writable() override;

  /// Notes what a push of the first link needs, and what it hears.
  void note_needed();
  void read();
  void read_soon();
  /// Takes messages from `bytes` until they, or the right to more, are used up. What is
  /// said in them goes to each session at once.
  void take(std::span<char> bytes);
  void take_messages(std::span<char> bytes);
  /// @returns Whether more may follow.
  bool take(const frame_reader::item& found, std::string& message);
  void end(const frame_reader::item& last);
  void end_by(const frame_reader::item& last);
  void send_control(std::string_view bytes);

  template <class Action>
  void enter_dialect(Action action);
  void settle();
  static void hand_over(slot_link& link);
  void hand_over();

  bool fill(frame_batch& batch);
  void begin_closing();
  void finish();
  void drop();

  void watch(instant now);
  bool has_deadlines() const;
  /// Has them looked after, if there are any now.
  void see_to_deadlines();
  std::vector<slot_link>::iterator find(wire::slot_id slot);
  void report(std::string_view event, std::string_view detail) const;
  void report_left_out();
  void write_line(journal_entry line) const;
  bool may_read() const;

  connection_pool& pool_;
  polled_socket socket_;
  frame_reader reader_;
  std::unique_ptr<wire::dialect> dialect_;
  std::shared_ptr<inbox> inbox_;
  std::vector<slot_link> links_;
  outbox_queue queue_;
  frame_writer writer_;
  /// What ends the connection, behind what is parked; `nothing` if it just ended.
  std::optional<frame_reader::item> last_;
  std::string unread_; ///< What came but must wait, as the dialect takes no more.
  instant heard_at_;
  instant pinged_at_;
  instant deadline_ = 0;  ///< When closing or ending.
  close_reason reason_{}; ///< Likewise.
  std::string client_address_;
  line_quota quota_;
  phase phase_ = phase::open;
  bool is_in_dialect_ = false;
  bool is_taking_ = false;   ///< More may be said in what was read.
  bool is_readable_ = false; ///< The socket may hold more than was read.
  bool is_ending_ = false;   ///< And nothing after that.
  bool is_reading_soon_ = false;
  bool is_flushing_soon_ = false;
  bool is_blocked_ = false; ///< Waits until the client's side has room.
  bool is_deaf_ = false;    ///< Reads, but does not listen: the client broke the rules.
  bool has_sent_close_ = false;
  bool is_swept_each_second_ = true; ///< Otherwise when it was silent for long.
  bool is_need_known_ = false;       ///< `needed` fits the links that there are.
};

} // namespace greenroom::net
