// The language of the golden transcripts; golden/README.md explains it.
#pragma once

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/wire/json_writer.hpp"
#include "protocol/wire/phoenix.hpp"
#include "tests/wire/recording_host.hpp"

namespace greenroom::test {

/// A connection with a client and sessions that say what a transcript tells them.
class script {
public:
  explicit script(wire::phoenix_version version)
    : dialect_(wire::make_phoenix(version)), host_(*dialect_) {}

  /// Acts on one line of a transcript.
  /// @param line Begins with '>' or '~'.
  /// @returns What the connection did and the client read.
  std::vector<std::string> run(const std::string& line) {
    const auto rest = line.substr(line.size() > 1 ? 2 : 1);
    if (line[0] == '>') {
      auto text = expand(rest);
      dialect_->receive(text, now_, host_);
    } else {
      std::istringstream words{rest};
      act(words);
    }
    if (!holding_)
      host_.flush();
    return host_.take();
  }

  bool wants_input() const { return dialect_->wants_input(); }

private:
  void act(std::istringstream& words) {
    std::string verb;
    words >> verb;
    if (verb == "hold" || verb == "flush")
      holding_ = verb == "hold";
    else if (verb == "wait")
      wait(read<instant>(words));
    else
      speak(verb, words);
  }

  void wait(instant ms) {
    now_ += ms;
    if (dialect_->has_deadlines())
      dialect_->tick(now_, host_);
  }

  void speak(const std::string& verb, std::istringstream& words) {
    const auto slot = read<wire::slot_id>(words);
    dialect_->hear(slot, event_of(verb, words), host_);
  }

  session_event event_of(const std::string& verb, std::istringstream& words) {
    if (verb == "opened")
      return opened(words);
    if (verb == "refused")
      return join_refused{read_refusal(words)};
    if (verb == "answered")
      return answered(words);
    if (verb == "credit") {
      const auto count = read<std::uint32_t>(words);
      return credit_returned{count, read<std::size_t>(words)};
    }
    if (verb == "left")
      return room_left{};
    if (verb == "ended") {
      const auto why = read<std::string>(words);
      return session_ended{why == "superseded" ? end_reason::superseded
                                               : end_reason::room_lost};
    }
    return room_event_of(verb, words);
  }

  /// opened SLOT SELF [ROSTER] [name=value ...]
  session_opened opened(std::istringstream& words) {
    auto seat = std::make_shared<admission>();
    seat->self = person(read<char>(words));
    seat->room = "x";
    seat->attachment = 1;
    seat->capacity = 6;
    session_opened result;
    result.ice_servers = {{{"stun:stun.example:3478"}, {}, {}}};
    for (std::string word; words >> word;)
      apply_option(word, *seat, result);
    result.seat = std::move(seat);
    return result;
  }

  void apply_option(const std::string& word, admission& seat, session_opened& result) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto value = equals == word.npos ? std::string{} : word.substr(equals + 1);
    if (name == "roster") {
      for (std::size_t at = 0; at < value.size(); ++at)
        seat.roster.push_back(present(value[at], at + 1));
    } else if (name == "token") {
      seat.resumable = true;
      result.resume_token = value;
    } else if (name == "seq") {
      seat.seq = std::stoull(value);
    } else if (name == "received") {
      seat.received = std::stoull(value);
    } else if (name == "resumed") {
      seat.resumed = true;
      seat.replay = value == "complete"    ? replay_outcome::complete
                    : value == "truncated" ? replay_outcome::truncated
                                           : replay_outcome::lost;
    } else if (name == "turn") {
      result.ice_servers.push_back({{"turn:turn.example:3478"}, value, "secret"});
    } else if (name == "missed") {
      std::istringstream event{"2 A missed"};
      seat.missed.push_back(std::get<shared_event>(room_event_of(value, event)));
    } else {
      throw std::runtime_error{"unknown option " + word};
    }
  }

  push_answered answered(std::istringstream& words) {
    push_answered result;
    const auto ref = read<std::string>(words);
    result.tag.ref = ref == "-" ? "" : ref;
    if (words >> std::ws && !words.eof())
      result.why = read_refusal(words);
    return result;
  }

