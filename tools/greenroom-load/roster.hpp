// Who a participant believes is in the room, by the rules of Phoenix's presence.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/greenroom-load/message.hpp"

namespace greenroom::load {

class roster {
public:
  void take_state(const std::vector<presence>& people);

  /// Before the first state it waits, as Phoenix clients have it wait.
  void take_diff(const presence_diff& diff);

  /// Before a (re)join: the next state is the first again.
  void clear();

  bool is_known() const { return is_known_; }
  std::size_t size() const { return people_.size(); }
  bool has(const stay_name& who) const { return people_.contains(key_of(who)); }

private:
  static std::uint64_t key_of(const stay_name& who);
  static std::uint64_t key_of(const presence& who);
  void apply(const presence_diff& diff);

  bool is_known_ = false;
  std::unordered_map<std::uint64_t, std::string> people_; ///< With their versions.
  std::vector<presence_diff> waiting_;
};

} // namespace greenroom::load
