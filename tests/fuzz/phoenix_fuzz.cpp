// A connection whose client says anything, and whose sessions say anything that
// they may. Each line of the input is one step: '>' and a message, or a letter and
// which session it is about.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "protocol/vocabulary/invariant.hpp"
#include "protocol/vocabulary/limits.hpp"
#include "protocol/wire/phoenix.hpp"
#include "protocol/wire/phoenix_frame.hpp"

using namespace greenroom;
using namespace greenroom::wire;

/// What a session has heard and said; only what it may say is said.
struct session {
  enum class stage { joining, joined, ended };
  stage at = stage::joining;
  bool leave_asked = false;
  std::string room;
  std::deque<client_push> unanswered;
  std::uint32_t count_in_flight = 0;
  std::size_t bytes_in_flight = 0;
};

/// Holds the connection to its promises.
class checking_host final : public dialect_host {
public:
  explicit checking_host(phoenix_version version)
    : version_(version), dialect_(make_phoenix(version)) {}

  // -- what the dialect asks ------------------------------------------------------

  void send(shared_frame frame) override {
    invariant(frame != nullptr);
    check_frame(*frame);
  }
  void relay(slot_id slot, shared_event event, bool) override {
    invariant(sessions_.at(slot).at == session::stage::joined);
    outbox_.emplace_back(slot, std::move(event));
  }
  void open(slot_id slot, join_request request) override {
    invariant(!sessions_.contains(slot) && is_valid_room_id(request.room.value));
    invariant(rooms_.insert(request.room.value).second);
    sessions_[slot].room = request.room.value;
  }
  void push(slot_id slot, client_push&& push) override {
    auto& target = sessions_.at(slot);
    invariant(target.at == session::stage::joined && !target.leave_asked);
    invariant(target.count_in_flight < limits::commands_in_flight_max);
    invariant(target.bytes_in_flight < limits::command_bytes_in_flight_max);
    ++target.count_in_flight;
    target.bytes_in_flight += push.bytes;
    target.unanswered.push_back(std::move(push));
  }
  void leave(slot_id slot) override {
    auto& target = sessions_.at(slot);
    invariant(target.at != session::stage::ended && !target.leave_asked);
    target.leave_asked = true;
  }
  void release(slot_id slot) override {
    invariant(rooms_.erase(sessions_.at(slot).room) == 1);
    sessions_.erase(slot);
  }
  void close(close_reason reason) override {
    invariant(reason == close_reason::malformed);
  }
  void note(journal_entry refused) override {
    invariant(refused.event.size() <= limits::event_bytes_max && !refused.detail.empty());
  }

  // -- what happens to it -----------------------------------------------------------

  void receive(std::string text) {
    auto copy = text;
    if (const auto frame = parse_frame(copy, version_))
      ++asked_[literal_of(frame->ref)];
    dialect_->receive(text, now_, *this);
  }

  void act(char letter, std::size_t which) {
    if (letter == 't')
      return wait(static_cast<std::int64_t>(which) * 1000);
    if (letter == 'f')
      return flush();
    if (sessions_.empty())
      return;
    auto entry = sessions_.begin();
    std::advance(entry, which % sessions_.size());
    speak(letter, entry->first, entry->second);
  }

  /// Whatever happened, all sessions can end, and then nothing is left of them.
  void finish() {
    flush();
    while (!sessions_.empty())
      end(sessions_.begin()->first, session_ended{end_reason::room_lost});
    wait(limits::parked_ms_max);
    invariant(sessions_.empty() && dialect_->wants_input());
    invariant(!dialect_->has_deadlines());
  }

private:
  void wait(std::int64_t ms) {
    now_ += ms;
    if (dialect_->has_deadlines())
      dialect_->tick(now_, *this);
  }

