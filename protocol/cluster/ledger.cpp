#include "protocol/cluster/ledger.hpp"

#include <limits>

namespace greenroom {

void note_word(link_ledger& link, std::uint64_t number, std::size_t bytes, instant now) {
  ++link.said_count;
  link.last_word = number;
  link.unacknowledged.push_back({number, bytes, now});
  link.unacknowledged_bytes += bytes;
  link.spoken_at = now;
}

void note_command(link_ledger& link, std::uint64_t number, std::uint64_t last_word) {
  link.unstable.push_back({number, last_word});
}

void note_waiting_command(link_ledger& link, std::uint64_t number) {
  note_command(link, number, std::numeric_limits<std::uint64_t>::max());
}

void note_waited_command(link_ledger& link, std::uint64_t number,
                         std::uint64_t last_word) {
  for (auto& command : link.unstable)
    if (command.number == number)
      command.last_word = last_word;
}

void acknowledge(link_ledger& link, std::uint64_t number) {
  auto& words = link.unacknowledged;
  while (!words.empty() && words.front().number <= number) {
    link.unacknowledged_bytes -= words.front().bytes;
    words.pop_front();
  }
}

std::optional<std::uint64_t> first_unacknowledged(const link_ledger& link) {
  if (link.unacknowledged.empty())
    return std::nullopt;
  return link.unacknowledged.front().number;
}

std::optional<std::uint64_t> take_stable(link_ledger& link, std::uint64_t floor) {
  std::optional<std::uint64_t> last;
  while (!link.unstable.empty() && link.unstable.front().last_word < floor) {
    link.stable = link.unstable.front().number;
    last = link.stable;
    link.unstable.pop_front();
  }
  return last;
}

} // namespace greenroom
