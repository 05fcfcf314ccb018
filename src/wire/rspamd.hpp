// rspamd's protocol: an HTTP request with the message as its body and what is known of it as header fields,
// and a reply in JSON. Bounds: a reply's head of 16 KiB and a body of 1 MiB; 500 symbols are kept, and
// changes as wire/message_changes bounds them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/message_changes.hpp"

namespace postern::wire {

struct RspamdRequest {
  std::string host;  // of the url
  std::uint64_t length = 0;
  std::string client;  // address
  std::string client_name;
  std::string helo;
  std::string sender;  // without brackets; empty: the null sender
  std::vector<std::string> recipients;
  std::string queue_id;
  std::string login;
  std::string tls_version;
  std::string tls_cipher;
  std::string mta_name;
};
std::string print_rspamd_request(RspamdRequest const& request);  // up to the message, which follows

// An HTTP/1 response without a transfer coding, as it comes.
class HttpReplyReader {
 public:
  static constexpr std::size_t head_limit = 16U << 10;
  static constexpr std::size_t body_limit = 1U << 20;

  // True: it is complete. The error is a sentence.
  Result<bool, std::string> feed(std::string_view bytes);
  Result<void, std::string> end();  // the peer has hung up

  std::string const& body() const { return body_; }  // when it is complete

 private:
  Result<void, std::string> read_head(std::string_view head);
  Result<bool, std::string> take(std::string_view bytes);

  enum class At : std::uint8_t { head, body, complete };
  At at_ = At::head;
  std::string head_;
  std::string body_;
  bool has_length_ = false;  // without one, the end of the connection is that of the body
  std::uint64_t left_ = 0;
};

enum class RspamdAction : std::uint8_t {
  no_action,
  greylist,
  add_header,
  rewrite_subject,
  soft_reject,
  reject,
  hold,  // "quarantine" and "discard"
  other  // one of the owner's own making
};

struct RspamdVerdict {
  RspamdAction action = RspamdAction::other;
  std::string word;  // of the action, printable
  double score = 0;
  double required_score = 0;
  std::vector<std::string> symbols;  // names, in the order of the reply
  std::string message;               // for the client: one line, printable; may be empty
  MessageChanges changes;            // of the header and the envelope, the subject included
};
// The error is a sentence.
Result<RspamdVerdict, std::string> parse_rspamd_verdict(std::string_view json);

}  // namespace postern::wire
