// A socket as Beast sees it: it reads from the network, and what it writes is
// handed to the connection.
#pragma once

#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/role.hpp>

#include "net/connection.hpp"

namespace greenroom::net {

/// Takes what Beast says on its own: the handshake's answer, pongs, Close.
class control_sink {
public:
  virtual void send_control(std::string_view bytes) = 0;

protected:
  ~control_sink() = default;
};

/// Beast's own Close would discard what the client still says, and Beast writes
/// one frame at a time. So Beast only reads here; see websocket_session.hpp for
/// who writes. Has what Beast asks of a stream.
class listening_socket {
public:
  using executor_type = tcp_socket::executor_type;

  listening_socket(tcp_socket socket, control_sink& sink)
    : socket_(std::move(socket)), sink_(&sink) {}

  tcp_socket& socket() { return socket_; }
  executor_type get_executor() { return socket_.get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return socket_.read_some(buffers);
  }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    return socket_.read_some(buffers, error);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token,
                                       void(boost::system::error_code, std::size_t)>(
      [this](auto handler, std::size_t taken) {
        boost::asio::post(get_executor(),
                          boost::beast::bind_front_handler(
                            std::move(handler), boost::system::error_code{}, taken));
      },
      token, take(buffers));
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return take(buffers);
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    error = {};
    return take(buffers);
  }

  /// Beast would shut the socket down here; the connection does that once all
  /// is written.
  template <class Handler>
  friend void async_teardown(boost::beast::role_type, listening_socket& stream,
                             Handler&& handler) {
    boost::asio::post(stream.get_executor(),
                      boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                       boost::system::error_code{}));
  }
  friend void teardown(boost::beast::role_type, listening_socket&,
                       boost::system::error_code& error) {
    error = {};
  }
  friend void beast_close_socket(listening_socket& stream) {
    boost::system::error_code ignored;
    stream.socket_.close(ignored);
  }

private:
  template <class Buffers>
  std::size_t take(const Buffers& buffers) {
    std::size_t taken = 0;
    for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
      sink_->send_control({static_cast<const char*>(buffer.data()), buffer.size()});
      taken += buffer.size();
    }
    return taken;
  }

  tcp_socket socket_;
  control_sink* sink_;
};

} // namespace greenroom::net
