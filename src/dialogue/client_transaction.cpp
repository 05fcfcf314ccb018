// The transaction on a client's connection: envelope, content, and what the replies mean for each recipient.
#include <algorithm>

#include "dialogue/client_dialogue.hpp"
#include "wire/esmtp_parameters.hpp"

namespace postern::dialogue {

using wire::Body;
using wire::Reply;

namespace {

constexpr std::size_t flight =
    100;  // commands under way at most: their replies fit into any window (RFC 2920 section 3.1)

// RFC 5321 section 4.5.3.1.10: more recipients than the server takes at once; 552 is what old ones say.
bool too_many(Reply const& reply) {
  return (reply.code == 452 || reply.code == 552) &&
         (!reply.status.present() || (reply.status.subject == 5 && reply.status.detail == 3));
}

std::string mail_line(OutgoingMessage const& message, wire::PeerExtensions const& peer, bool utf8) {
  std::string line =
      "MAIL FROM:<" + (message.reverse_path ? message.reverse_path->print() : std::string()) + ">";
  if (peer.size) line += " SIZE=" + std::to_string(message.size);
  if (message.body == Body::binary_mime && peer.binary_mime)
    line += " BODY=BINARYMIME";
  else if (peer.eight_bit_mime && (message.body != Body::seven_bit || message.content.content_8bit))
    line += " BODY=8BITMIME";
  if (utf8) line += " SMTPUTF8";
  if (message.requiretls) line += " REQUIRETLS";     // RFC 8689 section 4.2.1
  if (peer.dsn && message.ret != wire::Ret::unsaid)  // RFC 3461 section 4.3
    line += message.ret == wire::Ret::full ? " RET=FULL" : " RET=HDRS";
  if (peer.dsn && !message.envid.empty()) line += " ENVID=" + message.envid;
  return line;
}

std::string rcpt_line(OutgoingRecipient const& recipient, wire::PeerExtensions const& peer) {
  std::string line = "RCPT TO:<" + recipient.address.print() + ">";
  if (!peer.dsn) return line;
  if (recipient.notify.said) line += " NOTIFY=" + recipient.notify.print();  // RFC 3461 section 4.1
  if (!recipient.orcpt.empty()) line += " ORCPT=" + recipient.orcpt;         // RFC 3461 section 4.2
  return line;
}

bool addresses_need_utf8(OutgoingMessage const& message) {
  return (message.reverse_path && message.reverse_path->needs_smtputf8()) ||
         std::any_of(message.recipients.begin(), message.recipients.end(),
                     [](auto const& r) { return r.address.needs_smtputf8(); });
}

}  // namespace

void ClientDialogue::begin(OutgoingMessage message) {
  message_ = std::move(message);
  replies_.assign(message_.recipients.size(), std::nullopt);
  content_begun_ = false;
  batch_.clear();
  if (auto const hindrance = obstacle()) {
    for (auto& reply : replies_) reply = *hindrance;
    return;
  }
  begin_transaction();
}

// What this server lacks for this message.
std::optional<Reply> ClientDialogue::obstacle() const {
  if (message_.requiretls && !(over_tls_ && peer_.requiretls))  // RFC 8689 section 4.2.1
    return Reply{550, {5, 7, 30}, "REQUIRETLS support required, which the server does not offer"};
  if (peer_.size_limit > 0 && message_.size > peer_.size_limit)  // RFC 1870 section 6.1
    return Reply{
        552,
        {5, 3, 4},
        "the message is larger than the server takes (" + std::to_string(peer_.size_limit) + " bytes)"};
  bool const utf8 = addresses_need_utf8(message_) || (message_.smtputf8 && message_.content.header_8bit);
  if (utf8 && !peer_.smtputf8)  // RFC 6531 section 3.5
    return Reply{553, {5, 6, 7}, "an address or the header needs SMTPUTF8, which the server does not offer"};
  bool const declared = message_.body != Body::seven_bit;
  if (message_.body == Body::binary_mime && !(peer_.binary_mime && peer_.chunking))  // RFC 3030 section 3
    return Reply{554, {5, 6, 3}, "the message is binary (BINARYMIME), which the server does not take"};
  if (declared && message_.content.content_8bit && !peer_.eight_bit_mime)  // RFC 6152 section 3
    return Reply{554, {5, 6, 3}, "the message has 8-bit content, which the server does not take (8BITMIME)"};
  return std::nullopt;
}

void ClientDialogue::begin_transaction() {
  std::size_t const most = peer_.max_recipients > 0 ? peer_.max_recipients : 1000;  // RFC 9422 section 3
  batch_.clear();
  accepted_.clear();
  for (std::size_t i = 0; i < replies_.size() && batch_.size() < most; ++i)
    if (!replies_[i]) batch_.push_back(i);
  next_recipient_ = 0;
  mail_sent_ = data_sent_ = mail_failed_ = content_due_ = false;
  chunk_failure_.reset();
  in_transaction_ = true;
  send_envelope();
}

// All that may be sent before the next reply has been read.
void ClientDialogue::send_envelope() {
  auto const may_go_on = [&] { return awaited_.empty() || (peer_.pipelining && awaited_.size() < flight); };
  if (dirty_ && !mail_sent_ && may_go_on()) {
    dirty_ = false;
    ask(Asked::rset, "RSET");
  }
  if (!mail_sent_ && may_go_on()) {
    mail_sent_ = true;
    bool const utf8 = peer_.smtputf8 && (message_.smtputf8 || addresses_need_utf8(message_));
    ask(Asked::mail, mail_line(message_, peer_, utf8));
  }
  while (mail_sent_ && !mail_failed_ && next_recipient_ < batch_.size() && may_go_on()) {
    auto const recipient = batch_[next_recipient_++];
    ask(Asked::rcpt, rcpt_line(message_.recipients[recipient], peer_), recipient);
  }
  bool const all_sent = next_recipient_ == batch_.size();
  if (!all_sent || mail_failed_ || data_sent_ || chunking() || !may_go_on()) return;
  if (awaited_.empty() && accepted_.empty()) return;  // all were refused: nothing to be sent
  data_sent_ = true;
  ask(Asked::data, "DATA");
}

void ClientDialogue::on_mail(Reply const& reply) {
  if (reply.positive()) {
    dirty_ = true;
    return;
  }
  // With pipelining the other replies are still to come; they say the same in other words.
  mail_failed_ = true;
  give_all(reply);
}

void ClientDialogue::on_rcpt(Reply const& reply, std::size_t recipient) {
  if (mail_failed_) return;
  if (reply.positive())
    accepted_.push_back(recipient);
  else if (reply.intermediate())
    replies_[recipient] = Reply{451, {4, 5, 0}, "out of order: " + reply.one_line()};
  else if (accepted_.empty() || !too_many(reply))
    replies_[recipient] = reply;
}

void ClientDialogue::on_data(Reply const& reply) {
  if (reply.intermediate()) {
    // RFC 2920 section 3.1: a server that pipelines may say 354 though it took nobody; the content is then a
    // lone dot.
    if (accepted_.empty() || mail_failed_) return ask(Asked::nothing_taken, ".");
    content_due_ = true;
    return;
  }
  if (mail_failed_ || accepted_.empty()) return;
  // "250" where "354" is due: nothing has been sent, so nothing has been delivered.
  Reply const decided = reply.positive() ? Reply{451, {4, 5, 0}, "out of order: " + reply.one_line()} : reply;
  for (auto recipient : accepted_) replies_[recipient] = decided;
  accepted_.clear();
}

std::string ClientDialogue::before_piece(std::size_t size, bool last) {
  content_begun_ = true;
  if (!chunking()) return {};
  awaited_.push_back({last ? Asked::last_chunk : Asked::chunk});
  return "BDAT " + std::to_string(size) + (last ? " LAST\r\n" : "\r\n");
}

void ClientDialogue::on_content_sent() {
  content_due_ = false;
  content_begun_ = true;
  if (chunking()) return;
  if (settings_.protocol == ClientProtocol::smtp) return awaited_.push_back({Asked::content});
  for (auto recipient : accepted_) awaited_.push_back({Asked::content, recipient});  // RFC 2033 section 4.2
}

void ClientDialogue::on_chunk(Reply const& reply, bool last) {
  if (!chunk_failure_ && !reply.positive())
    chunk_failure_ =
        reply.intermediate() ? Reply{451, {4, 5, 0}, "out of order: " + reply.one_line()} : reply;
  if (!last) return;
  for (auto recipient : accepted_) replies_[recipient] = chunk_failure_ ? *chunk_failure_ : reply;
  dirty_ = chunk_failure_.has_value();
  accepted_.clear();
}

void ClientDialogue::on_content(Reply const& reply, std::size_t recipient) {
  Reply const decided =
      reply.intermediate() ? Reply{451, {4, 5, 0}, "out of order: " + reply.one_line()} : reply;
  dirty_ = false;
  if (settings_.protocol == ClientProtocol::lmtp) {
    replies_[recipient] = decided;
    std::erase(accepted_, recipient);
    return;
  }
  for (auto each : accepted_) replies_[each] = decided;
  accepted_.clear();
}

void ClientDialogue::look_whether_over() {
  if (!in_transaction_ || closed_) return;
  if (!content_due_ && !content_begun_) send_envelope();
  if (!awaited_.empty() || content_due_) return;
  if (chunking() && !content_begun_ && !accepted_.empty()) {
    content_due_ = true;
    return;
  }
  in_transaction_ = false;
  bool const waiting = std::any_of(replies_.begin(), replies_.end(), [](auto const& r) { return !r; });
  bool const progress =
      std::any_of(batch_.begin(), batch_.end(), [&](auto i) { return replies_[i].has_value(); });
  if (!waiting) return;
  content_begun_ = false;
  if (progress) return begin_transaction();
  for (auto& reply : replies_)
    if (!reply) reply = Reply{452, {4, 5, 3}, "the server takes no more recipients"};
}

void ClientDialogue::give_all(Reply const& reply) {
  Reply const decided =
      reply.intermediate() ? Reply{451, {4, 5, 0}, "out of order: " + reply.one_line()} : reply;
  for (auto recipient : batch_)
    if (!replies_[recipient]) replies_[recipient] = decided;
}

}  // namespace postern::dialogue
