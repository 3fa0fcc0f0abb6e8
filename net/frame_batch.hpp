// Frames one behind another, so that they leave with one write.
#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/wire/json_text.hpp"

namespace greenroom::net {

/// What a connection is about to write. A reactor has one, for whichever of its
/// connections writes: to copy a frame costs less than to keep it apart and tell the
/// kernel where its pieces are. Servers do not mask.
class frame_batch {
public:
  /// Begins a text message, which whoever calls adds to what is returned.
  /// @pre No other one has begun.
  wire::json_text& begin();
  void end();
  /// Instead of `end`: there is nothing to say.
  void cancel();

  /// Adds a whole text message.
  void add_text(std::string_view text);

  /// Adds bytes that need no header, such as control frames.
  void add_raw(std::string_view bytes) { bytes_ += bytes; }

  /// @returns Whether it is worth while to add more before it is written.
  bool has_room() const;
  bool empty() const { return bytes_.size() == 0; }
  std::string_view bytes() const { return bytes_.view(); }

  /// Takes everything away. What a large message took is given back.
  void clear();

private:
  wire::json_text bytes_;
  std::size_t begun_at_ = 0; ///< Where the header of a message stands that has begun.
};

} // namespace greenroom::net
