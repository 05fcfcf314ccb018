#include "app/commands/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>

namespace postern::app {

namespace asio = boost::asio;
namespace http = boost::beast::http;

Result<std::optional<ControlAnswer>, std::string> ask_server(std::string const& socket,
                                                             std::string const& method,
                                                             std::string const& target) {
  if (socket.size() > 107) return fail("the control socket's path is too long: " + socket);
  asio::io_context context;
  asio::local::stream_protocol::socket stream(context);
  boost::system::error_code error;
  stream.connect(asio::local::stream_protocol::endpoint(socket), error);
  if (error == boost::system::errc::no_such_file_or_directory ||
      error == boost::system::errc::connection_refused)
    return std::optional<ControlAnswer>();
  if (error) return fail(socket + ": " + error.message());
  http::request<http::empty_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, "postern");
  request.keep_alive(false);
  http::write(stream, request, error);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::uint64_t{1} << 30);
  if (!error) http::read(stream, buffer, parser, error);
  if (error) return fail(socket + ": " + error.message());
  auto body = boost::json::parse(parser.get().body(), error);
  if (error) return fail(socket + ": the answer is not JSON");
  return std::optional(ControlAnswer{static_cast<int>(parser.get().result_int()), std::move(body)});
}

}  // namespace postern::app
