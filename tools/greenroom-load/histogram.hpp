// Counts of latencies, from which percentiles can be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace greenroom::load {

/// Log-linear: 128 equal steps for each power of two. So a percentile is at most
/// 1/128 (0.8 %) above the true value, whatever its size, and never below it.
class histogram {
public:
  using sparse = std::vector<std::pair<std::uint16_t, std::uint32_t>>;

  void add(std::int64_t value);
  void add(const histogram& other);
  void add(const sparse& other);

  /// @returns The value that `percent` of those counted do not exceed; 0 if there
  ///          are none.
  std::int64_t percentile(double percent) const;

  std::uint64_t count() const { return count_; }
  std::int64_t greatest() const { return greatest_; }
  double mean() const;

  /// @returns The steps that are not empty, which are few within a short time.
  sparse compact() const;
  void clear();

private:
  std::vector<std::uint32_t> steps_;
  std::uint64_t count_ = 0;
  std::int64_t greatest_ = 0;
  double sum_ = 0;
};

} // namespace greenroom::load
