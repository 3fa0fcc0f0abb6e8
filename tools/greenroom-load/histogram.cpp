#include "tools/greenroom-load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace greenroom::load {

namespace {

constexpr int step_bits = 7;
constexpr std::int64_t steps_per_octave = std::int64_t{1} << step_bits;
/// Eighteen minutes, if values are nanoseconds; what is above counts as that.
constexpr std::int64_t value_max = (std::int64_t{1} << 40) - 1;

std::size_t step_of(std::int64_t value) {
  const auto width = std::bit_width(static_cast<std::uint64_t>(value));
  const auto shift = std::max(0, static_cast<int>(width) - step_bits - 1);
  return static_cast<std::size_t>(shift * steps_per_octave + (value >> shift));
}

/// @returns The greatest value of a step.
std::int64_t value_of(std::size_t step) {
  const auto at = static_cast<std::int64_t>(step);
  const auto shift = std::max<std::int64_t>(0, at / steps_per_octave - 1);
  return ((at - shift * steps_per_octave + 1) << shift) - 1;
}

} // namespace

void histogram::add(std::int64_t value) {
  value = std::clamp<std::int64_t>(value, 0, value_max);
  const auto step = step_of(value);
  if (step >= steps_.size())
    steps_.resize(step + 1);
  ++steps_[step];
  ++count_;
  sum_ += static_cast<double>(value);
  greatest_ = std::max(greatest_, value);
}

void histogram::add(const histogram& other) {
  if (other.steps_.size() > steps_.size())
    steps_.resize(other.steps_.size());
  for (std::size_t step = 0; step < other.steps_.size(); ++step)
    steps_[step] += other.steps_[step];
  count_ += other.count_;
  sum_ += other.sum_;
  greatest_ = std::max(greatest_, other.greatest_);
}

void histogram::add(const sparse& other) {
  for (const auto& [step, count] : other) {
    if (step >= steps_.size())
      steps_.resize(step + std::size_t{1});
    steps_[step] += count;
    count_ += count;
    sum_ += static_cast<double>(value_of(step)) * count;
    greatest_ = std::max(greatest_, value_of(step));
  }
}

std::int64_t histogram::percentile(double percent) const {
  const auto rank = std::max<double>(
    1, std::ceil(static_cast<double>(count_) * percent / 100));
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    seen += steps_[step];
    if (static_cast<double>(seen) >= rank)
      return std::min(value_of(step), greatest_);
  }
  return greatest_;
}

double histogram::mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

histogram::sparse histogram::compact() const {
  sparse result;
  for (std::size_t step = 0; step < steps_.size(); ++step)
    if (steps_[step] > 0)
      result.emplace_back(static_cast<std::uint16_t>(step), steps_[step]);
  return result;
}

void histogram::clear() {
  std::ranges::fill(steps_, 0u);
  count_ = 0;
  sum_ = 0;
  greatest_ = 0;
}

} // namespace greenroom::load
