// The policy most tests go by: example.org with alice and bob, any.example with anybody, strict.example that
// requires TLS.
#pragma once

#include "policy/policy.hpp"
#include "wire/path.hpp"

namespace postern::tests {

inline Address address(std::string_view text) { return *wire::parse_mailbox(text); }

inline policy::Policy example_policy(std::string const& deliver = "discard") {
  using policy::LocalDomain;
  LocalDomain example{*Domain::parse("example.org"), false, {"alice", "bob"}, {}, deliver, {}};
  example.aliases["info"] = {address("alice@example.org"), address("x@elsewhere.example")};
  example.aliases["all"] = {address("info@example.org"), address("bob@example.org"),
                            address("all@example.org")};
  example.aliases["all"].pop_back();
  example.aliases["all"].push_back(address("circle@example.org"));
  example.aliases["circle"] = {address("all@example.org"), address("alice@example.org")};
  LocalDomain any{*Domain::parse("any.example"), true, {}, {}, deliver, {}};
  LocalDomain strict{*Domain::parse("strict.example"), true, {}, {}, deliver, policy::TlsRequirement::always};
  std::vector<LocalDomain> domains;
  domains.push_back(std::move(example));
  domains.push_back(std::move(any));
  domains.push_back(std::move(strict));
  return {policy::Directory("mx.example.org", std::move(domains)),
          {*Network::parse("192.0.2.0/24")},
          {},
          true,
          policy::TlsRequirement::never,
          {},
          {}};
}

}  // namespace postern::tests
