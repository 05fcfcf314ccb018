// What an evaluation knows of the DNS. Evaluations (SPF, DKIM, DMARC, ARC) are pure: they read answers from a
// view, and name the questions whose answers are not there. Whoever evaluates asks these, puts the answers in
// and evaluates again, until nothing is asked for any more.
//
// Bounds: the evaluations bound what they ask for; the view keeps what it is given.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "wire/dns_records.hpp"

namespace postern::auth {

struct DnsQuestion {
  std::string name;  // lower case, without the final dot
  wire::DnsType type{};
  friend auto operator<=>(DnsQuestion const&, DnsQuestion const&) = default;
};

struct DnsReply {
  enum class Status : std::uint8_t { found, no_data, no_such_name, failed };  // failed: it may answer later
  Status status = Status::failed;
  std::vector<std::string> records = {};  // their data (wire/dns_records)
};

class DnsView {
 public:
  // Null: it is not known yet, and is asked for from now on.
  DnsReply const* find(std::string name, wire::DnsType type) {
    DnsQuestion question{std::move(name), type};
    auto const known = known_.find(question);
    if (known != known_.end()) return &known->second;
    wanted_.insert(std::move(question));
    return nullptr;
  }
  void put(DnsQuestion question, DnsReply reply) {
    wanted_.erase(question);
    known_.insert_or_assign(std::move(question), std::move(reply));
  }
  std::set<DnsQuestion> const& wanted() const { return wanted_; }
  std::set<DnsQuestion> take_wanted() { return std::exchange(wanted_, {}); }

 private:
  std::map<DnsQuestion, DnsReply> known_;
  std::set<DnsQuestion> wanted_;
};

}  // namespace postern::auth
