// What one thread counts, second by second.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tools/greenroom-load/clock.hpp"
#include "tools/greenroom-load/histogram.hpp"
#include "tools/greenroom-load/violations.hpp"

namespace greenroom::load {

/// Of what latencies are kept.
enum class series : std::uint8_t {
  signal,      ///< Due to heard.
  chat,        ///< Likewise, by each who hears it.
  media,       ///< Likewise.
  join,        ///< Due to the reply.
  presence,    ///< A join's due time to the news of it, by each who hears it.
  negotiation, ///< Due time of a join to the last answer to the newcomer's offers.
  resume,      ///< The break to the reply that gives the seat back.
};
inline constexpr std::size_t series_count = 7;
inline constexpr std::array<std::string_view, series_count> series_names{
  "signal", "chat", "media", "join", "presence", "negotiation", "resume"};

inline constexpr std::int64_t slice_ns = 100 * ns_per_ms;

/// What happened within a tenth of a second.
struct slice {
  std::uint64_t sent = 0;
  std::uint64_t done = 0;
  histogram::sparse latencies;
};

struct tally {
  std::uint64_t sent = 0;  ///< Messages, or joins and resumes where they are the load.
  std::uint64_t done = 0;  ///< Deliveries of messages, or what came of the former.
  std::uint64_t joins = 0; ///< In all.
  std::uint64_t turned_away = 0; ///< Joins refused as the room was full, rightly.
  std::uint64_t excused = 0;     ///< Signals refused as their target had left.
  std::uint64_t merged = 0;      ///< Media updates that a later one replaced.
  std::uint64_t resumes = 0;
  std::int64_t begin_ns = 0;
  std::int64_t last_done_ns = 0;
  std::int64_t last_news_ns = 0; ///< When somebody last heard of a join.
  std::array<histogram, series_count> latencies;
  std::vector<slice> slices;
  violations wrong;

  void add(const tally& other);
};

/// Fills a tally, and lets others watch.
class recorder {
public:
  explicit recorder(bool is_about_messages) : is_about_messages_(is_about_messages) {}

  tally counts;

  /// Or about joins.
  bool is_about_messages() const { return is_about_messages_; }

  /// Forgets what it took to get everybody in; from here on slices are cut.
  void begin(std::int64_t now);
  /// Completes the last slice.
  void end();

  void note_sent(std::int64_t now);
  void note_done(std::int64_t now);
  void note(series what, std::int64_t latency_ns, std::int64_t now);

  /// For the progress line, from any thread.
  std::uint64_t sent_so_far() const { return sent_.load(std::memory_order_relaxed); }
  std::uint64_t done_so_far() const { return done_.load(std::memory_order_relaxed); }

private:
  void cut(std::int64_t now);
  bool is_main(series what) const;

  bool is_about_messages_;
  std::int64_t slice_end_ns_ = INT64_MAX;
  slice current_;
  histogram slice_latencies_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> done_{0};
};

} // namespace greenroom::load
