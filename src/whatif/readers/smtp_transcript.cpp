#include "whatif/readers/smtp_transcript.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_asked = 100, longest_argument = 512;

// "250" of "250 OK" and "250-SIZE"; 0: it is no reply.
std::uint16_t code_of_reply(std::string_view text) {
  bool const good = text.size() >= 3 && text[0] >= '2' && text[0] <= '5' && is_digit(text[1]) &&
                    is_digit(text[2]) && (text.size() == 3 || text[3] == ' ' || text[3] == '-');
  return good ? static_cast<std::uint16_t>(number_in(text.substr(0, 3))) : std::uint16_t{0};
}

std::string_view text_of_reply(std::string_view line) {
  return trimmed(line.substr(std::min<std::size_t>(4, line.size())));
}

// What a client said was no command, or not its turn: nothing is refused thereby, and nothing ends.
bool is_about_syntax_or_order(std::uint16_t code) {
  return code == 500 || code == 502 || code == 503 || code == 504;
}

bool has_anycase(std::string_view text, std::string_view lower_word) {
  return lowered(text).find(lower_word) != std::string::npos;
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

// "MAIL FROM:<a@b> SIZE=1", "RCPT TO: <a@b>", "MAIL FROM:a@b"
std::string_view path_of_command(std::string_view text) {
  auto const colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  auto const rest = trimmed(text.substr(colon + 1));
  if (rest.starts_with('<')) return angle_path(rest, "").value_or(std::string_view());
  return first_word(rest);
}

}  // namespace

SmtpTranscript::Verb SmtpTranscript::verb_of(std::string_view text) {
  auto const word = first_word(text);
  if (iequals(word, "EHLO") || iequals(word, "HELO")) return Verb::hello;
  if (iequals(word, "MAIL")) return Verb::mail;
  if (iequals(word, "RCPT")) return Verb::recipient;
  if (iequals(word, "DATA")) return Verb::data;
  if (iequals(word, "BDAT")) return lowered(text).ends_with(" last") ? Verb::last_chunk : Verb::chunk;
  if (iequals(word, "STARTTLS")) return Verb::starttls;
  if (iequals(word, "AUTH")) return Verb::login;
  if (iequals(word, "RSET")) return Verb::reset;
  return Verb::other;
}

std::string SmtpTranscript::argument_of(Verb verb, std::string_view text) {
  std::string_view argument;
  if (verb == Verb::mail || verb == Verb::recipient)
    argument = path_of_command(text);
  else if (verb == Verb::hello)
    argument = trimmed(text.substr(first_word(text).size()));
  return std::string(argument.substr(0, longest_argument));
}

void SmtpTranscript::command(Instant at, std::string_view text) {
  text = trimmed(text);
  has_spoken_ = true;
  if (tls_accepted_) tls_established({});
  // What answers a 334 is a secret, whatever it looks like.
  auto const verb = std::exchange(awaits_login_data_, false) ? Verb::login : verb_of(text);
  if (asked_.size() >= most_asked) asked_.erase(asked_.begin());
  asked_.push_back({.verb = verb, .at = at, .argument = argument_of(verb, text)});
}

bool SmtpTranscript::has_asked_for_tls() const {
  return std::any_of(asked_.begin(), asked_.end(),
                     [](Asked const& asked) { return asked.verb == Verb::starttls; });
}

void SmtpTranscript::skip_to(Verb verb) {
  auto const found =
      std::find_if(asked_.begin(), asked_.end(), [&](Asked const& asked) { return asked.verb == verb; });
  if (found != asked_.end()) asked_.erase(asked_.begin(), found);
}

void SmtpTranscript::offers_tls() {
  if (asked_.empty() || asked_.front().verb != Verb::hello || facts.tls.used == Tristate::yes) return;
  if (!has_anycase(asked_.front().argument, "starttls")) facts.tls.used = Tristate::no;
}

void SmtpTranscript::tls_established(std::string_view version) {
  tls_accepted_ = false;
  facts.tls.used = Tristate::yes;
  facts.tls.version = version;
  facts.tls.failure.clear();
}

void SmtpTranscript::tls_failed(std::string_view why) {
  tls_accepted_ = false;
  facts.tls.failure = printable(why, 120);
}

void SmtpTranscript::reply(std::string_view line, ReceptionSink& sink) {
  auto const code = code_of_reply(line);
  if (code == 0 || asked_.empty()) return;
  if (iequals(text_of_reply(line), "STARTTLS")) offers_tls();
  if (line.size() > 3 && line[3] == '-') return;
  if (code == 220) skip_to(Verb::starttls);
  if (code == 354) skip_to(Verb::data);
  if (code == 235 || code == 334) skip_to(Verb::login);
  auto asked = std::move(asked_.front());
  asked_.erase(asked_.begin());
  answered(std::move(asked), code, line, sink);
}

