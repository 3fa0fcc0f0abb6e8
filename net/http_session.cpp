#include "net/http_session.hpp"

#include <utility>

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "net/connection_pool.hpp"
#include "net/origin.hpp"
#include "net/static_files.hpp"
#include "net/url_query.hpp"
#include "net/websocket_session.hpp"

namespace greenroom::net {

namespace http = boost::beast::http;

namespace {

constexpr std::string_view socket_path = "/socket/websocket";
constexpr std::string_view subprotocol = "phoenix";

/// Of a header that the log shows; a client may send a long one.
constexpr std::size_t header_bytes_logged_max = 256;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// Fields that may be given more than once, as one list.
template <class Request, class Name>
std::string joined(const Request& asked, Name name) {
  std::string result;
  const auto [first, last] = asked.equal_range(name);
  for (auto field = first; field != last; ++field) {
    if (!result.empty())
      result += ',';
    result += view(field->value());
  }
  return result;
}

template <class Request>
std::optional<std::string_view> origin_of(const Request& asked) {
  const auto found = asked.find(http::field::origin);
  if (found == asked.end())
    return std::nullopt;
  return view(found->value());
}

} // namespace

http_session::http_session(connection_pool& pool, tcp_socket socket)
  : pool_(pool),
    socket_(std::move(socket)),
    deadline_(pool.now() + pool.context().options.http_request_ms_max),
    buffer_(limits::http_header_bytes_max) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
}

instant http_session::sweep(instant now) {
  if (now >= deadline_)
    drop();
  return 0; // There are few, and not for long.
}

void http_session::stop() {
  if (is_idle_)
    drop();
}

void http_session::abandon() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void http_session::drop() {
  abandon();
  pool_.remove(*this);
}

// -- reading --------------------------------------------------------------------

void http_session::read() {
  parser_.emplace();
  parser_->header_limit(limits::http_header_bytes_max);
  parser_->body_limit(boost::none); // No body is ever read.
  deadline_ = pool_.now() + pool_.context().options.http_request_ms_max;
  is_idle_ = true;
  http::async_read_header(
    socket_, buffer_, *parser_,
    [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (!self->socket_.is_open())
        return;
      self->is_idle_ = false;
      if (error)
        self->answer_bad(error);
      else
        self->answer(self->parser_->get());
    });
}

void http_session::answer_bad(const boost::system::error_code& error) {
  const bool is_http = error.category() == make_error_code(http::error{}).category();
  if (!is_http || error == http::error::end_of_stream
      || error == http::error::partial_message)
    return drop();
  answer_ = {};
  answer_.keep_alive(false);
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    answer_text(status::request_header_fields_too_large, "request header too big\n");
  else
    answer_text(status::bad_request, "malformed request\n");
}

// -- answering ------------------------------------------------------------------

void http_session::answer(const request& asked) {
  answer_ = {};
  answer_.version(asked.version());
  is_head_ = asked.method() == http::verb::head;
  const bool has_body = !parser_->is_done();
  answer_.keep_alive(asked.keep_alive() && !has_body && !pool_.is_stopping());

  const auto path = path_of(view(asked.target()));
  if (path == socket_path || boost::beast::websocket::is_upgrade(asked))
    return upgrade(asked);
  if (asked.method() != http::verb::get && !is_head_) {
    answer_.set(http::field::allow, "GET, HEAD");
    return answer_text(status::method_not_allowed, "only GET and HEAD\n");
  }
  if (path == "/healthz")
    return answer_text(status::ok, "ok\n");
  if (path == "/readyz")
    return answer_readiness();
  if (const auto& folder = pool_.context().options.web_root)
    return answer_file(*folder, path);
  if (const auto* file = find_asset(pool_.context().options.assets, path))
    return answer_asset(asked, *file);
  answer_text(status::not_found, "not found\n");
}

void http_session::answer_readiness() {
  const auto why_not = pool_.context().ready->why_not();
  if (why_not.empty())
    return answer_text(status::ok, "ready\n");
  answer_text(status::service_unavailable, "not ready: " + std::string{why_not} + '\n');
}

void http_session::answer_asset(const request& asked, const asset& file) {
  const auto chosen = choose_representation(file,
                                            joined(asked, http::field::accept_encoding),
                                            joined(asked, http::field::if_none_match));
  answer_.set(http::field::etag, chosen.etag);
  answer_.set(http::field::vary, "Accept-Encoding");
  // Browsers keep the files, but ask each time whether they are still current.
  answer_.set(http::field::cache_control, "no-cache");
  if (is_page(file.content_type))
    answer_.set("Content-Security-Policy", policy_of(file));
  if (chosen.is_unchanged) {
    answer_.result(status::not_modified);
    return write();
  }
  answer_.result(status::ok);
  answer_.set(http::field::content_type, file.content_type);
  if (chosen.is_compressed)
    answer_.set(http::field::content_encoding, "gzip");
  answer_.content_length(chosen.body.size());
  if (!is_head_)
    answer_.body() = {chosen.body.data(), chosen.body.size()};
  write();
}

