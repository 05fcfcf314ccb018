#include "session/milter_session.hpp"

#include "base/ascii.hpp"
#include "policy/rules.hpp"
#include "wire/mail_command.hpp"

namespace postern::session {

using policy::Stage;
using wire::MilterCommand;

namespace {

constexpr std::chrono::hours milter_idle_limit{2};
constexpr std::size_t read_size = 64U << 10;

}  // namespace

void MilterSession::drain() {
  draining_ = true;
  if (idle_ && !gate_.in_transaction()) stream_.end_waits();
}

net::Task<void> MilterSession::converse() {
  for (bool more = true; more;) {
    std::size_t taken = 0;
    auto const packet = wire::read_milter_packet(in_, taken);
    if (!packet) {
      services_.log.write(
          LogEvent(Severity::warning, "milter-packet-malformed").add("reason", packet.error()));
      break;
    }
    if (*packet) {
      more = co_await handle(**packet);
      more = more && !stop_.stopped();
      in_.erase(0, taken);
      continue;
    }
    if (!out_.empty()) {
      auto const written = co_await stream_.write(std::exchange(out_, {}));
      if (!written) break;
    }
    if (draining_ && !gate_.in_transaction()) break;
    more = co_await read();
  }
  gate_.end_connection();
  stream_.close();
}

net::Task<bool> MilterSession::read() {
  in(milter_idle_limit);
  idle_ = true;
  auto const ready = co_await stream_.readable();
  idle_ = false;
  if (!ready) co_return false;
  auto const before = in_.size();
  in_.resize(before + read_size);
  auto const count = stream_.read_now({in_.data() + before, read_size});
  in_.resize(before + (count ? *count : 0));
  co_return count.has_value();
}

net::Task<bool> MilterSession::handle(wire::MilterPacket packet) {
  switch (packet.command) {
    case MilterCommand::negotiate: co_return negotiate(packet.data);
    case MilterCommand::macros: take_macros(packet.data); break;
    case MilterCommand::connect: co_await connect(packet.data); break;
    case MilterCommand::helo: co_await helo(packet.data); break;
    case MilterCommand::mail: co_await mail(packet.data); break;
    case MilterCommand::rcpt: co_await rcpt(packet.data); break;
    case MilterCommand::header:
      take_header(packet.data);
      go_on();
      break;
    case MilterCommand::body:
      size_ += packet.data.size();
      go_on();
      break;
    case MilterCommand::end_of_headers:
      size_ += 2;
      go_on();
      break;
    case MilterCommand::data:
    case MilterCommand::unknown: go_on(); break;
    case MilterCommand::end_of_body: {
      size_ += packet.data.size();
      co_await end();
      break;
    }
    case MilterCommand::abort: gate_.abandon_transaction(); break;
    case MilterCommand::quit_for_new: gate_.end_connection(); break;
    case MilterCommand::quit: co_return false;
  }
  co_return true;
}

bool MilterSession::negotiate(std::string_view data) {
  auto const offer = wire::parse_milter_offer(data);
  if (!offer || offer->version < 2) return false;
  actions_ = offer->actions & (wire::milter_add_headers | wire::milter_add_recipients |
                               wire::milter_delete_recipients | wire::milter_change_headers);
  auto const& rules = gate_.policy().rules;
  gets_content_ = rules && rules->asks_for("size");
  auto skip = wire::milter_no_unknown | wire::milter_no_data;
  if (!gets_content_) skip |= wire::milter_no_body | wire::milter_no_end_of_headers;
  if (!gets_content_ && (actions_ & wire::milter_change_headers) == 0) skip |= wire::milter_no_headers;
  out_ += wire::print_milter_offer(
      {std::min<std::uint32_t>(6, offer->version), actions_, offer->protocol & skip});
  return true;
}

void MilterSession::take_macros(std::string_view data) {
  auto const macros = wire::parse_milter_macros(data);
  bool const of_tls = macros.of == static_cast<char>(MilterCommand::helo);
  if (of_tls) macros_ = {};  // what was said before STARTTLS is over
  if (macros.of == static_cast<char>(MilterCommand::mail)) macros_.queue_id.clear();
  for (auto const& [name, value] : macros.values) {
    if (name == "tls_version") macros_.tls_version = value;
    if (name == "cipher") macros_.cipher = value;
    if (name == "cert_subject") macros_.certificate_subject = value;
    if (name == "verify") macros_.verify = value;
    if (name == "auth_authen") macros_.login = value;
    if (name == "i") macros_.queue_id = value;
  }
}

void MilterSession::set_tls() {
  bool const shown = !macros_.certificate_subject.empty();
  gate_.on_tls({.version = macros_.tls_version,
                .cipher = macros_.cipher,
                .has_certificate = shown,
                .certificate_trusted = shown && (macros_.verify.empty() || macros_.verify == "OK")});
  gate_.on_login(macros_.login);
}

net::Task<void> MilterSession::connect(std::string_view data) {
  auto const told = wire::parse_milter_connect(data);
  macros_ = {};
  gate_.begin_connection(told && told->client ? *told->client : *IpAddress::parse("127.0.0.1"),
                         told ? told->port : std::uint16_t{0});
  if (told && !told->name.starts_with('[') && told->name != "unknown")
    gate_.on_client_name(lowered(told->name));
  auto const verdict = co_await gate_.ask(Stage::connect);
  answer(verdict);
}

net::Task<void> MilterSession::helo(std::string_view data) {
  auto const strings = wire::milter_strings(data);
  gate_.on_helo(strings.empty() ? std::string_view() : strings.front());
  set_tls();
  auto const verdict = co_await gate_.ask(Stage::helo);
  answer(verdict);
}

net::Task<void> MilterSession::mail(std::string_view data) {
  auto const strings = wire::milter_strings(data);
  if (!gate_.in_connection()) gate_.begin_connection(*IpAddress::parse("127.0.0.1"), 0);
  set_tls();
  size_ = 0;
  own_fields_.clear();
  gate_.begin_transaction();
  gate_.on_queue_id(macros_.queue_id);
  if (!strings.empty()) gate_.on_sender(strings.front());
  for (std::size_t i = 1; i < strings.size(); ++i)
    if (istarts_with(strings[i], "SIZE="))
      if (auto const told = wire::parse_mail("FROM:<> " + std::string(strings[i])); told && told->size)
        gate_.on_declared_size(*told->size);
  services_.counters.add(Count::milter_messages);
  auto const verdict = co_await gate_.ask(Stage::mail);
  answer(verdict);
  if (verdict.refuses()) gate_.end_transaction(verdict);
}

net::Task<void> MilterSession::rcpt(std::string_view data) {
  auto const strings = wire::milter_strings(data);
  if (!gate_.in_transaction() || strings.empty() || !gate_.on_recipient(strings.front())) {
    go_on();
    co_return;
  }
  gate_.on_queue_id(macros_.queue_id);
  auto const verdict = co_await gate_.ask(Stage::rcpt);
  gate_.recipient_answered(verdict);
  answer(verdict);
}

net::Task<void> MilterSession::end() {
  if (!gate_.in_transaction()) {
    go_on();
    co_return;
  }
  auto const& transaction = gate_.facts().transaction;
  gate_.on_queue_id(macros_.queue_id);
  gate_.on_size(gets_content_ && size_ > 0 ? size_ : transaction.mail.size.value_or(0));
  auto const verdict = co_await gate_.ask(Stage::content);
  if (!verdict.refuses()) {
    remove_own_fields();
    for (auto const& recipient : transaction.recipients) mark(recipient);
  }
  answer(verdict);
  gate_.end_transaction(verdict);
}

void MilterSession::take_header(std::string_view data) {
  size_ += data.size() + 2;  // two nulls stand for ": " and CRLF is to come
  own_fields_.add(data.substr(0, data.find('\0')));
}

// What strangers have written where only we may write.
void MilterSession::remove_own_fields() {
  if ((actions_ & wire::milter_change_headers) == 0) return;
  for (auto const& [name, count] : own_fields_.fields())
    for (auto index = count; index > 0; --index) out_ += wire::print_milter_removal(name, index);
}

void MilterSession::mark(policy::RecipientFacts const& recipient) {
  if (recipient.flag.empty()) return;
  if ((actions_ & wire::milter_add_headers) != 0)
    out_ += wire::print_milter_header("X-Postern-Flag", recipient.flag);
  constexpr auto both = wire::milter_add_recipients | wire::milter_delete_recipients;
  if (recipient.deliver_to.empty() || (actions_ & both) != both) return;
  out_ += wire::print_milter_packet('-', "<" + recipient.address.print() + ">" + std::string(1, '\0'));
  out_ += wire::print_milter_packet('+', "<" + recipient.deliver_to + ">" + std::string(1, '\0'));
}

void MilterSession::answer(policy::Verdict const& verdict) {
  if (verdict.refuses())
    out_ += wire::print_milter_reply(refusal_text(verdict, true));
  else
    go_on();
}

}  // namespace postern::session
