// The client's half of RFC 6455, as cheap as can be: frames are cut in place, and
// prepared frames are masked once, then patched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::load {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

struct frame {
  opcode kind = opcode::text;
  bool is_final = true;
  std::string_view payload;
};

/// Takes the first frame off `bytes`.
/// @returns Nothing if it is not whole yet.
/// @throws std::runtime_error if no server may send this.
std::optional<frame> take_frame(std::string_view& bytes);

/// Appends a frame, masked as a client must.
void append_frame(std::string& out, opcode kind, std::string_view payload);

/// @returns A request to upgrade.
std::string upgrade_request(std::string_view host, std::string_view path);

/// A masked text frame whose fields can be written over.
class prepared_frame {
public:
  prepared_frame() = default;
  /// @param text With fields that are as wide as what will be put there.
  explicit prepared_frame(std::string_view text);

  /// @returns Where a field begins, for `patch`.
  std::size_t find(std::string_view field) const;

  /// Appends a copy. @returns It, for `patch`; until `out` is changed.
  char* append_to(std::string& out) const;

  void patch(char* copy, std::size_t at, std::string_view bytes) const;

  std::string_view text() const { return text_; }

private:
  std::string text_;
  std::string bytes_;
  std::size_t header_size_ = 0;
};

} // namespace greenroom::load
