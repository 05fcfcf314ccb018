// How a message goes over a connection that is ready: what of its transaction is sent when, and which replies
// move it on.
#include "base/assert.hpp"
#include "dialogue/client_commands.hpp"
#include "dialogue/client_dialogue.hpp"

namespace postern::dialogue {

using wire::Reply;
using Place = ClientTransaction::Place;

namespace {

// Commands under way at most: their replies fit into any window (RFC 2920 section 3.1).
constexpr std::size_t flight = 100;

constexpr std::size_t recipients_by_default = 1000;  // in a transaction, where the server does not say

}  // namespace

Hop ClientDialogue::hop_for(OutgoingMessage const& message) const {
  return {.peer = peer_,
          .over_tls = over_tls_,
          .chunking = chunking_for(message),
          .final_delivery = settings_.protocol == ClientProtocol::lmtp};
}

bool ClientDialogue::needs_seven_bit(OutgoingMessage const& message) const {
  return phase_ != Phase::closed && dialogue::needs_seven_bit(message, hop_for(message));
}

void ClientDialogue::begin(OutgoingMessage message) {
  POSTERN_ASSERT(next() == Next::idle || next() == Next::close);
  message_ = std::move(message);
  end_begun_ = false;
  transaction_ = ClientTransaction(message_.recipients.size());
  if (auto const missing = missing_for(message_, hop_for(message_)))
    return transaction_.answer_rest(*missing);
  if (phase_ != Phase::closed) open_transaction();
}

void ClientDialogue::open_transaction() {
  // RFC 9422 section 3: RCPTMAX.
  transaction_.open(peer_.max_recipients > 0 ? peer_.max_recipients : recipients_by_default);
  send_envelope();
}

// All that may be sent before the next reply has been read.
void ClientDialogue::send_envelope() {
  if (transaction_.over()) return;
  auto const may_send = [&] { return pending_.empty() || (peer_.pipelining && pending_.size() < flight); };
  if (needs_reset_ && transaction_.sent() == Place::start && may_send()) {
    needs_reset_ = false;
    ask(Command::rset, "RSET");
  }
  if (transaction_.sent() == Place::start && may_send()) {
    transaction_.on_mail_sent();
    ask(Command::mail, mail_command(message_, peer_));
  }
  while (transaction_.sent() == Place::mail && !transaction_.hopeless() && may_send()) {
    auto const recipient = transaction_.on_recipient_sent();
    ask(Command::rcpt, rcpt_command(message_.recipients[recipient], peer_), recipient);
  }
  if (transaction_.sent() == Place::recipients && !transaction_.hopeless() && !chunking() && may_send()) {
    transaction_.on_data_sent();
    ask(Command::data, "DATA");
  }
}

void ClientDialogue::on_mail(Reply const& reply, Pending const&) {
  if (reply.positive()) needs_reset_ = true;
  transaction_.on_mail_reply(reply);
}

void ClientDialogue::on_rcpt(Reply const& reply, Pending const& pending) {
  transaction_.on_recipient_reply(reply, pending.recipient);
}

void ClientDialogue::on_data(Reply const& reply, Pending const&) {
  if (!reply.intermediate()) return transaction_.on_data_refused(reply);
  // RFC 2920 section 3.1: a server that pipelines may say 354 though it accepted nobody; the content is then
  // a lone dot.
  if (transaction_.accepted().empty()) return ask(Command::lone_dot, ".");
  transaction_.on_go_ahead();
}

void ClientDialogue::on_lone_dot(Reply const&, Pending const&) {}

std::string ClientDialogue::before_piece(std::size_t size, bool last) {
  transaction_.on_content_begun();
  end_begun_ = end_begun_ || last;
  if (!chunking()) return {};
  pending_.push_back({.command = last ? Command::last_chunk : Command::chunk});
  return "BDAT " + std::to_string(size) + (last ? " LAST\r\n" : "\r\n");
}

void ClientDialogue::on_content_sent() {
  transaction_.on_content_sent();
  if (chunking()) return;
  if (settings_.protocol == ClientProtocol::smtp) return pending_.push_back({.command = Command::content});
  for (auto recipient : transaction_.accepted())  // RFC 2033 section 4.2
    pending_.push_back({.command = Command::content, .recipient = recipient});
}

void ClientDialogue::on_chunk(Reply const& reply, Pending const& pending) {
  if (pending.command == Command::last_chunk) {
    transaction_.on_last_chunk_reply(reply);
    needs_reset_ = transaction_.chunk_failed();
    return;
  }
  transaction_.on_chunk_reply(reply);
  // RFC 3030 section 2: after a chunk that was refused no other one is taken.
  if (transaction_.chunk_failed() && transaction_.content_due()) transaction_.on_content_abandoned();
}

void ClientDialogue::on_content(Reply const& reply, Pending const& pending) {
  needs_reset_ = false;
  if (settings_.protocol == ClientProtocol::lmtp)
    return transaction_.on_content_reply_for(reply, pending.recipient);
  transaction_.on_content_reply(reply);
}

void ClientDialogue::on_rset(Reply const& reply, Pending const&) {
  if (!reply.positive()) give_up(reply);
}

// After each reply: sends what may follow it, and looks whether the transaction, or the message, is over.
void ClientDialogue::go_on() {
  if (transaction_.over()) return;
  send_envelope();
  if (!pending_.empty() || transaction_.content_due()) return;
  bool const waits_for_chunks = chunking() && transaction_.sent() == Place::recipients;
  if (waits_for_chunks && !transaction_.accepted().empty()) return transaction_.on_go_ahead();
  bool const progress = transaction_.close();
  if (transaction_.all_answered()) return;
  if (progress) return open_transaction();
  transaction_.answer_rest({452, {4, 5, 3}, "the server takes no more recipients"});
}

}  // namespace postern::dialogue
