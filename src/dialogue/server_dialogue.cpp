#include "dialogue/server_dialogue.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "policy/decide.hpp"
#include "wire/bdat_command.hpp"
#include "wire/extensions.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::dialogue {

using policy::ConnectionEnd;
using policy::Outcome;
using policy::Stage;
using wire::Verb;

namespace {

constexpr std::size_t helo_limit = 255;

}  // namespace

// What may follow what is this table; what it does is a short function.
struct ServerDialogue::Row {
  Verb verb;
  std::uint8_t states;  // a bit for each State in which it may come
  Step (ServerDialogue::*handle)(std::string_view argument);
  std::string_view out_of_order;
};

ServerDialogue::Row const* ServerDialogue::row_for(Verb verb) {
  constexpr auto in = [](auto... states) {
    return static_cast<std::uint8_t>(((1U << static_cast<unsigned>(states)) | ...));
  };
  constexpr auto any = static_cast<std::uint8_t>(0xFF);
  constexpr std::string_view hello_first = "EHLO or HELO first";
  static constexpr std::array<Row, 13> table{{
      {Verb::ehlo, any, &ServerDialogue::on_ehlo, {}},  // RFC 5321 section 4.1.1.1
      {Verb::helo, any, &ServerDialogue::on_helo, {}},  // RFC 5321 section 4.1.1.1
      {Verb::mail, in(State::greeted), &ServerDialogue::on_mail,
       "MAIL is not due now"},  // RFC 5321 section 4.1.1.2
      {Verb::rcpt, in(State::mail, State::rcpt), &ServerDialogue::on_rcpt,
       "MAIL first"},  // RFC 5321 section 4.1.1.3
      {Verb::data, in(State::rcpt), &ServerDialogue::on_data,
       "No valid recipients"},                          // RFC 5321 section 4.1.1.4
      {Verb::bdat, any, &ServerDialogue::on_bdat, {}},  // RFC 3030 section 2
      {Verb::rset, any, &ServerDialogue::on_rset, {}},  // RFC 5321 section 4.1.1.5
      {Verb::vrfy, any, &ServerDialogue::on_vrfy, {}},  // RFC 5321 section 4.1.1.6
      {Verb::expn, any, &ServerDialogue::on_expn, {}},  // RFC 5321 section 4.1.1.7
      {Verb::help, any, &ServerDialogue::on_help, {}},  // RFC 5321 section 4.1.1.8
      {Verb::noop, any, &ServerDialogue::on_noop, {}},  // RFC 5321 section 4.1.1.9
      {Verb::quit, any, &ServerDialogue::on_quit, {}},  // RFC 5321 section 4.1.1.10
      {Verb::starttls, in(State::greeted), &ServerDialogue::on_starttls, hello_first},  // RFC 3207 section 4
  }};
  auto const* row = std::find_if(table.begin(), table.end(), [verb](Row const& r) { return r.verb == verb; });
  return row == table.end() ? nullptr : row;
}

ServerDialogue::ServerDialogue(SmtpSettings const& settings, policy::Policy const& policy,
                               policy::ConnectionFacts connection)
    : settings_(&settings), policy_(&policy) {
  facts_.connection = std::move(connection);
}

Step ServerDialogue::greeting() { return say(220, {}, settings_->hostname + " ESMTP Postern"); }

Step ServerDialogue::refuse(std::string_view why) {
  return say(421, {4, 7, 0}, settings_->hostname + " " + std::string(why), Then::close);
}

Step ServerDialogue::on_line(wire::Line line, Instant now) {
  now_ = now;
  ++facts_.connection.commands;
  if (line.end == wire::LineEnd::too_long) return bad(500, {5, 5, 2}, "Line too long");
  if (line.end == wire::LineEnd::bare_lf && settings_->bare_newlines == BareNewlines::reject)
    return bad(500, {5, 5, 2}, "Lines end with CR LF, not with a bare LF");
  auto const command = wire::parse_command(line.text);
  if (!line_is_clean(line, command.verb)) return bad(500, {5, 5, 2}, "Only printable characters are allowed");
  auto const* row = row_for(command.verb);
  if (row == nullptr) return bad(500, {5, 5, 1}, "Command not recognized");
  if ((row->states & (1U << static_cast<unsigned>(state_))) == 0)
    return bad(503, {5, 5, 1},
               state_ == State::start ? "EHLO or HELO first" : std::string(row->out_of_order));
  if (++idle_commands_ > settings_->max_idle_commands + 2 * settings_->max_recipients) {
    on_end(ConnectionEnd::too_many_errors, now_);
    return say(421, {4, 7, 0}, settings_->hostname + " Too many commands without mail", Then::close);
  }
  return (this->*row->handle)(command.argument);
}

