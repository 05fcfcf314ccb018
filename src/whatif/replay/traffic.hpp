// Who brought mail: hosts, their identities, sender domains, and which of them were seen with TLS.
// Bounds: memory grows with distinct hosts and with distinct pairs of host and sender domain, the latter up
// to `most_pairs`; beyond, a host's further domains are counted under "(others)".
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

class Traffic {
 public:
  static constexpr std::size_t most_pairs = 1'000'000;

  static constexpr std::int64_t no_day = std::numeric_limits<std::int64_t>::min();

  struct Host {
    IpAddress address;
    std::uint32_t identity = 0;
    bool named = false;  // its identity follows from a verified name
    bool speaks_tls = false;
    bool failed_tls = false;
    std::uint32_t failure = 0;  // into failures()
    std::uint64_t messages = 0;
  };
  struct Sender {
    std::string domain;
    bool speaks_tls = false;
    std::uint32_t days = 0;  // on which it sent
    std::int64_t last_day = no_day;

    bool is_domain() const { return !domain.starts_with('<') && !domain.starts_with('('); }
  };
  struct Pair {
    std::uint32_t host = 0, sender = 0;
  };

  std::uint32_t host_of(Reception const& reception);                      // index into hosts()
  std::uint32_t pair_of(std::uint32_t host, Reception const& reception);  // index into pairs()
  void saw_tls(std::uint32_t host, TlsSeen const& tls);                   // speaks it, or failed
  void saw_tls_message(std::uint32_t pair);
  void saw_on(std::int64_t day, std::uint32_t pair);  // the sender domain; days in order, or nearly

  std::vector<Host>& hosts() { return hosts_; }
  std::vector<Host> const& hosts() const { return hosts_; }
  std::vector<Sender> const& senders() const { return senders_; }
  std::vector<Pair> const& pairs() const { return pairs_; }
  std::string const& identity(std::uint32_t index) const { return identities_[index]; }
  std::size_t identity_count() const { return identities_.size(); }
  std::string const& failure(std::uint32_t index) const { return failures_[index]; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  struct TextEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
  };
  using Index = boost::unordered_flat_map<std::string, std::uint32_t, TextHash, TextEqual>;
  std::uint32_t identity_index(std::string identity);
  std::uint32_t sender_named(std::string_view domain);
  std::vector<Host> hosts_;
  std::vector<Sender> senders_;
  std::vector<Pair> pairs_;
  std::vector<std::string> identities_;
  std::vector<std::string> failures_{""};
  boost::unordered_flat_map<IpAddress, std::uint32_t, IpAddressHash> host_index_;
  Index identity_index_;
  Index sender_index_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> pair_index_;
};

}  // namespace postern::whatif
