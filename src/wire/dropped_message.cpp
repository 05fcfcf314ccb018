#include "wire/dropped_message.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view drop_version = "postern-drop 1\n";
constexpr std::size_t drop_line_limit = 4096;
constexpr std::size_t drop_recipient_limit = 100'000;

std::optional<std::string_view> take_envelope_line(std::string_view& text) {
  auto const end = text.substr(0, drop_line_limit + 1).find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto const line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::string print(MailCommand const& mail) {
  std::string out = "FROM:<" + (mail.reverse_path ? mail.reverse_path->print() : std::string()) + ">";
  if (mail.body == Body::eight_bit_mime) out += " BODY=8BITMIME";
  if (mail.body == Body::binary_mime) out += " BODY=BINARYMIME";
  if (mail.smtputf8) out += " SMTPUTF8";
  if (mail.requiretls) out += " REQUIRETLS";
  if (mail.ret != Ret::unsaid) out += mail.ret == Ret::full ? " RET=FULL" : " RET=HDRS";
  if (!mail.envid.empty()) out += " ENVID=" + mail.envid;
  return out;
}

std::string print(RcptCommand const& rcpt) {
  std::string out = "TO:<" + rcpt.forward_path.print() + ">";
  if (rcpt.notify.said) out += " NOTIFY=" + rcpt.notify.print();
  if (!rcpt.orcpt.empty()) out += " ORCPT=" + rcpt.orcpt;
  return out;
}

}  // namespace

std::string print(DroppedMessage const& message) {
  std::string out(drop_version);
  out += print(message.mail) + "\n";
  for (auto const& recipient : message.recipients) out += print(recipient) + "\n";
  return out + "\n" + message.content;
}

Result<DroppedMessage, std::string> parse_dropped_message(std::string_view text, std::uint64_t limit) {
  auto const size = text.size();
  if (text.substr(0, drop_version.size()) != drop_version)
    return fail(std::string("it does not begin with the version"));
  text.remove_prefix(drop_version.size());
  DroppedMessage message;
  auto const sender = take_envelope_line(text);
  auto mail = sender ? parse_mail(*sender) : Result<MailCommand, ArgumentError>(fail(ArgumentError{}));
  if (!mail) return fail("the sender: " + mail.error().what);
  message.mail = std::move(*mail);
  for (auto line = take_envelope_line(text); !line || !line->empty(); line = take_envelope_line(text)) {
    if (!line) return fail(std::string("a recipient's line is cut off, or too long"));
    auto recipient = parse_rcpt(*line);
    if (!recipient) return fail("a recipient: " + recipient.error().what);
    if (message.recipients.size() == drop_recipient_limit)
      return fail(std::string("more than 100,000 recipients"));
    message.recipients.push_back(std::move(*recipient));
  }
  if (message.recipients.empty()) return fail(std::string("it has no recipients"));
  if (size - text.size() > dropped_envelope_limit)
    return fail(std::string("its recipients take more than 64 MiB"));
  if (text.size() > limit)
    return fail("too large: " + std::to_string(text.size()) + " bytes, and " + std::to_string(limit) +
                " are the most (smtp.max_message_size)");
  message.content = text;
  return message;
}

}  // namespace postern::wire
