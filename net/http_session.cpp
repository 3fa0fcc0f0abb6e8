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

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// Fields that may be given more than once, as one list.
template <class Request>
std::string joined(const Request& asked, http::field name) {
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

void http_session::sweep(instant now) {
  if (now >= deadline_)
    drop();
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
  if (path == socket_path)
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
  const auto version = wire::phoenix_version_of(query_value(view(asked.target()), "vsn"));
  const auto verdict = judge_upgrade(asked, version);
  if (verdict != status::ok) {
    answer_.keep_alive(false);
    return answer_text(verdict, "");
  }
  // What follows the header belongs to a client that does not wait for our
  // answer, as it has to.
  const bool speaks_first = buffer_.size() > 0;
  if (speaks_first) {
    answer_.keep_alive(false);
    return answer_text(status::bad_request, "");
  }
  const bool wants_subprotocol = asked.count(http::field::sec_websocket_protocol) > 0;
  const auto next = std::make_shared<websocket_session>(
    pool_, pool_.context().make_dialect(*version));
  pool_.add(next);
  pool_.remove(*this);
  next->start(std::move(socket_), asked,
              wants_subprotocol ? subprotocol : std::string_view{});
}

http_session::status
http_session::judge_upgrade(const request& asked,
                            std::optional<wire::phoenix_version> version) const {
  const auto& context = pool_.context();
  if (!boost::beast::websocket::is_upgrade(asked) || !parser_->is_done())
    return status::bad_request;
  if (pool_.is_stopping())
    return status::service_unavailable;
  if (!version)
    return status::forbidden;
  if (!is_origin_allowed(origin_of(asked), view(asked[http::field::host]),
                         context.options.allowed_origins)) {
    note(severity::warning, "origin_refused", *origin_of(asked));
    return status::forbidden;
  }
  const auto offered = joined(asked, http::field::sec_websocket_protocol);
  if (!offered.empty() && !http::token_list{offered}.exists(subprotocol))
    return status::forbidden;
  return status::ok;
}

void http_session::note(severity level, std::string_view event,
                        std::string_view detail) const {
  auto& journal = *pool_.context().world.journal;
  if (!journal.wants(level))
    return;
  journal_entry entry;
  entry.level = level;
  entry.event = event;
  entry.detail = detail;
  entry.ts = pool_.now();
  journal.write(entry);
}

} // namespace greenroom::net
