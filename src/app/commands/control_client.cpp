#include "app/commands/control_client.hpp"

#include <curl/curl.h>

#include <boost/json/parse.hpp>
#include <cerrno>
#include <memory>

#include "app/settings/why_not.hpp"

namespace postern::app {
namespace {

constexpr std::size_t answer_bytes_limit = std::size_t{1}
                                           << 30;  // bytes: a queue of a million messages, listed

std::size_t append(char* data, std::size_t, std::size_t count, void* to) {
  auto& answer = *static_cast<std::string*>(to);
  if (answer.size() + count > answer_bytes_limit) return 0;  // ends the transfer
  answer.append(data, count);
  return count;
}

}  // namespace

Result<std::optional<ControlAnswer>, std::string> ask_server(std::string const& socket,
                                                             std::string const& method,
                                                             std::string const& target) {
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> const handle(::curl_easy_init(),
                                                                     &::curl_easy_cleanup);
  if (!handle) return fail("libcurl could not be started");
  auto* curl = handle.get();
  std::string body;
  // The name stands in the Host field only: the connection goes to the socket.
  std::string const url = "http://postern" + target;
  ::curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  ::curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  ::curl_easy_setopt(curl, CURLOPT_PROXY, "");
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &append);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  auto const code = ::curl_easy_perform(curl);
  long system_error = 0;
  ::curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system_error);
  if (code == CURLE_COULDNT_CONNECT && (system_error == ENOENT || system_error == ECONNREFUSED))
    return std::optional<ControlAnswer>();
  if (code == CURLE_COULDNT_CONNECT && system_error != 0)
    return fail("the server cannot be asked at " + socket + ": " + why_not(static_cast<int>(system_error)));
  if (code != CURLE_OK) return fail(socket + ": " + ::curl_easy_strerror(code));
  long status = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  boost::system::error_code error;
  auto answer = boost::json::parse(body, error);
  if (error) return fail(socket + ": the answer is not JSON");
  return std::optional(ControlAnswer{static_cast<int>(status), std::move(answer)});
}

}  // namespace postern::app