void http_session::answer_file(const web_folder& folder, std::string_view path) {
  auto file = folder.read(path);
  if (!file)
    return answer_text(status::not_found, "not found\n");
  if (is_page(file->content_type)) {
    const auto* embedded = find_asset(pool_.context().options.assets, "/");
    answer_.set("Content-Security-Policy",
                admit_inline_scripts(embedded ? policy_of(*embedded) : std::string_view{},
                                     file->content));
  }
  answer_whole(status::ok, file->content_type, std::move(file->content));
}

void http_session::answer_text(status code, std::string_view text) {
  answer_whole(code, "text/plain; charset=utf-8", std::string{text});
}

void http_session::answer_whole(status code, std::string_view content_type,
                                std::string body) {
  text_ = std::move(body);
  answer_.result(code);
  answer_.set(http::field::cache_control, "no-store");
  answer_.set(http::field::content_type, content_type);
  answer_.content_length(text_.size());
  if (!is_head_)
    answer_.body() = {text_.data(), text_.size()};
  write();
}

void http_session::write() {
  answer_.set(http::field::server, "greenroom");
  answer_.set("X-Content-Type-Options", "nosniff");
  answer_.set("Referrer-Policy", "no-referrer");
  deadline_ = pool_.now() + pool_.context().options.idle_timeout_ms;
  http::async_write(
    socket_, answer_,
    [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (!self->socket_.is_open())
        return;
      if (error)
        return self->drop();
      if (self->answer_.keep_alive() && !self->pool_.is_stopping())
        return self->read();
      self->pool_.linger(std::move(self->socket_));
      self->pool_.remove(*self);
    });
}

// -- the door to the WebSocket ----------------------------------------------------

void http_session::upgrade(const request& asked) {
  boost::system::error_code error;
  const auto peer = socket_.remote_endpoint(error).address();
  if (error)
    return drop();
  auto client = client_of(asked, peer);
  const auto version = wire::phoenix_version_of(query_value(view(asked.target()), "vsn"));
  if (const auto refusal = judge_upgrade(asked, version))
    return refuse_upgrade(*refusal, client);
  const bool wants_subprotocol = asked.count(http::field::sec_websocket_protocol) > 0;
  const auto next = std::make_shared<websocket_session>(
    pool_, pool_.context().make_dialect(*version), std::move(client));
  pool_.add(next);
  pool_.remove(*this);
  next->start(std::move(socket_), asked,
              wants_subprotocol ? subprotocol : std::string_view{});
}

std::string http_session::client_of(const request& asked,
                                    const boost::asio::ip::address& peer) const {
  const auto& context = pool_.context();
  const auto forwarded_for = joined(asked, "X-Forwarded-For");
  const auto client = client_address(peer, forwarded_for,
                                     context.options.trusted_proxies);
  if (client)
    return client->to_string();
  auto address = peer.to_string();
  note(context.world,
       {.level = severity::debug,
        .event = "forwarded_for_ignored",
        .detail = std::string_view{forwarded_for}.substr(0, header_bytes_logged_max),
        .address = address});
  return address;
}

std::optional<http_session::upgrade_refusal>
http_session::judge_upgrade(const request& asked,
                            std::optional<wire::phoenix_version> version) const {
  const auto origin = origin_of(asked);
  if (path_of(view(asked.target())) != socket_path)
    return upgrade_refusal{status::not_found, "the WebSocket is at /socket/websocket"};
  if (!boost::beast::websocket::is_upgrade(asked))
    return upgrade_refusal{status::upgrade_required, "only WebSocket upgrades here"};
  if (!parser_->is_done())
    return upgrade_refusal{status::bad_request, "an upgrade has no body"};
  if (pool_.is_stopping())
    return upgrade_refusal{status::service_unavailable,
                           to_string(close_reason::stopping)};
  if (!version)
    return upgrade_refusal{status::forbidden, "vsn must be 1.0.x or 2.0.x"};
  if (!is_origin_allowed(origin, view(asked[http::field::host]),
                         pool_.context().options.allowed_origins))
    return upgrade_refusal{status::forbidden, "this origin is not allowed", *origin};
  const auto offered = joined(asked, http::field::sec_websocket_protocol);
  if (!offered.empty() && !http::token_list{offered}.exists(subprotocol))
    return upgrade_refusal{status::forbidden, "the only subprotocol is phoenix"};
  // What follows the header belongs to a client that does not wait for our
  // answer, as it has to.
  if (buffer_.size() > 0)
    return upgrade_refusal{status::bad_request, "frames before the upgrade's answer"};
  return std::nullopt;
}

void http_session::refuse_upgrade(const upgrade_refusal& why, std::string_view client) {
  if (why.origin.empty())
    note(pool_.context().world, {.level = severity::debug,
                                 .event = "upgrade_refused",
                                 .detail = why.text,
                                 .address = client});
  else
    note(pool_.context().world, {.level = severity::warning,
                                 .event = "origin_refused",
                                 .detail = why.origin.substr(0, header_bytes_logged_max),
                                 .address = client});
  if (why.code == status::upgrade_required) {
    answer_.set(http::field::upgrade, "websocket");
    answer_.set(http::field::connection, "upgrade");
  }
  answer_.keep_alive(false);
  answer_text(why.code, std::string{why.text} + '\n');
}

} // namespace greenroom::net