  refusal read_refusal(std::istringstream& words) {
    const auto code = read<std::string>(words);
    if (code == "capacity")
      return capacity_reached{read<std::uint32_t>(words)};
    if (code == "unavailable")
      return unavailable{read<std::int64_t>(words)};
    if (code == "unknown_peer")
      return unknown_peer{expand(read<std::string>(words))};
    if (code == "invalid_payload") {
      const auto event = read<std::string>(words);
      return invalid_payload{event, {rest_of(words)}};
    }
    return not_in_room{};
  }

  /// chat|offer|answer|ice|media SLOT SEQ FROM ..., diff SLOT CHANGE...
  session_event room_event_of(const std::string& verb, std::istringstream& words) {
    if (verb == "diff")
      return make(0, difference(words));
    const auto seq = read<std::uint64_t>(words);
    const auto from = read<char>(words);
    if (verb == "chat")
      return make(seq, chat_said{person(from), name_of(from), rest_of(words), moment});
    if (verb == "media")
      return make(seq, media_updated{person(from), read_media(words), moment});
    const auto to = person(read<char>(words));
    if (verb == "offer")
      return make(seq, signal_delivered{
                         person(from), to,
                         description(session_description::kind::offer, words), moment});
    if (verb == "answer")
      return make(seq, signal_delivered{
                         person(from), to,
                         description(session_description::kind::answer, words), moment});
    if (verb == "ice")
      return make(seq, signal_delivered{person(from), to, read_candidate(words), moment});
    throw std::runtime_error{"unknown verb " + verb};
  }

  static shared_event make(std::uint64_t seq, room_event::body what) {
    return std::make_shared<const room_event>("x", seq, std::move(what));
  }

  /// Each change is +A:VERSION[:PREVIOUS] or -A:VERSION[:PREVIOUS].
  presence_changed difference(std::istringstream& words) {
    presence_changed result;
    for (std::string word; words >> word;) {
      auto numbers = word.substr(3);
      replace_all(numbers, ":", " ");
      std::istringstream versions{numbers};
      presence_version version = 0, previous = 0;
      versions >> version >> previous;
      auto& list = word[0] == '+' ? result.joins : result.leaves;
      list.push_back(present(word[1], version, previous));
    }
    return result;
  }

  media_state read_media(std::istringstream& words) {
    media_state result{false, false, false, {}};
    for (std::string word; words >> word;) {
      result.audio_muted |= word == "muted";
      result.video_enabled |= word == "video";
      result.screensharing |= word == "screen";
      if (word.starts_with("mic="))
        result.devices.audio_device_id = word.substr(4);
      if (word.starts_with("camera="))
        result.devices.video_device_id = word.substr(7);
    }
    return result;
  }

  session_description description(session_description::kind type,
                                  std::istringstream& words) {
    auto sdp = rest_of(words);
    replace_all(sdp, "\\r\\n", "\r\n");
    return {type, wire::to_json_string(sdp)};
  }

  /// CANDIDATE MID INDEX, or "end".
  ice_candidate read_candidate(std::istringstream& words) {
    ice_candidate result;
    result.candidate = wire::to_json_string(read<std::string>(words));
    if (result.candidate.escaped() == "end")
      return {{}, std::nullopt, std::nullopt, true};
    result.sdp_mid = wire::to_json_string(read<std::string>(words));
    result.sdp_m_line_index = read<std::int32_t>(words);
    return result;
  }

  template <class Value>
  static Value read(std::istringstream& words) {
    Value result{};
    if (!(words >> result))
      throw std::runtime_error{"a word is missing: " + words.str()};
    return result;
  }

  static std::string rest_of(std::istringstream& words) {
    std::string result;
    words >> std::ws;
    std::getline(words, result);
    return result;
  }

  static constexpr instant moment = 1'700'000'000'000;

  instant now_ = 1'000'000;
  bool holding_ = false;
  std::unique_ptr<wire::dialect> dialect_;
  recording_host host_;
};

} // namespace greenroom::test
