// How a connection reaches the actors behind it, without knowing CAF. The
// gateway actor answers in production, a recording twin in tests.
#pragma once

#include <memory>
#include <string>

#include "actors/ports.hpp"

namespace greenroom::net {

/// One session, as its connection holds it. Destroying the link without a word
/// means that the connection was lost.
class session_link {
public:
  virtual ~session_link() = default;

  /// In order, at least one; at most the credit that the dialect observes. Only between
  /// `session_opened` and `leave`. Never calls back.
  virtual void push(client_pushes&& pushes) = 0;

  /// The client asks to leave.
  virtual void leave() = 0;

  /// Lists what is needed for a push, see protocol/vocabulary/prefetch.hpp.
  /// @returns false while something of it is not known yet.
  virtual bool list_needed(prefetch_list&) const { return true; }
};

/// Starts sessions. Safe to call from every reactor.
class session_opener {
public:
  virtual ~session_opener() = default;

  /// @param outbox Hears everything that the session says, on any thread.
  /// @param origin The client's address, to bound what one address may hold.
  virtual std::unique_ptr<session_link>
  open(join_request request, std::shared_ptr<outbox_port> outbox, std::string origin) = 0;
};

} // namespace greenroom::net
