// The answer with which HTTP ends and a WebSocket begins.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/system/error_code.hpp>

namespace greenroom::net {

using upgrade_request = boost::beast::http::request<boost::beast::http::empty_body>;

struct upgrade_answer {
  std::string bytes;
  boost::system::error_code error; ///< Why `bytes` refuse, if they do.
};

/// @param subprotocol To be agreed on; empty if the client offered none.
upgrade_answer answer_upgrade(boost::asio::io_context& io, const upgrade_request& asked,
                              std::string_view subprotocol);

} // namespace greenroom::net
