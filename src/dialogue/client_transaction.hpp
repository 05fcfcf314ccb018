// The account a client keeps of one message: which recipients the server has decided about, and how far the
// transaction under way has come. It says nothing to the server itself; ClientDialogue does.
//
// Two positions move over the same ordered places: what has been sent up to, and what has been answered up
// to. Neither ever goes back within a transaction. The first runs ahead of the second by as much as
// pipelining allows. A transaction is over when the second has reached the end. A server that takes only
// some of the recipients at once gets another transaction for those that are left. No recipient is answered
// twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "wire/reply.hpp"

namespace postern::dialogue {

class ClientTransaction {
 public:
  enum class Place : std::uint8_t {
    start,       // nothing
    mail,        // MAIL, and perhaps some of the recipients
    recipients,  // every RCPT
    data,        // DATA; as an answer: the content may be sent
    content,     // the first byte of the content
    end          // the last byte of the content; as an answer: nothing more is awaited
  };

  ClientTransaction() = default;  // of no message; it is over
  explicit ClientTransaction(std::size_t recipients) : replies_(recipients) {}

  // Begins a transaction with the first `most` recipients that have no reply. It is over at once where there
  // are none.
  void open(std::size_t most);

  Place sent() const { return sent_; }
  Place answered() const { return answered_; }
  bool over() const { return answered_ == Place::end; }
  bool content_due() const { return answered_ == Place::data && sent_ < Place::end; }
  bool hopeless() const;  // this transaction can deliver to nobody any more
  std::vector<std::size_t> const& accepted() const { return accepted_; }  // they wait for the content

  // What has been sent. Each asserts that it was the turn of that.
  void on_mail_sent();
  std::size_t on_recipient_sent();  // returns the recipient whose RCPT it is
  void on_data_sent();
  void on_content_begun();
  void on_content_sent();
  void on_content_abandoned();  // since one of its chunks was refused, the rest is not sent

  // What the replies mean.
  void on_mail_reply(wire::Reply const& reply);
  void on_recipient_reply(wire::Reply const& reply, std::size_t recipient);
  void on_go_ahead();  // the content may be sent, and somebody is accepted
  void on_data_refused(wire::Reply const& reply);
  void on_chunk_reply(wire::Reply const& reply);
  void on_last_chunk_reply(wire::Reply const& reply);
  bool chunk_failed() const { return chunk_failure_.has_value(); }
  void on_content_reply(wire::Reply const& reply);                             // it is for all (SMTP)
  void on_content_reply_for(wire::Reply const& reply, std::size_t recipient);  // it is for one (LMTP)

  // Ends the transaction. False: it has brought nobody a reply, and neither would another one.
  bool close();
  bool all_answered() const;
  void answer_rest(wire::Reply const& reply);  // gives it to everybody who has no reply

  // For each recipient of the message the reply that decided; absent: none came.
  std::vector<std::optional<wire::Reply>> const& replies() const { return replies_; }

 private:
  void answer(std::size_t recipient, wire::Reply const& reply);
  void answer_accepted(wire::Reply const& reply);

  std::vector<std::optional<wire::Reply>> replies_;
  std::vector<std::size_t> batch_;     // the recipients of the transaction under way
  std::vector<std::size_t> accepted_;  // those of them whose RCPT was answered with 2xx
  std::size_t next_ = 0;               // in batch_: the recipient whose RCPT is sent next
  Place sent_ = Place::start;
  Place answered_ = Place::end;
  std::optional<wire::Reply> chunk_failure_;
};

}  // namespace postern::dialogue
