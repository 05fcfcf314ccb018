// The forward-confirmed name of a client's address (RFC 8601 section 2.7.3's iprev). Threads: any may ask;
// answers come on the DNS's thread. Bounds: 10,000 answers are kept, 4,096 searches run, 64 of them for
// clients of one network.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/client_network.hpp"
#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/ip_address.hpp"
#include "net/dns.hpp"

namespace postern::net {

class ClientNames {
 public:
  struct Answer {
    std::string name = {};  // empty: there is none, or it is not known
    bool known = true;      // false: the DNS has not told
  };
  using OnName = std::function<void(Answer answer)>;

  ClientNames(Dns& dns, Counters& counters) : dns_(dns), counters_(counters) {}

  // What is known already, also that there is no name.
  std::optional<Answer> known_name(IpAddress const& address);
  void find_name(IpAddress const& address, OnName on_name);

  bool enabled() const { return dns_.enabled(); }

  // False when nothing has been answered lately: then waiting for it costs time and gives nothing.
  bool worth_waiting() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    Answer answer;
    Clock::time_point until;
  };
  struct Search {  // one address on its way: PTR first, then each name forward
    IpAddress address;
    std::vector<OnName> waiting;
    std::vector<std::string> candidates;
    std::chrono::seconds ttl{};
    bool answered = false;  // once at least
    bool failed = false;    // likewise
  };
  struct State {
    std::unordered_map<IpAddress, Known, IpAddressHash> known;
    std::unordered_map<IpAddress, std::shared_ptr<Search>, IpAddressHash> searches;
    std::unordered_map<ClientNetwork, std::size_t, ClientNetworkHash> searches_of;

    bool may_search(ClientNetwork const& network) const;
    void search_over(IpAddress const& address);
  };

  void on_names(std::shared_ptr<Search> const& search, DnsAnswer const& answer);
  void on_addresses(std::shared_ptr<Search> const& search, DnsAnswer const& answer);
  void next_candidate(std::shared_ptr<Search> const& search);
  void take(Search& search, DnsAnswer const& answer);
  void finish(Search& search, std::string name);

  Dns& dns_;
  Counters& counters_;
  std::atomic<int> unanswered_{0};
  Guarded<State> state_;
};

}  // namespace postern::net