  void speak(char letter, slot_id slot, session& from) {
    const bool is_joined = from.at == session::stage::joined;
    switch (letter) {
      case 'o':
      case 'O':
        if (!is_joined)
          open_seat(slot, from, letter == 'O');
        break;
      case 'r':
        if (!is_joined)
          end(slot, join_refused{capacity_reached{6}});
        break;
      case 'l':
        if (from.leave_asked)
          end(slot, room_left{});
        break;
      case 's':
        if (is_joined)
          end(slot, session_ended{end_reason::superseded});
        break;
      case 'e': end(slot, session_ended{end_reason::room_lost}); break;
      case 'a':
      case 'A': answer(slot, from, letter == 'A'); break;
      case 'c': give_credit(slot, from); break;
      case 'm': hear_event(slot, from, 7, chat_said{{}, "Ann", "<hello>", 5}); break;
      case 'i':
        hear_event(slot, from, 8, signal_delivered{{}, {}, ice_candidate{}, 5});
        break;
      case 'd':
        hear_event(slot, from, 0, presence_changed{{presence{}}, {presence{}}});
        break;
      default: break;
    }
  }

  void open_seat(slot_id slot, session& from, bool resumable) {
    from.at = session::stage::joined;
    auto seat = std::make_shared<admission>();
    seat->room = from.room;
    seat->resumable = resumable;
    seat->roster.push_back({});
    if (resumable)
      seat->missed.push_back(std::make_shared<const room_event>(
        from.room, 3, chat_said{{}, "Bob", "missed", 4}));
    dialect_->hear(slot, session_opened{std::move(seat), "token", {}}, *this);
  }

  void end(slot_id slot, session_event last_word) {
    sessions_.at(slot).at = session::stage::ended;
    dialect_->hear(slot, std::move(last_word), *this);
    invariant(!sessions_.contains(slot));
  }

  void answer(slot_id slot, session& from, bool refused) {
    if (from.unanswered.empty())
      return;
    auto push = std::move(from.unanswered.front());
    from.unanswered.pop_front();
    if (std::holds_alternative<answered_push>(push.what))
      return;
    std::optional<refusal> why;
    if (auto* own = std::get_if<refused_push>(&push.what))
      why = std::move(own->why);
    else if (refused)
      why = not_in_room{};
    dialect_->hear(slot, push_answered{std::move(push.tag), std::move(why)}, *this);
  }

  void give_credit(slot_id slot, session& from) {
    const credit_returned credit{std::exchange(from.count_in_flight, 0),
                                 std::exchange(from.bytes_in_flight, 0)};
    dialect_->hear(slot, credit, *this);
  }

  void hear_event(slot_id slot, session& from, std::uint64_t seq, room_event::body what) {
    if (from.at == session::stage::joined)
      dialect_->hear(
        slot, std::make_shared<const room_event>(from.room, seq, std::move(what)), *this);
  }

  void flush() {
    for (; !outbox_.empty(); outbox_.pop_front()) {
      json_text text;
      if (dialect_->encode(outbox_.front().first, *outbox_.front().second, text))
        check_frame(text.str());
      else
        invariant(text.size() == 0);
    }
  }

  /// What we say must be a frame by our own rules, and no reply too many.
  void check_frame(std::string text) {
    const auto frame = parse_frame(text, version_);
    invariant(frame.has_value());
    const auto ref = literal_of(frame->ref);
    if (frame->event.text == "phx_reply")
      invariant(asked_[ref]-- > 0);
  }

  phoenix_version version_;
  std::unique_ptr<dialect> dialect_;
  instant now_ = 1'000'000;
  std::map<slot_id, session> sessions_;
  std::set<std::string> rooms_; ///< Of sessions that live; one each.
  std::deque<std::pair<slot_id, shared_event>> outbox_;
  std::map<std::string, int> asked_; ///< Messages by ref that have no reply yet.
};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  checking_host host{input.starts_with('1') ? phoenix_version::v1 : phoenix_version::v2};
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    if (line.starts_with('>'))
      host.receive(std::string{line.substr(1)});
    else if (line.size() >= 2)
      host.act(line[0], static_cast<unsigned char>(line[1]) - std::size_t{'0'});
  }
  host.finish();
  return 0;
}
