// Everything that participants say, prepared as far as it can be.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/greenroom-load/dialect.hpp"
#include "tools/greenroom-load/marker.hpp"
#include "tools/greenroom-load/message.hpp"
#include "tools/greenroom-load/options.hpp"
#include "tools/greenroom-load/websocket.hpp"

namespace greenroom::load {

enum class phrase : std::uint8_t { offer, answer, candidate, chat, media };
inline constexpr std::size_t phrase_count = 5;

inline constexpr std::string_view join_ref = "1";
inline constexpr std::string_view leave_ref = "2";

class phrases {
public:
  explicit phrases(const options& wanted);

  /// @returns The topic of a room, different in each run.
  std::string topic(std::uint32_t room) const;

  /// @param resume Empty: without; otherwise the token, or `first_resume`.
  void append_join(std::string& out, std::uint32_t room, const stay_name& who,
                   std::string_view resume, std::uint64_t last_seq) const;
  static constexpr std::string_view first_resume = "-";

  void append_leave(std::string& out, std::uint32_t room) const;
  void append_heartbeat(std::string& out) const;

  /// @param to_id Empty for broadcasts.
  void append(std::string& out, phrase what, std::uint32_t room, std::uint32_t ref,
              std::string_view to_id, const marker& mark);

  /// @returns What the receiver of a phrase must find in it.
  /// @param mark As text; which must outlive the result.
  expectation expect(phrase what, std::string_view mark) const;

private:
  struct form {
    prepared_frame frame;
    std::size_t id_bytes = 0;
    std::size_t ref_at = 0, topic_at = 0, id_at = 0, mark_at = 0;
  };

  const form& form_of(phrase what, std::size_t id_bytes);
  form make_form(phrase what, std::size_t id_bytes) const;
  static constexpr int room_digits = 6;
  /// @param digits What holds the text, if the room's name was made up.
  std::string_view room_text(std::uint32_t room,
                             std::array<char, room_digits>& digits) const;
  std::string body(phrase what) const;
  void append_text(std::string& out, std::string_view json) const;
  std::string envelope(std::string_view ref, std::string_view topic,
                       std::string_view event, std::string_view payload) const;

  const options& wanted_;
  std::array<std::string, phrase_count> rests_; ///< What follows a marker, decoded.
  /// What topics begin with: it tells the rooms of one run from those of others.
  std::string topic_begin_;
  std::string room_field_; ///< Stands for what follows, until a form is used.
  std::array<std::vector<form>, phrase_count> forms_;
};

} // namespace greenroom::load
