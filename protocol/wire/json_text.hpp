// Where a message is put together: of some hundred pieces, most of them a few bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace greenroom::wire {

/// Text that grows at its end. A std::string would do, but calls a function for every
/// piece; here that is an addition and a copy. Short texts need no memory of their own.
class json_text {
public:
  json_text() = default;
  explicit json_text(std::size_t expected_size) { reserve(expected_size); }
  json_text(const json_text&) = delete;
  json_text& operator=(const json_text&) = delete;

  json_text& operator+=(char c) {
    reserve(1);
    *at_++ = c;
    return *this;
  }
  json_text& operator+=(std::string_view piece) {
    return append(piece.data(), piece.size());
  }
  /// A literal, whose size compilers know.
  template <std::size_t Size>
  json_text& operator+=(const char (&piece)[Size]) {
    return append(piece, Size - 1);
  }

  json_text& append(const char* piece, std::size_t size) {
    reserve(size);
    if (size > 0) // An empty view may point nowhere.
      std::memcpy(at_, piece, size);
    at_ += size;
    return *this;
  }

  /// @returns Where at most `size_max` bytes may be put, up to what `end_piece` is told.
  char* begin_piece(std::size_t size_max) {
    reserve(size_max);
    return at_;
  }
  json_text& end_piece(char* end) {
    at_ = end;
    return *this;
  }

  /// Makes room for so many bytes more.
  void reserve(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) [[unlikely]]
      grow(size);
  }

  /// Puts `piece` in the place of `size` bytes from `at` on.
  void replace(std::size_t at, std::size_t size, std::string_view piece) {
    if (piece.size() > size)
      reserve(piece.size() - size);
    char* const place = begin_ + at;
    const auto behind = static_cast<std::size_t>(at_ - place) - size;
    if (piece.size() != size)
      std::memmove(place + piece.size(), place + size, behind);
    std::memcpy(place, piece.data(), piece.size());
    at_ = place + piece.size() + behind;
  }

  /// Takes away what comes after the first `size` bytes.
  void truncate(std::size_t size) { at_ = begin_ + size; }

  /// Takes everything away, and gives memory back if it is more than `bytes_max`.
  void clear(std::size_t bytes_max) {
    if (static_cast<std::size_t>(end_ - begin_) > bytes_max) {
      held_.reset();
      begin_ = first_.data();
      end_ = begin_ + first_.size();
    }
    at_ = begin_;
  }

  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }

  std::string_view view() const { return {begin_, at_}; }
  std::string str() const { return std::string{view()}; }

private:
  void grow(std::size_t size) {
    const auto used = static_cast<std::size_t>(at_ - begin_);
    const auto capacity = std::max(used + size,
                                   2 * static_cast<std::size_t>(end_ - begin_));
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), begin_, used);
    held_ = std::move(larger);
    begin_ = held_.get();
    at_ = begin_ + used;
    end_ = begin_ + capacity;
  }

  std::array<char, 1024> first_; // Not set, as nobody reads what was not written.
  std::unique_ptr<char[]> held_; ///< In its place, once it is too small.
  char* begin_ = first_.data();
  char* at_ = begin_;
  char* end_ = begin_ + first_.size();
};

} // namespace greenroom::wire
