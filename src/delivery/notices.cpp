#include "delivery/notices.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

#include "base/ascii.hpp"
#include "delivery/keep_message.hpp"
#include "net/wall_clock.hpp"
#include "wire/date_time.hpp"
#include "wire/path.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::hours a_day{24};
constexpr std::size_t most_actions = 20'000;  // read of a day
constexpr std::size_t most_told = 500;        // in one notice

std::string print_day(Instant day) { return print_iso8601(day).substr(0, 10); }

ReportMessage make_notice(std::string const& hostname, Address const& to, std::string const& day,
                          std::string const& text, MessageId id, Instant now) {
  ReportMessage message;
  message.content = "From: Mail gate <postmaster@" + hostname + ">\r\nTo: <" + to.print() +
                    ">\r\nSubject: Mail put off, refused or flagged on " + day +
                    "\r\nDate: " + wire::print_date_time(now) + "\r\nMessage-ID: <" + id.print() + "@" +
                    hostname +
                    ">\r\nAuto-Submitted: auto-generated\r\n"  // RFC 3834 section 5
                    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n" +
                    text;
  message.envelope.arrived = now;
  message.envelope.size = message.content.size();
  message.envelope.recipients.push_back({to, {}, {}, {}, {}, 0, now, {}});
  return message;
}

}  // namespace

std::string notice_text(std::string const& day, std::string const& hostname, std::string const& contact,
                        std::vector<store::RuleAction> const& actions, bool of_all) {
  std::string out = "What " + hostname + " put off, refused or flagged on " + day + " (UTC)" +
                    (of_all ? "" : " of mail for you") + ":\r\n\r\n";
  for (std::size_t i = 0; i < actions.size() && i < most_told; ++i) {
    auto const& a = actions[i];
    out += print_iso8601(a.at).substr(11, 8) + "  " + a.done + "  from <" + printable(a.sender, 120) + ">";
    if (of_all && !a.recipient.empty()) out += "  to <" + printable(a.recipient, 120) + ">";
    out += "\r\n          by " + printable(a.client, 120) + (a.over_tls ? ", over TLS" : ", in the clear") +
           ": " + printable(a.why, 300) + "\r\n";
  }
  if (actions.size() > most_told)
    out += "... and " + std::to_string(actions.size() - most_told) + " more.\r\n";
  out +=
      "\r\nSenders try again what was put off. If some of this should have come at once, ask for an "
      "exemption: " +
      printable(contact, 200) + "\r\n";
  return out;
}

Notices::Notices(NoticeServices services, NoticeConfig config)
    : services_(services), config_(std::move(config)), timer_(services.loop.context()) {}

void Notices::start() {
  services_.loop.post([this] { wait(); });
}

void Notices::reload(NoticeConfig config) {
  services_.loop.post([this, config = std::move(config)]() mutable {
    config_ = std::move(config);
    wait();
  });
}

void Notices::stop() {
  services_.loop.post([this] {
    stopping_ = true;
    timer_.cancel();
  });
}

void Notices::send(Instant day) {
  services_.loop.post([this, day] {
    bool const wanted = !config_.settings.mailboxes.empty() || !config_.settings.postmaster.empty();
    if (!wanted || running_ || stopping_) return;
    running_ = true;
    boost::asio::co_spawn(services_.loop.context(), run_day(std::chrono::floor<std::chrono::days>(day)),
                          boost::asio::detached);
  });
}

void Notices::wait() {
  if (stopping_) return;
  auto const now = net::wall_clock();
  auto const today = Instant(std::chrono::floor<std::chrono::days>(now));
  auto at = today + std::chrono::hours(config_.settings.hour);
  if (at <= now) at += a_day;
  timer_.expires_after(at - now);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || stopping_) return;
    send(net::wall_clock() - a_day);
    wait();
  });
}

net::Task<void> Notices::run_day(Instant day) {
  auto read = [facts = services_.facts, day] {
    return store::read_rule_actions(facts, day, day + a_day, most_actions);
  };
  auto const actions = co_await workers_.run(std::move(read));
  if (!actions) services_.log.write(LogEvent(Severity::error, "notices").add("reason", actions.error()));
  std::map<std::string, std::pair<Address, std::vector<store::RuleAction>>> mailboxes;
  if (actions)
    for (auto const& action : *actions) {
      auto address = wire::parse_mailbox(action.recipient);
      if (!address || config_.directory->standing(*address) != policy::Standing::mailbox) continue;
      auto const name = lowered(action.recipient);
      bool const wants = std::any_of(config_.settings.mailboxes.begin(), config_.settings.mailboxes.end(),
                                     [&](auto const& m) { return m == "*" || iequals(m, name); });
      if (wants)
        mailboxes.try_emplace(name, *std::move(address), std::vector<store::RuleAction>())
            .first->second.second.push_back(action);
    }
  for (auto& [name, mailbox] : mailboxes)
    co_await tell(print_day(day), std::move(mailbox.first), std::move(mailbox.second), false);
  if (auto postmaster = wire::parse_mailbox(config_.settings.postmaster);
      postmaster && actions && !actions->empty())
    co_await tell(print_day(day), *std::move(postmaster), *actions, true);
  running_ = false;
}

net::Task<void> Notices::tell(std::string day, Address address, std::vector<store::RuleAction> actions,
                              bool of_all) {
  std::string const key = std::string(of_all ? "notice of all to " : "notice to ") + lowered(address.print());
  if (stopping_ || services_.sent.has(day, key)) co_return;
  auto const contact =
      config_.settings.contact.empty() ? "postmaster@" + config_.hostname : config_.settings.contact;
  auto const id = services_.spool.next_id();
  auto message =
      make_notice(config_.hostname, address, day,
                  notice_text(day, config_.hostname, contact, actions, of_all), id, net::wall_clock());
  bool const safe = co_await keep_message(&services_.loop, &services_.spool, id, std::move(message));
  if (safe) services_.sent.keep(day, key);
  services_.log.write(LogEvent(safe ? Severity::info : Severity::warning, "notice")
                          .add("day", day)
                          .add("to", address.print())
                          .add("lines", actions.size())
                          .add("outcome", safe ? "sent" : "the spool cannot take it"));
}

}  // namespace postern::delivery
