// The table, the greeting and the small commands. Beside it: server_tls, server_auth, server_transaction,
// server_content.
#include "dialogue/server_dialogue.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "policy/around_decide.hpp"
#include "policy/rules.hpp"
#include "policy/starttls_offer.hpp"
#include "wire/extensions.hpp"

namespace postern::dialogue {

using policy::ConnectionEnd;
using policy::Stage;
using wire::Verb;

namespace {

constexpr std::size_t helo_limit = 255;
constexpr std::string_view starttls_too_late = "STARTTLS is not possible within a transaction; RSET ends it";

}  // namespace

// What may follow what is this table; what it does is a short function.
struct ServerDialogue::Row {
  Verb verb;
  std::uint8_t states;  // a bit for each State in which it may come
  Step (ServerDialogue::*handle)(std::string_view argument);
  std::string_view out_of_order;  // said in other states, once there was a greeting
};

ServerDialogue::Row const* ServerDialogue::row_for(Verb verb) {
  constexpr auto in = [](auto... states) {
    return static_cast<std::uint8_t>(((1U << static_cast<unsigned>(states)) | ...));
  };
  constexpr auto any = static_cast<std::uint8_t>(0xFF);
  using D = ServerDialogue;
  constexpr auto greeted = in(State::greeted);
  constexpr auto recipients = in(State::mail, State::rcpt);
  // clang-format off
  static constexpr std::array<Row, 14> table{{
      {Verb::ehlo,     any,             &D::on_ehlo,     {}},                     // RFC 5321 section 4.1.1.1
      {Verb::helo,     any,             &D::on_helo,     {}},                     // RFC 5321 section 4.1.1.1
      {Verb::mail,     greeted,         &D::on_mail,     "MAIL is not due now"},  // RFC 5321 section 4.1.1.2
      {Verb::rcpt,     recipients,      &D::on_rcpt,     "MAIL first"},           // RFC 5321 section 4.1.1.3
      {Verb::data,     in(State::rcpt), &D::on_data,     "No valid recipients"},  // RFC 5321 section 4.1.1.4
      {Verb::bdat,     any,             &D::on_bdat,     {}},                     // RFC 3030 section 2
      {Verb::rset,     any,             &D::on_rset,     {}},                     // RFC 5321 section 4.1.1.5
      {Verb::vrfy,     any,             &D::on_vrfy,     {}},                     // RFC 5321 section 4.1.1.6
      {Verb::expn,     any,             &D::on_expn,     {}},                     // RFC 5321 section 4.1.1.7
      {Verb::help,     any,             &D::on_help,     {}},                     // RFC 5321 section 4.1.1.8
      {Verb::noop,     any,             &D::on_noop,     {}},                     // RFC 5321 section 4.1.1.9
      {Verb::quit,     any,             &D::on_quit,     {}},                     // RFC 5321 section 4.1.1.10
      {Verb::starttls, greeted,         &D::on_starttls, starttls_too_late},      // RFC 3207 section 4
      {Verb::auth,     greeted,         &D::on_auth,     "AUTH is not due now"},  // RFC 4954 section 4
  }};
  // clang-format on
  static_assert(table.size() == static_cast<std::size_t>(Verb::unknown), "a row for each verb but `unknown`");
  auto const* row = std::find_if(table.begin(), table.end(), [verb](Row const& r) { return r.verb == verb; });
  return row == table.end() ? nullptr : row;
}

ServerDialogue::ServerDialogue(SmtpSettings const& settings, policy::Policy const& policy,
                               policy::ConnectionFacts connection)
    : settings_(&settings), policy_(&policy) {
  facts_.connection = std::move(connection);
}

void ServerDialogue::go_by(SmtpSettings const& settings, policy::Policy const& policy) {
  POSTERN_ASSERT(!in_transaction());
  content_.reset();  // it would refer to the settings before
  settings_ = &settings;
  policy_ = &policy;
}

Step ServerDialogue::greeting() { return say(220, {}, settings_->hostname + " ESMTP Postern"); }

Step ServerDialogue::refuse(std::string_view why) {
  return say(421, {4, 7, 0}, settings_->hostname + " " + std::string(why), Then::close);
}

void ServerDialogue::on_proxy(IpAddress const& client, std::uint16_t port) {
  facts_.connection.client = client;
  facts_.connection.port = port;
}

void ServerDialogue::on_client_name(std::string verified_name) {
  facts_.connection.verified_name = std::move(verified_name);
}

void ServerDialogue::on_iprev(policy::Iprev iprev) { facts_.connection.iprev = iprev; }

void ServerDialogue::on_authentication(policy::AuthenticationFacts found) {
  facts_.transaction.authentication = std::move(found);
}

void ServerDialogue::on_spf(policy::Spf spf) { facts_.transaction.spf = spf; }

void ServerDialogue::on_message_id(MessageId id) { facts_.transaction.id = id; }

void ServerDialogue::on_memory(policy::TlsMemory const& memory, policy::DeferredMail const& deferred) {
  policy::recall(memory, deferred, *policy_, facts_);
}

// RFC 5321 section 3.1: 554; 421 for what may be tried again.
Step ServerDialogue::on_connect_verdict(policy::Verdict const& verdict) {
  if (!verdict.refuses()) return {};
  auto const code = verdict.effect == policy::Effect::defer ? 421 : 554;
  return say(static_cast<std::uint16_t>(code), {}, settings_->hostname + " " + verdict.reply.text,
             Then::close);
}

Step ServerDialogue::on_line(wire::Line line, Instant now) {
  now_ = now;
  ++facts_.connection.commands;
  if (line.end == wire::LineEnd::too_long) return bad(500, {5, 5, 2}, "Line too long");
  if (line.end == wire::LineEnd::bare_lf && settings_->bare_newlines == BareNewlines::reject)
    return bad(500, {5, 5, 2}, "Lines end with CR LF, not with a bare LF");
  if (auth_ != Auth::none) return on_auth_line(line.text);
  auto const command = wire::parse_command(line.text);
  if (!line_is_clean(line, command.verb)) return bad(500, {5, 5, 2}, "Only printable characters are allowed");
  auto const* row = row_for(command.verb);
  if (row == nullptr) return bad(500, {5, 5, 1}, "Command not recognized");
  if ((row->states & (1U << static_cast<unsigned>(state_))) == 0)
    return bad(503, {5, 5, 1},
               state_ == State::start ? "EHLO or HELO first" : std::string(row->out_of_order));
  if (++idle_commands_ > settings_->max_idle_commands + 2 * settings_->max_recipients)
    return send_away("Too many commands without mail");
  return (this->*row->handle)(command.argument);
}

bool ServerDialogue::line_is_clean(wire::Line const& line, Verb verb) const {
  bool const may_be_8bit = verb == Verb::mail || verb == Verb::rcpt || verb == Verb::vrfy ||
                           verb == Verb::expn || verb == Verb::ehlo || verb == Verb::helo;
  return std::all_of(line.text.begin(), line.text.end(),
                     [&](char c) { return is_8bit(c) ? may_be_8bit : (c >= ' ' && c != 0x7F) || c == '\t'; });
}

// RFC 5321 section 4.1.4: a server must not refuse mail since the name is not what it should be. Names in
// UTF-8 are kept; of others, and of those that are too long, what is printable.
Step ServerDialogue::on_hello(std::string_view argument, policy::Greeting greeting) {
  auto const name = argument.substr(0, argument.find_first_of(" \t"));
  if (name.empty()) return bad(501, {5, 5, 4}, "A host name is missing");
  forget_transaction();
  bool const as_it_is = name.size() <= helo_limit && is_utf8(name);
  facts_.connection.helo = as_it_is ? std::string(name) : printable(name, helo_limit);
  facts_.connection.greeting = greeting;
  facts_.stage = Stage::helo;
  state_ = State::greeted;
  bool const asks = policy_->rules && policy_->rules->asks_at(Stage::helo);
  return asks ? Step{std::nullopt, Then::ask_verdict} : answer_hello();
}

Step ServerDialogue::answer_hello() {
  auto& connection = facts_.connection;
  if (connection.greeting == policy::Greeting::helo) return say(250, {}, settings_->hostname);
  auto const offer = policy::starttls_offer(*policy_, connection, now_);
  bool const offers = offer == policy::StarttlsOffer::made;
  connection.tls.offered = connection.tls.offered || offers;
  if (offer == policy::StarttlsOffer::withheld) ++connection.tls.offers_withheld;
  wire::Extensions extensions;
  extensions.size_limit = settings_->max_message_size;
  extensions.max_recipients = settings_->max_recipients;
  extensions.starttls = offers;
  extensions.requiretls = facts_.over_tls();
  extensions.auth = offers_auth();
  return say(250, {}, wire::print_extensions(settings_->hostname, extensions));
}

Step ServerDialogue::on_hello_verdict(policy::Verdict const& verdict) {
  if (!verdict.refuses()) return answer_hello();
  state_ = State::start;
  return {verdict.reply, Then::read_line};
}

Step ServerDialogue::on_ehlo(std::string_view argument) { return on_hello(argument, policy::Greeting::ehlo); }

Step ServerDialogue::on_helo(std::string_view argument) { return on_hello(argument, policy::Greeting::helo); }

Step ServerDialogue::on_noop(std::string_view) { return say(250, {2, 0, 0}, "Ok"); }

Step ServerDialogue::on_vrfy(std::string_view argument) {
  if (argument.empty()) return bad(501, {5, 5, 4}, "VRFY needs an address");
  return say(252, {2, 1, 5},
             "Cannot verify, but will take mail and try to deliver it");  // RFC 5321 section 3.5.3
}

Step ServerDialogue::on_expn(std::string_view) { return bad(502, {5, 5, 1}, "EXPN is not offered"); }

Step ServerDialogue::on_help(std::string_view) {
  return say(214, {2, 0, 0}, "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS AUTH");
}

Step ServerDialogue::on_quit(std::string_view argument) {
  if (!argument.empty()) return bad(501, {5, 5, 4}, "QUIT takes no argument");
  on_end(ConnectionEnd::quit, now_);
  return say(221, {2, 0, 0}, "Bye", Then::close);
}

Step ServerDialogue::on_timeout() {
  on_end(ConnectionEnd::timeout, now_);
  return say(421, {4, 4, 2}, settings_->hostname + " Time is up, closing", Then::close);
}

Step ServerDialogue::on_shutdown() {
  on_end(ConnectionEnd::shutdown, now_);
  return say(421, {4, 3, 2}, settings_->hostname + " Shutting down, try again soon", Then::close);
}

void ServerDialogue::on_end(ConnectionEnd end, Instant now) {
  now_ = now;
  auto& connection = facts_.connection;
  if (connection.ended != Instant{}) return;  // what follows an end is not its reason
  connection.ended = now;
  connection.end = end;
  forget_transaction();
}

Step ServerDialogue::say(std::uint16_t code, wire::EnhancedStatus status, std::string text, Then then) {
  return {wire::Reply{code, status, std::move(text)}, then};
}

Step ServerDialogue::bad(std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  if (++facts_.connection.errors > settings_->max_errors) return send_away("Too many errors, closing");
  return say(code, status, std::move(text));
}

Step ServerDialogue::send_away(std::string_view why) {
  on_end(ConnectionEnd::too_many_errors, now_);
  return say(421, {4, 7, 0}, settings_->hostname + " " + std::string(why), Then::close);
}

Step ServerDialogue::bad_argument(wire::ArgumentError const& error) {
  switch (error.kind) {
    case wire::ArgumentError::Kind::syntax: return bad(501, {5, 5, 2}, "Syntax: " + error.what);
    case wire::ArgumentError::Kind::path: return bad(501, {5, 1, 3}, "Bad address: " + error.what);
    case wire::ArgumentError::Kind::bad_parameter: return bad(501, {5, 5, 4}, error.what);
    case wire::ArgumentError::Kind::unknown_parameter: return bad(555, {5, 5, 4}, error.what);
  }
  return {};
}

}  // namespace postern::dialogue
