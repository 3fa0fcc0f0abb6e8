// The internal language: every dialect decodes to it, every actor speaks it.
// Standard library only. Commands are imperative, events are past tense.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/vocabulary/close_reason.hpp"
#include "protocol/vocabulary/ids.hpp"
#include "protocol/vocabulary/json_string.hpp"
#include "protocol/vocabulary/refusal.hpp"

namespace greenroom {

/// What a reply must echo so that the client knows which push it answers: the
/// `ref` as its JSON text, quotes included. Empty: no reply was asked for.
struct correlation {
  std::string ref;
  bool wants_reply() const { return !ref.empty(); }
};

// -- what participants tell of themselves -------------------------------------

/// Ids only: labels would tell more about a person's devices than others need.
struct device_info {
  std::optional<std::string> audio_device_id;
  std::optional<std::string> video_device_id;
  bool operator==(const device_info&) const = default;
};

struct media_state {
  bool audio_muted = false;
  bool video_enabled = true;
  bool screensharing = false;
  device_info devices;
  bool operator==(const media_state&) const = default;
};

/// Names one version of a participant's presence within its room: Phoenix's
/// `phx_ref`. Zero: no version.
using presence_version = std::uint64_t;

/// A participant as the roster shows it.
struct presence {
  participant_id who;
  std::string display_name;
  media_state media;
  presence_version version = 0;
  presence_version previous = 0; ///< The version that this one replaced, if any.
};

// -- signals: what WebRTC peers say to each other, relayed unread --------------

struct session_description {
  enum class kind : std::uint8_t { offer, answer };
  kind type = kind::offer;
  json_string sdp; ///< Long, and full of line ends, each of which is an escape.
};

struct ice_candidate {
  json_string candidate;
  std::optional<json_string> sdp_mid;
  std::optional<std::int32_t> sdp_m_line_index;
  bool end_of_candidates = false;
};

using signal = std::variant<session_description, ice_candidate>;

// -- events: what a room tells its listeners ----------------------------------

struct signal_delivered {
  participant_id from, to;
  signal what;
  instant at = 0;
};

struct media_updated {
  participant_id from;
  media_state media;
  instant at = 0;
};

struct chat_said {
  participant_id from;
  std::string display_name;
  std::string text; ///< As typed; dialects that promise escaping do it.
  instant at = 0;
};

/// The roster changed. An update stands in both lists, its old version among
/// `leaves`, and the two halves are never parted.
struct presence_changed {
  std::vector<presence> joins;
  std::vector<presence> leaves;
};

using shared_frame = std::shared_ptr<const std::string>;

/// The ways in which bytes of one event differ, and so how often it is encoded.
enum class encoding : std::uint8_t {
  phoenix_v1,
  phoenix_v1_sequenced, ///< With `seq`, for those who opted in to resume.
  phoenix_v2,
  phoenix_v2_sequenced,
};
inline constexpr std::size_t encoding_count = 4;

/// Names one push of a participant, so that an event which came twice, by two owners
/// of its room, can be told from two events. Grows with every push, even if the
/// participant is admitted anew under its old id and counts from zero again.
struct push_mark {
  std::uint64_t life = 0;   ///< The room's epoch when the participant was admitted.
  std::uint64_t number = 0; ///< Of its pushes since.
  auto operator<=>(const push_mark&) const = default;
};

/// An event with its number in the room, shared by all who hear it.
struct room_event {
  using body = std::variant<signal_delivered, media_updated, chat_said, presence_changed>;

  std::string room;      ///< The room's id, as every dialect names it.
  std::uint64_t seq = 0; ///< Zero for presence, which a newcomer gets as a whole.
  body what;
  push_mark push; ///< What brought it; none for presence.

  /// A broadcast's bytes, made by the first connection that needs them. Two
  /// reactors may race to make them; both results are the same.
  mutable std::array<std::atomic<shared_frame>, encoding_count> frames;