bool ServerDialogue::line_is_clean(wire::Line const& line, Verb verb) const {
  bool const may_be_utf8 =
      verb == Verb::mail || verb == Verb::rcpt || verb == Verb::vrfy || verb == Verb::expn;
  return std::all_of(line.text.begin(), line.text.end(),
                     [&](char c) { return is_8bit(c) ? may_be_utf8 : (c >= ' ' && c != 0x7F) || c == '\t'; });
}

// ---- greeting

Step ServerDialogue::on_hello(std::string_view argument) {
  auto const name = argument.substr(0, argument.find_first_of(" \t"));
  if (name.empty()) return bad(501, {5, 5, 4}, "A host name is missing");
  if (name.size() > helo_limit) return bad(501, {5, 5, 4}, "The host name is too long");
  forget_transaction();
  facts_.connection.helo = name;
  facts_.stage = Stage::helo;
  state_ = State::greeted;
  return {};
}

Step ServerDialogue::on_ehlo(std::string_view argument) {
  if (Step refused = on_hello(argument); refused.reply) return refused;
  auto& connection = facts_.connection;
  connection.greeting = policy::Greeting::ehlo;
  bool const offers = policy::offers_starttls(*policy_, connection, now_);
  connection.tls.offered = connection.tls.offered || offers;
  wire::Extensions extensions;
  extensions.size_limit = settings_->max_message_size;
  extensions.max_recipients = settings_->max_recipients;
  extensions.starttls = offers;
  extensions.requiretls = facts_.over_tls();
  return say(250, {}, wire::print_extensions(settings_->hostname, extensions));
}

Step ServerDialogue::on_helo(std::string_view argument) {
  if (Step refused = on_hello(argument); refused.reply) return refused;
  facts_.connection.greeting = policy::Greeting::helo;
  return say(250, {}, settings_->hostname);
}

// ---- TLS

Step ServerDialogue::on_starttls(std::string_view argument) {
  auto const& tls = facts_.connection.tls;
  if (!argument.empty()) return bad(501, {5, 5, 4}, "STARTTLS takes no argument");
  if (facts_.over_tls()) return bad(503, {5, 5, 1}, "TLS is already on");
  if (!tls.offered) return bad(502, {5, 5, 1}, "STARTTLS is not offered");
  facts_.connection.tls.requested = true;
  return say(220, {2, 0, 0}, "Ready to start TLS", Then::start_tls);
}

Step ServerDialogue::on_tls_unavailable() {
  return say(454, {4, 7, 0}, "TLS is not available now, try again later");  // RFC 3207 section 4
}

void ServerDialogue::on_injected(std::size_t bytes) {
  facts_.connection.tls.injected += static_cast<std::uint32_t>(bytes);
}

Step ServerDialogue::on_tls(policy::TlsFacts const& tls, Instant now) {
  auto const before = facts_.connection.tls;
  facts_.connection.tls = tls;
  facts_.connection.tls.offered = before.offered;
  facts_.connection.tls.requested = true;
  facts_.connection.tls.injected = before.injected;
  if (tls.state != policy::TlsState::established) {
    on_end(ConnectionEnd::tls_failed, now);
    return {std::nullopt, Then::close};
  }
  // RFC 3207 section 4.2: nothing the client said before the handshake counts any more.
  forget_transaction();
  facts_.connection.helo.clear();
  facts_.connection.greeting = policy::Greeting::none;
  facts_.stage = Stage::connect;
  state_ = State::start;
  return {};
}

// ---- transaction

Step ServerDialogue::on_mail(std::string_view argument) {
  auto mail = wire::parse_mail(argument);
  if (!mail) return bad_argument(mail.error());
  if (mail->requiretls && !facts_.over_tls())
    return bad(555, {5, 5, 4}, "REQUIRETLS is offered under TLS only");
  if (mail->reverse_path && mail->reverse_path->needs_smtputf8() && !mail->smtputf8)
    return bad(553, {5, 6, 7}, "The address needs SMTPUTF8");
  facts_.stage = Stage::mail;
  facts_.transaction = {};
  facts_.transaction.started = now_;
  facts_.transaction.mail = std::move(*mail);
  ++facts_.connection.transactions;
  if (facts_.transaction.mail.size.value_or(0) > settings_->max_message_size) {
    finish_transaction(Outcome::refused, 552, "size");
    return say(552, {5, 3, 4},
               "Message too big: at most " + std::to_string(settings_->max_message_size) + " bytes");
  }
  return {std::nullopt, Then::ask_verdict};
}

