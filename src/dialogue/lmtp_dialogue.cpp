#include "dialogue/lmtp_dialogue.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::dialogue {
namespace {

bool has_keyword(std::string_view text, std::string_view keyword) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    auto const line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    if (iequals(line.substr(0, line.find(' ')), keyword)) return true;
  }
  return false;
}

}  // namespace

LmtpDialogue::LmtpDialogue(std::string hello, LmtpMessage message)
    : hello_(std::move(hello)), message_(std::move(message)), replies_(message_.recipients.size()) {}

std::string LmtpDialogue::take_output() { return std::exchange(output_, {}); }

void LmtpDialogue::on_reply(wire::Reply const& reply) {
  switch (at_) {
    case At::greeting:
      if (!reply.positive()) return give_all(reply);
      output_ += "LHLO " + hello_ + "\r\n";
      at_ = At::lhlo;
      return;
    case At::lhlo:
      if (!reply.positive()) return give_all(reply);
      return begin_transaction(reply);
    case At::mail:
      mail_failed_ = !reply.positive();
      if (mail_failed_) {
        give_all(reply);
        // With pipelining the other replies are still to come; they say the same in other words.
        if (!pipelining_) return;
      } else if (!pipelining_) {
        output_ += "RCPT TO:<" + message_.recipients.front().print() + ">\r\n";
      }
      at_ = At::rcpt;
      return;
    case At::rcpt: return on_rcpt(reply);
    case At::data: return on_data(reply);
    case At::results: replies_[answered_++] = reply; return next_result();
    case At::content:
    case At::done: return;
  }
}

void LmtpDialogue::begin_transaction(wire::Reply const& lhlo) {
  pipelining_ = has_keyword(lhlo.text, "PIPELINING");
  takes_8bit_ = has_keyword(lhlo.text, "8BITMIME");
  takes_size_ = has_keyword(lhlo.text, "SIZE");
  takes_utf8_ = has_keyword(lhlo.text, "SMTPUTF8");
  bool const needs_utf8 = std::any_of(message_.recipients.begin(), message_.recipients.end(),
                                      [](auto const& r) { return r.needs_smtputf8(); });
  if (needs_utf8 && !takes_utf8_)  // RFC 6531 section 3.5
    return give_all({553, {5, 6, 7}, "the address needs SMTPUTF8, which is not offered"});
  output_ += mail_line();
  if (pipelining_) {
    for (auto const& recipient : message_.recipients) output_ += "RCPT TO:<" + recipient.print() + ">\r\n";
    output_ += "DATA\r\n";
  }
  at_ = At::mail;
}

std::string LmtpDialogue::mail_line() const {
  std::string line =
      "MAIL FROM:<" + (message_.reverse_path ? message_.reverse_path->print() : std::string()) + ">";
  if (takes_size_) line += " SIZE=" + std::to_string(message_.size);
  if (takes_8bit_ && message_.body != wire::Body::seven_bit) line += " BODY=8BITMIME";
  if (takes_utf8_ && message_.smtputf8) line += " SMTPUTF8";
  return line + "\r\n";
}

void LmtpDialogue::on_rcpt(wire::Reply const& reply) {
  if (!mail_failed_ && !reply.positive()) replies_[answered_] = reply;
  ++answered_;
  if (answered_ < message_.recipients.size()) {
    if (!pipelining_) output_ += "RCPT TO:<" + message_.recipients[answered_].print() + ">\r\n";
    return;
  }
  bool const any = std::any_of(replies_.begin(), replies_.end(), [](auto const& r) { return !r; });
  if (!pipelining_) {
    if (!any) return finish();
    output_ += "DATA\r\n";
  }
  at_ = At::data;
}

void LmtpDialogue::on_data(wire::Reply const& reply) {
  bool const any = std::any_of(replies_.begin(), replies_.end(), [](auto const& r) { return !r; });
  if (reply.intermediate()) {
    // RFC 2033 section 4.2: a server that pipelines may say 354 though it took nobody; the content is then a
    // lone dot.
    if (!any) {
      output_ += ".\r\n";
      return finish();
    }
    at_ = At::content;
    return;
  }
  // "250" where "354" is due: nothing has been sent, so nothing has been delivered.
  give_all(reply.positive() ? wire::Reply{451, {4, 5, 0}, "out of order: " + reply.text} : reply);
}

void LmtpDialogue::on_content_sent() {
  at_ = At::results;
  answered_ = 0;
  next_result();
}

// RFC 2033 section 4.2: one reply for each recipient that was taken, in their order.
void LmtpDialogue::next_result() {
  while (answered_ < replies_.size() && replies_[answered_]) ++answered_;
  if (answered_ == replies_.size()) finish();
}

void LmtpDialogue::give_all(wire::Reply const& reply) {
  for (auto& known : replies_)
    if (!known) known = reply;
  if (!(pipelining_ && at_ == At::mail)) finish();
}

void LmtpDialogue::finish() {
  output_ += "QUIT\r\n";
  at_ = At::done;
}

}  // namespace postern::dialogue
