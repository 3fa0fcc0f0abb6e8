#include "net/handshake.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace greenroom::net {

namespace {

namespace websocket = boost::beast::websocket;

/// What Beast needs of a stream to answer a request that was read already.
class answer_stream {
public:
  using executor_type = boost::asio::io_context::executor_type;

  answer_stream(executor_type executor, std::string& out)
    : executor_(executor), out_(&out) {}

  executor_type get_executor() { return executor_; }

  template <class Buffers>
  std::size_t read_some(const Buffers&) {
    throw boost::system::system_error{boost::asio::error::eof};
  }

  template <class Buffers>
  std::size_t read_some(const Buffers&, boost::system::error_code& error) {
    error = boost::asio::error::eof;
    return 0;
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    std::size_t size = 0;
    for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
      out_->append(static_cast<const char*>(buffer.data()), buffer.size());
      size += buffer.size();
    }
    return size;
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    error = {};
    return write_some(buffers);
  }

private:
  executor_type executor_;
  std::string* out_;
};

} // namespace

upgrade_answer answer_upgrade(boost::asio::io_context& io, const upgrade_request& asked,
                              std::string_view subprotocol) {
  upgrade_answer result;
  websocket::stream<answer_stream, false> stream{io.get_executor(), result.bytes};
  stream.set_option(
    websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
      response.set(boost::beast::http::field::server, "greenroom");
      if (!subprotocol.empty())
        response.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
    }));
  stream.accept(asked, result.error);
  return result;
}

} // namespace greenroom::net
