#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/wire/phoenix_channel.hpp"
#include "protocol/wire/phoenix_encode.hpp"
#include "protocol/wire/phoenix_frame.hpp"

namespace greenroom::wire {

/// One client's topics. Of each topic at most one session is alive, and at most
/// one channel is current: the one that the client's next frames mean. Others are
/// on their way out, or wait for those.
class phoenix_connection final : public dialect {
public:
  explicit phoenix_connection(phoenix_version version) : version_(version) {}

  void receive(std::string& text, instant now, dialect_host& host) override;
  void hear(slot_id slot, session_event&& event, dialect_host& host) override;
  bool encode(slot_id slot, const room_event& event, json_text& out) override;
  void tick(instant now, dialect_host& host) override;
  bool has_deadlines() const override;
  bool wants_input() const override { return parked_bytes_ <= limits::parked_bytes_max; }
  void identify(journal_entry& line) const override;
  bool has_parked() const override { return parked_bytes_ > 0; }
  void list_needed(slot_id slot, prefetch_list& places) const override;

private:
  // -- what the client says -----------------------------------------------------

  void join(const phoenix_frame& frame, instant now, dialect_host& host);
  void leave(const phoenix_frame& frame, instant now, dialect_host& host);
  void push(const phoenix_frame& frame, std::size_t bytes, instant now,
            dialect_host& host);
  void refuse_unmatched(const phoenix_frame& frame, std::size_t bytes,
                        dialect_host& host);

  // -- what a session says ------------------------------------------------------

  void on(phoenix_channel& channel, session_opened&& opened, dialect_host& host);
  void on(phoenix_channel& channel, join_refused&& answer, dialect_host& host);
  void on(phoenix_channel& channel, shared_event&& event, dialect_host& host);
  void on(phoenix_channel& channel, push_answered&& answer, dialect_host& host);
  void on(phoenix_channel& channel, room_left&& last_word, dialect_host& host);
  void on(phoenix_channel& channel, session_ended&& last_word, dialect_host& host);
  void on(phoenix_channel& channel, credit_returned&& credit, dialect_host& host);

  // -- a channel's life ---------------------------------------------------------

  /// Its turn has come: no session of its topic is alive.
  void start(phoenix_channel& channel, dialect_host& host);
  /// Another join of the same topic takes the channel's place.
  void replace(phoenix_channel& former, phoenix_channel& successor, dialect_host& host);
  void hand_over(phoenix_channel& channel, phoenix_channel& successor,
                 dialect_host& host);
  void refuse_join(phoenix_channel& channel, const refusal& why, dialect_host& host);
  static void note_refused_join(const phoenix_channel& channel, const refusal& why,
                                dialect_host& host);
  /// Asks the session to leave, or ends the channel if there is none yet.
  void part(phoenix_channel& channel, dialect_host& host);
  /// Says the channel's last word: the answer to its leave, or `event`.
  void finish(phoenix_channel& channel, std::string_view event, dialect_host& host);
  /// Forgets the channel; the next of its topic, if one waits, starts.
  void remove(phoenix_channel& channel, dialect_host& host);
  void start_next(const std::string& topic, dialect_host& host);

  // -- pushes -------------------------------------------------------------------

  void forward(phoenix_channel& channel, client_push&& push, dialect_host& host);
  /// Forwards what has waited, as far as credit goes; then a leave that waited.
  void drain(phoenix_channel& channel, dialect_host& host);
  void drop_parked(phoenix_channel& channel);
  void answer_overdue(phoenix_channel& channel, instant now, dialect_host& host);
  bool is_overdue(const phoenix_channel& channel, instant now) const;
  void give_up(phoenix_channel& channel, dialect_host& host);
  static void note_overdue(const phoenix_channel& channel, const client_push& push,
                           dialect_host& host);

  // -- what the client hears ----------------------------------------------------

  void reply(const phoenix_address& to, std::string_view status,
             std::string_view response, dialect_host& host) const;
  void answer(const phoenix_channel& channel, const correlation& tag,
              const std::optional<refusal>& why, dialect_host& host) const;
  void tell(const phoenix_address& to, std::string_view event, std::string_view payload,
            dialect_host& host) const;
  /// `phx_close` or `phx_error`, whose `ref` is the `join_ref`.
  void end(const phoenix_channel& channel, std::string_view join_ref,
           std::string_view event, dialect_host& host) const;
  void close_replaced(phoenix_channel& channel, dialect_host& host) const;

  phoenix_channel* find(slot_id slot) const;
  phoenix_channel* find_current(std::string_view topic);
  /// @returns The join that has waited longest.
  phoenix_channel* find_waiting(std::string_view topic);
  bool is_full() const;

  phoenix_version version_;
  slot_id next_slot_ = 1;
  std::size_t parked_bytes_ = 0;
  std::size_t joined_count_ = 0; ///< Of `channels_`.
  /// In the order of their joins. Searched from end to end: nearly every client
  /// joins one topic, and none more than a few hundred.
  std::vector<std::unique_ptr<phoenix_channel>> channels_;
};

} // namespace greenroom::wire
