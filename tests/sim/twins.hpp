// The ports of one node, as the simulator answers them.
#pragma once

#include <algorithm>
#include <functional>

#include "actors/ports.hpp"
#include "tests/sim/choices.hpp"

namespace greenroom::sim {

/// When virtual time begins, so that a trace's instants look like instants.
inline constexpr instant epoch_ms = 1'700'000'000'000;

/// A node's wall clock: the world's time, moved about by faults. As the port
/// demands, it stands still rather than going back.
class skewed_clock final : public clock_port {
public:
  explicit skewed_clock(const instant& world_ms) : world_ms_(world_ms) {}

  instant now() const override {
    last_ = std::max(last_, world_ms_ + skew_ms_);
    return last_;
  }

  void skew(std::int64_t by_ms) {
    now();
    skew_ms_ += by_ms;
    if (by_ms < 0)
      stalled_ms_ -= by_ms;
  }

  /// @returns For how long the clock has stood still so far, without what is to come.
  std::int64_t stalled_ms() const {
    return stalled_ms_ - std::max<std::int64_t>(0, last_ - world_ms_ - skew_ms_);
  }

private:
  const instant& world_ms_;
  std::int64_t skew_ms_ = 0;
  std::int64_t stalled_ms_ = 0;
  mutable instant last_ = 0;
};

class seeded_random final : public random_port {
public:
  explicit seeded_random(choices& random) : random_(random) {}
  std::uint64_t next() override { return random_.next(); }

private:
  choices& random_;
};

/// Not a secure signature, but one that any change of the bytes changes. All
/// nodes share the secret, as a cluster does.
class toy_signer final : public signer_port {
public:
  signature sign(std::string_view bytes) const override {
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : bytes)
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    signature result{};
    for (auto& byte : result)
      byte = static_cast<unsigned char>((hash *= 6364136223846793005u) >> 56);
    return result;
  }
};

class no_ice final : public ice_port {
public:
  std::vector<ice_server> servers_for(const participant_id&, instant) const override {
    return {};
  }
};

/// Hands every line on at once.
class listening_journal final : public journal_port {
public:
  explicit listening_journal(std::function<void(const journal_entry&)> listener)
    : listener_(std::move(listener)) {}

  bool wants(severity) const override { return true; }
  void write(const journal_entry& entry) override { listener_(entry); }

private:
  std::function<void(const journal_entry&)> listener_;
};

} // namespace greenroom::sim