Step ServerDialogue::on_rcpt(std::string_view argument) {
  auto rcpt = wire::parse_rcpt(argument);
  if (!rcpt) return bad_argument(rcpt.error());
  auto& transaction = facts_.transaction;
  if (rcpt->forward_path.needs_smtputf8() && !transaction.mail.smtputf8)
    return bad(553, {5, 6, 7}, "The address needs SMTPUTF8");
  if (transaction.recipients.size() >= settings_->max_recipients)
    return say(452, {4, 5, 3}, "Too many recipients");  // RFC 5321 section 4.5.3.1.10
  facts_.stage = Stage::rcpt;
  policy::RecipientFacts recipient{
      std::move(rcpt->forward_path), rcpt->notify, std::move(rcpt->orcpt), {}, false, 0, {}};
  recipient.standing = policy_->directory.standing(recipient.address);
  transaction.recipients.push_back(std::move(recipient));
  return {std::nullopt, Then::ask_verdict};
}

Step ServerDialogue::on_verdict(policy::Verdict const& verdict) {
  switch (facts_.stage) {
    case Stage::mail: return on_mail_verdict(verdict);
    case Stage::rcpt: return on_rcpt_verdict(verdict);
    case Stage::content:
      if (verdict.refuses()) {
        finish_transaction(verdict.effect == policy::Effect::defer ? Outcome::deferred : Outcome::refused,
                           verdict.reply.code, verdict.rule);
        return {verdict.reply, Then::read_line};
      }
      return {std::nullopt, Then::store};
    case Stage::connect:
    case Stage::helo: break;
  }
  return {};
}

Step ServerDialogue::on_mail_verdict(policy::Verdict const& verdict) {
  if (verdict.refuses()) {
    finish_transaction(verdict.effect == policy::Effect::defer ? Outcome::deferred : Outcome::refused,
                       verdict.reply.code, verdict.rule);
    return {verdict.reply, Then::read_line};
  }
  state_ = State::mail;
  accepted_ = 0;
  return say(250, {2, 1, 0}, "Sender ok");
}

Step ServerDialogue::on_rcpt_verdict(policy::Verdict const& verdict) {
  auto& recipient = facts_.transaction.recipients.back();
  recipient.rule = verdict.rule;
  if (verdict.refuses()) {
    recipient.code = verdict.reply.code;
    return {verdict.reply, Then::read_line};
  }
  recipient.accepted = true;
  recipient.code = 250;
  ++accepted_;
  state_ = State::rcpt;
  return say(250, {2, 1, 5}, "Recipient ok");
}

Step ServerDialogue::on_rset(std::string_view argument) {
  if (!argument.empty()) return bad(501, {5, 5, 4}, "RSET takes no argument");
  forget_transaction();
  return say(250, {2, 0, 0}, "Ok");
}

// ---- content

Step ServerDialogue::on_data(std::string_view argument) {
  if (!argument.empty()) return bad(501, {5, 5, 4}, "DATA takes no argument");
  if (facts_.transaction.mail.body == wire::Body::binary_mime)  // RFC 3030 section 3
    return bad(503, {5, 5, 1}, "BODY=BINARYMIME needs BDAT");
  content_.emplace(*settings_);
  return say(354, {}, "End the message with a dot on a line by itself", Then::read_content);
}

Step ServerDialogue::on_bdat(std::string_view argument) {
  auto const bdat = wire::parse_bdat(argument);
  if (!bdat) {  // where the chunk ends cannot be known, and its bytes must not be taken for commands
    on_end(ConnectionEnd::error, now_);
    return say(501, {5, 5, 4}, "BDAT needs a size; closing", Then::close);
  }
  bool const in_order = state_ == State::rcpt || state_ == State::chunks;
  bool const binary = facts_.transaction.mail.body == wire::Body::binary_mime;
  if (!content_ || state_ != State::chunks) content_.emplace(*settings_);
  content_->begin_chunk(bdat->size, bdat->last, binary);
  if (in_order) {
    facts_.transaction.chunking = true;
    state_ = State::chunks;
  } else {  // RFC 3030 section 2: the chunk comes all the same
    content_->refuse();
    refusal_ =
        wire::Reply{503, {5, 5, 1}, state_ == State::start ? "EHLO or HELO first" : "No valid recipients"};
  }
  return {std::nullopt, Then::read_chunk};
}