  room_event(std::string room_name, std::uint64_t number, body&& content,
             push_mark cause = {})
    : room(std::move(room_name)), seq(number), what(std::move(content)), push(cause) {}
};

using shared_event = std::shared_ptr<const room_event>;

/// @returns Who said what an event tells; null for presence. Lives as long as `event`.
const participant_id* speaker_of(const room_event& event);

/// @returns About how many bytes `event` occupies once encoded; what outboxes
///          and logs count by. Never below the bytes of the text it carries.
std::size_t weight_of(const room_event& event);

// -- commands: what a session asks of a room ----------------------------------

/// What a genuine resume token says. See protocol/session/resume_token.hpp.
struct resume_claim {
  room_id room;
  participant_id who;
  std::uint32_t generation = 0;
  instant born_at = 0; ///< Of the room that issued it, by which it tells itself apart.
  instant expires_at = 0;
  bool operator==(const resume_claim&) const = default;
};

/// Names one session of a participant within its room. Later ones are greater; owners of
/// one room on two sides of a split give different ones.
using attachment_number = std::uint64_t;

/// Fences the sessions that one participant has had: a command of an older
/// session, still on its way when a newer one resumed, is not applied.
struct seat_key {
  participant_id who;
  attachment_number attachment = 0;
};

/// What a client asks when it joins, as its dialect decoded it.
struct join_request {
  room_id room;
  std::string display_name;
  device_info devices;
  bool resumable = false;     ///< Opted in to resume.
  std::string resume_token;   ///< Empty: a first join.
  std::uint64_t last_seq = 0; ///< The last event number that the client has.
  /// What the same connection had in this room until now. Of its dialect's own
  /// knowledge, not the client's word.
  std::optional<seat_key> replaces;
};

/// The same as a room hears it: identity stamped, token checked.
struct join_room {
  room_id room;
  participant_id fresh; ///< The id to use unless the join resumes.
  std::string display_name;
  device_info devices;
  bool resumable = false;
  std::optional<resume_claim> claim;
  std::uint64_t last_seq = 0;
  std::optional<seat_key> replaces; ///< Given up, unless it is what is resumed.
};

struct send_signal {
  participant_id to;
  signal what;
};
struct update_media {
  media_state media;
  bool devices_given = false; ///< Otherwise the device ids stay as they were.
};
struct say_chat {
  std::string text;
};
/// A push that its dialect refused. It travels like any other, so that replies
/// keep the order of pushes and both ends count the same pushes.
struct refused_push {
  refusal why;
  std::string event = {}; ///< As the client named it.
};
/// A push that was answered already, and only wants counting.
struct answered_push {};

using push_body
  = std::variant<send_signal, update_media, say_chat, refused_push, answered_push>;

/// @returns What a Phoenix client calls the push, which is how operators know it. Lives
///          as long as `what`.
std::string_view event_name_of(const push_body& what);

/// One push of a joined client, as its dialect decoded it.
struct client_push {
  correlation tag;
  push_body what;
  std::size_t bytes = 0; ///< Of its frame; what credit counts by.
};

/// What a client has said at once, in order, see `limits::pushes_at_once_max`. A message
/// for each would cost more than what is done with it.
using client_pushes = std::vector<client_push>;

/// The same as a room hears it: identity stamped.
struct apply_push {
  seat_key from;
  client_push push;
};

/// An `apply_push` for each, in order.
struct apply_pushes {
  seat_key from;
  client_pushes pushes;
};

struct leave_room {
  seat_key from;
};

/// The connection was lost; the seat stays for the resume window if its owner
/// opted in and `keep_seat` is set.
struct suspend_seat {
  seat_key from;
  bool keep_seat = true;
};

// -- what a room tells one session --------------------------------------------

enum class replay_outcome : std::uint8_t { complete, truncated, lost };

/// The answer to a join that was let in.
struct admission {
  participant_id self;
  std::string room;
  attachment_number attachment = 0;
  std::uint32_t capacity = 0;
  std::vector<presence> roster; ///< The newcomer included.
  bool resumable = false;
  bool resumed = false;
  std::uint32_t generation = 0; ///< For the next token.
  std::uint64_t seq = 0;        ///< The room's number when this was said.
  std::uint64_t received = 0;   ///< Pushes of this participant that the room has.
  std::uint64_t life = 0;       ///< See `seat::life`; for nodes that relay.
  instant born_at = 0;          ///< See `seat::born_at`; for the next token.
  replay_outcome replay = replay_outcome::complete;
  std::vector<shared_event> missed; ///< In order; follows the roster.
  /// By sender, the last push of lately that it has heard already. For nodes that
  /// relay: the next owner may be asked for that push once more.
  std::vector<std::pair<participant_id, push_mark>> heard;
};

struct join_refused {
  refusal why;
};

/// A push was applied, or refused if `why` is set.
struct push_answered {
  correlation tag;
  std::optional<refusal> why;
};

/// The leave that was asked for is done.
struct room_left {};

struct session_ended {
  end_reason why;
};

/// The room has applied so many more pushes of this session, of so many bytes.
struct credit_returned {
  std::uint32_t count = 0;
  std::size_t bytes = 0;
};

/// Where a browser finds its own address, or a relay.
struct ice_server {
  std::vector<std::string> urls;
  std::string username; ///< Empty: no credentials.
  std::string credential;
};

/// An admission with what the session adds to it.
struct session_opened {
  std::shared_ptr<const admission> seat;
  std::string resume_token; ///< Empty unless opted in.
  std::vector<ice_server> ice_servers;
};

/// Everything that a connection hears about one of its sessions, in order.
using session_event
  = std::variant<session_opened, join_refused, shared_event, push_answered, room_left,
                 session_ended, credit_returned>;

} // namespace greenroom
