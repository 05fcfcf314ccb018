#include "app/server/key_watch.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <map>
#include <utility>

#include "app/settings/key_directory.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::minutes key_look_interval{1};

}  // namespace

struct KeyWatch::Wanted {
  std::string name;
  std::string directory;
  std::size_t unanswered = 0;
  bool all_fit = true;
};

void KeyWatch::look_at(std::string directory) {
  directory_ = std::move(directory);
  look();
}

void KeyWatch::stop() {
  stopping_ = true;
  timer_.cancel();
}

void KeyWatch::look() {
  if (stopping_ || directory_.empty()) {
    timer_.cancel();
    return;
  }
  std::map<std::string, std::vector<auth::OwnKey>> next;
  for (auto& own : read_keys(directory_).keys)  // what cannot be read is told by whoever signs with it
    if (own.name.state == auth::KeyState::next) next[own.name.domain].push_back(std::move(own));
  for (auto const& [name, keys] : next) {
    auto const domain = std::make_shared<Wanted>(
        Wanted{.name = name, .directory = directory_, .unanswered = keys.size(), .all_fit = true});
    for (auto const& own : keys) ask(domain, own);
  }
  timer_.expires_after(key_look_interval);  // a wait that is under way ends with an error
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error && !stopping_) look();
  });
}

// The answer comes on the thread of the DNS.
void KeyWatch::ask(std::shared_ptr<Wanted> const& domain, auth::OwnKey const& own) {
  dns_.ask(own.name.record_name(), wire::DnsType::txt, [this, domain, own](net::DnsAnswer answer) {
    boost::asio::post(main_,
                      [this, domain, own, answer = std::move(answer)] { on_answer(domain, own, answer); });
  });
}

void KeyWatch::on_answer(std::shared_ptr<Wanted> const& domain, auth::OwnKey const& own,
                         net::DnsAnswer const& answer) {
  auto const records = wire::parse_txts(answer.records);
  bool const fits = std::any_of(records.begin(), records.end(),
                                [&](std::string const& record) { return auth::publishes(record, *own.key); });
  domain->all_fit = domain->all_fit && fits;
  if (--domain->unanswered > 0 || !domain->all_fit) return;
  if (!stopping_ && domain->directory == directory_) take_into_use(domain->name);
}

void KeyWatch::take_into_use(std::string const& domain) {
  auto const taken = take_next_keys_into_use(directory_, domain);
  if (taken)
    log_.write(LogEvent(Severity::info, "dkim-keys-in-use").add("domain", domain));
  else
    log_.write(
        LogEvent(Severity::error, "dkim-keys-not-in-use").add("domain", domain).add("reason", taken.error()));
}

}  // namespace postern::app
