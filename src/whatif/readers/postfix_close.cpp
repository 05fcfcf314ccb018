// What the end of a session tells of it, of its messages and of what it was refused.
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/postfix_join.hpp"

namespace postern::whatif {

namespace {

// "0/1": how often it succeeded, of how many times that it was tried; "1": each time.
struct Counter {
  std::uint64_t good = 0;
  bool told = false;
};

// "H[IP] ehlo=2 starttls=1 mail=0/1 commands=6"
struct Counters {
  Counter ehlo, xclient, starttls, auth, mail, commands;

  explicit Counters(std::string_view text) {
    for (auto blank = text.find(' '); blank != std::string_view::npos; blank = text.find(' ')) {
      text.remove_prefix(blank + 1);
      auto const equals = text.find('=');
      if (equals == std::string_view::npos) return;
      if (auto* const counter = named(text.substr(0, equals)); counter != nullptr && !counter->told)
        *counter = {.good = number_in(text.substr(equals + 1)), .told = true};
    }
  }

 private:
  Counter* named(std::string_view name) {
    if (name == "ehlo") return &ehlo;
    if (name == "xclient") return &xclient;
    if (name == "starttls") return &starttls;
    if (name == "auth") return &auth;
    if (name == "mail") return &mail;
    return name == "commands" ? &commands : nullptr;
  }
};

}  // namespace

// What "ehlo=1 starttls=0/1 mail=1 commands=3" tells, wherever else the log is silent or not.
void PostfixJoin::read_counters(Session& session, std::string_view text) {
  Counters const counters(text);
  if (counters.xclient.good > 0) session.via_front = true;
  if (counters.auth.good > 0) session.logged_in = true;
  bool const counted = counters.commands.told;
  auto const& starttls = counters.starttls;
  auto const& mail = counters.mail;
  if (session.lost_in_starttls && !starttls.told) session.tls_failed("lost connection");
  // An error that TLS had after mail had come over it, such as a close without its notice, undoes nothing.
  if (starttls.good > 0 && (session.tls.failure.empty() || mail.good > 0)) {
    session.tls.failure.clear();
    if (session.whole && !session.tls_told) silence_.log_hides_tls(session.service);
    session.tls.used = Tristate::yes;
  } else if (session.tls.used == Tristate::unknown && (counted || !session.tls.failure.empty())) {
    session.tls.used = Tristate::no;
  }
  if (starttls.told && starttls.good == 0) session.tls_failed({});
  bool const only_mail_failed =
      mail.told && mail.good == 0 && session.refusals.empty() && !session.mail_refused && !session.via_front;
  if (counted && session.tls.used == Tristate::no && only_mail_failed && counters.ehlo.good > 0)
    session.refusals.push_back({.code = 530, .for_want_of_tls = true});  // all that `encrypt` leaves in a log
}

void PostfixJoin::close(std::uint64_t key, Instant at, std::string_view counters) {
  if (auto const found = by_process_.find(key); found != by_process_.end())
    close_session(found->second, at, counters);
  expire(at);
}

void PostfixJoin::close_session(std::uint32_t index, Instant at, std::string_view counters) {
  auto& session = sessions_[index];
  if (!session.open) return;
  session.open = false;
  if (auto const found = by_process_.find(session.key); found != by_process_.end() && found->second == index)
    by_process_.erase(found);
  read_counters(session, counters);
  give_refusals(index, at);
  give_messages(index, at);
  free_if_idle(index);
}

// Those that are complete; the last of them tells of the session, too.
void PostfixJoin::give_messages(std::uint32_t index, Instant at) {
  auto& session = sessions_[index];
  ++session.waiting;  // keeps it in use
  ready_.clear();
  for (auto const message : session.messages)
    if (is_complete(messages_[message])) ready_.push_back(message);
  for (auto const message : ready_) {
    bool const tells_of_session = message == ready_.back() && !messages_[message].authenticated;
    drop(message, tells_of_session ? Reception::Kind::lone_message : Reception::Kind::message);
  }
  if (session.has_client && ready_.empty()) {
    auto reception = reception_of(session);
    reception.kind = Reception::Kind::session;
    reception.at = at;
    pass_on(session, std::move(reception));
  }
  --session.waiting;
}

// What users were refused, logins among it, is no mail from outside.
void PostfixJoin::give_refusals(std::uint32_t index, Instant at) {
  auto const& session = sessions_[index];
  if (!session.has_client || session.is_of_users()) return;
  auto const accepted_from = [&](std::string const& sender) {
    for (auto const message : session.messages)
      if (messages_[message].accepted && messages_[message].sender == sender) return true;
    return false;
  };
  for (auto const& refusal : session.refusals) {
    if (!refusal.sender.empty() && accepted_from(refusal.sender)) continue;  // for another recipient
    auto reception = reception_of(session);
    reception.at = at;
    reception.outcome = refusal_outcome(refusal.code);
    reception.code = refusal.code;
    reception.for_want_of_tls = refusal.for_want_of_tls;
    if (refusal.for_want_of_tls && !session.via_front) {
      reception.tls = TlsSeen();  // whatever the session came to use afterwards
      reception.tls.used = Tristate::no;
      reception.tls.failure = session.tls.failure;
    }
    reception.has_sender = !(refusal.sender.empty() && refusal.recipient.empty());
    reception.sender = refusal.sender;
    if (!refusal.recipient.empty()) reception.recipients.push_back(refusal.recipient);
    pass_on(session, std::move(reception));
  }
}

}  // namespace postern::whatif
