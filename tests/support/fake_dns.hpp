// A DNS that keeps the questions until the test answers them, on the test's own thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/dns.hpp"

namespace postern::tests {

class FakeDns : public net::Dns {
 public:
  struct Question {
    std::string name;
    wire::DnsType type;
    OnAnswer on_answer;
  };

  void ask(std::string name, wire::DnsType type, OnAnswer on_answer) override {
    questions.push_back({std::move(name), type, std::move(on_answer)});
  }
  // Answers the oldest question.
  void answer(net::DnsAnswer answer) {
    auto const question = std::move(questions.front());
    questions.erase(questions.begin());
    question.on_answer(std::move(answer));
  }
  void answer(net::DnsStatus status, std::vector<std::string> records = {}) {
    net::DnsAnswer given;
    given.status = status;
    given.records = std::move(records);
    given.ttl = std::chrono::seconds(600);
    answer(std::move(given));
  }

  std::vector<Question> questions;
};

// A name as it stands in DNS data: "\4mail\7example\0".
inline std::string dns_name(std::string_view name) {
  std::string data;
  while (!name.empty()) {
    auto const label = name.substr(0, name.find('.'));
    data += static_cast<char>(label.size());
    data += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return data + '\0';
}

}  // namespace postern::tests
