// Fetches a small page over HTTPS, by libcurl, or posts to one. Blocking: for a worker. Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::net {

struct HttpsRequest {
  std::string url;                   // https://, or it fails
  std::string host;                  // of the url
  std::vector<IpAddress> addresses;  // of the host, as our own resolver has them; empty: libcurl looks
  std::uint16_t port = 443;          // instead of 443, for tests
  std::string ca_file;               // who is trusted; empty: the system's
  std::string content_type;          // of `body`; empty: GET
  std::string body;
  std::size_t limit = 64 * 1024;  // bytes of the answer
  Duration timeout = std::chrono::seconds(30);
  std::shared_ptr<std::atomic<bool> const>
      given_up;  // set by any thread: ends within about a second; may be null
};

struct HttpsAnswer {
  int status = 0;  // redirects are not followed (RFC 8461 section 3.3)
  std::string content_type;
  std::string body;
};

enum class HttpsFailure : std::uint8_t { certificate, other };
struct HttpsError {
  HttpsFailure kind = HttpsFailure::other;
  std::string why;
};

Result<HttpsAnswer, HttpsError> fetch_https(HttpsRequest const& request);

}  // namespace postern::net
