#include "whatif/readers/mailbox_message.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"
#include "wire/date_time.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_hops = 64;

// Calls `field(name, body)` for each field; the body with its folding.
template <class Field>
void for_each_field(std::string_view header, Field field) {
  while (!header.empty()) {
    std::size_t end = 0;
    for (;;) {
      end = header.find('\n', end);
      if (end == std::string_view::npos) break;
      ++end;
      if (end >= header.size() || (header[end] != ' ' && header[end] != '\t')) break;
    }
    auto const whole = header.substr(0, end);
    header.remove_prefix(std::min(end, header.size()));
    auto const colon = whole.find(':');
    if (colon != std::string_view::npos && colon < 80)
      field(trimmed(whole.substr(0, colon)), trimmed(whole.substr(colon + 1)));
  }
}

Wanted verdict_of(std::string_view name, std::string_view body) {
  auto const says = [](bool spam) { return spam ? Wanted::unwanted : Wanted::wanted; };
  if (iequals(name, "X-Spam-Flag") || iequals(name, "X-Spam-Status") || iequals(name, "X-Spam")) {
    if (istarts_with(body, "yes") || istarts_with(body, "true")) return says(true);
    if (istarts_with(body, "no") || istarts_with(body, "false")) return says(false);
  }
  if (iequals(name, "X-Spamd-Result")) {  // rspamd: "default: False [-4.12 / 50.00]; ..."
    auto const colon = body.find(": ");
    if (colon != std::string_view::npos && istarts_with(body.substr(colon + 2), "true")) return says(true);
    if (colon != std::string_view::npos && istarts_with(body.substr(colon + 2), "false")) return says(false);
  }
  return Wanted::unknown;
}

std::string_view path_of(std::string_view path) {
  if (path.starts_with('<')) path.remove_prefix(1);
  if (path.ends_with('>')) path.remove_suffix(1);
  return path;
}

}  // namespace

MailboxMessage read_message(std::string_view header, Border const& border, bool junk_folder) {
  MailboxMessage out;
  auto& reception = out.reception;
  reception.kind = Reception::Kind::lone_message;
  std::vector<ReceivedHop> hops;
  std::string_view message_id, date, recipient;
  for_each_field(header, [&](std::string_view name, std::string_view body) {
    if (iequals(name, "Received")) {
      if (hops.size() < most_hops) hops.push_back(parse_received(body));
    } else if (iequals(name, "Return-Path")) {
      if (!reception.has_sender) reception.sender = path_of(body);
      reception.has_sender = true;
    } else if (iequals(name, "Message-ID")) {
      message_id = body;
    } else if (iequals(name, "Date")) {
      date = body;
    } else if (iequals(name, "X-Original-To") || (iequals(name, "Delivered-To") && recipient.empty())) {
      recipient = body;
    } else if (auto const verdict = verdict_of(name, body);
               verdict != Wanted::unknown && reception.wanted != Wanted::unwanted) {
      reception.wanted = verdict;
    }
  });
  if (junk_folder) reception.wanted = Wanted::unwanted;
  auto const* hop = border.find(hops);
  if (hop == nullptr) {
    reception.origin = Origin::local;
    return out;
  }
  out.border = hop->by;
  reception.client = *hop->client;
  reception.has_client = true;
  reception.client_name = hop->client_name;
  reception.helo = hop->helo;
  reception.tls = hop->tls;
  if (hop->with.ends_with("A") && hop->with.find("SMTP") != std::string::npos)
    reception.origin = Origin::authenticated;
  if (!reception.has_sender && hop->has_envelope_from) {
    reception.sender = hop->envelope_from;
    reception.has_sender = true;
  }
  if (!hop->for_recipient.empty())
    reception.recipients.push_back(hop->for_recipient);
  else if (!recipient.empty())
    reception.recipients.emplace_back(recipient);
  auto at = hop->at;
  if (!at) at = wire::parse_date_time(date);
  if (at) reception.at = *at;
  // The queue id names a message that lies in several mailboxes.
  if (!hop->id.empty())
    reception.copy_of = hash_of(hop->id, hash_of(hop->by)) | 1;
  else if (!message_id.empty())
    reception.copy_of =
        hash_of(message_id, hash_of(hop->by, static_cast<std::uint64_t>(to_micros(reception.at)))) | 1;
  return out;
}

}  // namespace postern::whatif
