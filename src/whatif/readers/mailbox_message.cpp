#include "whatif/readers/mailbox_message.hpp"

#include <vector>

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

// What copies of a message in several mailboxes have in common: the border's own id for it, which a server
// may give again later, its time, and the Message-ID. 0: too little to tell.
std::uint64_t copy_key(ReceivedHop const& hop, std::string_view message_id) {
  if (hop.id.empty() && message_id.empty()) return 0;
  auto const time = hop.at ? static_cast<std::uint64_t>(to_micros(*hop.at)) : 0;
  return hash_of(message_id, hash_of(hop.id, hash_of(hop.by, time))) | 1;
}

class HeaderReader {
 public:
  void field(std::string_view name, std::string_view body) {
    if (iequals(name, "Received")) {
      if (hops_.size() < most_hops) hops_.push_back(parse_received(body));
    } else if (iequals(name, "Return-Path")) {
      if (!return_path_) return_path_ = path_of(body);
    } else if (iequals(name, "Message-ID")) {
      message_id_ = body;
    } else if (iequals(name, "Date")) {
      date_ = body;
    } else if (iequals(name, "X-MS-Exchange-Organization-AuthSource")) {
      auth_source_ = body;
    } else if (iequals(name, "X-Original-To") || (iequals(name, "Delivered-To") && recipient_.empty())) {
      recipient_ = body;
    } else if (auto const verdict = verdict_of(name, body);
               verdict != Wanted::unknown && wanted_ != Wanted::unwanted) {
      wanted_ = verdict;
    }
  }

  MailboxMessage message(Border const& border, MailPlace const& place) const {
    MailboxMessage out;
    auto& reception = out.reception;
    reception.kind = Reception::Kind::lone_message;
    reception.wanted = place.junk_folder ? Wanted::unwanted : wanted_;
    auto const* hop = border.find(hops_, auth_source_);
    if (hop == nullptr) {
      reception.origin = Origin::local;
      return out;
    }
    out.border = border_name(*hop);
    out.has_tls_comment = hop->has_tls_comment;
    out.plaintext_if_border_comments = hop->plaintext_if_writer_comments;
    note_client(*hop, reception);
    note_envelope(*hop, reception);
    out.time = time_of_mail(hops_, static_cast<std::size_t>(hop - hops_.data()),
                            {.date = wire::parse_date_time(date_),
                             .filed = place.filed,
                             .mailbox_changed = place.mailbox_changed});
    if (out.time.at) reception.at = *out.time.at;
    reception.copy_of = copy_key(*hop, message_id_);
    return out;
  }

 private:
  static void note_client(ReceivedHop const& hop, Reception& reception) {
    reception.has_client = hop.client.has_value();
    if (hop.client) reception.client = *hop.client;
    reception.client_name = hop.client_name;
    reception.helo = hop.helo;
    reception.tls = hop.tls;
    if (hop.authenticated) reception.origin = Origin::authenticated;
  }

  void note_envelope(ReceivedHop const& hop, Reception& reception) const {
    reception.has_sender = return_path_.has_value() || hop.has_envelope_from;
    if (return_path_)
      reception.sender = *return_path_;
    else
      reception.sender = hop.envelope_from;
    if (!hop.for_recipient.empty())
      reception.recipients.push_back(hop.for_recipient);
    else if (!recipient_.empty())
      reception.recipients.emplace_back(recipient_);
  }

  std::vector<ReceivedHop> hops_;
  std::optional<std::string_view> return_path_;
  std::string_view message_id_, date_, recipient_, auth_source_;
  Wanted wanted_ = Wanted::unknown;
};

}  // namespace

MailboxMessage read_message(std::string_view header, Border const& border, MailPlace const& place) {
  HeaderReader reader;
  for_each_field(header, [&](std::string_view name, std::string_view body) { reader.field(name, body); });
  return reader.message(border, place);
}

}  // namespace postern::whatif
