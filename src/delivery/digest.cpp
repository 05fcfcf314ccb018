#include "delivery/digest.hpp"

#include <algorithm>
#include <map>

#include "base/ascii.hpp"
#include "delivery/enqueue.hpp"
#include "wire/path.hpp"

namespace postern::delivery {
namespace {

constexpr std::size_t most_actions = 20'000;  // read of a day

}  // namespace

Digest::Digest(DigestServices services, DigestConfig config)
    : services_(services),
      config_(std::move(config)),
      job_({services.loop, services.log, services.counters, services.clock}, "notices",
           {.run = [this](Instant day) { return run_day(day); },
            .next = [this] { return at_hour(config_.settings.hour, services_.clock.now()); },
            .wanted = [this] { return wanted(); }}) {}

void Digest::reload(DigestConfig config) {
  services_.loop.post([this, config = std::move(config)]() mutable { config_ = std::move(config); });
  job_.reschedule();
}

bool Digest::wanted() const {
  return !config_.settings.mailboxes.empty() || !config_.settings.postmaster.empty();
}

bool Digest::wants(std::string const& mailbox) const {
  auto const& mailboxes = config_.settings.mailboxes;
  return std::any_of(mailboxes.begin(), mailboxes.end(),
                     [&](auto const& each) { return each == "*" || iequals(each, mailbox); });
}

DigestMail Digest::mail_of(Instant day, DigestOf of, std::string const& domain) const {
  auto const& contact = config_.settings.contact;
  return {.day = print_day(day),
          .hostname = config_.hostname,
          .contact = contact.empty() ? "postmaster@" + domain : contact,
          .domain = domain,
          .of = of};
}

net::Task<void> Digest::run_day(Instant day) {
  if (!wanted()) co_return;
  auto read = [facts = services_.facts, day] {
    return store::read_rule_actions(facts, day, day + one_day, most_actions);
  };
  auto const actions = co_await workers_.run(std::move(read));
  if (!actions) {
    services_.log.write(LogEvent(Severity::error, "notices").add("reason", actions.error()));
    co_return;
  }
  std::map<std::string, std::pair<Address, DigestMail>> by_mailbox;
  for (auto const& action : *actions) {
    auto address = wire::parse_mailbox(action.recipient);
    if (!address || config_.directory->standing(*address) != policy::RecipientClass::mailbox) continue;
    auto const name = lowered(action.recipient);
    if (!wants(name)) continue;
    auto const domain = address->domain() != nullptr ? address->domain()->a_label() : config_.hostname;
    auto const [found, is_new] =
        by_mailbox.try_emplace(name, *std::move(address), mail_of(day, DigestOf::own_mail, domain));
    found->second.second.actions.push_back(action);
  }
  for (auto& [name, mailbox] : by_mailbox)
    co_await send_one(std::move(mailbox.second), std::move(mailbox.first));
  auto postmaster = wire::parse_mailbox(config_.settings.postmaster);
  if (!postmaster || actions->empty()) co_return;
  auto all = mail_of(day, DigestOf::all_mail, config_.hostname);
  all.actions = *actions;
  co_await send_one(std::move(all), *std::move(postmaster));
}

net::Task<void> Digest::send_one(DigestMail mail, Address to) {
  std::string const key =
      (mail.of == DigestOf::all_mail ? "notice of all to " : "notice to ") + lowered(to.print());
  if (job_.stopping() || services_.sent.has(mail.day, key)) co_return;
  auto const id = services_.spool.next_id();
  auto message = make_digest_message(mail, to, id, services_.clock.now());
  bool const safe = co_await enqueue(&services_.loop, &services_.spool, id, std::move(message));
  if (safe) services_.sent.keep(mail.day, key);
  services_.log.write(LogEvent(safe ? Severity::info : Severity::warning, "notice")
                          .add("day", mail.day)
                          .add("to", to.print())
                          .add("lines", mail.actions.size())
                          .add("outcome", safe ? "sent" : "the spool cannot take it"));
}

}  // namespace postern::delivery
