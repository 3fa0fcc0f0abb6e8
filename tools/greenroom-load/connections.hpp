// Many WebSocket connections on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/greenroom-load/dialect.hpp"
#include "tools/greenroom-load/url.hpp"
#include "tools/greenroom-load/websocket.hpp"

namespace greenroom::load {

/// Hears what happens on connections, by number.
class connection_listener {
public:
  virtual void on_open(std::size_t number) = 0;
  virtual void on_text(std::size_t number, std::string_view text) = 0;
  /// Not of those that were closed by `drop` or `finish`.
  virtual void on_end(std::size_t number, const std::string& why) = 0;

protected:
  ~connection_listener() = default;
};

/// Everything that one turn of the loop makes a connection say leaves in one
/// write, and everything is read into one buffer, so that the load costs less
/// than the server.
class connections {
public:
  connections(std::size_t count, const dialect& how, connection_listener& listener);
  ~connections();
  connections(const connections&) = delete;
  connections& operator=(const connections&) = delete;

  /// Begins to connect; `on_open` or `on_end` follows.
  void open(std::size_t number, const url& where);

  bool is_open(std::size_t number) const { return links_[number].state == stage::open; }

  /// What a frame may be appended to. It is sent at the end of the turn.
  std::string& out(std::size_t number);

  /// Breaks a connection off, as a train in a tunnel does.
  void drop(std::size_t number);

  /// Says goodbye first.
  void finish(std::size_t number);

  /// Sends what waits, then hears what comes within so many nanoseconds.
  void turn(std::int64_t patience_ns);

private:
  enum class stage : std::uint8_t { closed, connecting, upgrading, greeting, open };

  struct link {
    int fd = -1;
    std::uint32_t life = 0; ///< Tells this connection from former ones.
    stage state = stage::closed;
    bool is_queued = false;
    bool waits_for_room = false;
    std::size_t sent = 0; ///< Of `unsent`.
    std::string unsent;
    std::string partial; ///< The beginning of a frame whose end has not come.
    const url* where = nullptr;
  };

  void flush(std::size_t number);
  void watch(std::size_t number, bool for_room);
  void begin_upgrade(std::size_t number);
  void read(std::size_t number);
  /// @returns What is left of `bytes`.
  std::string_view take(std::size_t number, std::string_view bytes);
  std::string_view take_upgrade(std::size_t number, std::string_view bytes);
  void take_control(std::size_t number, const frame& what);
  void take_text(std::size_t number, std::string_view text);
  void take_engine_text(std::size_t number, std::string_view text);
  void close(std::size_t number, bool abruptly);
  void end(std::size_t number, const std::string& why);

  const dialect& how_;
  connection_listener& listener_;
  int epoll_;
  std::vector<link> links_;
  std::vector<std::size_t> queued_;
  std::vector<char> buffer_;
};

} // namespace greenroom::load
