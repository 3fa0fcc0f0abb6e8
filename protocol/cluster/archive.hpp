// Turns values into bytes and back: little-endian integers, counted sequences, and
// variants by their index. One function per type says both ways at once.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/vocabulary/ids.hpp"

namespace greenroom::archive {

template <class T>
concept number = std::is_integral_v<T> || std::is_enum_v<T>;

class writer {
public:
  static constexpr bool reads = false;

  template <class... Ts>
  void operator()(Ts&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

private:
  template <number T>
  void put(const T& value) {
    const auto raw = static_cast<std::uint64_t>(value);
    for (std::size_t at = 0; at < sizeof(T); ++at)
      bytes_.push_back(static_cast<char>(raw >> (8 * at)));
  }
  void put(std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  void put(participant_id& who) {
    put(who.high());
    put(who.low());
  }
  template <class T>
  void put(std::optional<T>& value) {
    put(value.has_value());
    if (value)
      put(*value);
  }
  template <class T>
  void put_all(T& sequence) {
    put(static_cast<std::uint32_t>(sequence.size()));
    for (auto& value : sequence)
      put(value);
  }
  template <class T>
  void put(std::vector<T>& sequence) {
    put_all(sequence);
  }
  template <class T>
  void put(std::deque<T>& sequence) {
    put_all(sequence);
  }
  template <class First, class Second>
  void put(std::pair<First, Second>& value) {
    put(value.first);
    put(value.second);
  }
  template <class... Ts>
  void put(std::variant<Ts...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([this](auto& alternative) { this->put(alternative); }, value);
  }
  template <class T>
  void put(std::shared_ptr<const T>& value) {
    put(const_cast<T&>(*value)); // Only read: a writer changes nothing.
  }
  template <class T>
  requires std::is_class_v<T>
  void put(T& value) { describe(*this, value); }

  std::string bytes_;
};

/// How a shared value begins before it is read. Overloaded where a type has no
/// default constructor.
template <class T>
std::shared_ptr<T> make_empty(T*) {
  return std::make_shared<T>();
}

/// Reads what a writer wrote. After the first fault every value is empty, and
/// `done` says no. Counts are checked against what is left before memory is taken.
class reader {
public:
  static constexpr bool reads = true;

  explicit reader(std::string_view bytes) : rest_(bytes) {}

  template <class... Ts>
  void operator()(Ts&... values) {
    (get(values), ...);
  }
  bool done() const { return ok_ && rest_.empty(); }
  /// The rest is of no concern; what was read so far may still be at fault.
  void skip_rest() { rest_ = {}; }
  void fail() { ok_ = false; }

private:
  template <number T>
  void get(T& value) {
    if (!ok_ || rest_.size() < sizeof(T)) {
      ok_ = false;
      return;
    }
    std::uint64_t raw = 0;
    for (std::size_t at = 0; at < sizeof(T); ++at)
      raw |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[at]))
             << (8 * at);
    rest_.remove_prefix(sizeof(T));
    if constexpr (std::is_same_v<T, bool>)
      ok_ = raw <= 1;
    value = static_cast<T>(raw);
  }
  std::size_t get_count() {
    std::uint32_t count = 0;
    get(count);
    if (count > rest_.size()) // Everything takes a byte at least.
      ok_ = false;
    return ok_ ? count : 0;
  }
  void get(std::string& text) {
    const auto size = get_count();
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  void get(participant_id& who) {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    get(high);
    get(low);
    who = participant_id::from_bits(high, low);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (ok_ && there)
      get(value.emplace());
  }
  template <class T>
  void get_all(T& sequence) {
    sequence.clear();
    for (auto left = get_count(); ok_ && left > 0; --left)
      get(sequence.emplace_back());
  }
  template <class T>
  void get(std::vector<T>& sequence) {
    get_all(sequence);
  }
  template <class T>
  void get(std::deque<T>& sequence) {
    get_all(sequence);
  }
  template <class First, class Second>
  void get(std::pair<First, Second>& value) {
    get(value.first);
    get(value.second);
  }
  template <class... Ts>
  void get(std::variant<Ts...>& value) {
    std::uint8_t index = 0;
    get(index);
    if (ok_ && index < sizeof...(Ts))
      get_alternative(value, index, std::index_sequence_for<Ts...>{});
    else
      ok_ = false;
  }
  template <class Variant, std::size_t... Is>
  void get_alternative(Variant& value, std::size_t index, std::index_sequence<Is...>) {
    ((Is == index ? get(value.template emplace<Is>()) : void()), ...);
  }
  template <class T>
  void get(std::shared_ptr<const T>& value) {
    auto fresh = make_empty(static_cast<T*>(nullptr));
    get(*fresh);
    value = std::move(fresh);
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& value) { describe(*this, value); }

  std::string_view rest_;
  bool ok_ = true;
};

} // namespace greenroom::archive
