// A DNS that answers at once, from what the test has put into it; to anything else that there is nothing, in
// a zone that is not signed.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/dns.hpp"

namespace postern::tests {

class ZoneDns : public net::Dns {
 public:
  void ask(std::string name, wire::DnsType type, OnAnswer on_answer) override {
    asked.push_back(name);
    auto const found = answers_.find({name, type});
    if (found != answers_.end()) return on_answer(found->second);
    net::DnsAnswer nothing;
    nothing.status = net::DnsStatus::no_data;
    on_answer(nothing);
  }

  // `records`: of a state that has some. `canonical`: behind CNAMEs; empty: there are none.
  void put(std::string const& name, wire::DnsType type, net::DnsState state,
           std::vector<std::string> records = {}, std::string const& canonical = {}) {
    net::DnsAnswer answer;
    switch (state) {
      case net::DnsState::secure:
      case net::DnsState::insecure:
        answer.status = net::DnsStatus::found;
        answer.records = std::move(records);
        break;
      case net::DnsState::absent_secure:
      case net::DnsState::absent_insecure: answer.status = net::DnsStatus::no_data; break;
      case net::DnsState::bogus: answer.bogus = true; break;
      case net::DnsState::failed: break;
    }
    answer.secure = state == net::DnsState::secure || state == net::DnsState::absent_secure;
    answer.canonical_name = canonical.empty() ? name : canonical;
    if (answer.status == net::DnsStatus::failed) answer.problem = "no answer";
    answers_[{name, type}] = std::move(answer);
  }

  bool was_asked(std::string const& name) const {
    return std::find(asked.begin(), asked.end(), name) != asked.end();
  }

  std::vector<std::string> asked;

 private:
  std::map<std::pair<std::string, wire::DnsType>, net::DnsAnswer> answers_;
};

}  // namespace postern::tests
