#include "whatif/reports/packed_senders.hpp"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <limits>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "wire/varint.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t number_columns = 8;  // behind `kinds` of a rule

void put_packed_text(std::string& out, std::string_view text) {
  wire::put_varint(out, text.size());
  out += text;
}

std::uint64_t packed_day(Instant at) {
  auto const day = std::chrono::floor<std::chrono::days>(at).time_since_epoch().count();
  return day > 0 ? static_cast<std::uint64_t>(day) : 0;
}

std::span<LostSender const> largest(RuleAnswer const& rule, PackLimits limits) {
  return std::span(rule.senders).first(std::min(rule.senders.size(), limits.senders));
}

void put_packed_host(std::string& out, std::string const& host) {
  auto const address = IpAddress::parse(host);
  if (!address || !address->is_v4() || address->print() != host) {
    wire::put_varint(out, host.size() + 1);
    out += host;
    return;
  }
  out += '\0';
  for (auto const byte : std::span(address->bytes()).last<4>()) out += static_cast<char>(byte);
}

class Packer {
 public:
  Packer(std::span<RuleAnswer const> rules, PackLimits limits) : rules_(rules), limits_(limits) {
    for (auto const& rule : rules)
      for (auto const& sender : largest(rule, limits)) {
        names_.push_back(sender.domain);
        base_ = std::min(base_, packed_day(sender.first));
      }
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    before_.resize(names_.size());
    if (names_.empty()) base_ = 0;
  }

  std::string pack() {
    std::string columns;  // of the rules: they fill failures_
    for (auto const& rule : rules_) add_rule(rule, columns);
    std::string base;
    wire::put_varint(base, base_);
    std::string out;
    for (auto const& column : {packed_names(), failures_, base}) put_packed_text(out, column);
    return out + columns;
  }

 private:
  std::string packed_names() const {
    std::string out;
    std::string_view before;
    for (auto const name : names_) {
      auto const differs = std::mismatch(before.begin(), before.end(), name.begin(), name.end()).first;
      auto const shared = static_cast<std::size_t>(differs - before.begin());
      wire::put_varint(out, shared);
      put_packed_text(out, name.substr(shared));
      before = name;
    }
    return out;
  }

  std::uint64_t failure_number(std::string const& failure) {
    if (failure.empty()) return 0;
    auto const [found, is_new] = failure_numbers_.emplace(failure, failure_numbers_.size() + 1);
    if (is_new) put_packed_text(failures_, failure);
    return found->second;
  }

  std::span<std::string const> hosts_of(LostSender const& sender) const {
    return std::span(sender.hosts).first(std::min(sender.hosts.size(), limits_.hosts));
  }

  std::array<std::uint64_t, number_columns> numbers_of(LostSender const& sender) {
    auto const first = packed_day(sender.first), last = packed_day(sender.last);
    bool const tells_failure = sender.reason == Reason::tls_failed;
    return {sender.messages,
            sender.wanted,
            sender.unwanted,
            sender.host_count,
            static_cast<std::uint64_t>(sender.reason),
            tells_failure ? failure_number(sender.failure) : 0,
            first - base_,
            std::max(first, last) - first};
  }

  PackedKind kind_of(LostSender const& sender, LostSender const* before) {
    auto const have_same_hosts = [&] {
      auto const ours = hosts_of(sender), theirs = hosts_of(*before);
      return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end());
    };
    if (before == nullptr || !have_same_hosts()) return PackedKind::told;
    return numbers_of(sender) == numbers_of(*before) ? PackedKind::as_before : PackedKind::hosts_before;
  }

  void add_rule(RuleAnswer const& rule, std::string& out) {
    std::vector<LostSender const*> by_name(names_.size());
    for (auto const& sender : largest(rule, limits_)) {
      auto const at = std::lower_bound(names_.begin(), names_.end(), std::string_view(sender.domain));
      by_name[static_cast<std::size_t>(at - names_.begin())] = &sender;
    }
    std::string kinds, hosts;
    std::array<std::string, number_columns> numbers;
    for (std::size_t i = 0; i < by_name.size(); ++i) {
      auto const* sender = by_name[i];
      auto const kind = sender == nullptr ? PackedKind::absent : kind_of(*sender, before_[i]);
      kinds += static_cast<char>(kind);
      if (sender == nullptr) continue;
      before_[i] = sender;
      if (kind == PackedKind::as_before) continue;
      auto const told = numbers_of(*sender);
      for (std::size_t column = 0; column < number_columns; ++column)
        wire::put_varint(numbers[column], told[column]);
      if (kind == PackedKind::told) add_hosts(*sender, hosts);
    }
    put_packed_text(out, kinds);
    for (auto const& column : numbers) put_packed_text(out, column);
    put_packed_text(out, hosts);
  }

  void add_hosts(LostSender const& sender, std::string& out) const {
    auto const hosts = hosts_of(sender);
    wire::put_varint(out, hosts.size());
    for (auto const& host : hosts) put_packed_host(out, host);
  }

  std::span<RuleAnswer const> rules_;
  PackLimits limits_;
  std::vector<std::string_view> names_;
  std::vector<LostSender const*> before_;  // by name: as the nearest rule before has it
  std::uint64_t base_ = std::numeric_limits<std::uint64_t>::max();
  std::string failures_;
  boost::unordered_flat_map<std::string, std::uint64_t> failure_numbers_;
};

}  // namespace

std::string pack_senders(std::span<RuleAnswer const> rules, PackLimits limits) {
  return Packer(rules, limits).pack();
}

}  // namespace postern::whatif
