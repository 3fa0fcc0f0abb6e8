// What the benchmarks share: options, tables, limits of the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/load_client.hpp"

namespace greenroom::bench {

/// `--name=number` for each of `defaults`.
class options {
public:
  using numbers = std::map<std::string, std::int64_t>;

  /// Prints what there is, and exits, on anything else.
  options(int argc, char** argv, numbers defaults);

  std::int64_t operator[](const std::string& name) const { return values_.at(name); }

private:
  numbers values_;
};

/// As many files as the system allows.
void raise_file_limit();

/// Keeps the calling thread on one CPU, unless it is negative.
void run_on(std::int64_t cpu);

/// Microseconds of a steady clock.
std::int64_t now_us();

/// @returns The value below which `percent` of them lie. Sorts them.
std::int64_t percentile(std::vector<std::int64_t>& values, double percent);

void print_row(const char* name, double value, const char* unit, int digits = 0);

/// Who is connected, in rooms of one size: neighbours share a room.
class crowd {
public:
  crowd(std::size_t room_size) : room_size_(room_size) {}

  /// Opens connections, without joining.
  void connect(std::uint16_t port, std::size_t count);

  /// Asks all of them to join, and waits until all are in. News of the last
  /// ones may still be on its way.
  /// @returns How long each waited, in microseconds.
  std::vector<std::int64_t> join();

  /// @returns Another one of the same room.
  std::size_t neighbour_of(std::size_t connection, std::uint64_t random) const;

  std::size_t room_size() const { return room_size_; }
  std::size_t size() const { return client.size(); }
  std::size_t place_of(std::size_t connection) const { return connection % room_size_; }
  const std::string& self_id(std::size_t connection) const { return ids_[connection]; }
  /// What begins a frame of this connection: its refs and topic.
  const std::string& head(std::size_t connection) const { return heads_[connection]; }

  load_client client;

private:
  std::size_t room_size_;
  std::vector<std::string> ids_;
  std::vector<std::string> heads_;
};

} // namespace greenroom::bench
