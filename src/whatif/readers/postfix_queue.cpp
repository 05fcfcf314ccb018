// What becomes of a message behind smtpd: cleanup's, pickup's, the queue manager's and the delivery agents'
// lines, each with its queue id.
#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/postfix_log.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t longest_queue_id = 24;

bool is_postfix_queue_id(std::string_view text) {
  if (text.size() < 5 || text.size() > longest_queue_id) return false;
  for (char const c : text)
    if (!is_alnum(c)) return false;
  return true;
}

}  // namespace

bool take_postfix_queue_id(std::string_view& text, std::string_view& id) {
  auto const colon = text.substr(0, longest_queue_id + 1).find(':');
  if (colon == std::string_view::npos || !is_postfix_queue_id(text.substr(0, colon))) return false;
  id = text.substr(0, colon);
  text.remove_prefix(std::min(colon + 2, text.size()));
  return true;
}

std::string_view behind_postfix_queue_id(std::string_view text) {
  auto const colon = text.substr(0, longest_queue_id + 1).find(':');
  return colon == std::string_view::npos ? std::string_view() : text.substr(std::min(colon + 2, text.size()));
}

PostfixLog::MessageLine PostfixLog::message_line(std::string_view text) {
  MessageLine out;
  std::string_view id;
  if (!take_postfix_queue_id(text, id)) return out;
  out.rest = text;
  out.key = hash_of(id, program_->scope);
  out.message = join_.message(out.key);
  for (auto const& other : instances_) {
    if (out.message != nullptr) break;
    if (other.has_queue || other.host_key != program_->host_key) continue;
    out.key = hash_of(id, other.scope);
    out.message = join_.message(out.key);
  }
  return out;
}

// "QID: from=<a>, size=1, nrcpt=1 (queue active)" and "QID: removed"
void PostfixLog::qmgr(LogLine const& line) {
  auto const at_a_glance = behind_postfix_queue_id(line.text);
  bool const begins = at_a_glance.starts_with("from=<");
  if (!begins && at_a_glance != "removed") return;
  auto const [key, message, rest] = message_line(line.text);
  if (message == nullptr) return;
  if (begins) {
    message->accepted = true;
    message->sender = angle_path(rest, "from=").value_or(std::string_view());
    auto const count = rest.rfind(" nrcpt=");  // what stands before is of the sender's choice
    if (settings_.wants_recipients && count != std::string_view::npos)
      message->recipients_due = static_cast<std::uint32_t>(number_in(rest.substr(count + 7)));
  } else {
    message->recipients_due = 0;
    message->is_past_verdicts = true;
  }
  join_.give_if_complete(key);
}

// "QID: to=<real>, orig_to=<as given>, relay=..., status=sent (...)": only when a rule asks for recipients.
void PostfixLog::delivery(LogLine const& line) {
  if (!behind_postfix_queue_id(line.text).starts_with("to=<")) return;
  auto const [key, message, rest] = message_line(line.text);
  if (message == nullptr || message->recipients_due == 0) return;
  auto to = angle_path(rest, "to=");
  if (to) {
    auto const behind = rest.substr(std::min(rest.size(), std::string_view("to=<>").size() + to->size()));
    if (behind.starts_with(", orig_to=")) to = angle_path(behind, ", orig_to=");
  }
  if (to && message->recipients.size() < most_listed) message->recipients.emplace_back(*to);
  --message->recipients_due;
  join_.give_if_complete(key);
}

// "QID: message-id=<a@b>", "QID: milter-reject: END-OF-MESSAGE from H[IP]: 5.7.1 ...; from=<a> to=<b> ...",
// "QID: reject: header ...", "QID: discard: ...", "QID: milter-hold: ...".
void PostfixLog::cleanup(LogLine const& line) {
  auto const at_a_glance = behind_postfix_queue_id(line.text);
  bool const names = at_a_glance.starts_with("message-id=");
  bool const refuses = at_a_glance.starts_with("milter-reject: ") || at_a_glance.starts_with("reject: ");
  bool const discards = at_a_glance.starts_with("milter-discard: ") || at_a_glance.starts_with("discard: ");
  bool const holds = at_a_glance.starts_with("milter-hold: ") || at_a_glance.starts_with("hold: ");
  if (!names && !refuses && !discards && !holds) return;
  auto const [key, message, rest] = message_line(line.text);
  if (message == nullptr) return;
  if (names) {
    message->message_key = ContentVerdicts::message_key(between(rest, "message-id=<", '>'));
    if (message->held) message->accepted = true;
  } else if (refuses) {
    join_.session_of(*message).refused(rest);
    message->accepted = false;
    join_.drop_message(key);
    return;
  } else {
    message->accepted = true;  // the client was told 250, and the queue manager gets nothing
    message->sender = angle_path(rest, " from=").value_or(std::string_view());
    if (discards) message->wanted = Wanted::unwanted;
  }
  join_.give_if_complete(key);
}

// "QID: uid=0 from=<root>": a message of this host's own. A message from outside had this queue id before.
void PostfixLog::pickup(LogLine const& line) {
  if (!behind_postfix_queue_id(line.text).starts_with("uid=")) return;
  if (auto const known = message_line(line.text); known.message != nullptr) join_.drop_message(known.key);
}

}  // namespace postern::whatif
