// A checker says what holds in every run. It watches what happens, and knows
// nothing of how it is brought about.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/chronicle.hpp"

namespace greenroom::sim {

class participant;
struct talk;
class world;

struct violation {
  std::string checker;
  std::string sentence;
};

class checker {
public:
  virtual ~checker() = default;

  virtual std::string_view name() const = 0;

  // -- what happens ---------------------------------------------------------------

  /// A room's journal got a line.
  virtual void noted(const room_note&) {}
  /// Seats ended without a line: their node is gone.
  virtual void buried(const std::vector<seat_record>&) {}
  /// A participant asks to be let in.
  virtual void asked(const participant&, const join_request&) {}
  /// A participant hands a push to its connection, perhaps again.
  virtual void sent(const participant&, serial, const client_push&) {}
  /// A participant asks to leave.
  virtual void left(const participant&) {}
  /// A participant was let in and has made it its own.
  virtual void entered(const participant&, const admission&) {}
  /// A participant hears anything else from its current session.
  virtual void heard(const participant&, const session_event&) {}
  /// A number arrived from another node.
  virtual void counted(const talk&, std::uint64_t) {}
  /// A room's actor takes one of so many messages.
  virtual void worked(std::uint64_t, std::size_t) {}

  /// A node takes one that lives for gone: until all have agreed again, they may not
  /// hear each other.
  virtual void parted() {}

  // -- when to look ---------------------------------------------------------------

  /// Nothing is under way that time alone does not bring.
  virtual void at_rest(const world&) {}
  /// Everybody has been heard and has come back, and all windows are over.
  virtual void at_calm(const world&) {}
  /// Everybody has left long ago.
  virtual void at_end(const world&) {}

  const std::optional<std::string>& complaint() const { return complaint_; }

protected:
  /// The first word counts: what follows a violation is its consequence.
  void violate(std::string sentence) {
    if (!complaint_)
      complaint_ = std::move(sentence);
  }

private:
  std::optional<std::string> complaint_;
};

/// All checkers of a run.
class watch {
public:
  void add(std::unique_ptr<checker> one) { checkers_.push_back(std::move(one)); }

  template <class... Parameters, class... Arguments>
  void tell(void (checker::*what)(Parameters...), Arguments&&... arguments) {
    if (found_)
      return;
    for (const auto& one : checkers_) {
      ((*one).*what)(arguments...);
      if (one->complaint()) {
        found_ = violation{std::string{one->name()}, *one->complaint()};
        return;
      }
    }
  }

  const std::optional<violation>& found() const { return found_; }

private:
  std::vector<std::unique_ptr<checker>> checkers_;
  std::optional<violation> found_;
};

} // namespace greenroom::sim
