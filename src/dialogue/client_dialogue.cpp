// The connection: greeting, TLS, login. The transaction is in client_transaction.cpp.
#include "dialogue/client_dialogue.hpp"

#include "base/base64.hpp"

namespace postern::dialogue {

using wire::Reply;

ClientDialogue::ClientDialogue(ClientSettings settings) : settings_(std::move(settings)) {
  over_tls_ = settings_.tls == ClientTls::implicit;
  awaited_.push_back({Asked::greeting});
}

Next ClientDialogue::next() const {
  if (closed_) return Next::close;
  if (starting_tls_) return Next::start_tls;
  if (!awaited_.empty()) return Next::read_reply;
  if (content_due_) return Next::send_content;
  return Next::idle;
}

std::string ClientDialogue::take_output() {
  begins_flight_ = false;
  return std::exchange(output_, {});
}

void ClientDialogue::ask(Asked what, std::string line, std::size_t recipient) {
  begins_flight_ = begins_flight_ || awaited_.empty();
  output_ += line;
  output_ += "\r\n";
  awaited_.push_back({what, recipient});
}

void ClientDialogue::give_up(Reply problem) {
  if (!problem_) problem_ = std::move(problem);
  awaited_.clear();
  starting_tls_ = content_due_ = ready_ = false;
  closed_ = true;
}

void ClientDialogue::on_lost(std::string why) { give_up({451, {4, 4, 2}, std::move(why)}); }

void ClientDialogue::on_reply(Reply const& reply) {
  if (closed_) return;
  if (awaited_.empty())
    return give_up(
        reply.code == 421 ? reply : Reply{451, {4, 5, 0}, "a reply before it was due: " + reply.one_line()});
  Awaited const asked = awaited_.front();
  awaited_.pop_front();
  switch (asked.what) {
    case Asked::greeting:
      // RFC 7504 section 4: 521 is for good; any other refusal of a greeting may pass.
      if (!reply.positive()) return give_up(reply);
      return hello();
    case Asked::ehlo:
    case Asked::helo: on_hello(reply, asked.what); break;
    case Asked::starttls:
      if (reply.code == 220) {
        starting_tls_ = true;
      } else {
        starttls_refused_ = true;
        if (settings_.tls == ClientTls::required)
          return give_up({451, {4, 7, 4}, "TLS is required, but STARTTLS was refused: " + reply.one_line()});
        if (reply.code != 421) log_in();
      }
      break;
    case Asked::auth:
    case Asked::auth_user:
    case Asked::auth_password: on_auth(reply, asked.what); break;
    case Asked::mail: on_mail(reply); break;
    case Asked::rcpt: on_rcpt(reply, asked.recipient); break;
    case Asked::data: on_data(reply); break;
    case Asked::chunk: on_chunk(reply, false); break;
    case Asked::last_chunk: on_chunk(reply, true); break;
    case Asked::content: on_content(reply, asked.recipient); break;
    case Asked::nothing_taken: break;
    case Asked::rset:
      if (!reply.positive()) return give_up(reply);
      break;
    case Asked::quit: closed_ = true; return;
  }
  if (reply.code == 421) return give_up(reply);  // RFC 5321 section 3.8: at any time
  look_whether_over();
}

void ClientDialogue::hello() {
  ask(Asked::ehlo, (settings_.protocol == ClientProtocol::lmtp ? "LHLO " : "EHLO ") + settings_.hostname);
}

void ClientDialogue::on_hello(Reply const& reply, Asked what) {
  if (reply.positive()) {
    said_hello_ = true;
    peer_ = what == Asked::ehlo ? wire::parse_extensions(reply.text) : wire::PeerExtensions{};
    return after_hello();
  }
  // RFC 5321 section 3.2: a server that does not know EHLO.
  bool const old = what == Asked::ehlo && reply.permanent() && settings_.protocol == ClientProtocol::smtp;
  if (!old) return give_up(reply);
  ask(Asked::helo, "HELO " + settings_.hostname);
}

void ClientDialogue::after_hello() {
  bool const wanted = settings_.tls == ClientTls::offered || settings_.tls == ClientTls::required;
  if (!wanted || over_tls_) return log_in();
  if (peer_.starttls) return ask(Asked::starttls, "STARTTLS");  // RFC 3207 section 4
  if (settings_.tls == ClientTls::required)
    return give_up({451, {4, 7, 4}, "TLS is required, but the server does not offer STARTTLS"});
  log_in();
}

void ClientDialogue::on_tls() {
  starting_tls_ = false;
  over_tls_ = true;
  peer_ = {};
  hello();
}

void ClientDialogue::log_in() {  // RFC 4954 section 4
  if (!settings_.login) {
    ready_ = true;
    return;
  }
  if (!over_tls_)
    return give_up({451, {4, 7, 11}, "the password is sent over TLS only, which the server does not offer"});
  auto const& [user, password] = *settings_.login;
  if (peer_.auth_plain)  // RFC 4616 section 2
    return ask(Asked::auth,
               "AUTH PLAIN " + base64(std::string(1, '\0') + user + std::string(1, '\0') + password));
  if (peer_.auth_login) return ask(Asked::auth_user, "AUTH LOGIN");
  give_up({451, {4, 7, 4}, "the server offers neither AUTH PLAIN nor AUTH LOGIN"});
}

void ClientDialogue::on_auth(Reply const& reply, Asked what) {
  if (reply.intermediate() && what == Asked::auth_user)
    return ask(Asked::auth_password, base64(settings_.login->user));
  if (reply.intermediate() && what == Asked::auth_password)
    return ask(Asked::auth, base64(settings_.login->password));
  if (what == Asked::auth && reply.positive()) {
    ready_ = true;
    return;
  }
  // A wrong password is ours to mend: mail waits for it.
  give_up({451, {4, 7, 8}, "login failed: " + reply.one_line()});
}

void ClientDialogue::quit() {
  if (next() == Next::idle) ask(Asked::quit, "QUIT");
}

}  // namespace postern::dialogue
