#include "net/https_fetch.hpp"

#include <curl/curl.h>

#include <memory>

#include "base/ascii.hpp"

namespace postern::net {
namespace {

struct CurlDeleter {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};

struct Sink {
  std::string body;
  std::size_t limit;
  bool overflow = false;
};

std::size_t take(char* data, std::size_t, std::size_t count, void* to) {
  auto& sink = *static_cast<Sink*>(to);
  sink.overflow = sink.overflow || sink.body.size() + count > sink.limit;
  if (sink.overflow) return 0;
  sink.body.append(data, count);
  return count;
}

std::string where(HttpsRequest const& request) {
  std::string list;
  for (auto const& address : request.addresses) {
    if (!list.empty()) list += ",";
    list += address.is_v4() ? address.print() : "[" + address.print() + "]";
  }
  return request.host + ":" + std::to_string(request.port) + ":" + list;
}

// libcurl calls it about once per second, whatever happens; anything but 0 ends the transfer.
int on_progress(void* given_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::atomic<bool> const*>(given_up)->load() ? 1 : 0;
}

}  // namespace

Result<HttpsAnswer, HttpsError> fetch_https(HttpsRequest const& request) {
  static auto const ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, CurlDeleter> handle(ready == CURLE_OK ? ::curl_easy_init() : nullptr);
  if (!handle) return fail(HttpsError{HttpsFailure::other, "libcurl could not be started"});
  auto* curl = handle.get();
  Sink sink{{}, request.limit};
  std::unique_ptr<curl_slist, CurlDeleter> resolve;
  std::unique_ptr<curl_slist, CurlDeleter> elsewhere;
  std::unique_ptr<curl_slist, CurlDeleter> headers;
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_PROXY, "");
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count() / 1000));
  ::curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  ::curl_easy_setopt(curl, CURLOPT_USERAGENT, "postern");
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  if (request.given_up) {
    ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
    ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(request.given_up.get()));
  }
  if (!request.ca_file.empty()) ::curl_easy_setopt(curl, CURLOPT_CAINFO, request.ca_file.c_str());
  if (!request.addresses.empty()) {
    resolve.reset(::curl_slist_append(nullptr, where(request).c_str()));
    ::curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve.get());
  }
  if (request.port != 443) {
    std::string const to = request.host + ":443:" + request.host + ":" + std::to_string(request.port);
    elsewhere.reset(::curl_slist_append(nullptr, to.c_str()));
    ::curl_easy_setopt(curl, CURLOPT_CONNECT_TO, elsewhere.get());
  }
  if (!request.content_type.empty()) {
    headers.reset(::curl_slist_append(nullptr, ("Content-Type: " + request.content_type).c_str()));
    ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  }
  auto const code = ::curl_easy_perform(curl);
  if (sink.overflow)
    return fail(HttpsError{HttpsFailure::other,
                           "the answer is larger than " + std::to_string(request.limit) + " bytes"});
  if (code != CURLE_OK)
    return fail(
        HttpsError{code == CURLE_PEER_FAILED_VERIFICATION ? HttpsFailure::certificate : HttpsFailure::other,
                   ::curl_easy_strerror(code)});
  HttpsAnswer answer;
  long status = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  char const* type = nullptr;
  ::curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr)
    answer.content_type =
        lowered(trimmed(std::string_view(type).substr(0, std::string_view(type).find(';'))));
  answer.body = std::move(sink.body);
  return answer;
}

}  // namespace postern::net
