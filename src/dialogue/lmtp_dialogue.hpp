// The client's side of an LMTP conversation that hands over one message (RFC 2033): what may be sent now, and
// what each reply means. With PIPELINING the envelope goes out at once; a reply for each recipient follows
// the content. Of one loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "wire/mail_command.hpp"
#include "wire/reply.hpp"

namespace postern::dialogue {

struct LmtpMessage {
  std::optional<Address> reverse_path;
  std::vector<Address> recipients;
  std::uint64_t size = 0;
  wire::Body body = wire::Body::seven_bit;
  bool smtputf8 = false;
};

class LmtpDialogue {
 public:
  LmtpDialogue(std::string hello, LmtpMessage message);

  // What to send before the next reply is read; empty: nothing now.
  std::string take_output();
  void on_reply(wire::Reply const& reply);
  void on_content_sent();  // behind the final dot

  bool wants_content() const { return at_ == At::content; }
  bool done() const { return at_ == At::done; }
  // For each recipient the reply that decided; absent: none came, it is to be tried again.
  std::vector<std::optional<wire::Reply>> const& replies() const { return replies_; }

 private:
  enum class At : std::uint8_t { greeting, lhlo, mail, rcpt, data, content, results, done };
  void give_all(wire::Reply const& reply);  // to those that have none
  void begin_transaction(wire::Reply const& lhlo);
  void on_rcpt(wire::Reply const& reply);
  void on_data(wire::Reply const& reply);
  void next_result();
  void finish();
  std::string mail_line() const;

  std::string hello_;
  LmtpMessage message_;
  At at_ = At::greeting;
  std::string output_;
  std::vector<std::optional<wire::Reply>> replies_;
  std::size_t answered_ = 0;  // recipients, at the current place
  bool pipelining_ = false;
  bool mail_failed_ = false;
  bool takes_8bit_ = false;
  bool takes_size_ = false;
  bool takes_utf8_ = false;
};

}  // namespace postern::dialogue