Step ServerDialogue::on_content() {
  if (refusal_) {
    auto const reply = *std::exchange(refusal_, std::nullopt);
    content_.reset();
    return bad(reply.code, reply.status, reply.text);
  }
  facts_.transaction.size = content_->size();
  facts_.transaction.bare_newlines = content_->bare_newlines();
  switch (content_->problem()) {
    case ContentProblem::too_large: return refuse_content(552, {5, 3, 4}, "Message too big");
    case ContentProblem::bare_newlines:
      return refuse_content(550, {5, 6, 0}, "Bare CR or LF in the message; lines end with CR LF");
    case ContentProblem::header_too_large: return refuse_content(552, {5, 3, 4}, "Header section too big");
    case ContentProblem::too_many_hops:
      return refuse_content(554, {5, 4, 6}, "Too many hops: the message goes in circles");
    case ContentProblem::none: break;
  }
  if (!content_->last()) {
    if (content_->keeps()) return say(250, {2, 0, 0}, "Chunk received");
    return on_stored(Stored::broken);  // a chunk could not be kept: say so now
  }
  facts_.stage = Stage::content;
  return {std::nullopt, Then::ask_verdict};
}

Step ServerDialogue::refuse_content(std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  finish_transaction(Outcome::refused, code, "content");
  return say(code, status, std::move(text));
}

Step ServerDialogue::on_stored(Stored stored) {
  switch (stored) {
    case Stored::safe: {
      std::string text = "Ok: queued as " + facts_.transaction.id.print();
      ++facts_.connection.messages;
      idle_commands_ = 0;
      finish_transaction(Outcome::accepted, 250, {});
      return say(250, {2, 0, 0}, std::move(text));
    }
    case Stored::full:
      finish_transaction(Outcome::deferred, 452, "spool");
      return say(452, {4, 3, 1}, "The mail system is full, try again later");
    case Stored::broken:
      finish_transaction(Outcome::deferred, 451, "spool");
      return say(451, {4, 3, 0}, "The message could not be stored, try again later");
  }
  return {};
}

// ---- the rest

Step ServerDialogue::on_noop(std::string_view) { return say(250, {2, 0, 0}, "Ok"); }

Step ServerDialogue::on_vrfy(std::string_view argument) {
  if (argument.empty()) return bad(501, {5, 5, 4}, "VRFY needs an address");
  return say(252, {2, 1, 5},
             "Cannot verify, but will take mail and try to deliver it");  // RFC 5321 section 3.5.3
}

Step ServerDialogue::on_expn(std::string_view) { return bad(502, {5, 5, 1}, "EXPN is not offered"); }

Step ServerDialogue::on_help(std::string_view) {
  return say(214, {2, 0, 0}, "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS");
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
  if (connection.ended != Instant{}) return;  // the first reason is the true one
  connection.ended = now;
  connection.end = end;
  forget_transaction();
}

std::optional<policy::TransactionFacts> ServerDialogue::take_finished() {
  return std::exchange(finished_, std::nullopt);
}

void ServerDialogue::finish_transaction(Outcome outcome, std::uint16_t code, std::string rule) {
  auto& transaction = facts_.transaction;
  transaction.outcome = outcome;
  transaction.code = code;
  transaction.rule = std::move(rule);
  finished_ = std::move(transaction);
  transaction = {};
  content_.reset();
  if (state_ > State::greeted) state_ = State::greeted;
}

// Ends an open transaction without a message.
void ServerDialogue::forget_transaction() {
  if (!in_transaction()) return;
  auto const& recipients = facts_.transaction.recipients;
  if (recipients.empty() || accepted_ > 0) return finish_transaction(Outcome::aborted, 0, {});
  auto const& last = recipients.back();  // nobody was taken: it was our refusal that ended it
  finish_transaction(last.code < 500 ? Outcome::deferred : Outcome::refused, last.code, last.rule);
}

Step ServerDialogue::say(std::uint16_t code, wire::EnhancedStatus status, std::string text, Then then) {
  return {wire::Reply{code, status, std::move(text)}, then};
}

Step ServerDialogue::bad(std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  if (++facts_.connection.errors > settings_->max_errors) {
    on_end(ConnectionEnd::too_many_errors, now_);
    return say(421, {4, 7, 0}, settings_->hostname + " Too many errors, closing", Then::close);
  }
  return say(code, status, std::move(text));
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
