// Where Asio waits, so that others can wait for it together with their own.
#pragma once

#include <boost/asio/io_context.hpp>

namespace greenroom::net {

/// @returns The descriptor on which `io` waits for its sockets and timers: readable while
///          one of them has something to say. `io` keeps it.
int epoll_of(boost::asio::io_context& io);

} // namespace greenroom::net
