#include "tools/greenroom-load/tally.hpp"

#include <algorithm>
#include <utility>

namespace greenroom::load {

void tally::add(const tally& other) {
  sent += other.sent;
  done += other.done;
  joins += other.joins;
  turned_away += other.turned_away;
  excused += other.excused;
  merged += other.merged;
  resumes += other.resumes;
  begin_ns = begin_ns == 0 ? other.begin_ns : std::min(begin_ns, other.begin_ns);
  last_done_ns = std::max(last_done_ns, other.last_done_ns);
  last_news_ns = std::max(last_news_ns, other.last_news_ns);
  for (std::size_t at = 0; at < series_count; ++at)
    latencies[at].add(other.latencies[at]);
  if (slices.size() < other.slices.size())
    slices.resize(other.slices.size());
  for (std::size_t at = 0; at < other.slices.size(); ++at) {
    slices[at].sent += other.slices[at].sent;
    slices[at].done += other.slices[at].done;
    histogram both;
    both.add(slices[at].latencies);
    both.add(other.slices[at].latencies);
    slices[at].latencies = both.compact();
  }
  wrong.add(other.wrong);
}

void recorder::begin(std::int64_t now) {
  const auto turned_away = counts.turned_away;
  counts = {};
  counts.turned_away = turned_away;
  counts.begin_ns = now;
  slice_end_ns_ = now + slice_ns;
}

void recorder::end() {
  cut(slice_end_ns_);
  slice_end_ns_ = INT64_MAX;
}

void recorder::note_sent(std::int64_t now) {
  if (now >= slice_end_ns_)
    cut(now);
  ++counts.sent;
  ++current_.sent;
  sent_.store(counts.sent, std::memory_order_relaxed);
}

void recorder::note_done(std::int64_t now) {
  if (now >= slice_end_ns_)
    cut(now);
  ++counts.done;
  ++current_.done;
  counts.last_done_ns = now;
  done_.store(counts.done, std::memory_order_relaxed);
}

void recorder::note(series what, std::int64_t latency_ns, std::int64_t now) {
  counts.latencies[static_cast<std::size_t>(what)].add(latency_ns);
  if (!is_main(what))
    return;
  note_done(now);
  slice_latencies_.add(latency_ns);
}

void recorder::cut(std::int64_t now) {
  if (slice_end_ns_ == INT64_MAX)
    return;
  while (now >= slice_end_ns_) {
    current_.latencies = slice_latencies_.compact();
    slice_latencies_.clear();
    counts.slices.push_back(std::exchange(current_, {}));
    slice_end_ns_ += slice_ns;
  }
}

bool recorder::is_main(series what) const {
  return is_about_messages_ ? what <= series::media : what == series::join;
}

} // namespace greenroom::load
