// What an operator or a test may change about connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/asset.hpp"
#include "net/client_address.hpp"
#include "net/web_folder.hpp"
#include "protocol/vocabulary/limits.hpp"

namespace greenroom::net {

struct server_options {
  /// Nothing heard from a client for so long: closed as idle.
  std::int64_t idle_timeout_ms = limits::idle_timeout_ms;
  /// Nothing heard for so long: pinged, and again each time it passes.
  std::int64_t ping_interval_ms = limits::ping_interval_ms;
  /// For a whole HTTP request to arrive.
  std::int64_t http_request_ms_max = limits::http_request_ms_max;
  /// For the client to answer our Close, or to take the rest of what we said.
  std::int64_t close_timeout_ms = limits::close_timeout_ms;

  /// One WebSocket message. Above: closed with 1009.
  std::size_t message_bytes_max = limits::message_bytes_max;
  /// Waiting for one client to read. Above: closed as slow.
  std::size_t outbox_bytes_max = limits::outbox_bytes_max;
  /// Connections of the whole node. Above: answered 503.
  std::size_t connection_count_max = 50'000;

  /// Origins allowed beside the page's own, see net/origin.hpp.
  std::vector<std::string> allowed_origins;
  /// Whose `X-Forwarded-For` is believed, see net/client_address.hpp.
  std::vector<network> trusted_proxies;
  /// The page's files; they outlive the server.
  std::span<const asset> assets;
  /// Served in their stead, if there is one.
  std::optional<web_folder> web_root;
};

} // namespace greenroom::net
