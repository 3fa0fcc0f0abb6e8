// What a server must not do.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace greenroom::load {

struct violations {
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t misdelivered = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t damaged = 0;
  std::uint64_t over_capacity = 0;
  std::uint64_t ghosts = 0;
  std::uint64_t unseen = 0;
  std::uint64_t refused = 0;
  std::uint64_t not_resumed = 0;

  using row = std::pair<std::string_view, std::uint64_t>;
  /// All of them, with names for reports.
  std::array<row, 10> rows() const {
    return {{{"lost", lost},
             {"duplicated", duplicated},
             {"misdelivered", misdelivered},
             {"out of order", out_of_order},
             {"damaged", damaged},
             {"over capacity", over_capacity},
             {"ghosts", ghosts},
             {"unseen", unseen},
             {"refused", refused},
             {"not resumed", not_resumed}}};
  }

  std::uint64_t total() const {
    std::uint64_t result = 0;
    for (const auto& [name, count] : rows())
      result += count;
    return result;
  }

  void add(const violations& other) {
    lost += other.lost;
    duplicated += other.duplicated;
    misdelivered += other.misdelivered;
    out_of_order += other.out_of_order;
    damaged += other.damaged;
    over_capacity += other.over_capacity;
    ghosts += other.ghosts;
    unseen += other.unseen;
    refused += other.refused;
    not_resumed += other.not_resumed;
  }
};

} // namespace greenroom::load
