// One connection as long as it speaks HTTP: the page's files, the health checks
// and the door to the WebSocket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/span_body.hpp>

#include "net/connection.hpp"

namespace greenroom::net {

class connection_pool;

/// Its memory is given back when it becomes a WebSocket.
class http_session final : public connection,
                           public std::enable_shared_from_this<http_session> {
public:
  http_session(connection_pool& pool, tcp_socket socket);

  void start() { read(); }

  instant sweep(instant now) override;
  void stop() override;
  void abandon() override;

private:
  using request = boost::beast::http::request<boost::beast::http::empty_body>;
  using response
    = boost::beast::http::response<boost::beast::http::span_body<const char>>;
  using status = boost::beast::http::status;

  struct upgrade_refusal {
    status code;
    std::string_view text;        ///< For the client, one line.
    std::string_view origin = {}; ///< If that is what is wrong.
  };

  void read();
  void answer_bad(const boost::system::error_code& error);
  void answer(const request& asked);
  void answer_asset(const request& asked, const asset& file);
  void answer_readiness();
  void answer_file(const web_folder& folder, std::string_view path);
  void answer_whole(status code, std::string_view content_type, std::string body);
  void answer_text(status code, std::string_view text);

  void upgrade(const request& asked);
  /// @returns The client's address.
  std::string client_of(const request& asked, const boost::asio::ip::address& peer) const;
  /// @returns Why the request may not become a WebSocket, if it may not.
  std::optional<upgrade_refusal>
  judge_upgrade(const request& asked, std::optional<wire::phoenix_version> version) const;
  void refuse_upgrade(const upgrade_refusal& why, std::string_view client);

  void write();
  void drop();

  connection_pool& pool_;
  tcp_socket socket_;
  instant deadline_;
  bool is_idle_ = true; ///< Between requests.
  bool is_head_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>>
    parser_;
  response answer_;
  std::string text_; ///< What `answer_` shows, unless it is an asset.
};

} // namespace greenroom::net
