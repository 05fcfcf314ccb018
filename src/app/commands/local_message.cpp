#include "app/commands/local_message.hpp"

#include <sysexits.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.hpp"
#include "wire/address_list.hpp"
#include "wire/path.hpp"
#include "wire/submission.hpp"

namespace postern::app {
namespace {

auto refuse(int exit_code, std::string why) {
  return fail(SendRefusal{.exit_code = exit_code, .why = std::move(why)});
}

Result<Address, SendRefusal> user_address(LocalContext const& context) {
  auto address = wire::parse_mailbox(in_quotes(context.user) + "@" + context.origin);
  if (!address)
    return refuse(EX_USAGE, "the user's name " + in_quotes(printable(context.user, 100)) +
                                " makes no mail address: name the sender with -f");
  return *std::move(address);
}

Result<std::optional<Address>, SendRefusal> sender_address(SendOptions const& options,
                                                           LocalContext const& context) {
  if (!options.sender) {
    auto address = user_address(context);
    if (!address) return fail(address.error());
    return std::optional<Address>(*std::move(address));
  }
  auto const text = trimmed(*options.sender);
  if (text.empty() || text == "<>") return std::optional<Address>();
  auto addresses = wire::parse_address_list(text, context.origin);
  if (!addresses) return refuse(EX_USAGE, "the sender: " + addresses.error());
  if (addresses->size() != 1)
    return refuse(EX_USAGE, "the sender " + in_quotes(printable(text, 100)) + ": name one address");
  return std::optional<Address>(std::move(addresses->front()));
}

// The address for a missing From field.
std::string author(LocalEnvelope const& envelope, LocalContext const& context) {
  if (envelope.sender) return envelope.sender->print();
  auto const user = user_address(context);
  return user ? user->print() : "postmaster@" + context.origin;
}

bool nobody_exists(std::vector<Address> const& recipients, LocalContext const& context) {
  return context.directory != nullptr &&
         std::all_of(recipients.begin(), recipients.end(), [&](Address const& address) {
           return context.directory->standing(address) == policy::RecipientClass::unknown;
         });
}

// Where header fields have 8-bit characters nothing is declared, so that it goes out as it came.
bool has_8bit_body_only(std::string_view content) {
  auto const end = std::min(content.find("\r\n\r\n"), content.size());
  return is_ascii(content.substr(0, end)) && !is_ascii(content.substr(end));
}

}  // namespace

Result<LocalEnvelope, SendRefusal> local_envelope(SendOptions const& options, LocalContext const& context) {
  LocalEnvelope envelope;
  auto sender = sender_address(options, context);
  if (!sender) return fail(sender.error());
  envelope.sender = *std::move(sender);
  for (auto const& text : options.recipients) {
    auto addresses = wire::parse_address_list(text, context.origin);
    if (!addresses) return refuse(EX_DATAERR, addresses.error());
    std::move(addresses->begin(), addresses->end(), std::back_inserter(envelope.recipients));
  }
  if (envelope.recipients.empty() && !options.reads_recipients)
    return refuse(EX_USAGE,
                  "no recipients: name them behind the options, or let them be read from To, Cc and Bcc of "
                  "the message with -t");
  return envelope;
}

Result<wire::DroppedMessage, SendRefusal> local_message(LocalEnvelope envelope, SendOptions const& options,
                                                        std::string_view text, LocalContext const& context) {
  auto submission = wire::prepare_submission(text, {.from = author(envelope, context),
                                                    .full_name = options.full_name,
                                                    .hostname = context.hostname,
                                                    .origin = context.origin,
                                                    .unique = context.unique,
                                                    .now = context.now,
                                                    .reads_recipients = options.reads_recipients});
  if (!submission) return refuse(EX_DATAERR, submission.error());
  auto& recipients = envelope.recipients;
  std::move(submission->recipients.begin(), submission->recipients.end(), std::back_inserter(recipients));
  if (recipients.empty())
    return refuse(
        EX_NOUSER,
        "the message names no recipients in To, Cc or Bcc (Resent-To, Resent-Cc or Resent-Bcc, if it "
        "has any Resent- field): add one, or name them behind the options");
  if (nobody_exists(recipients, context))
    return refuse(EX_NOUSER, printable(recipients.front().print()) +
                                 ": there is no such mailbox or alias; add one to the domain's in the "
                                 "configuration");
  wire::DroppedMessage message;
  message.mail.reverse_path = std::move(envelope.sender);
  message.mail.ret = options.ret;
  message.mail.envid = options.envid;
  if (has_8bit_body_only(submission->content)) message.mail.body = wire::Body::eight_bit_mime;
  if (message.mail.reverse_path) message.mail.smtputf8 = message.mail.reverse_path->needs_smtputf8();
  for (auto& recipient : recipients) {
    message.mail.smtputf8 = message.mail.smtputf8 || recipient.needs_smtputf8();
    message.recipients.push_back({.forward_path = std::move(recipient), .notify = options.notify});
  }
  message.content = std::move(submission->content);
  return message;
}

}  // namespace postern::app
