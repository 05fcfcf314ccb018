// Unpacks what pack_senders() has packed, written from the form's description alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "whatif/answer.hpp"

namespace postern::tests {

class PackedColumn {
 public:
  explicit PackedColumn(std::string bytes) : bytes_(std::move(bytes)) {}
  bool ended() const { return at_ == bytes_.size(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      auto const byte = static_cast<unsigned char>(bytes_.at(at_++));
      value += static_cast<std::uint64_t>(byte % 128) << shift;
      if (byte < 128) return value;
    }
  }
  std::string take(std::uint64_t length) {
    if (length > bytes_.size() - at_) throw std::out_of_range("a column ends early");
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }
  PackedColumn column() { return PackedColumn(take(number())); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

inline std::vector<std::string> unpacked_hosts(PackedColumn& column) {
  std::vector<std::string> out(column.number());
  for (auto& host : out) {
    auto const kind = column.number();
    host = column.take(kind == 0 ? 4 : kind - 1);
    if (kind > 0) continue;
    std::string dotted;
    for (unsigned char const byte : host) dotted += (dotted.empty() ? "" : ".") + std::to_string(byte);
    host = dotted;
  }
  return out;
}

// For each rule its senders, in the order of their names; times at the beginning of their day.
inline std::vector<std::vector<whatif::LostSender>> unpacked_senders(std::string const& bytes,
                                                                     std::size_t rules) {
  auto const at_day = [](std::uint64_t day) { return Instant(std::chrono::hours(24 * day)); };
  PackedColumn whole(bytes);
  std::vector<std::string> names, failures;
  for (auto column = whole.column(); !column.ended();) {
    auto const shared = column.number();
    auto const before = names.empty() ? std::string() : names.back();
    names.push_back(before.substr(0, shared) + column.take(column.number()));
  }
  for (auto column = whole.column(); !column.ended();) failures.push_back(column.take(column.number()));
  auto const base = whole.column().number();
  std::vector<whatif::LostSender> before(names.size());
  std::vector<std::vector<whatif::LostSender>> all(rules);
  for (auto& senders : all) {
    auto kinds = whole.column();
    std::vector<PackedColumn> numbers;
    for (int i = 0; i < 8; ++i) numbers.push_back(whole.column());
    auto hosts = whole.column();
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto const kind = kinds.number();
      if (kind == 0) continue;
      if (kind > 1) {
        auto& sender = before[i];
        sender.domain = names[i];
        sender.messages = numbers[0].number();
        sender.wanted = numbers[1].number();
        sender.unwanted = numbers[2].number();
        sender.host_count = numbers[3].number();
        sender.reason = static_cast<whatif::Reason>(numbers[4].number());
        auto const failure = numbers[5].number();
        sender.failure = failure > 0 ? failures.at(failure - 1) : std::string();
        auto const first = base + numbers[6].number();
        sender.first = at_day(first);
        sender.last = at_day(first + numbers[7].number());
        if (kind > 2) sender.hosts = unpacked_hosts(hosts);
      }
      senders.push_back(before[i]);
    }
    for (auto const& column : numbers)
      if (!column.ended()) throw std::out_of_range("a column is too long");
  }
  if (!whole.ended()) throw std::out_of_range("there is more than the rules");
  return all;
}

}  // namespace postern::tests
