#include "dialogue/transaction.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/ascii.hpp"
#include "wire/path.hpp"

namespace postern::dialogue {
namespace {

std::string_view sentence(policy::ClientCertificate certificate) {
  switch (certificate) {
    case policy::ClientCertificate::not_asked: return "client certificate not asked for";
    case policy::ClientCertificate::none: return "no client certificate";
    case policy::ClientCertificate::self_signed: return "self-signed client certificate";
    case policy::ClientCertificate::untrusted: return "client certificate not trusted";
    case policy::ClientCertificate::expired: return "expired client certificate";
    case policy::ClientCertificate::trusted: return "client certificate trusted";
  }
  return {};
}

std::string key_of(Address const& mailbox) { return lowered(mailbox.local_part()) + "@" + mailbox.host(); }

void add_recipients(wire::Envelope& envelope, policy::RecipientFacts const& recipient,
                    policy::Directory const& directory, std::unordered_set<std::string>& seen) {
  auto const elsewhere =
      recipient.deliver_to.empty() ? std::nullopt : std::optional(wire::parse_mailbox(recipient.deliver_to));
  auto targets = directory.expand(elsewhere && *elsewhere ? **elsewhere : recipient.address);
  if (!targets) targets = std::vector<Address>{recipient.address};  // app/settings refuses such aliases
  for (auto& target : *targets) {
    if (!seen.insert(key_of(target)).second) continue;
    bool const renamed = !same_mailbox(target, recipient.address);
    envelope.recipients.push_back({.address = std::move(target),
                                   .original = renamed ? recipient.address.print() : std::string(),
                                   .orcpt = recipient.orcpt,
                                   .notify = recipient.notify,
                                   .due = envelope.arrived,
                                   .last_reply = {}});
  }
}

// What filters have made of the envelope. What names no address is passed over. Recipients are never all
// taken away: then the message is for those whom it was for, and waits for the postmaster.
void apply_filters(policy::FilterFacts const& filter, policy::Directory const& directory,
                   std::unordered_set<std::string>& seen, wire::Envelope& envelope) {
  auto const before = envelope.recipients;
  for (auto const& text : filter.deleted) {
    auto const deleted = wire::parse_mailbox(text);
    if (!deleted) continue;
    seen.erase(key_of(*deleted));  // it may be added again
    std::erase_if(envelope.recipients, [&](wire::QueuedRecipient const& each) {
      return same_mailbox(each.address, *deleted) || iequals(each.original, text);
    });
  }
  for (auto const& text : filter.added)
    if (auto added = wire::parse_mailbox(text))
      add_recipients(envelope, {.address = *std::move(added)}, directory, seen);
  envelope.held = filter.held;
  if (envelope.recipients.empty()) {
    envelope.recipients = before;
    envelope.held = true;
  }
  if (!filter.sender) return;
  auto const sender = wire::parse_mailbox(*filter.sender);
  if (filter.sender->empty())
    envelope.reverse_path.reset();
  else if (sender)
    envelope.reverse_path = *sender;
}

// The flag of each rule stands there once, however many recipients it is about.
void add_flag(wire::Envelope& envelope, std::string const& flag) {
  if (flag.empty() || ("\n" + envelope.flags).find("\n" + flag + "\n") != std::string::npos) return;
  envelope.flags += flag + "\n";
}

}  // namespace

wire::Envelope make_envelope(policy::Facts const& facts, policy::Directory const& directory, Instant now) {
  auto const& transaction = facts.transaction;
  wire::Envelope envelope;
  envelope.arrived = now;
  envelope.reverse_path = transaction.mail.reverse_path;
  envelope.size = transaction.size;
  envelope.body = transaction.mail.body.value_or(wire::Body::seven_bit);
  envelope.ret = transaction.mail.ret;
  envelope.smtputf8 = transaction.mail.smtputf8;
  envelope.requiretls = transaction.mail.requiretls;
  envelope.over_tls = facts.over_tls();
  envelope.content = transaction.content;
  envelope.envid = transaction.mail.envid;
  std::unordered_set<std::string> seen;
  for (auto const& recipient : transaction.recipients)
    if (recipient.accepted) {
      add_recipients(envelope, recipient, directory, seen);
      add_flag(envelope, recipient.flag);
    }
  apply_filters(transaction.filter, directory, seen, envelope);
  for (auto const& flag : transaction.filter.flags) add_flag(envelope, flag);
  return envelope;
}

wire::Received make_trace(policy::Facts const& facts, std::string const& hostname, MessageId id,
                          Instant now) {
  auto const& connection = facts.connection;
  auto const& transaction = facts.transaction;
  wire::Received received;
  received.helo = connection.helo;
  received.verified_name = connection.verified_name;
  received.client = connection.client;
  received.by = hostname;
  received.protocol = wire::with_protocol({.extended = connection.greeting == policy::Greeting::ehlo,
                                           .tls = facts.over_tls(),
                                           .login = !connection.login.empty(),
                                           .smtputf8 = transaction.mail.smtputf8});
  received.over_tls = facts.over_tls();
  if (received.over_tls)
    received.tls = {.version = connection.tls.version,
                    .cipher = connection.tls.cipher,
                    .group = connection.tls.group,
                    .client_certificate = std::string(sentence(connection.tls.client_certificate))};
  received.id = id.print();
  received.at = now;
  auto const accepted = [](auto const& recipient) { return recipient.accepted; };
  auto const& recipients = transaction.recipients;
  if (std::count_if(recipients.begin(), recipients.end(), accepted) == 1)
    received.for_recipient = std::find_if(recipients.begin(), recipients.end(), accepted)->address.print();
  return received;
}

}  // namespace postern::dialogue
