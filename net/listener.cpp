#include "net/listener.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "protocol/vocabulary/invariant.hpp"

namespace greenroom::net {

namespace {

/// Long enough for a few connections to end, short enough for the clients that
/// the kernel keeps waiting meanwhile.
constexpr std::chrono::milliseconds pause_after_error{200};

/// So many connections above the limit are told so; more are just closed.
constexpr std::size_t refusal_count_max = 256;

} // namespace

listener::listener(boost::asio::io_context& io, poller& home,
                   std::vector<connection_pool*> pools, connection_context& context)
  : home_(home), pools_(std::move(pools)), context_(context), acceptor_(io), pause_(io) {
  invariant(!pools_.empty());
}

boost::system::error_code listener::open(const tcp::endpoint& where) {
  boost::system::error_code error;
  acceptor_.open(where.protocol(), error);
  if (!error)
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error)
    acceptor_.bind(where, error);
  if (!error)
    acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error)
    port_ = acceptor_.local_endpoint(error).port();
  if (error) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }
  return error;
}

void listener::start() {
  home_.post([this] {
    if (!acceptor_.is_open())
      return; // Stopped before it began.
    context_.ready->clear(obstacle::starting);
    accept();
  });
}

void listener::stop() {
  context_.ready->raise(obstacle::stopping);
  home_.post([this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
}

void listener::accept() {
  auto& pool = *pools_[turn_++ % pools_.size()];
  acceptor_.async_accept(
    pool.io().get_executor(),
    [this, &pool](boost::system::error_code error, tcp_socket socket) {
      if (acceptor_.is_open())
        take(pool, error, std::move(socket));
    });
}

void listener::take(connection_pool& pool, const boost::system::error_code& error,
                    tcp_socket socket) {
  if (error)
    return back_off(error);
  if (std::exchange(is_failing_, false))
    context_.ready->clear(obstacle::accept_failing);
  const auto count = context_.connection_count.load();
  const auto count_max = context_.options.connection_count_max;
  if (count < count_max) {
    context_.ready->clear(obstacle::crowded);
    pool.adopt(std::move(socket));
  } else {
    context_.ready->raise(obstacle::crowded);
    if (count < count_max + refusal_count_max)
      pool.refuse(std::move(socket));
  }
  accept();
}

void listener::back_off(const boost::system::error_code& error) {
  if (!std::exchange(is_failing_, true)) {
    context_.ready->raise(obstacle::accept_failing);
    const auto detail = error.message();
    note(context_.world,
         {.level = severity::error, .event = "accept_failed", .detail = detail});
  }
  pause_.expires_after(pause_after_error);
  pause_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped && acceptor_.is_open())
      accept();
  });
}

} // namespace greenroom::net
