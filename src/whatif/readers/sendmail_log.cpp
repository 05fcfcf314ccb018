#include "whatif/readers/sendmail_log.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/sendmail_fields.hpp"
#include "whatif/readers/sendmail_milter.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_queue_ids_told = 100'000, most_messages_waiting = 100'000;
constexpr auto verdict_time = std::chrono::minutes(10);  // a milter has answered by then
constexpr std::uint16_t unknown_user = 550;

}  // namespace

bool SendmailLog::speaks(LogLine const& line) {
  auto const program = line.program;
  if (program.starts_with("sm-mta") || program.starts_with("sendmail") || program == "sm-msp-queue")
    return true;
  bool const is_agent = program.starts_with("queued-") || program.starts_with("sm-");
  return is_agent && is_in_sendmails_form(line.text);
}

void SendmailLog::line(LogLine const& line) {
  auto text = line.text;
  std::string_view id;
  if (auto const colon = text.find(": ");
      colon != std::string_view::npos && is_sendmail_id(text.substr(0, colon))) {
    id = text.substr(0, colon);
    text.remove_prefix(colon + 2);
  }
  entry(line, id, text);
}

void SendmailLog::entry(LogLine const& line, std::string_view id, std::string_view text) {
  give_overdue(line.at);
  if (text.starts_with("STARTTLS=server"))
    starttls(line, id, text);
  else if (text.starts_with("AUTH=server"))
    login(line, id, text);
  else if (text.starts_with("from="))
    from(line, id, text);
  else if (text.starts_with("to="))
    delivered(sendmail_queue_key(line, id));
  else if (text.starts_with("ruleset="))
    ruleset(line, id, text);
  else if (istarts_with(text, "milter"))
    milter(line, id, text);
  else if (text.find(" did not issue MAIL/EXPN/VRFY/ETRN during connection") != std::string_view::npos)
    proofs_.ended(line);
  else if (!id.empty() && is_of_one_who_breaks_off(text))
    broken_off(sendmail_queue_key(line, id));
  else if (!id.empty() && text.starts_with('<') && text.ends_with(">... User unknown"))
    refuse_recipient(sendmail_queue_key(line, id), unknown_user);
}

// "STARTTLS=server, relay=H [IP], version=TLSv1.3, verify=NO, cipher=..., bits=256/256", or
// "STARTTLS=server, error: accept failed=-1, reason=..., relay=H [IP]".
void SendmailLog::starttls(LogLine const& line, std::string_view id, std::string_view text) {
  if (text.starts_with("STARTTLS=server, cert-")) return;  // its subject is of the client's choice
  Reception session;
  session.kind = Reception::Kind::session;
  session.at = line.at;
  read_relay(last_value(text, ", relay="), session);
  if (text.starts_with("STARTTLS=server, error: accept failed")) {
    auto const reason = between(text, "reason=", ',');
    session.tls.used = Tristate::no;
    session.tls.failure = reason.empty() ? std::string("handshake failed") : printable(reason, 120);
    sink_.take(std::move(session));
    return;
  }
  auto const version = between(text, "version=", ',');
  if (version.empty()) return;
  session.tls.used = Tristate::yes;
  session.tls.version = tls_version_name(version);
  session.tls.certificate = certificate_for(between(text, "verify=", ','));
  proofs_.starttls(line, id, session);
  sink_.take(std::move(session));
}

// "AUTH=server, relay=H [IP], authid=u, mech=PLAIN, bits=0"
void SendmailLog::login(LogLine const& line, std::string_view id, std::string_view text) {
  Reception session;
  read_relay(between(text, ", relay=", ','), session);
  proofs_.logged_in(line, id, session);
}

// "from=<a@b>, size=9, class=0, nrcpts=1, msgid=<..>, [bodytype=8BITMIME,] proto=ESMTPS, daemon=MTA, relay=H
// [IP]": the sender may have chosen what stands in the first and in msgid=.
void SendmailLog::from(LogLine const& line, std::string_view id, std::string_view text) {
  Reception reception;
  reception.at = line.at;
  reception.has_sender = true;
  if (auto const sender = angle_path(text, "from="); sender && text.starts_with("from=<")) {
    reception.sender = *sender;
    text.remove_prefix(std::min(text.size(), std::string_view("from=<>").size() + sender->size()));
  } else {
    reception.sender = between(text, "from=", ',');
    text.remove_prefix(std::min(text.size(), std::string_view("from=").size() + reception.sender.size()));
  }
  auto const recipients = number_in(between(text, ", nrcpts=", ','));
  auto const relay = text.rfind(", relay=");
  read_relay(last_value(text, ", relay="), reception);
  auto const before_relay = text.substr(0, relay);
  auto const protocol = last_value(before_relay, ", proto=");
  auto const daemon = last_value(before_relay, ", daemon=");
  if (protocol.empty() && !reception.has_client) reception.origin = Origin::local;
  auto const* proved = proofs_.of(line, id, reception);
  bool const logged_in = proved != nullptr && proved->logged_in;
  if (daemon.starts_with("MSA") || daemon.starts_with("MSP") || protocol.ends_with('A') || logged_in)
    reception.origin = Origin::authenticated;
  if (proved != nullptr) reception.tls = proved->tls;
  auto const host = hash_of(line.host);
  if (is_over_tls(protocol)) {
    reception.tls.used = Tristate::yes;
    if (says_esmtps_.size() < most_queue_ids_told) says_esmtps_[host] = true;
  } else if (!protocol.empty() && says_esmtps_.contains(host)) {
    reception.tls = {};
    reception.tls.used = Tristate::no;
  } else if (!protocol.empty() && reception.tls.used != Tristate::yes) {
    reception.tls.used = Tristate::no;  // up to 8.14 it says ESMTP over TLS, too; its STARTTLS line tells
  }
  tls_of_proofpoint(before_relay, reception);
  if (proved == nullptr) reception.kind = Reception::Kind::lone_message;
  auto const key = sendmail_queue_key(line, id);
  if (recipients == 0) {  // all of its recipients were refused; by rulesets, each has been told
    if (auto const refused = refused_recipients_.find(key); refused != refused_recipients_.end()) {
      reception.code = refused->second;
      reception.outcome = refusal_outcome(reception.code);
      refused_recipients_.erase(refused);
      sink_.take(std::move(reception));
    }
    return;
  }
  refused_recipients_.erase(key);
  give(key);
  if (broken_off_.erase(key) > 0) return;
  auto const message_id = between(before_relay, ", msgid=<", '>');
  bool const has_content = between(text, ", size=", ',') != "0" || !message_id.empty();
  waiting_.insert_or_assign(key, Message{.reception = std::move(reception),
                                         .by_queue_id = ContentVerdicts::queue_key(id),
                                         .by_message_id = ContentVerdicts::message_key(message_id),
                                         .is_doubtful = !has_content});
  waiting_order_.push_back({key, line.at});
  if (waiting_order_.size() > most_messages_waiting) {
    give(waiting_order_.front().key);
    waiting_order_.pop_front();
  }
}

