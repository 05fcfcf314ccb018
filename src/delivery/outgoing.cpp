#include "delivery/outgoing.hpp"

#include "base/ascii.hpp"
#include "wire/path.hpp"

namespace postern::delivery {
namespace {

// The domain of ours for which the attempt passes mail on: that of the alias. Absent: it passes on none.
std::optional<Domain> forwarder_of(policy::Directory const& directory, Attempt const& attempt) {
  for (auto const index : attempt.recipients) {
    auto const& recipient = attempt.envelope.recipients[index];
    if (recipient.original.empty() || directory.find(recipient.address) != nullptr) continue;
    auto const alias = wire::parse_mailbox(recipient.original);
    if (alias && alias->domain() != nullptr && directory.find(*alias) != nullptr) return *alias->domain();
  }
  return std::nullopt;
}

}  // namespace

dialogue::OutgoingMessage outgoing(Attempt const& attempt) {
  auto const& envelope = attempt.envelope;
  dialogue::OutgoingMessage message;
  message.reverse_path = envelope.reverse_path;
  for (auto index : attempt.recipients) {
    auto const& r = envelope.recipients[index];
    message.recipients.push_back({r.address, r.notify, r.orcpt});
  }
  message.top = envelope.top_fields("\r\n");
  message.size = envelope.size + message.top.size();
  message.body = envelope.body;
  message.smtputf8 = envelope.smtputf8;
  message.content = envelope.content;
  message.requiretls = envelope.requiretls;
  message.ret = envelope.ret;
  message.envid = envelope.envid;
  return message;
}

void prepare_to_leave(SigningConfig const& config, Attempt const& attempt, Instant now,
                      dialogue::OutgoingMessage& message) {
  auto const forwarder = forwarder_of(*config.directory, attempt);
  // A field of this name that is not among those that we have put there is not what we have found out.
  bool const is_checked = istarts_with(attempt.envelope.top, "Authentication-Results:");
  message.signing = {.keys = config.keys,
                     .is_ours = attempt.envelope.submitted,
                     .seals_as = config.seals && forwarder ? forwarder->a_label() : std::string(),
                     .server = is_checked ? lowered(config.authserv_id) : std::string()};
  auto const& sender = message.reverse_path;
  if (!config.srs || !forwarder || !sender || config.directory->find(*sender) != nullptr) return;
  if (auto rewritten = config.srs->rewritten(*sender, *forwarder, now))
    message.reverse_path = *std::move(rewritten);
}

}  // namespace postern::delivery
