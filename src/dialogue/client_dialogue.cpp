// The queue of pending commands and the phases of the connection. How a message goes over it:
// client_delivery.
#include "dialogue/client_dialogue.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "base/base64.hpp"

namespace postern::dialogue {

using wire::Reply;

// Which function takes the reply to a command.
struct ClientDialogue::Row {
  Command command;
  void (ClientDialogue::*take)(Reply const& reply, Pending const& pending);
};

ClientDialogue::Row const& ClientDialogue::row_for(Command command) {
  // clang-format off
  static constexpr std::array<Row, static_cast<std::size_t>(Command::last_)> table{{
      {Command::greeting,      &ClientDialogue::on_greeting},  // RFC 5321 section 3.1
      {Command::ehlo,          &ClientDialogue::on_hello},     // RFC 5321 section 3.2
      {Command::helo,          &ClientDialogue::on_hello},
      {Command::starttls,      &ClientDialogue::on_starttls},  // RFC 3207 section 4
      {Command::auth,          &ClientDialogue::on_auth},      // RFC 4954 section 4
      {Command::auth_user,     &ClientDialogue::on_auth},
      {Command::auth_password, &ClientDialogue::on_auth},
      {Command::mail,          &ClientDialogue::on_mail},      // RFC 5321 section 3.3
      {Command::rcpt,          &ClientDialogue::on_rcpt},
      {Command::data,          &ClientDialogue::on_data},
      {Command::chunk,         &ClientDialogue::on_chunk},     // RFC 3030 section 2
      {Command::last_chunk,    &ClientDialogue::on_chunk},
      {Command::content,       &ClientDialogue::on_content},
      {Command::lone_dot,      &ClientDialogue::on_lone_dot},  // RFC 2920 section 3.1
      {Command::rset,          &ClientDialogue::on_rset},
      {Command::quit,          &ClientDialogue::on_quit},
  }};
  // clang-format on
  static_assert(
      [] {
        for (std::size_t i = 0; i < table.size(); ++i)
          if (table[i].command != static_cast<Command>(i)) return false;
        return true;
      }(),
      "there is a row for each command, in their order");
  return table[static_cast<std::size_t>(command)];
}

ClientDialogue::ClientDialogue(ClientSettings settings) : settings_(std::move(settings)) {
  pending_.push_back({.command = Command::greeting});
}

Next ClientDialogue::next() const {
  if (phase_ == Phase::closed) return Next::close;
  if (settings_.tls == ClientTls::implicit && !over_tls_) return Next::start_tls;
  if (!pending_.empty()) return Next::read_reply;
  if (phase_ == Phase::starttls) return Next::start_tls;
  if (transaction_.content_due()) return Next::send_content;
  return Next::idle;
}

std::string ClientDialogue::take_output() {
  begins_flight_ = false;
  return std::exchange(output_, {});
}

void ClientDialogue::enter(Phase to) {
  POSTERN_ASSERT(to >= phase_);
  phase_ = to;
  if (to != Phase::closed) reached_ = std::max(reached_, to);
}

void ClientDialogue::ask(Command command, std::string line, std::size_t recipient) {
  begins_flight_ = begins_flight_ || pending_.empty();
  output_ += line;
  output_ += "\r\n";
  pending_.push_back({.command = command, .recipient = recipient});
}

void ClientDialogue::give_up(Reply problem) {
  if (!problem_) problem_ = std::move(problem);
  pending_.clear();
  enter(Phase::closed);
}

void ClientDialogue::on_lost(std::string why) { give_up({451, {4, 4, 2}, std::move(why)}); }

// RFC 7504 section 4: a host that says 521 takes no mail at all. Any other refusal before messages can be
// sent may pass.
std::optional<Reply> ClientDialogue::refusal() const {
  if (!problem_ || !problem_->permanent() || problem_->code == 521 || met_ourselves_ ||
      reached_ == Phase::ready)
    return problem_;
  auto const& status = problem_->status;
  if (!status.present()) return Reply::failure(false, 3, 2, problem_->text);
  return Reply::failure(false, status.subject, status.detail, problem_->text);
}

void ClientDialogue::on_reply(Reply const& reply) {
  if (phase_ == Phase::closed) return;
  POSTERN_ASSERT(over_tls_ || settings_.tls != ClientTls::implicit);
  if (pending_.empty())
    return give_up(
        reply.code == 421 ? reply : Reply{451, {4, 5, 0}, "a reply before it was due: " + reply.one_line()});
  Pending const answered = pending_.front();
  pending_.pop_front();
  (this->*row_for(answered.command).take)(reply, answered);
  if (phase_ == Phase::closed) return;
  if (reply.code == 421) return give_up(reply);  // RFC 5321 section 3.8: it may come at any time
  go_on();
}

// Where a stranger has named the server. A name of one label says nothing: many hosts call themselves
// "localhost".
bool ClientDialogue::greets_as_ourselves(Reply const& reply) const {
  if (!settings_.named_by_stranger || settings_.hostname.find('.') == std::string::npos) return false;
  return iequals(std::string_view(reply.text).substr(0, reply.text.find_first_of(" \n")), settings_.hostname);
}

void ClientDialogue::meet_ourselves() {
  met_ourselves_ = true;
  give_up({554, {5, 4, 6}, "the server greets with our own name: mail to it would come back to us"});
}

void ClientDialogue::on_greeting(Reply const& reply, Pending const&) {
  if (!reply.positive()) return give_up(reply);
  if (greets_as_ourselves(reply)) return meet_ourselves();
  enter(Phase::hello);
  say_hello();
}

void ClientDialogue::say_hello() {
  ask(Command::ehlo, (settings_.protocol == ClientProtocol::lmtp ? "LHLO " : "EHLO ") + settings_.hostname);
}

void ClientDialogue::on_hello(Reply const& reply, Pending const& pending) {
  bool const extended = pending.command == Command::ehlo;
  if (reply.positive() && greets_as_ourselves(reply)) return meet_ourselves();
  if (reply.positive()) {
    peer_ = extended ? wire::parse_extensions(reply.text) : wire::PeerExtensions{};
    return secure();
  }
  // RFC 5321 section 3.2: a server that does not know EHLO.
  bool const old = extended && reply.permanent() && settings_.protocol == ClientProtocol::smtp;
  if (!old) return give_up(reply);
  ask(Command::helo, "HELO " + settings_.hostname);
}

void ClientDialogue::secure() {
  enter(Phase::starttls);
  bool const wanted = settings_.tls == ClientTls::offered || settings_.tls == ClientTls::required;
  if (!wanted || over_tls_) return log_in();
  if (peer_.starttls) return ask(Command::starttls, "STARTTLS");
  if (settings_.tls == ClientTls::required)
    return give_up({451, {4, 7, 4}, "TLS is required, but the server does not offer STARTTLS"});
  log_in();
}

void ClientDialogue::on_starttls(Reply const& reply, Pending const&) {
  if (reply.code == 220) return;  // the handshake is due
  starttls_refused_ = true;
  if (settings_.tls == ClientTls::required)
    return give_up({451, {4, 7, 4}, "TLS is required, but STARTTLS was refused: " + reply.one_line()});
  if (reply.code != 421) log_in();
}

void ClientDialogue::on_tls(policy::HostProof proved) {
  POSTERN_ASSERT(next() == Next::start_tls && !over_tls_);
  over_tls_ = true;
  proved_ = proved;
  if (settings_.tls == ClientTls::implicit) return;  // the server's greeting comes next
  peer_ = {};
  phase_ = Phase::hello;  // the one step back
  say_hello();
}

void ClientDialogue::log_in() {
  enter(Phase::login);
  if (!settings_.login) return enter(Phase::ready);
  if (!over_tls_)
    return give_up({451, {4, 7, 11}, "the password is sent over TLS only, which the server does not offer"});
  if (!may_log_in())
    return give_up(
        {451,
         {4, 7, 5},
         "the password is sent only to a server that has proved who it is, which this one has not"});
  auto const& login = *settings_.login;
  if (peer_.auth_plain)  // RFC 4616 section 2
    return ask_login(Command::auth, "AUTH PLAIN " + base64(std::string(1, '\0') + login.user +
                                                           std::string(1, '\0') + login.password));
  if (peer_.auth_login) return ask_login(Command::auth_user, "AUTH LOGIN");
  give_up({451, {4, 7, 4}, "the server offers neither AUTH PLAIN nor AUTH LOGIN"});
}

bool ClientDialogue::may_log_in() const {
  return over_tls_ && policy::may_hear_password(settings_.login->demand, proved_);
}

void ClientDialogue::ask_login(Command command, std::string line) {
  POSTERN_ASSERT(phase_ == Phase::login && may_log_in());
  ask(command, std::move(line));
}

void ClientDialogue::on_auth(Reply const& reply, Pending const& pending) {
  if (reply.intermediate() && pending.command == Command::auth_user)
    return ask_login(Command::auth_password, base64(settings_.login->user));
  if (reply.intermediate() && pending.command == Command::auth_password)
    return ask_login(Command::auth, base64(settings_.login->password));
  if (pending.command == Command::auth && reply.positive()) return enter(Phase::ready);
  // A wrong password is ours to mend: the mail waits for it.
  give_up({451, {4, 7, 8}, "login failed: " + reply.one_line()});
}

void ClientDialogue::quit() {
  if (next() == Next::idle) ask(Command::quit, "QUIT");
}

void ClientDialogue::on_quit(Reply const&, Pending const&) { enter(Phase::closed); }

}  // namespace postern::dialogue
