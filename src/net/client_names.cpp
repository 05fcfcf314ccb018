#include "net/client_names.hpp"

#include <algorithm>

#include "base/domain.hpp"

namespace postern::net {
namespace {

constexpr std::size_t names_tried = 4;  // PTR records looked at; more is a joke or an attack
constexpr std::size_t cache_limit = 10'000;
constexpr std::size_t search_limit = 4096;
constexpr std::size_t network_limit = 64;  // searches for one network
constexpr int hopeless_after = 5;          // unanswered questions in a row
constexpr std::chrono::seconds keep_least{60};
constexpr std::chrono::seconds keep_most{3600};

}  // namespace

std::optional<ClientNames::Answer> ClientNames::known_name(IpAddress const& address) {
  if (!dns_.enabled()) return Answer{.known = false};
  auto state = state_.access();
  auto const entry = state->known.find(address);
  if (entry == state->known.end() || entry->second.until < Clock::now()) return std::nullopt;
  return entry->second.answer;
}

void ClientNames::find_name(IpAddress const& address, OnName on_name) {
  if (auto known = known_name(address)) return on_name(std::move(*known));
  std::shared_ptr<Search> begun;
  {
    auto state = state_.access();
    auto const running = state->searches.find(address);
    if (running != state->searches.end()) {
      running->second->waiting.push_back(std::move(on_name));
      return;
    }
    ClientNetwork const network(address);
    if (state->may_search(network)) {
      ++state->searches_of[network];
      begun = std::make_shared<Search>();
      begun->address = address;
      begun->ttl = keep_most;
      begun->waiting.push_back(std::move(on_name));
      state->searches.emplace(address, begun);
    }
  }
  if (!begun) return on_name({.known = false});
  dns_.ask(address.print_arpa(), wire::DnsType::ptr,
           [this, begun](DnsAnswer const& answer) { on_names(begun, answer); });
}

bool ClientNames::State::may_search(ClientNetwork const& network) const {
  auto const of_network = searches_of.find(network);
  return searches.size() < search_limit &&
         (of_network == searches_of.end() || of_network->second < network_limit);
}

void ClientNames::State::search_over(IpAddress const& address) {
  searches.erase(address);
  auto const of_network = searches_of.find(ClientNetwork(address));
  if (of_network != searches_of.end() && --of_network->second == 0) searches_of.erase(of_network);
}

bool ClientNames::worth_waiting() const {
  return dns_.enabled() && unanswered_.load(std::memory_order_relaxed) < hopeless_after;
}

void ClientNames::on_names(std::shared_ptr<Search> const& search, DnsAnswer const& answer) {
  take(*search, answer);
  for (auto const& record : answer.records) {
    if (search->candidates.size() == names_tried) break;
    auto const written = wire::parse_dns_name(record);
    if (!written) continue;
    if (auto const name = Domain::parse(*written)) search->candidates.push_back(name->a_label());
  }
  next_candidate(search);
}

void ClientNames::on_addresses(std::shared_ptr<Search> const& search, DnsAnswer const& answer) {
  take(*search, answer);
  auto const type = search->address.is_v4() ? wire::DnsType::a : wire::DnsType::aaaa;
  bool const confirmed = std::any_of(answer.records.begin(), answer.records.end(), [&](auto const& record) {
    return wire::parse_address(type, record) == search->address;
  });
  if (confirmed) return finish(*search, search->candidates.front());
  search->candidates.erase(search->candidates.begin());
  next_candidate(search);
}

void ClientNames::next_candidate(std::shared_ptr<Search> const& search) {
  if (search->candidates.empty()) return finish(*search, {});
  dns_.ask(search->candidates.front(), search->address.is_v4() ? wire::DnsType::a : wire::DnsType::aaaa,
           [this, search](DnsAnswer const& answer) { on_addresses(search, answer); });
}

// Keeps count of whether anybody answers at all.
void ClientNames::take(Search& search, DnsAnswer const& answer) {
  if (answer.status == DnsStatus::failed) {
    search.failed = true;
    return;
  }
  search.answered = true;
  unanswered_ = 0;
  if (!answer.records.empty()) search.ttl = std::clamp(answer.ttl, keep_least, search.ttl);
}

void ClientNames::finish(Search& search, std::string name) {
  bool const name_is_missing = name.empty();
  if (!search.answered) {
    ++unanswered_;
    counters_.add(Count::dns_timeouts);
  }
  Answer const told{.name = std::move(name), .known = !name_is_missing || !search.failed};
  std::vector<OnName> waiting;
  {
    auto state = state_.access();
    if (state->known.size() >= cache_limit) state->known.erase(state->known.begin());
    state->known[search.address] = {told, Clock::now() + (name_is_missing ? keep_least * 5 : search.ttl)};
    waiting = std::move(search.waiting);
    state->search_over(IpAddress(search.address));
  }
  for (auto const& on_name : waiting) on_name(told);
}

}  // namespace postern::net
