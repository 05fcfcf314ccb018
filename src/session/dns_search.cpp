#include "session/dns_search.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace postern::session {
namespace {

constexpr std::size_t most_records = 100;  // of an answer

// RFC 1035 section 2.3.4. A name that no zone can have does not exist: a stranger who writes one learns so.
bool can_be_asked(std::string_view name) {
  constexpr std::size_t longest_name = 253, longest_label = 63;
  if (name.empty() || name.size() > longest_name || name.find('\0') != std::string_view::npos) return false;
  for (;;) {
    auto const length = std::min(name.find('.'), name.size());
    if (length == 0 || length > longest_label) return false;
    if (length == name.size()) return true;
    name.remove_prefix(length + 1);
  }
}

auth::DnsReply::Status status_of(net::DnsStatus status) {
  switch (status) {
    case net::DnsStatus::found: return auth::DnsReply::Status::found;
    case net::DnsStatus::no_data: return auth::DnsReply::Status::no_data;
    case net::DnsStatus::no_such_name: return auth::DnsReply::Status::no_such_name;
    case net::DnsStatus::failed: break;
  }
  return auth::DnsReply::Status::failed;
}

}  // namespace

bool DnsSearches::enter(ClientNetwork const& network) {
  auto state = state_.access();
  auto const of_network = state->of_network.find(network);
  bool const has_its_share = of_network != state->of_network.end() && of_network->second >= most_of_network;
  if (state->running >= most || has_its_share) return false;
  ++state->running;
  ++state->of_network[network];
  return true;
}

void DnsSearches::leave(ClientNetwork const& network) {
  auto state = state_.access();
  --state->running;
  auto const of_network = state->of_network.find(network);
  if (of_network != state->of_network.end() && --of_network->second == 0) state->of_network.erase(of_network);
}

DnsSearch::DnsSearch(DnsSearches& searches, net::EventLoop& loop, ClientNetwork const& network,
                     Evaluate evaluate)
    : Deadline(loop.deadlines()),
      searches_(searches),
      loop_(loop),
      network_(network),
      evaluate_(std::move(evaluate)) {}

DnsSearch::~DnsSearch() { abandon(); }

std::shared_ptr<DnsSearch> DnsSearch::begin(DnsSearches& searches, net::EventLoop& loop,
                                            ClientNetwork const& network, Duration limit, Evaluate evaluate) {
  std::shared_ptr<DnsSearch> search(new DnsSearch(searches, loop, network, std::move(evaluate)));
  search->has_share_ = searches.enter(network);
  search->late_ = !search->has_share_;
  search->in(limit);
  search->go_on();
  return search;
}

net::Task<void> DnsSearch::wait(net::StopToken stop) {
  if (!done_) co_await arrived_.wait(stop);
}

void DnsSearch::abandon() {
  if (!done_) finish();
}

void DnsSearch::expire() {
  late_ = true;
  for (auto const& question : std::exchange(open_, {})) view_.put(question, {});
  go_on();
}

// Runs the evaluation until it waits for an answer, or has ended.
void DnsSearch::go_on() {
  while (!evaluate_(view_)) {
    auto const wanted = view_.take_wanted();
    if (wanted.empty()) break;  // it waits for nothing
    for (auto const& question : wanted) ask(question);
    if (!open_.empty()) return;
  }
  finish();
}

void DnsSearch::ask(auth::DnsQuestion const& question) {
  if (!can_be_asked(question.name))
    return view_.put(question, {.status = auth::DnsReply::Status::no_such_name});
  if (late_ || asked_ == most_questions) return view_.put(question, {});
  ++asked_;
  open_.insert(question);
  searches_.dns().ask(question.name, question.type,
                      [&loop = loop_, self = weak_from_this(), question](net::DnsAnswer given) mutable {
                        loop.post([self = std::move(self), question = std::move(question),
                                   answer = std::move(given)]() mutable {
                          if (auto const search = self.lock()) search->take(question, std::move(answer));
                        });
                      });
}

void DnsSearch::take(auth::DnsQuestion const& question, net::DnsAnswer answer) {
  if (done_ || open_.erase(question) == 0) return;
  auth::DnsReply reply{.status = status_of(answer.status), .records = std::move(answer.records)};
  if (reply.records.size() > most_records) reply.records.resize(most_records);
  view_.put(question, std::move(reply));
  if (open_.empty()) go_on();
}

void DnsSearch::finish() {
  off();
  done_ = true;
  if (has_share_) searches_.leave(network_);
  view_ = {};
  evaluate_ = nullptr;
  arrived_.wake();
}

}  // namespace postern::session
