// A room with a clock in the test's hands, and short ways to speak to it.
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include "protocol/room/room.hpp"

namespace greenroom::test {

inline participant_id id(std::uint64_t number) {
  return participant_id::from_random(number, number);
}

/// One participant as its client would see itself.
struct person {
  seat_key key;
  std::uint32_t generation = 0; ///< Of the token it holds; zero: none.
  instant room_born_at = 0;
};

class room_fixture {
public:
  static constexpr instant birth = 1'000'000;

  room_limits limits;
  instant now = birth;
  room_state room;
  effects last; ///< What the last command brought.

  explicit room_fixture(std::uint32_t capacity = 6, std::size_t log_bytes_max = 1 << 20) {
    limits.capacity = capacity;
    limits.log_bytes_max = log_bytes_max;
    room = make_room({"lobby"}, limits, now);
  }

  person join(std::uint64_t number, bool resumable = false) {
    join_room command;
    command.room = {"lobby"};
    command.fresh = id(number);
    command.display_name = "p" + std::to_string(number);
    command.resumable = resumable;
    return enter(std::move(command));
  }

  /// Joins with the token of `who`, having seen events up to `last_seq`.
  /// @param former What the same connection had until now.
  person resume(const person& who, std::uint64_t last_seq, std::uint64_t fresh = 999,
                std::optional<seat_key> former = std::nullopt) {
    join_room command;
    command.room = {"lobby"};
    command.fresh = id(fresh);
    command.display_name = "again";
    command.resumable = true;
    command.claim = resume_claim{
      {"lobby"}, who.key.who, who.generation, who.room_born_at, now + 1'000'000};
    command.last_seq = last_seq;
    command.replaces = former;
    return enter(std::move(command));
  }

  void push(const person& from, push_body what, std::string ref = "\"1\"",
            std::size_t bytes = 100) {
    last = apply(room, apply_push{from.key, {{std::move(ref)}, std::move(what), bytes}},
                 now);
  }
  void offer(const person& from, const person& to, std::string sdp) {
    push(from,
         send_signal{to.key.who, session_description{{}, json_string{std::move(sdp)}}});
  }
  void chat(const person& from, std::string text) {
    push(from, say_chat{std::move(text)});
  }
  void leave(const person& who) { last = apply(room, leave_room{who.key}, now); }
  void suspend(const person& who, bool keep = true) {
    last = apply(room, suspend_seat{who.key, keep}, now);
  }
  void pass(std::int64_t ms) {
    now += ms;
    last = expire(room, now);
  }

  const admission* admitted() const {
    for (const auto& effect : last)
      if (const auto* seat = std::get_if<std::shared_ptr<const admission>>(&effect.what))
        return seat->get();
    return nullptr;
  }

private:
  person enter(join_room command) {
    last = apply(room, command, now);
    const auto* seat = admitted();
    return seat ? person{{seat->self, seat->attachment}, seat->generation, seat->born_at}
                : person{};
  }
};

// -- compact text, so that assertions stay short -------------------------------

inline std::string name_of(const participant_id& who) {
  for (std::uint64_t number = 0; number < 1000; ++number)
    if (id(number) == who)
      return std::to_string(number);
  return "?";
}

inline std::string text_of(const room_event& event) {
  struct visitor {
    std::string operator()(const signal_delivered& e) const {
      const auto* description = std::get_if<session_description>(&e.what);
      return "signal(" + name_of(e.from) + ">" + name_of(e.to) + " "
             + std::string{description
                             ? description->sdp.escaped()
                             : std::get<ice_candidate>(e.what).candidate.escaped()}
             + ")";
    }
    std::string operator()(const media_updated& e) const {
      return "media(" + name_of(e.from) + (e.media.audio_muted ? " muted" : "") + ")";
    }
    std::string operator()(const chat_said& e) const {
      return "chat(" + name_of(e.from) + " " + e.text + ")";
    }
    std::string operator()(const presence_changed& e) const {
      std::string text = "diff(";
      for (const auto& entry : e.joins)
        text += "+" + name_of(entry.who);
      for (const auto& entry : e.leaves)
        text += "-" + name_of(entry.who);
      return text + ")";
    }
  };
  return std::visit(visitor{}, event.what);
}

inline std::string text_of(const effect& effect) {
  static constexpr const char* audiences[] = {"sender", "all", "others", "one", "former"};
  struct visitor {
    std::string operator()(const shared_event& e) const { return text_of(*e); }
    std::string operator()(const std::shared_ptr<const admission>& seat) const {
      std::string text = seat->resumed ? "resumed(" : "admitted(";
      for (const auto& entry : seat->roster)
        text += name_of(entry.who);
      for (const auto& event : seat->missed)
        text += " " + text_of(*event);
      return text + ")";
    }
    std::string operator()(const join_refused& e) const {
      return std::string{code_of(e.why)};
    }
    std::string operator()(const push_answered& e) const {
      return e.why ? std::string{code_of(*e.why)} : "ok";
    }
    std::string operator()(const room_left&) const { return "left"; }
    std::string operator()(const session_ended&) const { return "ended"; }
    std::string operator()(const credit_returned& e) const {
      return "credit(" + std::to_string(e.count) + ")";
    }
  };
  std::string to = audiences[static_cast<int>(effect.to)];
  if (effect.to == audience::one)
    to = name_of(effect.who);
  return to + ":" + std::visit(visitor{}, effect.what);
}

inline std::string text_of(const effects& all) {
  std::string text;
  for (const auto& effect : all)
    text += (text.empty() ? "" : " ") + text_of(effect);
  return text;
}

} // namespace greenroom::test
