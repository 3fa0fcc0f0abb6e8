// The journal, written to standard error by spdlog, whose headers stay behind
// this one.
#pragma once

#include <memory>

#include "actors/ports.hpp"
#include "tools/greenroom/journal_text.hpp"

namespace greenroom {

/// Never blocks for long: entries are rendered by the caller and written by a
/// thread of its own. Where standard error is not read fast enough the oldest
/// waiting lines are dropped, and the last line says how many.
class spdlog_journal final : public journal_port {
public:
  spdlog_journal(severity least, journal_format format);
  ~spdlog_journal() override; ///< Writes what waits.

  bool wants(severity level) const override { return level >= least_; }
  void write(const journal_entry& entry) override;

private:
  struct sink;

  severity least_;
  journal_format format_;
  std::unique_ptr<sink> sink_;
};

} // namespace greenroom