void SmtpTranscript::answered(Asked asked, std::uint16_t code, std::string_view text, ReceptionSink& sink) {
  switch (asked.verb) {
    case Verb::hello:
      if (code >= 400) return;
      abandon(sink);
      facts.helo = std::move(asked.argument);
      return;
    case Verb::mail: return mail_answered(std::move(asked), code, text, sink);
    case Verb::recipient: return recipient_answered(std::move(asked), code, text);
    case Verb::data:
      if (code == 354)
        asked_.insert(asked_.begin(), Asked{.verb = Verb::content, .at = asked.at});
      else if (!is_about_syntax_or_order(code) && code >= 400)
        content_answered(asked, code, text, sink);
      return;
    case Verb::content:
    case Verb::last_chunk: return content_answered(asked, code, text, sink);
    case Verb::chunk:
      if (code >= 400) content_answered(asked, code, text, sink);
      return;
    case Verb::starttls:
      if (code != 220) return;
      abandon(sink);
      asked_.clear();  // what was said before the handshake is not listened to
      tls_accepted_ = true;
      return;
    case Verb::login:
      awaits_login_data_ = code == 334;
      if (code == 235) facts.origin = Origin::authenticated;
      return;
    case Verb::reset:
      if (code < 400) abandon(sink);
      return;
    case Verb::other: return;
  }
}

SmtpTranscript::Refusal SmtpTranscript::refusal_of(std::uint16_t code, std::string_view text) {
  // 530 also asks for a log-in.
  return {.code = code, .for_want_of_tls = code == 530 && has_anycase(text, "tls")};
}

void SmtpTranscript::mail_answered(Asked asked, std::uint16_t code, std::string_view text,
                                   ReceptionSink& sink) {
  if (is_about_syntax_or_order(code)) return;  // a second MAIL, say: the transaction goes on
  abandon(sink);
  transaction_.is_open = transaction_.has_sender = true;
  transaction_.at = asked.at;
  transaction_.sender = std::move(asked.argument);
  if (code >= 400) refused(refusal_of(code, text), sink);
}

void SmtpTranscript::recipient_answered(Asked asked, std::uint16_t code, std::string_view text) {
  if (is_about_syntax_or_order(code)) return;
  if (!transaction_.is_open) {
    if (is_whole) return;
    transaction_.is_open = true;  // its MAIL is not in the log
    transaction_.at = asked.at;
  }
  if (code >= 400 && transaction_.refused.empty()) transaction_.refusal = refusal_of(code, text);
  auto& list = code < 400 ? transaction_.recipients : transaction_.refused;
  if (list.size() < most_listed) list.push_back(std::move(asked.argument));
}

void SmtpTranscript::content_answered(Asked const& asked, std::uint16_t code, std::string_view text,
                                      ReceptionSink& sink) {
  if (!transaction_.is_open) {
    if (is_whole) return;
    transaction_.is_open = true;
    transaction_.at = asked.at;
  }
  if (code < 400) return accepted(sink);
  bool const client_was_gone =
      code == 421 && (has_anycase(text, "timeout") || has_anycase(text, "timed out"));
  if (client_was_gone)
    transaction_ = {};
  else
    refused(refusal_of(code, text), sink);
}

Reception SmtpTranscript::message() const {
  auto reception = facts;
  reception.at = transaction_.at;
  reception.has_sender = transaction_.has_sender;
  reception.sender = transaction_.sender;
  reception.recipients = transaction_.recipients;
  return reception;
}

void SmtpTranscript::accepted(ReceptionSink& sink) {
  sink.take(message());
  transaction_ = {};
}

void SmtpTranscript::refused(Refusal refusal, ReceptionSink& sink) {
  auto reception = message();
  if (reception.recipients.empty()) reception.recipients = std::move(transaction_.refused);
  reception.code = refusal.code;
  reception.outcome = refusal_outcome(refusal.code);
  reception.for_want_of_tls = refusal.for_want_of_tls;
  sink.take(std::move(reception));
  transaction_ = {};
}

void SmtpTranscript::abandon(ReceptionSink& sink) {
  if (transaction_.is_open && transaction_.recipients.empty() && !transaction_.refused.empty())
    refused(transaction_.refusal, sink);
  transaction_ = {};
}

void SmtpTranscript::end(Instant at, ReceptionSink& sink) {
  abandon(sink);
  if (!is_whole && !has_spoken_) return;
  if (tls_accepted_ && facts.tls.used == Tristate::no) facts.tls.used = Tristate::unknown;
  facts.kind = Reception::Kind::session;
  facts.at = at;
  sink.take(std::move(facts));
}

}  // namespace postern::whatif
