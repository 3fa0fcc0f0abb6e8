// Every bound in one place. What happens at each is said beside it; operators
// may lower or raise those that `greenroom --help` lists.
#pragma once

#include <cstddef>
#include <cstdint>

namespace greenroom::limits {

// -- what one message may hold (seed 0, section 4) ----------------------------

inline constexpr std::size_t kibibyte = 1024;
inline constexpr std::size_t mebibyte = 1024 * kibibyte;

/// One WebSocket message. Above: close 1009. An SDP of 1 MiB nearly doubles
/// when its line ends are escaped, and the envelope comes on top.
inline constexpr std::size_t message_bytes_max = 2 * mebibyte + 64 * kibibyte;
/// UTF-8 bytes of an SDP after JSON decoding. Above: `invalid_payload`.
inline constexpr std::size_t sdp_bytes_max = 1 * mebibyte;
/// UTF-8 bytes of an ICE candidate. Above: `invalid_payload`.
inline constexpr std::size_t candidate_bytes_max = 2 * kibibyte;
/// UTF-8 bytes of `sdpMid`. Above: `invalid_payload`.
inline constexpr std::size_t sdp_mid_bytes_max = 256;
/// Code points of a chat text. Outside 1..500: `invalid_payload`.
inline constexpr std::size_t chat_text_code_points_max = 500;
/// Code points of a display name. Outside 1..64: `invalid_payload`.
inline constexpr std::size_t display_name_code_points_max = 64;
/// UTF-8 bytes of a device id. Above: `invalid_payload`.
inline constexpr std::size_t device_id_bytes_max = 256;
/// UTF-8 bytes of a room id. Above: `invalid_payload`.
inline constexpr std::size_t room_id_bytes_max = 128;
/// UTF-8 bytes of `to_id`. Above: `invalid_payload`; an id of ours has 36.
inline constexpr std::size_t to_id_bytes_max = 64;
/// Bytes of a `ref` or `join_ref` as JSON. Above: close 1007.
inline constexpr std::size_t ref_bytes_max = 64;
/// Bytes of a topic. Above: close 1007.
inline constexpr std::size_t topic_bytes_max = 256;
/// Bytes of an event name. Above: close 1007.
inline constexpr std::size_t event_bytes_max = 64;
/// Bytes of a resume token. Above: the participant joins anew.
inline constexpr std::size_t resume_token_bytes_max = 512;
/// Nested arrays and objects of one message. Above: close 1007.
inline constexpr std::size_t json_depth_max = 32;
/// Bytes of an HTTP request up to the end of its header: the request line with the
/// URL, and all fields. Above: HTTP 431.
inline constexpr std::size_t http_header_bytes_max = 16 * kibibyte;
/// Trusted proxies in one `X-Forwarded-For`, counted from its end. Above: the header is
/// ignored, and the client counts as the proxy that it came through.
inline constexpr std::size_t forwarded_hops_max = 16;

// -- what one connection may hold ---------------------------------------------

/// Topics that one connection may join, Phoenix's own default.
/// Above: a join is refused with "too many channels joined".
inline constexpr std::size_t channel_count_max = 100;
/// Commands of one session that its room has not applied yet. Above: the
/// topic's frames park in its connection.
inline constexpr std::uint32_t commands_in_flight_max = 64;
/// Bytes of such commands; one message may overshoot it. Above: likewise.
inline constexpr std::size_t command_bytes_in_flight_max = 4 * mebibyte;
/// A room returns credit to a session each time it has applied so many of the
/// session's commands, or so many bytes of them.
inline constexpr std::uint32_t credit_batch_count = 16;
/// Pushes of a client that came together go to its room together, up to so many: others
/// must have their turn. More go in further messages.
inline constexpr std::size_t pushes_at_once_max = 8;
inline constexpr std::size_t credit_batch_bytes = 256 * kibibyte;
/// Bytes of frames without credit. Above: the connection is not read.
inline constexpr std::size_t parked_bytes_max = 1 * mebibyte;
/// How long a frame may wait for credit. Above: `unavailable`.
inline constexpr std::int64_t parked_ms_max = 10'000;
/// Bytes waiting for one client to read them. Above: close 1013 as slow.
inline constexpr std::size_t outbox_bytes_max = 2 * message_bytes_max + 256 * kibibyte;
/// What an entry of the outbox weighs on top of its text.
inline constexpr std::size_t outbox_entry_bytes = 128;
/// Lines of the log about what one connection was refused, per second. Above: they are
/// left out, and one more line says how many.
inline constexpr std::uint32_t refusal_lines_per_second_max = 10;
/// One part in so many of its text is what a replayed event weighs: its room's log
/// holds it too, which is bounded itself, but may forget it before a slow client has
/// read it. A replay goes with its session, so of each topic the newest counts.
inline constexpr std::size_t replay_share = 4;
/// The least that an event weighs, wherever it is counted.
inline constexpr std::size_t event_bytes_min = 256;

// -- what one room may hold ---------------------------------------------------

/// Participants of a room unless `--capacity` says otherwise (seed 0).
inline constexpr std::uint32_t capacity_default = 6;
/// The most that `--capacity` takes.
inline constexpr std::uint32_t capacity_max = 10'000;
/// Bytes of events kept for those who resume. Above: the oldest go, and who
/// missed them hears `replay: "truncated"`.
inline constexpr std::size_t log_bytes_max = 4 * mebibyte;
/// Seats from which on a room is wide: its roster changes are told together, once a pace
/// and by each node; earlier where order demands it. Below, each is told at once.
inline constexpr std::uint32_t wide_room_seats_min = 64;
inline constexpr std::int64_t presence_pace_ms = 50;
/// Entries of such changes that wait for the pace. Above: they are told at once, so that
/// small changes do not add up to a large diff, nor to what newcomers hear a part of.
inline constexpr std::size_t gathered_presence_count_max = 64;
/// Participants that left while the room lived, remembered so that their
/// tokens stay void. Above: the oldest is forgotten.
inline constexpr std::size_t departed_count_max = 256;
/// Bytes of commands that a room's flight recorder keeps, twice: before and after its
/// latest snapshot. Above, and above that snapshot's size: the oldest go.
inline constexpr std::size_t flight_bytes_max = 16 * kibibyte;

// -- what one node may hold ---------------------------------------------------

/// Rooms of one node. Above: the longest-empty room ends; if there are people in
/// all of them, a join is refused with `unavailable`.
inline constexpr std::size_t room_count_max = 200'000;
/// Suspended seats of one address: that of the connection or, behind a proxy of
/// `--trusted-proxies`, the one that the proxy names. Above: a lost connection leaves at once.
inline constexpr std::size_t suspended_per_origin_max = 64;
/// Addresses with suspended seats. Above: a lost connection leaves at once.
inline constexpr std::size_t suspended_origin_count_max = 10'000;

// -- times, in milliseconds ---------------------------------------------------

/// A connection from which nothing was heard for so long is closed. Background
/// tabs run timers once a minute, so 60 s would cut them off.
inline constexpr std::int64_t idle_timeout_ms = 90'000;
/// Quiet connections are pinged so often; browsers answer by themselves.
inline constexpr std::int64_t ping_interval_ms = 30'000;
/// From accepting a connection to the end of its HTTP request.
inline constexpr std::int64_t http_request_ms_max = 10'000;
/// From sending Close to dropping the connection, unless the peer answers.
inline constexpr std::int64_t close_timeout_ms = 5'000;
/// A suspended participant keeps its seat for so long.
inline constexpr std::int64_t resume_window_ms = 30'000;
/// A resume token is good for so long after it was issued.
inline constexpr std::int64_t resume_token_ms = 24 * 60 * 60'000;
/// Events are kept for so long: a half-open connection is noticed after the
/// idle timeout, and its participant may still resume for a window after that.
inline constexpr std::int64_t log_age_ms_max = 150'000;
/// An empty room remembers for so long whose tokens are void.
inline constexpr std::int64_t linger_ms = 30'000;
/// A join that no room has answered for so long is refused `unavailable`.
inline constexpr std::int64_t join_timeout_ms = 8'000;
/// What `unavailable` advises when nothing better is known.
inline constexpr std::int64_t retry_after_ms = 2'000;

// -- what one cluster may hold --------------------------------------------------

/// Senders of a room whose last push a relay remembers. Above: those who are gone
/// are forgotten.
inline constexpr std::size_t heard_sender_count_max = 2'048;
/// Nodes of a cluster, as each gossips with each. Above: further ones are ignored.
inline constexpr std::size_t node_count_max = 100;
/// Bytes that one node may owe another for one room, not acknowledged yet. Above:
/// its participants there are taken for lost, as if its connection had broken.
inline constexpr std::size_t link_bytes_max = 16 * mebibyte;
/// A relay acknowledges the room's words at latest after so many, or so long.
inline constexpr std::uint32_t link_ack_count = 16;
inline constexpr std::int64_t link_ack_ms = 5;
/// A relay that has not acknowledged a word for so long is taken for lost: one end of a
/// connection may not have noticed that it broke.
inline constexpr std::int64_t link_silence_ms_max = 10'000;
/// An empty room asks relays that it still has after so long whether they are there.
inline constexpr std::int64_t link_probe_ms = 10'000;

/// A room that was declined by the node that owns it by our view is sent again
/// after so long: the views are about to agree.
inline constexpr std::int64_t decline_retry_ms = 20;
/// Joins of one room that wait until the nodes agree. Above: `unavailable`.
inline constexpr std::size_t held_join_count_max = 1'024;
/// So long may such a join wait. Above: `unavailable`.
inline constexpr std::int64_t settle_ms_max = 6'000;

/// Nodes tell each other so often that they live.
inline constexpr std::int64_t heartbeat_ms = 500;
/// A node that was silent for so long is gone, and its rooms move.
inline constexpr std::int64_t silence_ms_max = 2'000;
/// A node that drains closes its connections so far apart, on average, unless it has
/// less time for all of them.
inline constexpr std::size_t drain_pace_ms = 20;

/// An address that cannot be reached is dialled again after so long; the wait
/// doubles up to the greater.
inline constexpr std::int64_t redial_ms_min = 250;
inline constexpr std::int64_t redial_ms_max = 5'000;

// -- how they relate ----------------------------------------------------------

static_assert(message_bytes_max >= 2 * sdp_bytes_max + 32 * kibibyte,
              "an SDP of the largest size must fit when every byte is escaped once");
static_assert(outbox_bytes_max >= 2 * message_bytes_max,
              "one large message on its way must not make the next one fatal");
static_assert(log_bytes_max / 2 / event_bytes_min * outbox_entry_bytes
                  + log_bytes_max / 2 / replay_share + message_bytes_max
                <= outbox_bytes_max,
              "who missed a whole log, which counts twice, must not be slow for it");
static_assert(command_bytes_in_flight_max > credit_batch_count * credit_batch_bytes / 4,
              "credit that is not yet returned must not be all there is");
static_assert(credit_batch_count * 2 <= commands_in_flight_max,
              "credit must come back before it runs out");
static_assert(idle_timeout_ms >= 90'000 && idle_timeout_ms > 2 * ping_interval_ms,
              "one lost pong must not close a connection");
static_assert(log_age_ms_max >= idle_timeout_ms + resume_window_ms,
              "the log must outlive a half-open connection and its resume window");
static_assert(settle_ms_max > 2 * silence_ms_max && settle_ms_max < join_timeout_ms,
              "a join should outlive the search for a lost node");
static_assert(link_silence_ms_max > 2 * silence_ms_max,
              "a node that is gone by the view is not a silent relay");
static_assert(silence_ms_max > 3 * heartbeat_ms,
              "one lost heartbeat must not end a node");
static_assert(join_timeout_ms < 10'000, "Phoenix clients give up on a join after 10 s");

} // namespace greenroom::limits
