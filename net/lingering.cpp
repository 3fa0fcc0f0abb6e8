#include "net/lingering.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>

#include "net/connection_pool.hpp"

namespace greenroom::net {

lingering::lingering(connection_pool& pool, tcp_socket socket)
  : pool_(pool),
    socket_(std::move(socket)),
    deadline_(pool.now() + pool.context().options.close_timeout_ms) {}

void lingering::start() {
  boost::system::error_code error;
  socket_.shutdown(tcp_socket::shutdown_send, error);
  if (error)
    drop();
  else
    read();
}

void lingering::read() {
  socket_.async_read_some(pool_.rubbish(),
                          [self = shared_from_this()](auto error, std::size_t) {
                            if (!self->socket_.is_open())
                              return;
                            if (error)
                              self->drop();
                            else
                              self->read();
                          });
}

instant lingering::sweep(instant now) {
  if (now >= deadline_)
    drop();
  return deadline_;
}

void lingering::abandon() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void lingering::drop() {
  abandon();
  pool_.remove(*this);
}

} // namespace greenroom::net
