// Accepts connections and deals them out to the reactors in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/connection_pool.hpp"

namespace greenroom::net {

class listener {
public:
  using tcp = boost::asio::ip::tcp;

  /// @param io Where connections are accepted; may be one of the pools' own.
  /// @param home Runs `io`.
  /// @param pools At least one. They outlive the listener.
  listener(boost::asio::io_context& io, poller& home, std::vector<connection_pool*> pools,
           connection_context& context);

  /// Takes the port. Call before `start`, while `io` does not run.
  /// @returns Why it could not, such as `address_in_use`.
  boost::system::error_code open(const tcp::endpoint& where);

  /// @returns The port taken, of use when port 0 was asked for.
  std::uint16_t port() const { return port_; }

  /// Accepts from now on. Call after `open`, from any thread.
  void start();

  /// Accepts no more. From any thread; may be repeated.
  void stop();

private:
  void accept();
  void take(connection_pool& pool, const boost::system::error_code& error,
            tcp_socket socket);
  void back_off(const boost::system::error_code& error);

  poller& home_;
  std::vector<connection_pool*> pools_;
  connection_context& context_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::size_t turn_ = 0;
  std::uint16_t port_ = 0;
  bool is_failing_ = false;
};

} // namespace greenroom::net