void SendmailLog::delivered(std::uint64_t key) {
  if (auto const found = waiting_.find(key); found != waiting_.end()) found->second.is_doubtful = false;
  give(key);
}

void SendmailLog::broken_off(std::uint64_t key) {
  if (broken_off_.size() < most_queue_ids_told) broken_off_.insert(key);
}

void SendmailLog::refuse_recipient(std::uint64_t key, std::uint16_t code) {
  if (refused_recipients_.size() < most_queue_ids_told) refused_recipients_[key] = code;
}

void SendmailLog::give(std::uint64_t key) {
  auto const found = waiting_.find(key);
  if (found == waiting_.end()) return;
  auto message = std::move(found->second);
  waiting_.erase(found);
  auto& reception = message.reception;
  if (message.is_doubtful && reception.outcome == policy::Outcome::accepted) return;
  if (verdicts_ != nullptr && reception.wanted == Wanted::unknown)
    reception.wanted = verdicts_->of(reception.at, message.by_queue_id, message.by_message_id);
  sink_.take(std::move(reception));
}

void SendmailLog::give_overdue(Instant now) {
  while (!waiting_order_.empty() && now - waiting_order_.front().since > verdict_time) {
    give(waiting_order_.front().key);
    waiting_order_.pop_front();
  }
}

void SendmailLog::milter(LogLine const& line, std::string_view id, std::string_view text) {
  auto const key = sendmail_queue_key(line, id);
  auto const said = milter_says(text);
  if (said.verdict == MilterVerdict::none) return;
  bool const tempfail = said.verdict == MilterVerdict::tempfail;
  bool const refuses = tempfail || said.verdict == MilterVerdict::reject;
  auto code = tempfail ? std::uint16_t{451} : reply_code(said.reply);
  if (refuses && code == 0) code = 554;  // "milter=name, action=eom, reject" names none
  auto const found = waiting_.find(key);
  if (found == waiting_.end()) {
    if (!id.empty() && refuses) refuse_recipient(key, code);
    return;
  }
  auto& reception = found->second.reception;
  if (refuses) {
    reception.code = code;
    reception.outcome = refusal_outcome(code);
    if (code >= 500) reception.wanted = Wanted::unwanted;
    give(key);
  } else {
    reception.wanted = Wanted::unwanted;
  }
}

void SendmailLog::wanted(LogLine const& line, std::string_view id, Wanted wanted) {
  if (auto const found = waiting_.find(sendmail_queue_key(line, id)); found != waiting_.end())
    found->second.reception.wanted = wanted;
}

// "ruleset=check_rcpt, arg1=<x@y>, relay=H [IP], reject=550 5.7.1 <x@y>... Relaying denied": arg1 is of the
// client's choice, and comes again in the reply.
void SendmailLog::ruleset(LogLine const& line, std::string_view id, std::string_view text) {
  auto const argument = angle_path(text, "arg1=");
  if (!argument) return;  // check_relay: the connection was refused
  bool const of_recipient = text.starts_with("ruleset=check_rcpt");
  bool const of_sender = text.starts_with("ruleset=check_mail");
  if (!of_recipient && !of_sender) return;
  auto rest = text.substr(text.find("arg1=<") + 6);
  rest.remove_prefix(std::min(rest.size(), argument->size() + 1));
  auto const reject_at = rest.find(", reject=");
  if (reject_at == std::string_view::npos) return;
  Reception reception;
  reception.at = line.at;
  read_relay(between(rest.substr(0, reject_at), ", relay=", ','), reception);
  reception.code = reply_code(rest.substr(reject_at + 9));
  reception.outcome = refusal_outcome(reception.code);
  if (of_recipient) {
    reception.recipients.emplace_back(*argument);
  } else {
    reception.has_sender = true;
    reception.sender = *argument;
  }
  if (auto const* proved = proofs_.of(line, id, reception)) reception.tls = proved->tls;
  sink_.take(std::move(reception));
}

void SendmailLog::end() {
  for (auto const& message : waiting_order_) give(message.key);
  waiting_order_.clear();
}

}  // namespace postern::whatif
